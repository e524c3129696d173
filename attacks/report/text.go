package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Options are those of [Text].
type Options struct {
	Color bool // ANSI colours, which add nothing that the words do not say
	Width int  // of the terminal in characters; 0 means 80, less than 40 means 40, more than 100 means 100
}

// text returns a report for a terminal.
func text(r *Report, o Options) string {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &printer{width: min(max(o.Width, 40), 100), color: o.Color}
	p.header(r)
	p.terms(r.Terms)
	if r.BySystem {
		p.overview(r)
		p.bySystem(r)
		p.paragraph(plain, "", clean(r.Note))
	} else {
		p.readable(r)
		p.paragraph(plain, "", clean(r.Note))
		p.samples(r)
		p.details(r)
	}
	return p.b.String()
}

// The ANSI renditions in use.
const (
	plain   = ""
	bold    = "1"
	dim     = "2"
	green   = "32"   // nothing opens to a thief
	yellow  = "33"   // less than half does
	red     = "31"   // half, or more
	boldRed = "1;31" // all
)

// A printer collects lines of at most a width.
type printer struct {
	b     strings.Builder
	width int
	color bool
	begun bool
}

// A span is text in one rendition, in a column. Columns are two spaces apart.
type span struct {
	text  string
	width int // of the column
	style string
	right bool // aligned
}

// line writes spans side by side after a margin.
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

// blank writes an empty line, except at the beginning.
func (p *printer) blank() {
	if p.begun {
		p.b.WriteString("\n")
	}
}

// paragraph writes an empty line and the words of s, if it has any.
func (p *printer) paragraph(style, indent, s string) {
	if strings.TrimSpace(s) != "" {
		p.blank()
	}
	p.prose(style, indent, s)
}

// prose writes the words of s in as many lines as they need.
func (p *printer) prose(style, indent, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	for _, l := range wrap(s, p.width-len(indent)) {
		p.line(len(indent), span{text: l, style: style})
	}
}

// header writes what is compared, what came of it, and of what.
func (p *printer) header(r *Report) {
	if title := name(r.Title, p.width); title != "" {
		p.line(0, span{text: title, style: bold})
		p.line(0, span{text: strings.Repeat("=", utf8.RuneCountInString(title)), style: bold})
	}
	p.paragraph(plain, "", clean(r.Lead))
	p.paragraph(bold, "", clean(r.Finding))
	p.paragraph(plain, "", facts(r))
	p.paragraph(plain, "", shows)
}

// shows says what a report leaves out.
const shows = "Not shown: how likely a theft is or what it costs, thefts that nobody has tried here, and what opens " +
	"without any: who writes to whom, when, and how much."

// terms writes a line for each word.
func (p *printer) terms(terms []Term) {
	if len(terms) == 0 {
		return
	}
	p.blank()
	width := 0
	for _, t := range terms {
		width = max(width, utf8.RuneCountInString(name(t.Word, 24)))
	}
	for _, t := range terms {
		p.columns(2, [][]span{column(name(t.Word, 24), width, bold), column(name(t.Means, 400), p.width-width-4, plain)})
	}
}

// wrap breaks a text into lines of at most width characters, between words where
// possible.
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

// squeeze removes all but one of several empty lines, and those at the end.
func squeeze(lines []string) []string {
	lines = slices.CompactFunc(lines, func(a, b string) bool { return a == "" && b == "" })
	if n := len(lines); n > 1 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	return lines
}

// columns writes cells side by side, each in as many lines as it needs.
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

// column returns the lines of a cell.
func column(s string, width int, style string) (c []span) {
	for _, l := range wrap(s, width) {
		c = append(c, span{text: l, width: width, style: style})
	}
	return c
}

// hexLines returns as much of a ciphertext in hexadecimal as fits a number of
// lines of a width, and "…" if the envelope has more.
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
