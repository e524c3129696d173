package main

import (
	"fmt"
	"math"
	"strings"

	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

// brief returns what all keys of so many bits take at a rate, in few letters.
func brief(bits int, rate float64) string {
	return strings.NewReplacer("seconds", "s", "second", "s", "minutes", "min", "minute", "min", "hours", "h", "hour", "h",
		"days", "d", "day", "d", "years", "y", "year", "y").Replace(span.Estimate(bits, rate).String())
}

// dollars returns an amount of money with two or three significant digits.
func dollars(x float64) string {
	switch {
	case x < 0.0095:
		return "< 1 cent"
	case x < 0.995:
		return fmt.Sprintf("%.1f cents", 100*x)
	case x < 9.95:
		return fmt.Sprintf("$%.2f", x)
	case x < 1e6:
		return "$" + page.Thousands(int64(math.Round(x)))
	}
	u := []string{"million", "billion", "trillion"}
	for x /= 1e6; x >= 1e3 && len(u) > 1; x /= 1e3 {
		u = u[1:]
	}
	digits := 0
	if x < 9.95 {
		digits = 1
	}
	return strings.Replace(fmt.Sprintf("$%.*f %s", digits, x, u[0]), ".0 ", " ", 1)
}
