package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"doormat/attacks"
)

// barSteps is the number of characters of a bar.
const barSteps = 10

// bar draws a share as characters.
func bar(c attacks.Count) string {
	n := steps(c, barSteps)
	return strings.Repeat("#", n) + strings.Repeat(".", barSteps-n)
}

// readable writes the table of bars, with a line for each theft and a column for
// each system.
func (p *printer) readable(r *Report) {
	if len(r.rows) == 0 {
		return
	}
	of := 0
	for _, row := range r.rows {
		for _, c := range row.cells {
			if c != nil {
				of = max(of, len(Fraction(c.counted())))
			}
		}
	}
	const margin = 2
	names := 16
	for _, row := range r.rows {
		names = max(names, utf8.RuneCountInString(name(row.theft, 32)))
	}
	const barWidth = barSteps + 1 + len(">99 %")
	width, systems := barWidth+2+of, len(r.systems)
	least := min(names, 16)
	oneLine := margin+systems*(width+2)+least <= p.width
	if !oneLine {
		width = max(barWidth, of)
		systems = min(max((p.width-margin-least)/(width+2), 1), systems)
	}
	names = min(names, p.width-margin-systems*(width+2))
	for some := range slices.Chunk(indices(len(r.systems)), systems) {
		p.bars(r, some, names, width, oneLine)
	}
}

func indices(n int) (s []int) {
	for i := range n {
		s = append(s, i)
	}
	return s
}

func (p *printer) bars(r *Report, systems []int, width, barWidth int, oneLine bool) {
	p.blank()
	head := [][]span{{{width: width}}}
	for _, i := range systems {
		head = append(head, column(name(r.systems[i], barWidth), barWidth, bold))
	}
	p.columns(2, head)
	for _, s := range sections(r.rows) {
		p.prose(bold, "", s.head())
		for _, row := range s.rows[:len(s.rows)-s.zero] {
			cells := [][]span{column(name(row.theft, 3*width), width, plain)}
			for _, i := range systems {
				c := barCell(row.cells[i], barWidth, oneLine)
				if s.use == attacks.Lawful && row.cells[i] != nil {
					c = append(c, column(name(row.cells[i].Takes, 4*barWidth), barWidth, dim)...)
				}
				cells = append(cells, c)
			}
			p.columns(2, cells)
		}
		if s.zero > 0 {
			p.prose(green, "  ", nothing(s.rows[len(s.rows)-s.zero:], len(r.systems)))
		}
	}
}

// nothing says which thefts open nothing in any system.
func nothing(rows []row, systems int) string {
	where := ""
	switch systems {
	case 1:
	case 2:
		where = ", in either system"
	default:
		where = ", in any system"
	}
	return "nothing opens" + where + ": " + names(rows)
}

// barCell returns a cell with a bar, the percentage, and the numbers after or
// below it.
func barCell(c *cell, width int, oneLine bool) []span {
	if c == nil {
		return column("does not exist", width, dim)
	}
	n := c.counted()
	if n.Of == 0 {
		return column("no messages", width, dim)
	}
	style := c.style()
	s := fmt.Sprintf("%s %5s", bar(n), Percent(n))
	if oneLine {
		rest := width - utf8.RuneCountInString(s) - 2
		lines := []span{{text: fmt.Sprintf("%s  %*s", s, rest, Fraction(n)), width: width, style: style}}
		return append(lines, triedCell(c, width)...)
	}
	lines := []span{{text: s, width: width, style: style}, {text: Fraction(n), width: width}}
	return append(lines, triedCell(c, width)...)
}

// triedCell returns what was tried, below a bar, or nothing if it was all.
func triedCell(c *cell, width int) []span {
	if c.tried() == "" {
		return nil
	}
	return column(c.tried(), width, plain)
}

// style returns the colour of a bar. Lawful use has none, and a theft the more
// the more it opens.
func (c *cell) style() string {
	n := c.Readable()
	switch {
	case c.Use != attacks.Taken:
		return plain
	case n.N == 0:
		return green
	case n.N == n.Of:
		return boldRed
	case 2*n.N >= n.Of:
		return red
	}
	return yellow
}

