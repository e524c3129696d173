package report

import "time"

// coarse joins the bins of a picture where there are too many, so that one begins with the theft's.
func coarse(p Picture) Picture {
	n := len(p.Bins)
	k := together(p.Bins)
	if k == 1 {
		return p
	}
	first := min(max(p.Moment, 0), n) % k
	at := func(i int) int { return (i + (k-first)%k) / k }
	q := p
	q.Bins, q.People = nil, nil
	for i, b := range p.Bins {
		if i == 0 || at(i) != at(i-1) {
			q.Bins = append(q.Bins, b)
		}
	}
	if p.Moment >= 0 {
		q.Moment = at(p.Moment)
	}
	if q.At.IsZero() && 0 <= p.Moment && p.Moment < n {
		q.At = p.Bins[p.Moment]
	}
	for _, s := range p.People {
		t := Strip{Name: s.Name, Bins: make([]Count, len(q.Bins))}
		for i, c := range s.Bins[:min(len(s.Bins), n)] {
			b := &t.Bins[at(i)]
			b.N, b.Of = b.N+c.N, b.Of+c.Of
		}
		q.People = append(q.People, t)
	}
	return q
}

// together is how many bins are drawn as one: whole weeks of many days.
func together(bins []time.Time) int {
	k := (len(bins) + mostBins - 1) / mostBins
	if k > 2 && unit(bins) == "day" {
		k = (k + 6) / 7 * 7
	}
	return max(k, 1)
}

// step is the length of a bin; 0 if there is but one. The first may be shorter.
func step(bins []time.Time) time.Duration {
	if len(bins) < 2 {
		return 0
	}
	return bins[len(bins)-1].Sub(bins[len(bins)-2])
}

// unit names the bins.
func unit(bins []time.Time) string {
	switch step(bins) {
	case 24 * time.Hour:
		return "day"
	case 7 * 24 * time.Hour:
		return "week"
	case time.Hour:
		return "hour"
	}
	return "period"
}

// date writes the beginning of a bin as short as bins allow.
func date(t time.Time, bins []time.Time) string {
	switch {
	case len(bins) > 1 && step(bins) < 24*time.Hour:
		return fixed(t.Format("2 Jan 15:04"))
	case len(bins) > 1 && bins[len(bins)-1].Year() != bins[0].Year():
		return fixed(t.Format("2 Jan 2006"))
	}
	return fixed(t.Format("2 Jan"))
}

// ticks puts as many dates below the picture as have room.
func ticks(bins []time.Time, bin float64) (ticks []tick) {
	room := 40.0
	if len(bins) > 0 && len(date(bins[0], bins)) > 8 {
		room = 78
	}
	step := 1
	for _, s := range []int{1, 2, 7, 14, 28, 56, 112} {
		step = s
		if float64(s)*bin >= room {
			break
		}
	}
	for i := 0; i < len(bins); i += step {
		if i > 0 && float64(len(bins)-i)*bin < room-16 {
			break
		}
		ticks = append(ticks, tick{X: px(nameWidth + bin*float64(i)), Label: date(bins[i], bins)})
	}
	return ticks
}

// moment is the line of the theft; nil if that lies outside of the picture.
func (d drawing) moment(p *Picture) *tick {
	n := len(p.Bins)
	if p.Moment < 0 || p.Moment > n || n == 0 {
		return nil
	}
	what, when, place := "the theft", "at the end", float64(p.Moment)
	if p.Theft == "" {
		what = "the same moment"
	}
	if p.Moment < n {
		begin := p.Bins[p.Moment]
		when = "in the " + unit(p.Bins) + " from " + date(begin, p.Bins)
		if !p.At.IsZero() {
			when = date(p.At, p.Bins)
			place += within(p.At, begin, p.Bins)
		}
	}
	t := &tick{X: px(nameWidth + d.bin*place), Label: what + ", " + when, Anchor: "start"}
	if place > float64(n)*0.6 {
		t.Anchor = "end"
	}
	return t
}

// within is how much of a bin has passed.
func within(t, begin time.Time, bins []time.Time) float64 {
	return min(max(float64(t.Sub(begin))/float64(max(step(bins), 1)), 0), 1)
}
