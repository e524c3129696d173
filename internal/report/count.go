package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Percent is the share, to the nearest per cent. It says "100 %" only of all, and "0 %" only of
// none: between these it stops at "<1 %" and ">99 %". Of nothing it is "-".
func (c Count) Percent() string {
	if c.Of <= 0 {
		return "-"
	}
	p := (c.N*200 + c.Of) / (c.Of * 2)
	switch {
	case p == 0 && c.N > 0:
		return "<1 %"
	case p == 100 && c.N < c.Of:
		return ">99 %"
	}
	return strconv.Itoa(p) + " %"
}

// String is "n of N".
func (c Count) String() string {
	return commas(int64(c.N)) + " of " + commas(int64(c.Of))
}

// short is "n/N", for narrow columns; "-" of nothing.
func (c Count) short() string {
	if c.Of <= 0 {
		return "-"
	}
	return commas(int64(c.N)) + "/" + commas(int64(c.Of))
}

// steps is the share in steps of n, all and none kept apart as in Percent.
func (c Count) steps(n int) int {
	if c.Of <= 0 || c.N <= 0 {
		return 0
	}
	if c.N >= c.Of {
		return n
	}
	return min(max((c.N*2*n+c.Of)/(c.Of*2), 1), n-1)
}

// commas writes a number with a comma before every three digits.
func commas(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Readable counts the messages that open, of all.
func (c *Cell) Readable() Count {
	return Count{c.Before.N + c.After.N, c.Before.Of + c.After.Of}
}

// forgery answers whether the thief could write in the victim's name.
func (c *Cell) forgery() string {
	switch c.Forged {
	case "accepted":
		return "yes"
	case "refused":
		return "no"
	}
	return cmp.Or(clean(c.Forged), "-")
}

// cell returns what the theft exposes in the system with index i; nil if it does not exist there.
func (r *Row) cell(i int) *Cell {
	if i < len(r.Cells) {
		return r.Cells[i]
	}
	return nil
}

// A line is what a theft exposes in some systems alike.
type line struct {
	systems []int // never empty
	cell    *Cell // of the first of them
}

// lines joins the systems in which the theft exposes the same. Work is not compared.
func (r *Row) lines(systems int) (lines []line) {
	same := func(a, b *Cell) bool {
		return a.Before == b.Before && a.After == b.After && a.People == b.People &&
			a.Forged == b.Forged && a.Noticed == b.Noticed && a.Healed == b.Healed
	}
	for i := range systems {
		c := r.cell(i)
		if c == nil {
			continue
		}
		j := slices.IndexFunc(lines, func(l line) bool { return same(l.cell, c) })
		if j < 0 {
			lines = append(lines, line{cell: c})
			j = len(lines) - 1
		}
		lines[j].systems = append(lines[j].systems, i)
	}
	return lines
}

// names says which systems a line is about.
func (l line) names(systems []string) string {
	if len(l.systems) == len(systems) && len(systems) > 1 {
		if len(systems) == 2 {
			return "both"
		}
		return "all"
	}
	var names []string
	for _, i := range l.systems {
		names = append(names, clean(systems[i]))
	}
	return strings.Join(names, ", ")
}

// clean makes a text harmless to look at: no control characters, nothing that turns the direction
// of what follows. Line feeds stay.
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

// name is clean, on one line, and at most n runes.
func name(s string, n int) string {
	return truncate(strings.Join(strings.Fields(clean(s)), " "), n)
}

// truncate cuts s to n runes, the last of them "…".
func truncate(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:max(n-1, 0)]), " ") + "…"
}

// period writes two dates without repeating what they share.
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

// moment writes when a message was sent.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 January 2006, 15:04")
}

// plural counts things whose name takes an s.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return commas(int64(n)) + " " + many
}

// facts says what the conversation was.
func facts(r *Report) string {
	f := []string{plural(r.Messages, "message", "messages"), plural(r.People, "person", "people")}
	if p := period(r.From, r.To); p != "" {
		f = append(f, p)
	}
	return strings.Join(f, ", ") + "."
}

// victim says whose device was taken.
func victim(r *Report) string {
	if v := name(r.Victim, 60); v != "" {
		return "The device taken: " + v + "'s."
	}
	return ""
}

// duration is read as from a stopwatch, to three digits or so.
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
