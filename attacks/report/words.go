package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// clean returns a text in valid UTF-8 without control characters and those that
// change the direction of writing, which it replaces. Line feeds stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case r == '\r':
			return -1
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// name returns s, clean, on one line, in at most n characters.
func name(s string, n int) string {
	return truncate(strings.Join(strings.Fields(clean(s)), " "), n)
}

// truncate cuts s to n characters, the last of them "…".
func truncate(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:max(n-1, 0)]), " ") + "…"
}

// period returns two dates without repeating what they share, or "" if one is
// zero.
func period(from, to time.Time) string {
	const day, month, year = "2", "2 January", "2 January 2006"
	switch {
	case from.IsZero() || to.IsZero():
		return ""
	case from.Format(year) == to.Format(year):
		return to.Format(year)
	case from.Year() != to.Year():
		return from.Format(year) + " to " + to.Format(year)
	case from.Month() != to.Month():
		return from.Format(month) + " to " + to.Format(year)
	}
	return from.Format(day) + " to " + to.Format(year)
}

// moment returns the date of a message to the minute, or "" if it is zero.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 January 2006, 15:04")
}

// plural returns a number and the name of what it counts.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return commas(n) + " " + many
}

// facts returns sentences on the conversation: its messages, people and dates,
// and whose device is taken.
func facts(r *Report) string {
	c := r.table.Conversation
	f := []string{plural(int64(c.Len), "message", "messages"), plural(int64(len(c.People)), "person", "people")}
	if p := period(r.history.from, r.history.to); p != "" {
		f = append(f, p)
	}
	s := strings.Join(f, ", ") + "."
	if of := name(r.Subject, 200); of != "" {
		s = of + ": " + s
	}
	if v := name(r.table.Victim, 60); v != "" {
		s += " The device that is taken, where one is, is " + v + "'s."
	}
	return s
}

// duration returns d to three digits, or to the second above 100 seconds.
func duration(d time.Duration) string {
	three := func(f float64, unit string) string {
		return strconv.FormatFloat(f, 'g', 3, 64) + " " + unit
	}
	switch {
	case d < time.Millisecond:
		return three(float64(d)/1e3, "µs")
	case d < time.Second:
		return three(float64(d)/1e6, "ms")
	case d < 100*time.Second:
		return three(d.Seconds(), "s")
	}
	return d.Round(time.Second).String()
}
