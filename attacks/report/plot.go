package report

import (
	"slices"
	"time"

	"doormat/attacks"
)

// mostPeople is the number of people in a picture, and mostBins that of its bins
// of time.
const (
	mostPeople = 40
	mostBins   = 16
)

// A plot is what opened in one system, by person and over time.
type plot struct {
	system   string
	exposure *attacks.Exposure // nil if nothing is stolen
	bins     []time.Time       // the beginning of each
	moment   int               // the bin with the theft; len(bins) if that is later, -1 if none
	at       time.Time         // of the theft, within its bin; zero for the beginning
	people   []strip
}

// A strip is one person's line: the messages to and from that person, by bin.
type strip struct {
	name string
	bins []attacks.Count
}

// newPlot counts the messages that a theft opens in a system, a bin a day or, of
// more than 62 days, in 53 bins. If e is nil, nothing opens.
func (h *history) newPlot(system string, e *attacks.Exposure) plot {
	const day = 24 * time.Hour
	step, start := day, h.from.Truncate(day)
	if h.to.Sub(start)/day > 62 {
		step, start = h.to.Sub(h.from)/52+time.Millisecond, h.from
	}
	bin := func(at time.Time) int { return int(at.Sub(start) / step) }
	last := bin(h.to)
	p := plot{system: system, exposure: e, moment: -1}
	for i := range last + 1 {
		p.bins = append(p.bins, start.Add(time.Duration(i)*step))
	}
	if e != nil {
		p.moment = last + 1
		if e.Moment < len(h.at) {
			p.moment = bin(h.at[e.Moment])
		}
	}
	total := make([]int, len(h.people))
	order := make([]int, len(h.people))
	for i, person := range h.people {
		p.people = append(p.people, strip{person, make([]attacks.Count, last+1)})
		order[i] = i
	}
	for i, at := range h.at {
		for _, person := range h.ends[i] {
			c := &p.people[person].bins[bin(at)]
			c.Of++
			total[person]++
			if e != nil && i < len(e.Opened) && e.Opened[i] {
				c.N++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return total[b] - total[a] })
	var drawn []strip
	for _, i := range order[:min(len(order), mostPeople)] {
		drawn = append(drawn, p.people[i])
	}
	p.people = drawn
	return p
}

// coarse joins the bins of a plot with more than mostBins. One of the joined bins
// begins with the bin anchor: the theft's, so that none has messages from before
// and after it.
func coarse(p plot, anchor int) plot {
	n := len(p.bins)
	k := together(p.bins)
	if k == 1 {
		return p
	}
	first := min(max(anchor, 0), n) % k
	at := func(i int) int { return (i + (k-first)%k) / k }
	q := p
	q.bins, q.people = nil, nil
	for i, b := range p.bins {
		if i == 0 || at(i) != at(i-1) {
			q.bins = append(q.bins, b)
		}
	}
	if p.moment >= n {
		q.moment = len(q.bins)
	} else if p.moment >= 0 {
		q.moment = at(p.moment)
	}
	if q.at.IsZero() && 0 <= p.moment && p.moment < n {
		q.at = p.bins[p.moment]
	}
	for _, s := range p.people {
		t := strip{s.name, make([]attacks.Count, len(q.bins))}
		for i, c := range s.bins[:min(len(s.bins), n)] {
			b := &t.bins[at(i)]
			b.N, b.Of = b.N+c.N, b.Of+c.Of
		}
		q.people = append(q.people, t)
	}
	return q
}

// together returns the number of bins to join into one: of many days a multiple
// of seven.
func together(bins []time.Time) int {
	k := (len(bins) + mostBins - 1) / mostBins
	if k > 2 && unit(bins) == "day" {
		k = (k + 6) / 7 * 7
	}
	return max(k, 1)
}