// details writes the table of everything else, with one or more lines for each
// theft.
func (p *printer) details(r *Report) {
	var rows []row
	for _, s := range sections(r.rows) {
		rows = append(rows, s.rows...)
	}
	head, body := detailTable(r, rows)
	if len(slices.Concat(body...)) == 0 {
		return
	}
	p.blank()
	p.prose(bold, "", "What else each does")
	p.prose(dim, "", legend(head))
	p.blank()
	widths, fits := p.fit(append(slices.Concat(body...), head), 2)
	if fits {
		p.cells(head, widths, dim)
	}
	for i, row := range rows {
		p.takes(&row, r.systems)
		for _, l := range body[i] {
			if fits {
				p.cells(l, widths, plain)
			} else {
				p.prose(plain, "  ", sentence(head, l))
			}
		}
		p.prose(plain, "  ", only(&row, r.systems))
		if r.Times {
			p.prose(dim, "  ", work(&row, r.systems))
		}
	}
}

// takes writes the name of a theft and what the thief takes.
func (p *printer) takes(row *row, systems []string) {
	theft, takes := name(row.theft, 200), row.takes(systems)
	if len(takes) == 1 && name(takes[0], 400) != "" {
		p.prose(plain, "", theft+": "+name(takes[0], 400))
		return
	}
	p.prose(plain, "", theft)
	if len(takes) > 1 {
		for _, s := range takes {
			p.prose(plain, "  ", name(s, 400))
		}
	}
}

// detailTable returns the head, and for each theft the lines.
func detailTable(r *Report, rows []row) (head []string, body [][][]string) {
	head = []string{"", "before", "after", "people", "forgery", "who could notice"}
	heals := slices.ContainsFunc(r.rows, func(row row) bool {
		return slices.ContainsFunc(row.cells, func(c *cell) bool { return c != nil && c.healed != "" })
	})
	if heals {
		head = append(head, "heals")
	}
	for _, row := range rows {
		var lines [][]string
		for _, l := range row.lines() {
			c := l.cell
			cells := []string{
				name(l.names(r.systems), 40), short(c.Before), short(c.After), short(c.People),
				c.forgery(), c.noticed(60),
			}
			if heals {
				cells = append(cells, orDash(c.healed))
			}
			lines = append(lines, cells)
		}
		body = append(body, lines)
	}
	return head, body
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// fit returns the widths of columns, and reports whether they fit the printer
// without breaking words.
func (p *printer) fit(lines [][]string, margin int) (widths []int, fits bool) {
	words := make([]int, len(lines[0]))
	widths = make([]int, len(lines[0]))
	for _, l := range lines {
		for i, s := range l {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
			for w := range strings.FieldsSeq(s) {
				words[i] = max(words[i], utf8.RuneCountInString(w))
			}
		}
	}
	total := margin + 2*(len(widths)-1)
	for _, w := range widths {
		total += w
	}
	for ; total > p.width; total-- {
		widest := -1
		for i, w := range widths {
			if w > words[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return nil, false
		}
		widths[widest]--
	}
	return widths, true
}

// cells writes a line of the table of details.
func (p *printer) cells(texts []string, widths []int, style string) {
	var cells [][]span
	for i, s := range texts {
		c := column(s, widths[i], style)
		for j := range c {
			c[j].right = 0 < i && i < 4
		}
		cells = append(cells, c)
	}
	p.columns(2, cells)
}

// sentence returns a line of the table for terminals that are too narrow for it.
func sentence(head, line []string) string {
	var parts []string
	for i := 1; i < len(head); i++ {
		parts = append(parts, head[i]+" "+line[i])
	}
	return line[0] + ": " + strings.Join(parts, ", ")
}

// only returns what was tried in each system in which that was not all, or "".
func only(row *row, systems []string) string {
	var parts []string
	for i, s := range systems {
		if c := row.cells[i]; c != nil && c.tried() != "" {
			parts = append(parts, name(s, 40)+": "+c.tried())
		}
	}
	return strings.Join(parts, "; ")
}

// work returns the operations and the time of a theft in each system.
func work(row *row, systems []string) string {
	var parts []string
	for i, s := range systems {
		if c := row.cells[i]; c != nil {
			parts = append(parts, fmt.Sprintf("%s: %s in %s", name(s, 40),
				plural(c.Operations, "try", "tries"), duration(c.Time)))
		}
	}
	return strings.Join(parts, "; ")
}

// legend explains the head of the table.
func legend(head []string) string {
	s := "before, after: messages sent before and after the theft that open. people: who wrote or " +
		"received one that opened. forgery: how the thief can write in the victim's name and be " +
		"believed by the recipient's device, if at all. who could notice: who could tell " +
		"from all that is on their own device."
	if slices.Contains(head, "heals") {
		s += " heals: when new messages are out of the thief's reach again."
	}
	return s
}
