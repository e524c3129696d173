package report

import (
	"fmt"

	"doormat/attacks"
)

// A Reach is a theft whose collateral is drawn: how far it reaches beyond the victim.
type Reach struct {
	System string
	Theft  attacks.TheftName
}

// The measures of the plot of reaches, in the units of its drawing.
const (
	reachLabel = 280.0 // for the longest label, of 48 letters of some 5.7
	reachBar   = 150.0
	reachGap   = 70.0 // for the number behind a bar
	reachRow   = 22.0
	reachTop   = 24.0
)

// reachPlot is the plot of all reaches: a row for each, and a bar for each of three counts.
type reachPlot struct {
	Width, Height string
	Heads         []reachText
	Rows          []reachRowView
}

type reachText struct{ X, Y, Text string }

type reachRowView struct {
	Label reachText
	Bars  []reachBarView
	Cells []string // the same as numbers
	Names [2]string
}

type reachBarView struct {
	X, Y, Of, Open string // of the frame: place and width; and the width of what is filled
	Number         reachText
}

// newReachPlot returns the plot, or nil if there is nothing to draw. It leaves out what the table does not know.
func newReachPlot(r *Report) *reachPlot {
	heads := []string{"people beside the target", "strangers to the target", "messages of others"}
	p := &reachPlot{Width: px(reachLabel + 3*(reachBar+reachGap))}
	for i, h := range heads {
		p.Heads = append(p.Heads, reachText{px(reachX(i)), px(reachTop - 10), h})
	}
	for _, reach := range r.Reaches {
		e := r.table.Cell(reach.Theft, reach.System)
		if e == nil {
			continue
		}
		y := reachTop + reachRow*float64(len(p.Rows))
		row := reachRowView{
			Names: [2]string{name(label(e.Theft, r.table.Victim), 60), name(reach.System, 60)},
			Label: reachText{"0", px(y + 11), name(string(e.Theft), 32) + ", " + name(reach.System, 14)},
		}
		for i, c := range []attacks.Count{e.Collateral.People, e.Collateral.Strangers, e.Collateral.Messages} {
			row.Cells = append(row.Cells, Fraction(c))
			row.Bars = append(row.Bars, reachBarView{
				px(reachX(i)), px(y), px(reachBar), px(reachBar * float64(steps(c, 100)) / 100),
				reachText{px(reachX(i) + reachBar + 6), px(y + 11), short(c)},
			})
		}
		p.Rows = append(p.Rows, row)
	}
	if len(p.Rows) == 0 {
		return nil
	}
	p.Height = px(reachTop + reachRow*float64(len(p.Rows)))
	return p
}

func reachX(i int) float64 { return reachLabel + float64(i)*(reachBar+reachGap) }

// Alt says what the plot shows.
func (p *reachPlot) Alt() string {
	return fmt.Sprintf("One row a theft, %d in all, and three bars: the share of the other people of whom a message opens, "+
		"of those among them of whom one opens that is not with the target, and of the messages without the target that open.", len(p.Rows))
}
