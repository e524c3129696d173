// Package span prints how long searches take: from microseconds to billions of years.
package span

import (
	"fmt"
	"math"
)

// Span is a time in seconds. The largest [time.Duration] is 292 years, which some searches exceed.
type Span float64

// Estimate returns the time to try all keys of a number of bits at a rate in keys per second. The
// average time to find a key is half of it.
func Estimate(bits int, rate float64) Span {
	return Span(math.Ldexp(1, bits) / rate)
}

// units are those that String prints, each with its length in seconds.
var units = []struct {
	seconds   float64
	one, many string
}{
	{1e-6, "µs", "µs"},
	{1e-3, "ms", "ms"},
	{1, "second", "seconds"},
	{60, "minute", "minutes"},
	{3600, "hour", "hours"},
	{86400, "day", "days"},
	{365.25 * 86400, "year", "years"},
	{365.25 * 86400 * 1e3, "thousand years", "thousand years"},
	{365.25 * 86400 * 1e6, "million years", "million years"},
	{365.25 * 86400 * 1e9, "billion years", "billion years"},
}

// String returns the time in one unit, with two significant figures or more: 17 seconds, 2.3 years.
func (s Span) String() string {
	if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
		return "for ever"
	}
	u := units[0]
	for _, next := range units {
		if float64(s) >= next.seconds*0.9995 {
			u = next
		}
	}
	n := float64(s) / u.seconds
	digits := 0
	if n < 9.95 {
		digits = 1
	}
	if text := fmt.Sprintf("%.*f", digits, n); text != "1.0" {
		return text + " " + u.many
	}
	return "1 " + u.one
}
