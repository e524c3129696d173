package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Options says how to write text.
type Options struct {
	Color bool // ANSI colours, which add nothing that the words do not say
	Width int  // of the terminal in characters; 80 if 0, used from 40 to 100
}

// Text writes a report for a terminal.
func Text(w io.Writer, r *Report, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &printer{width: min(max(o.Width, 40), 100), color: o.Color}
	p.header(r)
	p.readable(r)
	p.details(r)
	p.schemes(r)
	p.paragraph(plain, "", clean(r.Note))
	p.samples(r)
	p.paragraph(bold, "", clean(r.Closing))
	_, err := io.WriteString(w, p.b.String())
	return err
}

// The ANSI renditions in use.
const (
	plain = ""
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
)

// A printer lays out text of a fixed width.
type printer struct {
	b     strings.Builder
	width int
	color bool
	begun bool
}

// A span is text in one rendition, in a column of its own. Columns stand two spaces apart.
type span struct {
	text  string
	width int // of the column
	style string
	right bool // aligned
}

// line writes spans side by side behind a margin.
func (p *printer) line(margin int, spans ...span) {
	p.begun = true
	var b strings.Builder
	gap := margin
	for _, s := range spans {
		pad := max(s.width-utf8.RuneCountInString(s.text), 0)
		if s.text == "" {
			gap += pad + 2
			continue
		}
		if s.right {
			gap, pad = gap+pad, 0
		}
		b.WriteString(strings.Repeat(" ", gap))
		b.WriteString(p.paint(s.style, s.text))
		gap = pad + 2
	}
	p.b.WriteString(b.String() + "\n")
}

func (p *printer) paint(style, s string) string {
	if !p.color || style == plain {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// blank separates parts.
func (p *printer) blank() {
	if p.begun {
		p.b.WriteString("\n")
	}
}

// paragraph writes words below a blank line, if there are any.
func (p *printer) paragraph(style, indent, s string) {
	if strings.TrimSpace(s) != "" {
		p.blank()
	}
	p.prose(style, indent, s)
}

// prose writes words over as many lines as they need.
func (p *printer) prose(style, indent, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	for _, l := range wrap(s, p.width-len(indent)) {
		p.line(len(indent), span{text: l, style: style})
	}
}

func (p *printer) header(r *Report) {
	if t := name(r.Title, 3*p.width); t != "" {
		p.prose(bold, "", t)
	}
	p.prose(plain, "", facts(r))
	p.prose(plain, "", victim(r))
}

// wrap breaks a text into lines of at most width runes, between words where it can.
func wrap(s string, width int) (lines []string) {
	for paragraph := range strings.SplitSeq(s, "\n") {
		l := ""
		for word := range strings.FieldsSeq(paragraph) {
			if l != "" && utf8.RuneCountInString(l)+1+utf8.RuneCountInString(word) <= width {
				l += " " + word
				continue
			}
			if l != "" {
				lines = append(lines, l)
			}
			l = word
			for r := []rune(l); len(r) > width; r = []rune(l) {
				lines = append(lines, string(r[:width]))
				l = string(r[width:])
			}
		}
		lines = append(lines, l)
	}
	return squeeze(lines)
}

// squeeze leaves one of several empty lines, and none at the end.
func squeeze(lines []string) []string {
	lines = slices.CompactFunc(lines, func(a, b string) bool { return a == "" && b == "" })
	if n := len(lines); n > 1 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	return lines
}

// columns writes cells side by side, each over as many lines as it needs.
func (p *printer) columns(margin int, cells [][]span) {
	n := 0
	for _, c := range cells {
		n = max(n, len(c))
	}
	for i := range n {
		var l []span
		for _, c := range cells {
			if i < len(c) {
				l = append(l, c[i])
			} else {
				l = append(l, span{width: c[0].width})
			}
		}
		p.line(margin, l...)
	}
}

// column makes a cell of a text.
func column(s string, width int, style string) (c []span) {
	for _, l := range wrap(s, width) {
		c = append(c, span{text: l, width: width, style: style})
	}
	return c
}

// hexLines writes the beginning of a ciphertext, as much as so many lines hold, and "…" for the
// rest of the envelope.
func hexLines(s *Sealed, width, lines int) string {
	n := min((width+1)/3*lines, len(s.Ciphertext))
	x := fmt.Sprintf("% x", s.Ciphertext[:n])
	if n == (width+1)/3*lines && n > 0 {
		x = x[:max(len(x)-3, 0)]
	}
	if n < max(len(s.Ciphertext), s.Size) && n > 0 {
		x += " …"
	}
	return x
}
