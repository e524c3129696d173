package report

import (
	"fmt"
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
	of := 0
	for _, system := range r.systems {
		for _, row := range r.ofSystem(system) {
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
	p.prose(dim, "  ", "backdoor: "+backdoor)
	c := systemColumns{theft: 15, opens: len(">99 %") + 2 + of, forgery: len("one altered"), backdoor: len("yes, for the ")}
	c.notice = p.width - 2 - 4*2 - c.theft - c.opens - c.forgery - c.backdoor
	if wider := barSteps + 1; c.notice >= len("who could notice")+wider {
		c.bar, c.opens, c.notice = true, c.opens+wider, c.notice-wider
	}
	if c.fits() {
		p.columns(2, [][]span{
			{{width: c.theft}}, {{width: c.opens}}, column("forgery", c.forgery, dim), column("who could notice", c.notice, dim),
			column("backdoor", c.backdoor, dim),
		})
	}
	for _, system := range r.systems {
		p.blank()
		p.prose(bold, "", name(system, 60))
		for _, s := range sections(r.ofSystem(system)) {
			head, _, _ := strings.Cut(s.head(), ":") // the whole stands above
			p.prose(dim, "  ", head)
			for _, row := range joined(s) {
				p.theft(&row, c)
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
			return a.forgery() == b.forgery() && a.Noticed == b.Noticed && a.backdoor(60) == b.backdoor(60)
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
func (p *printer) theft(row *row, w systemColumns) {
	theft, c := name(row.theft, 80), row.first()
	if !w.fits() {
		s := theft + ": " + Fraction(c.counted())
		if c.tried() != "" {
			s += " (" + c.tried() + ")"
		}
		if c.Use == attacks.Evasion {
			s += " stay shut"
		}
		p.prose(plain, "  ", s+", forgery: "+c.forgery()+", who could notice: "+c.noticed(60)+", backdoor: "+c.backdoor(80))
		return
	}
	p.columns(2, [][]span{
		column(theft, w.theft, plain), c.opens(w), column(c.forgery(), w.forgery, plain), column(c.noticed(60), w.notice, plain),
		column(c.backdoor(80), w.backdoor, plain),
	})
}

// systemColumns are the widths of the table of each system. Bars are drawn where there is room beside the words.
type systemColumns struct {
	theft, opens, forgery, notice, backdoor int
	bar                                     bool
}

// opens returns the cell that says how much opens, with a bar if there is room.
func (c *cell) opens(w systemColumns) []span {
	n := c.counted()
	if w.bar || n.Of == 0 {
		return barCell(c, w.opens, true)
	}
	first := fmt.Sprintf("%*s  %*s", len(">99 %"), Percent(n), w.opens-len(">99 %")-2, Fraction(n))
	return append([]span{{text: first, width: w.opens, style: c.style()}}, triedCell(c, w.opens)...)
}

func (c systemColumns) fits() bool { return c.notice >= len("who could") }
