package span

import "testing"

func TestSpan(t *testing.T) {
	for span, want := range map[Span]string{
		0.0005:              "500 µs",
		0.25:                "250 ms",
		1:                   "1 second",
		16.8:                "17 seconds",
		90:                  "1.5 minutes",
		3600:                "1 hour",
		Estimate(40, 1<<24): "18 hours",
		Estimate(56, 1<<24): "136 years",
		Estimate(64, 1<<24): "35 thousand years",
		Estimate(80, 1<<24): "2.3 billion years",
		Estimate(64, 0):     "for ever",
	} {
		if got := span.String(); got != want {
			t.Errorf("%g seconds: %s, want %s", float64(span), got, want)
		}
	}
}
