package conversation

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/transform"
)

// content is the text of a part.
type content struct {
	text []byte
	html bool // it comes from HTML
	long bool // it is over MaxText, and not here
}

func (c content) isEmpty() bool { return !c.long && len(c.text) == 0 }

// body reads a part whose header has been read.
func (m *mail) body(h header, depth int) content {
	kind, _, _ := strings.Cut(h.get("content-type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	boundary := strings.TrimSpace(param(h.get("content-type"), boundaryParam))
	multi := strings.HasPrefix(kind, "multipart/")
	attached := strings.HasPrefix(strings.ToLower(h.get("content-disposition")), "attachment")
	switch {
	case multi && boundary != "" && depth < maxDepth:
		return m.parts(boundary, kind == "multipart/alternative", depth)
	case attached, multi && boundary != "":
	case multi, kind == "", kind == "text", kind == "text/plain":
		return m.read(h, readPlain)
	case kind == "text/html", kind == "text/enriched", kind == "text/richtext":
		c := m.read(h, htmlText)
		c.html = true
		return c
	}
	m.attachments++
	return content{}
}

// parts reads a multipart: one of its parts if they are alternatives, plain text
// if there is any, or else all that can be read.
func (m *mail) parts(boundary string, alternative bool, depth int) (c content) {
	level := len(m.bounds)
	m.bounds = append(m.bounds, "--"+boundary)
	preamble := m.read(nil, readPlain)
	m.skip()
	if m.stop != level {
		c = preamble
	}
	for m.stop == level && !m.closed {
		m.stop = inPart
		if h, ok := m.header(); ok {
			c = c.with(m.body(h, depth+1), alternative)
		} else {
			m.problem = unreadable
		}
		m.skip()
	}
	m.bounds = m.bounds[:level]
	if m.stop == level {
		m.stop = inPart
	}
	m.skip()
	return c
}

// with adds a part, or chooses between it and what there is.
func (c content) with(part content, alternative bool) content {
	switch {
	case part.isEmpty():
		return c
	case c.isEmpty():
		return part
	case alternative && (c.html || c.long) && !part.html:
		return part
	case alternative:
		return c
	}
	c.html = c.html && part.html
	c.long = c.long || part.long || len(c.text)+len("\n\n")+len(part.text) > MaxText
	if c.long {
		c.text = nil
	} else {
		c.text = append(append(c.text, "\n\n"...), part.text...)
	}
	return c
}

// read reads a part of text.
func (m *mail) read(h header, reduce func(io.Reader) ([]byte, error)) content {
	set, ok := charset(param(h.get("content-type"), charsetParam))
	if !ok {
		m.problem = unknownCharset
		return content{}
	}
	r, ok := transferDecoder(h.get("content-transfer-encoding"), m)
	if !ok {
		m.problem = unreadable
		return content{}
	}
	text, err := reduce(transform.NewReader(r, set))
	if err == errTooLong {
		return content{long: true}
	}
	if err != nil {
		m.problem = unreadable
	}
	return content{text: bytes.TrimRightFunc(text, unicode.IsSpace)}
}

func readPlain(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if len(text) > MaxText {
		return nil, errTooLong
	}
	return text, err
}

// Parameters are looked for rather than parsed, as mail gets their syntax wrong
// in every way.
var (
	boundaryParam = paramPattern("boundary")
	charsetParam  = paramPattern("charset")
)

func paramPattern(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i);\s*` + name + `\s*=\s*(?:"([^"]*)"?|([^\s;"]+))`)
}

func param(s string, pattern *regexp.Regexp) string {
	if m := pattern.FindStringSubmatch(s); m != nil {
		return m[1] + m[2]
	}
	return ""
}
