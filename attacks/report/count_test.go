package report

import (
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, of int
		want  string
	}{
		{0, 0, "-"}, {0, 1, "0 %"}, {1, 1, "100 %"}, {0, 416, "0 %"}, {416, 416, "100 %"},
		{1, 416, "<1 %"}, {2, 416, "<1 %"}, {3, 416, "1 %"}, {1, 200, "1 %"}, {1, 201, "<1 %"},
		{415, 416, ">99 %"}, {199, 200, ">99 %"}, {413, 416, "99 %"}, {1, 2, "50 %"}, {1, 3, "33 %"}, {2, 3, "67 %"},
		{999_999_999, 1_000_000_000, ">99 %"}, {1, 1_000_000_000, "<1 %"},
	} {
		if got := Percent(attacks.Count{N: tt.n, Of: tt.of}); got != tt.want {
			t.Errorf("%d of %d: %q, expected %q", tt.n, tt.of, got, tt.want)
		}
	}
}

// What is not all never looks like all, and what is not none never looks like none.
func TestPercentIsHonest(t *testing.T) {
	for of := 1; of <= 500; of++ {
		for n := 0; n <= of; n++ {
			c := attacks.Count{N: n, Of: of}
			p, s := Percent(c), steps(c, 10)
			if (p == "100 %") != (n == of) || (s == 10) != (n == of) {
				t.Fatalf("%v looks like all: %s, %d of 10", c, p, s)
			}
			if (p == "0 %") != (n == 0) || (s == 0) != (n == 0) {
				t.Fatalf("%v looks like none: %s, %d of 10", c, p, s)
			}
		}
	}
}

func TestFraction(t *testing.T) {
	for c, want := range map[attacks.Count][2]string{
		{}: {"0 of 0", "-"}, {N: 3, Of: 7}: {"3 of 7", "3/7"}, {N: 1415, Of: 1234567}: {"1,415 of 1,234,567", "1,415/1,234,567"},
	} {
		if got := [2]string{Fraction(c), short(c)}; got != want {
			t.Errorf("%v: %q, expected %q", c, got, want)
		}
	}
}

func TestCommas(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 65536: "65,536", 1234567: "1,234,567", -1: "-1", -123: "-123", -1234: "-1,234",
	} {
		if got := commas(n); got != want {
			t.Errorf("%d: %q, expected %q", n, got, want)
		}
	}
}

func TestPeriod(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 9, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		from, to time.Time
		want     string
	}{
		{time.Time{}, day(2026, 3, 2), ""},
		{day(2026, 3, 2), day(2026, 3, 2).Add(time.Hour), "2 March 2026"},
		{day(2026, 3, 2), day(2026, 3, 19), "2 to 19 March 2026"},
		{day(2026, 3, 2), day(2026, 4, 2), "2 March to 2 April 2026"},
		{day(2025, 3, 2), day(2026, 3, 2), "2 March 2025 to 2 March 2026"},
	} {
		if got := period(tt.from, tt.to); got != tt.want {
			t.Errorf("%q, expected %q", got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		999: "0.999 µs", 1356866: "1.36 ms", 12 * time.Second: "12 s", 99499 * time.Millisecond: "99.5 s", 2 * time.Hour: "2h0m0s",
	} {
		if got := duration(d); got != want {
			t.Errorf("%d: %q, expected %q", d, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"Café 世界 👩‍👩‍👧":         "Café 世界 👩‍👩‍👧",
		"a\tb\r\nc":             "a b\nc",
		"\x1b[2J\x9b\u0085\x00": "\uFFFD[2J\uFFFD\uFFFD\uFFFD",
		"\u202egnp.exe\u2066":   "\uFFFDgnp.exe\uFFFD",
	} {
		if got := clean(s); got != want {
			t.Errorf("%q: %q, expected %q", s, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, tt := range []struct {
		s    string
		n    int
		want string
	}{
		{"", 0, ""}, {"Ana", 3, "Ana"}, {"Anna", 3, "An…"}, {"A na", 3, "A…"}, {"世界和平", 3, "世界…"}, {"ab", 1, "…"},
	} {
		if got := truncate(tt.s, tt.n); got != tt.want {
			t.Errorf("%q to %d: %q, expected %q", tt.s, tt.n, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		s    string
		n    int
		want string
	}{
		{"", 5, ""}, {"one two", 7, "one two"}, {"one two", 6, "one|two"}, {"ha\nha", 9, "ha|ha"},
		{"a\n\n\nb\n", 9, "a||b"}, {"abcdefgh ij", 3, "abc|def|gh|ij"}, {"世界和平", 2, "世界|和平"},
	} {
		if got := strings.Join(wrap(tt.s, tt.n), "|"); got != tt.want {
			t.Errorf("%q to %d: %q, expected %q", tt.s, tt.n, got, tt.want)
		}
	}
}
