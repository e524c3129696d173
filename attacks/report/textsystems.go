package report

import (
	"slices"
	"strings"
	"unicode/utf8"

	"doormat/attacks"
)

// overview writes a line for each system, with the worst theft that nobody
// notices.
func (p *printer) overview(r *Report) {
	theft, system, of := 10, 6, 0
	for _, s := range r.systems {
		if w, ok := r.worst(s); ok {
			system = max(system, utf8.RuneCountInString(name(s, 20)))
			theft = max(theft, utf8.RuneCountInString(name(w.theft, 16)))
			of = max(of, len(Fraction(w.first().Readable())))
		}
	}
	if of == 0 {
		return
	}
	p.blank()
	p.prose(bold, "", "In each system, the worst theft that nobody notices")
	widths := []int{system, theft, barSteps + 1 + len(">99 %") + 2 + of, 0}
	widths[3] = p.width - 2 - 3*2 - widths[0] - widths[1] - widths[2]
	for _, s := range r.systems {
		w, ok := r.worst(s)
		if !ok {
			continue
		}
		c := w.first()
		if widths[3] < len("searched") {
			p.prose(plain, "  ", name(s, 60)+": "+name(w.theft, 48)+", "+Fraction(c.Readable())+search(c, ", "))
			continue
		}
		p.columns(2, [][]span{
			column(name(s, 60), widths[0], plain), column(name(w.theft, 48), widths[1], plain), barCell(c, widths[2], true),
			column(search(c, ""), widths[3], plain),
		})
	}
}

// search returns how much of a search a theft took, after a separator.
func search(c *cell, separator string) string {
	s := c.Search.String()
	if s == "" {
		return ""
	}
	return separator + s + " searched"
}

// bySystem writes the thefts of each system below its name, a line for each.
func (p *printer) bySystem(r *Report) {
	theft, of := 16, 0
	for _, system := range r.systems {
		for _, row := range r.ofSystem(system) {
			theft = max(theft, utf8.RuneCountInString(name(row.theft, 18)))
			of = max(of, len(Fraction(row.first().counted())))
		}
	}
	if of == 0 {
		return
	}
	p.blank()
	p.prose(bold, "", "Each system, and what is done to it")
	for _, use := range []attacks.Use{attacks.Lawful, attacks.Taken, attacks.Evasion} {
		p.prose(dim, "  ", (&section{use: use}).head())
	}
	widths := []int{theft, barSteps + 1 + len(">99 %") + 2 + of, len("one altered"), 0}
	widths[3] = p.width - 2 - 3*2 - widths[0] - widths[1] - widths[2]
	if widths[3] >= len("who could") {
		p.columns(2, [][]span{
			{{width: widths[0]}}, {{width: widths[1]}}, column("forgery", widths[2], dim), column("who could notice", widths[3], dim),
		})
	}
	for _, system := range r.systems {
		p.blank()
		p.prose(bold, "", name(system, 60))
		for _, s := range sections(r.ofSystem(system)) {
			head, _, _ := strings.Cut(s.head(), ":") // the whole stands above
			p.prose(dim, "  ", head)
			for _, row := range joined(s) {
				p.theft(&row, widths)
			}
		}
	}
}

// joined joins the rows of a section that open nothing and are equal in the
// rest.
func joined(s section) (rows []row) {
	n := len(s.rows) - s.zero
	rows = slices.Clone(s.rows[:n])
	for _, r := range s.rows[n:] {
		i := slices.IndexFunc(rows[n:], func(o row) bool {
			a, b := r.first(), o.first()
			return a.forgery() == b.forgery() && a.Noticed == b.Noticed
		})
		if i < 0 {
			rows = append(rows, r)
			continue
		}
		rows[n+i].theft += ", " + r.theft
	}
	return rows
}

// theft writes one theft: side by side, or in a sentence where the terminal is
// too narrow.
func (p *printer) theft(row *row, widths []int) {
	theft, c := name(row.theft, 80), row.first()
	if widths[3] < len("who could") {
		s := theft + ": " + Fraction(c.counted())
		if c.tried() != "" {
			s += " (" + c.tried() + ")"
		}
		if c.Use == attacks.Evasion {
			s += " stay shut"
		}
		p.prose(plain, "  ", s+", forgery: "+c.forgery()+", who could notice: "+c.noticed(60))
		return
	}
	p.columns(2, [][]span{
		column(theft, widths[0], plain), barCell(c, widths[1], true),
		column(c.forgery(), widths[2], plain), column(c.noticed(60), widths[3], plain),
	})
}
