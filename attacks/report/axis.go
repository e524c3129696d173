package report

import "time"

// step returns the length of a bin, 0 if there is one only. The first may be
// shorter.
func step(bins []time.Time) time.Duration {
	if len(bins) < 2 {
		return 0
	}
	return bins[len(bins)-1].Sub(bins[len(bins)-2])
}

// unit returns the name of a bin.
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

// date returns the date of t without the hour or the year, unless bins need them.
func date(t time.Time, bins []time.Time) string {
	switch {
	case len(bins) > 1 && step(bins) < 24*time.Hour:
		return fixed(t.Format("2 Jan 15:04"))
	case len(bins) > 1 && bins[len(bins)-1].Year() != bins[0].Year():
		return fixed(t.Format("2 Jan 2006"))
	}
	return fixed(t.Format("2 Jan"))
}

// ticks returns as many dates below a picture as have room, given the width of a
// bin.
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

// moment returns the line of the theft, nil if there is none in the picture.
func (d drawing) moment(p *plot) *tick {
	n := len(p.bins)
	if p.moment < 0 || p.moment > n || n == 0 {
		return nil
	}
	when, place := "at the end", float64(p.moment)
	if p.moment < n {
		begin := p.bins[p.moment]
		when = "in the " + unit(p.bins) + " from " + date(begin, p.bins)
		if !p.at.IsZero() {
			when = date(p.at, p.bins)
			place += within(p.at, begin, p.bins)
		}
	}
	t := &tick{X: px(nameWidth + d.bin*place), Label: "the theft, " + when, Anchor: "start"}
	if place > float64(n)*0.6 {
		t.Anchor = "end"
	}
	return t
}

// within returns the share of a bin that has passed at t, from 0 to 1.
func within(t, begin time.Time, bins []time.Time) float64 {
	return min(max(float64(t.Sub(begin))/float64(max(step(bins), 1)), 0), 1)
}
