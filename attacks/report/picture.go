package report

import (
	"fmt"
	"strconv"
	"strings"

	"doormat/attacks"
)

// The measures of a picture, in the units of its drawing.
const (
	nameWidth  = 120.0
	plotWidth  = 340.0
	topSpace   = 22.0 // for the label of the theft
	underSpace = 20.0 // for dates
	nameRunes  = 14
)

// group is the picture of one theft, with a panel for each system.
type group struct {
	Theft  string
	Panels []panel
}

// panel is the part of a picture on one system.
type panel struct {
	ID, System, Says, Alt string
	Width, Height         string
	People                []personView
	Ticks                 []tick
	Moment                *tick // the line of the theft; nil for none
	Top, Bottom           string
	Unit                  string // the name of a bin: day, week, period
	Heads                 []string
}

// personView is one person: a row of the panel, and a row of its table.
type personView struct {
	Name, Short, Total string
	Base, Label        string // heights
	Shut, Open         string // paths
	Cells              []string
}

// tick is a place on the line of time.
type tick struct{ X, Label, Anchor string }

// groups returns the pictures of a report, and the drawing that they share.
func groups(r *Report) (all []group, d drawing) {
	var plots []plot
	for _, p := range r.Pictures {
		for _, system := range r.systems {
			e := r.table.Cell(p.Theft, system)
			if e == nil && p.Instead != "" {
				e = r.table.Cell(p.Instead, system)
			}
			plots = append(plots, r.history.newPlot(system, e))
		}
	}
	anchor := 0 // the one theft that is not at the end, so that all pictures have the same axis of time
	for _, p := range plots {
		if 0 < p.moment && p.moment < len(p.bins) {
			anchor = p.moment
			break
		}
	}
	for i := range plots {
		plots[i] = coarse(plots[i], anchor)
	}
	d = newDrawing(plots)
	for i := range plots {
		p := r.Pictures[i/len(r.systems)]
		if i%len(r.systems) == 0 {
			all = append(all, group{Theft: name(string(p.Theft), 100)})
		}
		panel := newPanel(&plots[i], d, "picture-"+strconv.Itoa(i+1))
		panel.Says = says(p.Theft, plots[i].exposure)
		g := &all[len(all)-1]
		g.Panels = append(g.Panels, panel)
	}
	return all, d
}

// says returns the caption of a panel in the picture of a theft, given what it
// shows.
func says(theft attacks.TheftName, e *attacks.Exposure) string {
	s := ""
	if e == nil || e.Theft != theft {
		s = name(string(theft), 100) + " does not exist here. "
	}
	if e == nil {
		return s + "Nothing opens."
	}
	if e.Theft != theft {
		s += "Instead, " + name(string(e.Theft), 100) + ": "
	}
	n := e.Readable()
	return s + fmt.Sprintf("%s messages open, %s.", Fraction(n), fixed(Percent(n)))
}

func newPanel(p *plot, d drawing, id string) panel {
	d = d.of(len(p.bins))
	people := p.people
	bottom := topSpace + d.row*float64(len(people))
	v := panel{
		ID: id, System: name(p.system, 60), Unit: unit(p.bins),
		Width: px(nameWidth + plotWidth), Height: px(bottom + underSpace),
		Top: px(topSpace - 4), Bottom: px(bottom + 4),
		Ticks:  ticks(p.bins, d.bin),
		Moment: d.moment(p),
	}
	opened := attacks.Count{Of: len(people)}
	for i, s := range people {
		row, any := d.person(&s, len(p.bins), topSpace+d.row*float64(i+1))
		v.People = append(v.People, row)
		if any {
			opened.N++
		}
	}
	for _, b := range p.bins {
		v.Heads = append(v.Heads, date(b, p.bins))
	}
	v.Alt = fmt.Sprintf("One row a person, one column a %s. Messages of %s people open.", v.Unit, Fraction(opened))
	return v
}

// A drawing draws a square for each message or, where those have no room, for a
// number of messages. All pictures of a page share one.
type drawing struct {
	bin, row float64 // width and height of a bin of a person
	pitch    float64 // from square to square
	across   int     // squares side by side
	each     int     // the most messages that a square stands for
}

// newDrawing returns the drawing for some plots, with the largest squares that
// have room.
func newDrawing(plots []plot) drawing {
	bins, people, most := 1, 1, 1
	for _, p := range plots {
		bins, people = max(bins, len(p.bins)), max(people, len(p.people))
		for _, s := range p.people {
			for _, c := range s.bins {
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

// of returns the drawing for a number of bins.
func (d drawing) of(bins int) drawing {
	d.bin = plotWidth / float64(max(bins, 1))
	d.across = max(int((d.bin-1)/d.pitch), 1)
	return d
}

// person returns the row of one person, drawn upwards from base, and reports
// whether anything opened.
func (d drawing) person(s *strip, bins int, base float64) (v personView, any bool) {
	v = personView{
		Name: name(s.name, 100), Short: name(s.name, nameRunes),
		Base: px(base), Label: px(base - 4),
	}
	var shut, open strings.Builder
	total := attacks.Count{}
	for i := range bins {
		if i >= len(s.bins) || s.bins[i].Of <= 0 {
			v.Cells = append(v.Cells, "–")
			continue
		}
		c := s.bins[i]
		total.N, total.Of = total.N+c.N, total.Of+c.Of
		v.Cells = append(v.Cells, short(c))
		d.squares(&shut, &open, nameWidth+d.bin*float64(i), base, c)
	}
	v.Total, v.Shut, v.Open = Fraction(total), shut.String(), open.String()
	return v, total.N > 0
}

// squares draws one bin, from base upwards, those that opened first.
func (d drawing) squares(shut, open *strings.Builder, x, base float64, c attacks.Count) {
	n := (c.Of + d.each - 1) / d.each
	if n == 1 && 0 < c.N && c.N < c.Of {
		n = 2 // one of each
	}
	side := d.pitch - 1.5
	x += (d.bin - d.pitch*float64(d.across) + 1.5) / 2
	for i := range n {
		b := shut
		if i < steps(c, n) {
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

// px returns a length with at most one decimal.
func px(f float64) string { return strconv.FormatFloat(float64(int(f*10+0.5))/10, 'f', -1, 64) }
