package report

import (
	"slices"
	"strings"
)

// sampleLines is the number of lines of a message that a terminal shows.
const sampleLines = 8

// samples writes each message as the thief has it, the systems side by side.
func (p *printer) samples(r *Report) {
	for _, s := range r.Samples {
		p.blank()
		p.prose(bold, "", sampleHead(&s))
		if !s.shown() {
			p.prose(plain, "  ", "written: "+shorten(clean(s.Text), p.width-11, sampleLines))
		}
		for pair := range slices.Chunk(s.Sealed, 2) {
			var cells [][]span
			width := (p.width-4)/2 - 1
			if len(s.Sealed) == 1 {
				width = p.width - 2
			}
			for _, sealed := range pair {
				cells = append(cells, p.sealed(&sealed, width))
			}
			p.columns(2, cells)
		}
	}
}

// sampleHead returns the sender, the recipients, and the date.
func sampleHead(s *Sample) string {
	h := name(s.From, 40) + " to " + name(s.To, 40) + others(s)
	if at := moment(s.At); at != "" {
		h += ", " + at
	}
	return h
}

// others returns how many more recipients there are.
func others(s *Sample) string {
	switch n := len(s.Also); n {
	case 0:
		return ""
	case 1:
		return " and another"
	default:
		return " and " + commas(int64(n)) + " others"
	}
}

// shown reports whether a thief read the text as it was written. It is not shown
// a second time then.
func (s *Sample) shown() bool {
	return slices.ContainsFunc(s.Sealed, func(x Sealed) bool { return x.Read != "" && x.Read == s.Text })
}

// sealed returns the cell of one system.
func (p *printer) sealed(s *Sealed, width int) []span {
	what, style, body := "stays shut", green, hexLines(s, width, 3)
	if s.Read != "" {
		what, style, body = "read", red, shorten(clean(s.Read), width, sampleLines)
	}
	cell := column(name(s.System, max(width-12, 8))+": "+what, width, style)
	return append(cell, column(body, width, plain)...)
}

// shorten returns as much of s as fits a number of lines of a width.
func shorten(s string, width, lines int) string {
	l := wrap(s, width)
	if len(l) <= lines {
		return s
	}
	l = l[:lines]
	l[lines-1] = truncate(l[lines-1]+" …", width)
	return strings.Join(l, "\n")
}
