// Package page prints what the example programs say, on pages that are 80 columns wide, or as wide as a
// terminal that has fewer: a title, numbered parts, paragraphs, and rows. Programs give it text and values. It breaks lines, aligns
// columns, writes bytes in hexadecimal, and puts one blank line between blocks, so that no program
// does any of that by itself.
//
// A part of a program is a function, and [Run] runs them one after another:
//
//	func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
//		return page.Run(ctx, cli.NewFlags("adk", usage), args, stdout, stderr, parts)
//	}
//
//	func parts(*page.Page) ([]page.Part, error) {
//		w, err := newWorld()
//		return []page.Part{w.certificate, w.recovery, w.edit}, err
//	}
package page

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"doormat/examples/internal/cli"
)

// Width is the number of columns of a page that is printed to a file or to a wide terminal. On a terminal
// of fewer columns a page has as many, but not below least.
const (
	Width = 80
	least = 30
)

const (
	indent = 2 // of rows
	gap    = 2 // between two cells
)

// A Page is one run of a program: where it prints, how it shows progress, and when it must stop.
// After a write that fails it prints nothing more, and [Run] returns the error.
type Page struct {
	// Seeded reports whether -seed was given. Then two runs print the same bytes, so a part must
	// not print what it measures.
	Seeded bool

	ctx    context.Context
	w      io.Writer
	width  int // in columns
	bar    *cli.Progress
	err    error // the first
	parts  int   // begun so far
	block  block // printed last
	widths []int // of the columns of the current table
}

// block is a kind of block.
type block int

const (
	nothing block = iota
	text
	rows
)

// New returns a page that prints to w, shows no progress, and is never interrupted.
func New(w io.Writer) *Page {
	return &Page{ctx: context.Background(), w: w, width: widthOf(w), bar: cli.NewProgress(nil)}
}

// widthOf returns the width of a page that is printed to w.
func widthOf(w io.Writer) int {
	if columns := cli.Terminal(w); columns > 0 {
		return max(least, min(Width, columns))
	}
	return Width
}

// Context returns the context of the run. It is cancelled when the program is interrupted.
func (p *Page) Context() context.Context { return p.ctx }

// Progress says on the terminal how much of a long step is done. The next line that the page
// prints takes its place. It is safe for concurrent use.
func (p *Page) Progress(what string, done, total int) { p.bar.Set(what, done, total) }

// Title prints the title of the page.
func (p *Page) Title(title string) { p.underline(title, "=") }

// Part prints the heading of the next part, after its number. Numbers begin at 1.
func (p *Page) Part(heading string) {
	p.parts++
	p.underline(fmt.Sprintf("%d. %s", p.parts, heading), "-")
}

func (p *Page) underline(heading, with string) {
	p.begin(text)
	longest := 0
	for _, line := range wrap(heading, p.width) {
		p.line(line)
		longest = max(longest, utf8.RuneCountInString(line))
	}
	p.line(strings.Repeat(with, longest))
}

// Say prints a paragraph, broken into lines. Line breaks of the source do not count, but an empty
// line begins another paragraph.
func (p *Page) Say(format string, args ...any) {
	for paragraph := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n\n") {
		p.begin(text)
		for _, line := range wrap(paragraph, p.width) {
			p.line(line)
		}
	}
}

// Table begins a table, whose columns have these widths. A negative width aligns its column to the
// right. On a narrow page the columns have less, in proportion.
func (p *Page) Table(widths ...int) {
	p.widths = shrink(widths, p.width)
	p.block = min(p.block, text) // so that the next row begins a block
}

// Row prints a row of the current table. Bytes are printed in hexadecimal, other cells as
// [fmt.Sprint] does. A cell that is wider than its column goes on below. The last cell of a row may
// use all that is left of the line, whatever column it is in.
func (p *Page) Row(cells ...any) {
	if p.block != rows {
		p.begin(rows)
	}
	var lines []string
	at := indent // of the cell, in columns
	for i, cell := range cells {
		width, column := max(p.width-at, 1), 0
		if i < len(p.widths) {
			column = p.widths[i]
		}
		if i < len(cells)-1 {
			width = max(column, -column)
		}
		parts := fit(cell, width)
		if p.width < Width {
			parts = breakWords(parts, width)
		}
		for j, s := range parts {
			if j == len(lines) {
				lines = append(lines, "")
			}
			from := at + max(0, -column-utf8.RuneCountInString(s))
			least := 0 // a word can be wider than the column before this one
			if lines[j] != "" {
				least = gap
			}
			lines[j] += strings.Repeat(" ", max(least, from-utf8.RuneCountInString(lines[j]))) + s
		}
		at += width + gap
	}
	for _, line := range lines {
		p.line(strings.TrimRight(line, " "))
	}
}

// Err returns the first error of a write.
func (p *Page) Err() error { return p.err }

// begin begins a block of a kind.
func (p *Page) begin(kind block) {
	if p.block != nothing {
		p.line("")
	}
	p.block = kind
}

// line prints a line, unless a line before it failed.
func (p *Page) line(s string) {
	if p.err != nil {
		return
	}
	p.bar.Clear()
	_, p.err = fmt.Fprintln(p.w, s)
}
