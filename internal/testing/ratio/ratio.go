// Package ratio times a function beside another in the same run, so that a benchmark's result
// does not depend on the machine. Only tests import it.
package ratio

import (
	"slices"
	"testing"
	"time"
)

// Speed reports ours beside theirs: theirs / ours in the given unit. For a limit, which is what
// cannot be avoided, this is how near ours comes to it. It returns the time of ours.
func Speed(b *testing.B, unit string, ours, theirs func()) time.Duration {
	o, t := medians(b, ours, theirs)
	b.ReportMetric(float64(t)/float64(o), unit)
	return o
}

// Time reports ours in multiples of a part: ours / part in the given unit. It returns the time of
// ours.
func Time(b *testing.B, unit string, ours, part func()) time.Duration {
	o, t := medians(b, ours, part)
	b.ReportMetric(float64(o)/float64(t), unit)
	return o
}

// TimeAfter is Time, where something that is not timed comes before each.
func TimeAfter(b *testing.B, unit string, beforeOurs, ours, beforePart, part func()) {
	var os, ts []time.Duration
	for b.Loop() {
		beforeOurs()
		t0 := time.Now()
		ours()
		t1 := time.Now()
		beforePart()
		t2 := time.Now()
		part()
		os, ts = append(os, t1.Sub(t0)), append(ts, time.Since(t2))
	}
	slices.Sort(os)
	slices.Sort(ts)
	b.ReportMetric(float64(os[len(os)/2])/float64(ts[len(ts)/2]), unit)
}

// medians times both in turn, and reports that of ours as ns/op. Other programs on the machine
// disturb medians little.
func medians(b *testing.B, ours, theirs func()) (o, t time.Duration) {
	var os, ts []time.Duration
	ours()
	theirs()
	for b.Loop() {
		t0 := time.Now()
		ours()
		t1 := time.Now()
		theirs()
		os, ts = append(os, t1.Sub(t0)), append(ts, time.Since(t1))
	}
	slices.Sort(os)
	slices.Sort(ts)
	o, t = os[len(os)/2], ts[len(ts)/2]
	b.ReportMetric(float64(o.Nanoseconds()), "ns/op")
	return o, t
}
