package report

import (
	"fmt"
	"strconv"
	"strings"
)

// The measures of a picture, in the units of its drawing.
const (
	nameWidth  = 112.0
	plotWidth  = 348.0
	topSpace   = 22.0 // for the label of the theft
	underSpace = 20.0 // for dates
	nameRunes  = 16
	mostPeople = 40
	mostBins   = 16
)

// group is the pictures of one theft, a panel a system.
type group struct {
	Theft  string
	Panels []panel
}

// panel is the picture of one system.
type panel struct {
	ID, System, Says, Alt string
	Width, Height         string
	People                []personView
	Ticks                 []tick
	Moment                *tick // nil if there is none
	Top, Bottom, Left     string
	Unit                  string // what a bin is: day, week, period
	Heads                 []string
}

// personView is one person: a row of the picture, and a row of the table.
type personView struct {
	Name, Short, Total string
	Base, Label        string // heights
	Shut, Open         string // paths
	Cells              []string
}

// tick is a place on the line of time.
type tick struct{ X, Label, Anchor string }

// groups begins a group where a system comes again.
func groups(r *Report, pictures []Picture, d drawing) (all []group) {
	seen := map[string]bool{}
	for i, p := range pictures {
		if i == 0 || seen[p.System] {
			all = append(all, group{Theft: p.Theft})
			clear(seen)
		}
		seen[p.System] = true
		g := &all[len(all)-1]
		v := newPanel(&p, d, "picture-"+strconv.Itoa(i+1))
		v.Says = says(r, &p, g.Theft)
		g.Panels = append(g.Panels, v)
	}
	for i := range all {
		all[i].Theft = name(all[i].Theft, 100)
	}
	return all
}

// says is the caption of a picture in a group.
func says(r *Report, p *Picture, theft string) string {
	s := ""
	if p.Theft != theft {
		s = name(theft, 100) + " does not exist here. "
		if p.Theft == "" {
			return s + "Nothing opens."
		}
		s += "Instead, " + name(p.Theft, 100) + ": "
	}
	return s + sum(r, p)
}

func newPanel(p *Picture, d drawing, id string) panel {
	d = d.of(len(p.Bins))
	people := p.People[:min(len(p.People), mostPeople)]
	bottom := topSpace + d.row*float64(len(people))
	v := panel{
		ID: id, System: name(p.System, 60), Unit: unit(p.Bins),
		Width: px(nameWidth + plotWidth), Height: px(bottom + underSpace),
		Top: px(topSpace - 4), Bottom: px(bottom + 4),
		Ticks:  ticks(p.Bins, d.bin),
		Moment: d.moment(p),
	}
	opened := Count{0, len(people)}
	for i, s := range people {
		row, any := d.person(&s, len(p.Bins), topSpace+d.row*float64(i+1))
		v.People = append(v.People, row)
		if any {
			opened.N++
		}
	}
	for _, b := range p.Bins {
		v.Heads = append(v.Heads, date(b, p.Bins))
	}
	v.Alt = fmt.Sprintf("One row a person, one column a %s. Messages of %s people open.", v.Unit, opened)
	return v
}

// sum is how many messages open in the picture, if the table knows.
func sum(r *Report, p *Picture) string {
	for i, s := range r.Systems {
		for _, row := range r.Rows {
			if c := row.cell(i); c != nil && s == p.System && row.Theft == p.Theft {
				n := c.Readable()
				return fmt.Sprintf("%s messages open, %s.", n, fixed(n.Percent()))
			}
		}
	}
	return ""
}

// A drawing draws a square for each message, or for so many messages where there are too many.
// All pictures of a page share one.
type drawing struct {
	bin, row float64 // what a bin of a person has of room
	pitch    float64 // from square to square
	across   int     // how many squares side by side
	each     int     // messages that a square stands for, at most
}

func newDrawing(pictures []Picture) drawing {
	bins, people, most := 1, 1, 1
	for _, p := range pictures {
		bins, people = max(bins, len(p.Bins)), max(people, len(p.People))
		for _, s := range p.People {
			for _, c := range s.Bins {
				most = max(most, c.Of)
			}
		}
	}
	d := drawing{row: 26, each: 1}
	if people > 24 {
		d.row = 18
	}
	room := 0
	for d.pitch = 9; ; d.pitch -= 0.5 {
		room = d.of(bins).across * int((d.row-3)/d.pitch)
		if room >= most || d.pitch <= 4 {
			break
		}
	}
	d.each = (most + room - 1) / room
	return d
}

// of fits a drawing to so many bins.
func (d drawing) of(bins int) drawing {
	d.bin = plotWidth / float64(max(bins, 1))
	d.across = max(int((d.bin-1)/d.pitch), 1)
	return d
}

// person draws the row of one person that stands on base, and reports whether anything opened.
func (d drawing) person(s *Strip, bins int, base float64) (v personView, any bool) {
	v = personView{
		Name: name(s.Name, 100), Short: name(s.Name, nameRunes),
		Base: px(base), Label: px(base - 4),
	}
	var shut, open strings.Builder
	total := Count{}
	for i := range bins {
		if i >= len(s.Bins) || s.Bins[i].Of <= 0 {
			v.Cells = append(v.Cells, "–")
			continue
		}
		c := s.Bins[i]
		total.N, total.Of = total.N+c.N, total.Of+c.Of
		v.Cells = append(v.Cells, c.short())
		d.squares(&shut, &open, nameWidth+d.bin*float64(i), base, c)
	}
	v.Total, v.Shut, v.Open = total.String(), shut.String(), open.String()
	return v, total.N > 0
}

// squares draws one bin, from the base upwards. What opened comes first.
func (d drawing) squares(shut, open *strings.Builder, x, base float64, c Count) {
	n := (c.Of + d.each - 1) / d.each
	if n == 1 && 0 < c.N && c.N < c.Of {
		n = 2 // one of each
	}
	side := d.pitch - 1.5
	x += (d.bin - d.pitch*float64(d.across) + 1.5) / 2
	for i := range n {
		b := shut
		if i < c.steps(n) {
			b = open
		}
		square(b, x+d.pitch*float64(i%d.across), base-1.5-side-d.pitch*float64(i/d.across), side)
	}
}

func square(b *strings.Builder, x, y, side float64) {
	fmt.Fprintf(b, "M%s %sh%sv%sh-%sz", px(x), px(y), px(side), px(side), px(side))
}

// legendItem is one example square and its meaning.
type legendItem struct{ Class, Says string }

func (d drawing) legend() []legendItem {
	one := "a message"
	if d.each > 1 {
		one = "up to " + commas(int64(d.each)) + " messages"
	}
	return []legendItem{{"open", one + " that the thief reads"}, {"shut", one + " that stays shut"}}
}

// px writes a measure: one decimal at most.
func px(f float64) string { return strconv.FormatFloat(float64(int(f*10+0.5))/10, 'f', -1, 64) }
