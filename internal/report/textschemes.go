package report

import "unicode/utf8"

// schemes writes a line for each theft from each of the other systems.
func (p *printer) schemes(r *Report) {
	names, of := 16, 0
	for _, s := range r.Schemes {
		for _, row := range s.Rows {
			names = max(names, utf8.RuneCountInString(name(row.Theft, 18)))
			if c := row.cell(0); c != nil {
				of = max(of, len(c.Readable().String()))
			}
		}
	}
	if of == 0 {
		return
	}
	p.paragraph(plain, "", clean(r.SchemesSays))
	p.blank()
	widths := []int{names, barSteps + 1 + len(">99 %") + 2 + of, len("forgery"), 0}
	widths[3] = p.width - 2 - 3*2 - widths[0] - widths[1] - widths[2]
	if widths[3] >= len("who could") {
		p.columns(2, [][]span{
			{{width: widths[0]}}, {{width: widths[1]}}, column("forgery", widths[2], dim), column("who could notice", widths[3], dim),
		})
	}
	for _, s := range r.Schemes {
		p.prose(bold, "", name(s.Name, 60))
		for _, row := range s.Rows {
			p.scheme(&row, widths)
		}
	}
}

// scheme writes one theft: side by side, or in a sentence where the terminal is too narrow.
func (p *printer) scheme(row *Row, widths []int) {
	theft, c := name(row.Theft, 48), row.cell(0)
	switch {
	case c == nil:
		p.prose(plain, "  ", theft+": does not exist")
	case widths[3] < len("who could"):
		p.prose(plain, "  ", theft+": "+c.Readable().String()+", forgery "+c.forgery()+", who could notice: "+orDash(name(c.Noticed, 60)))
	default:
		p.columns(2, [][]span{
			column(theft, widths[0], plain), barCell(c, widths[1], true),
			column(c.forgery(), widths[2], plain), column(orDash(name(c.Noticed, 60)), widths[3], plain),
		})
	}
}
