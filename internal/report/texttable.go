package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// barSteps is how many characters a bar has.
const barSteps = 10

func bar(c Count) string {
	n := c.steps(barSteps)
	return strings.Repeat("#", n) + strings.Repeat(".", barSteps-n)
}

// readable writes the table of bars: a line a theft, a column a system.
func (p *printer) readable(r *Report) {
	if len(r.Rows) == 0 || len(r.Systems) == 0 {
		return
	}
	of := 0
	for _, row := range r.Rows {
		for i := range r.Systems {
			if c := row.cell(i); c != nil {
				of = max(of, len(c.Readable().String()))
			}
		}
	}
	names := 16
	for _, row := range r.Rows {
		names = max(names, utf8.RuneCountInString(name(row.Theft, 32)))
	}
	const barWidth = barSteps + 1 + len(">99 %")
	width, systems := barWidth+2+of, len(r.Systems)
	least := min(names, 18)
	oneLine := systems*(width+2)+least <= p.width
	if !oneLine {
		width = max(barWidth, of)
		systems = min(max((p.width-least)/(width+2), 1), systems)
	}
	names = min(names, p.width-systems*(width+2))
	for some := range slices.Chunk(indices(len(r.Systems)), systems) {
		p.bars(r, some, names, width, oneLine)
	}
}

func indices(n int) (s []int) {
	for i := range n {
		s = append(s, i)
	}
	return s
}

func (p *printer) bars(r *Report, systems []int, names, width int, oneLine bool) {
	p.blank()
	head := [][]span{column("what opens", names, dim)}
	for _, i := range systems {
		head = append(head, column(name(r.Systems[i], width), width, bold))
	}
	p.columns(0, head)
	for _, row := range r.Rows {
		cells := [][]span{column(name(row.Theft, 3*names), names, plain)}
		for _, i := range systems {
			cells = append(cells, barCell(row.cell(i), width, oneLine))
		}
		p.columns(0, cells)
	}
}

// barCell is a bar, the percentage, and the numbers behind it or below it.
func barCell(c *Cell, width int, oneLine bool) []span {
	if c == nil {
		return column("does not exist", width, dim)
	}
	n := c.Readable()
	if n.Of == 0 {
		return column("no messages", width, dim)
	}
	style := green
	if n.N > 0 {
		style = red
	}
	s := fmt.Sprintf("%s %5s", bar(n), n.Percent())
	if oneLine {
		rest := width - utf8.RuneCountInString(s) - 2
		return []span{{text: fmt.Sprintf("%s  %*s", s, rest, n), width: width, style: style}}
	}
	return []span{{text: s, width: width, style: style}, {text: n.String(), width: width}}
}

// details writes what else there is to say of each theft.
func (p *printer) details(r *Report) {
	if len(r.Rows) == 0 || len(r.Systems) == 0 {
		return
	}
	head, body := detailTable(r)
	if len(slices.Concat(body...)) == 0 {
		return
	}
	p.blank()
	widths, fits := p.fit(append(slices.Concat(body...), head), 2)
	if fits {
		p.cells(head, widths, dim)
	}
	for i, row := range r.Rows {
		if len(body[i]) == 0 {
			continue
		}
		p.prose(plain, "", takes(&row))
		for _, l := range body[i] {
			if fits {
				p.cells(l, widths, plain)
			} else {
				p.prose(plain, "  ", sentence(head, l))
			}
		}
		p.prose(dim, "  ", work(&row, r.Systems))
	}
	p.legend(head)
}

func takes(row *Row) string {
	s := name(row.Theft, 200)
	if t := name(row.Takes, 400); t != "" {
		s += ": " + t
	}
	return s
}

// detailTable is the head, and for each theft the lines.
func detailTable(r *Report) (head []string, body [][][]string) {
	head = []string{"", "before", "after", "people", "forgery", "who could notice"}
	heals := slices.ContainsFunc(r.Rows, func(row Row) bool {
		return slices.ContainsFunc(row.Cells, func(c *Cell) bool { return c != nil && c.Healed != "" })
	})
	if heals {
		head = append(head, "heals")
	}
	for _, row := range r.Rows {
		var lines [][]string
		for _, l := range row.lines(len(r.Systems)) {
			c := l.cell
			cells := []string{
				name(l.names(r.Systems), 40), c.Before.short(), c.After.short(), c.People.short(),
				c.forgery(), orDash(name(c.Noticed, 60)),
			}
			if heals {
				cells = append(cells, orDash(name(c.Healed, 40)))
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

// fit finds the widths of columns, or says that words would have to be broken.
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

// sentence is a line of the table for terminals that are too narrow for it.
func sentence(head, line []string) string {
	var parts []string
	for i := 1; i < len(head); i++ {
		parts = append(parts, head[i]+" "+line[i])
	}
	return line[0] + ": " + strings.Join(parts, ", ")
}

// work says how long the theft took in each system, where that is to be shown.
func work(row *Row, systems []string) string {
	var parts []string
	for i, s := range systems {
		if c := row.cell(i); c != nil && c.Time != 0 {
			parts = append(parts, fmt.Sprintf("%s: %s in %s", name(s, 40),
				plural(int(c.Operations), "try", "tries"), duration(c.Time)))
		}
	}
	return strings.Join(parts, "; ")
}

func (p *printer) legend(head []string) {
	s := "before, after: messages sent before and after the theft. people: who wrote or " +
		"received one that opened. forgery: the thief writes in the victim's name, and the " +
		"recipient's device takes it for real. who could notice: who could tell " +
		"from their own device that it had happened."
	if slices.Contains(head, "heals") {
		s += " heals: when new messages are out of the thief's reach again."
	}
	p.paragraph(dim, "", s)
}
