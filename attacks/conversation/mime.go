package conversation

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/transform"
)

// content is the text of a part.
type content struct {
	text   []byte
	rich   bool // the text was HTML, or another kind that has more than words
	long   bool // the text is longer than MaxText, and left out
	nested bool // the text is that of a mail within this one
}

func (c content) isEmpty() bool { return !c.long && len(c.text) == 0 }

// majorTypes are those of RFC 6838 that are not text.
var majorTypes = wordSet(`application audio example font haptics image message model multipart video`)

// plainTypes are those of them that are text all the same, as mail has them.
var plainTypes = wordSet(`application/pgp application/text application/x-text application/plain message/plain`)

// body reads the body of a part with header h, in depth multiparts. The kind is what the part is if the
// header does not say it. By RFC 2046, Section 4.1.4, and RFC 2045, Section 5.2, a kind of text that is not
// known is read as plain text, and so is what is no type at all.
func (m *mail) body(h header, kind string, depth int) content {
	if named, _, _ := strings.Cut(h.get("content-type"), ";"); strings.TrimSpace(named) != "" {
		kind = strings.ToLower(strings.TrimSpace(named))
	}
	major, _, typed := strings.Cut(kind, "/")
	boundary := strings.TrimSpace(param(h.get("content-type"), "boundary"))
	multi := typed && major == "multipart"
	attached := strings.HasPrefix(strings.ToLower(h.get("content-disposition")), "attachment")
	switch {
	case multi && boundary != "" && depth < maxDepth:
		return m.parts(boundary, kind, depth)
	case attached, multi && boundary != "":
	case kind == "message/rfc822", kind == "message/global", kind == "message/news":
		if depth < maxDepth {
			return m.nested(h, depth)
		}
	case kind == "text/html", kind == "text/enriched", kind == "text/richtext", kind == "application/xhtml+xml":
		c := m.read(h, htmlText)
		c.rich = true
		return c
	case multi, plainTypes[kind], !typed, !majorTypes[major]:
		c := m.read(h, readPlain)
		c.rich = typed && kind != "text/plain"
		return c
	}
	m.attachments++
	return content{}
}

// nested reads a mail that is the body of a part. Its header is not part of the text.
func (m *mail) nested(h header, depth int) content {
	if encoding := strings.ToLower(h.get("content-transfer-encoding")); strings.HasPrefix(encoding, "base64") || strings.HasPrefix(encoding, "quoted") {
		c := m.read(h, readPlain) // RFC 2046, Section 5.2.1, forbids it
		text := bytes.ReplaceAll(c.text, []byte("\r\n"), []byte("\n"))
		if first, _, _ := bytes.Cut(text, []byte("\n")); isHeaderField(first) {
			_, c.text, _ = bytes.Cut(text, []byte("\n\n"))
		}
		return c
	}
	inner, ok := m.header()
	if !ok {
		m.problem = unreadable
		return content{}
	}
	c := m.body(inner, "text/plain", depth+1)
	c.nested = true
	return c
}

// parts reads a multipart. Of alternatives it returns one, plain text if there is any; else it returns all
// readable parts.
func (m *mail) parts(boundary, kind string, depth int) (c content) {
	level := len(m.bounds)
	m.bounds = append(m.bounds, "--"+boundary)
	preamble := m.read(nil, readPlain)
	m.skip()
	if m.stop != level {
		c = preamble
	}
	part := "text/plain"
	if kind == "multipart/digest" { // RFC 2046, Section 5.1.5
		part = "message/rfc822"
	}
	for m.stop == level && !m.closed {
		m.stop = inPart
		if h, ok := m.header(); ok {
			p := m.body(h, part, depth+1)
			p.nested = p.nested && kind != "multipart/digest"
			c = m.with(c, p, kind == "multipart/alternative")
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

// with returns c with a part added or, of alternatives, one of the two. A mail that is attached to another one is
// an attachment, unless it is all the text there is.
func (m *mail) with(c, part content, alternative bool) content {
	switch {
	case part.isEmpty():
		return c
	case c.isEmpty():
		return part
	case part.nested && !c.nested:
		m.attachments++
		return c
	case c.nested && !part.nested:
		m.attachments++
		return part
	case alternative && (c.rich || c.long) && !part.rich:
		return part
	case alternative:
		return c
	}
	c.rich = c.rich && part.rich
	c.long = c.long || part.long || len(c.text)+len("\n\n")+len(part.text) > MaxText
	if c.long {
		c.text = nil
	} else {
		c.text = append(append(c.text, "\n\n"...), part.text...)
	}
	return c
}

// read reads a part of text. It sets m.problem if the part cannot be decoded.
func (m *mail) read(h header, reduce func(io.Reader) ([]byte, error)) content {
	r, ok := transferDecoder(h.get("content-transfer-encoding"), m)
	if !ok {
		m.problem = unreadable
		return content{}
	}
	label := param(h.get("content-type"), "charset")
	if label == "" {
		r, label = inPage(r)
	}
	set, ok := charset(label)
	if !ok {
		m.problem = unknownCharset
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

// inPage returns the character set that a page of HTML names in its head, or "".
func inPage(r io.Reader) (io.Reader, string) {
	b := bufio.NewReaderSize(r, maxMeta)
	head, _ := b.Peek(maxMeta) // an error comes again
	if m := metaCharset.FindSubmatch(head); m != nil {
		return b, string(m[1])
	}
	return b, ""
}

// maxMeta is how many bytes of a page are looked at: by the HTML Standard, Section 13.2.3.2.
const maxMeta = 1024

var metaCharset = regexp.MustCompile(`(?is)<meta\s[^>]*charset\s*=\s*["']?\s*([\w.:-]+)`)

func readPlain(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if len(text) > MaxText {
		return nil, errTooLong
	}
	return text, err
}

// param returns a parameter of a field, by RFC 2231 where it is written so, or "". Where the field has
// mistakes, the parameter is searched for.
func param(field, name string) string {
	if _, params, err := mime.ParseMediaType(field); err == nil {
		return params[name]
	}
	pattern := params[name]
	var value string
	for _, m := range pattern.FindAllStringSubmatch(field, -1) {
		if value += m[2] + m[3]; m[1] == "" { // no part of a value that continues
			break
		}
	}
	return value
}

// params are the patterns of the parameters that are read.
var params = map[string]*regexp.Regexp{"boundary": paramPattern("boundary"), "charset": paramPattern("charset")}

func paramPattern(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i);\s*` + name + `(\*\d+)?\*?\s*=\s*(?:"([^"]*)"?|([^\s;"]+))`)
}
