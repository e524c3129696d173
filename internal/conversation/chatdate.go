package conversation

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// stamp is the date that begins a line, its three numbers as they stand.
type stamp struct {
	numbers              [3]string
	hour, minute, second int
	bracket              bool // the style of iOS: [date, time] name: text
	end                  int  // where the rest of the line begins
}

// order says which of a stamp's numbers is the year, the month and the day.
type order struct{ year, month, day int }

// orders are those in use, the likeliest first.
var orders = []order{{2, 1, 0}, {2, 0, 1}, {0, 1, 2}}

// style is how a file writes its dated lines.
type style struct {
	order   order
	bracket bool
}

const (
	marks = `[\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FEFF}]*`
	blank = `[ \x{A0}\x{202F}]`
	slash = marks + `[/.-] ?` + marks
)

var stampPattern = regexp.MustCompile(`^` + marks + `(\[?)` + marks +
	`(\d{1,4})` + slash + `(\d{1,2})` + slash + `(\d{1,4})\.?` + marks +
	`[,،]?` + blank + `(?:klo )?` + marks +
	`(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?` +
	`(?:` + blank + `?([AaPp])\.?` + blank + `?[Mm]\.?)?` +
	`(?:(\]) ?| [-–] )`)

func parseStamp(line []byte) (s stamp, ok bool) {
	m := stampPattern.FindSubmatchIndex(line[:min(len(line), 100)])
	if m == nil {
		return stamp{}, false
	}
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return string(line[m[2*i]:m[2*i+1]])
	}
	s = stamp{numbers: [3]string{group(2), group(3), group(4)}, end: m[1]}
	s.bracket = group(1) != ""
	s.hour, _ = strconv.Atoi(group(5))
	s.minute, _ = strconv.Atoi(group(6))
	s.second, _ = strconv.Atoi(group(7))
	half := strings.ToLower(group(8))
	if half != "" && s.hour > 12 || s.hour > 23 || s.minute > 59 || s.second > 59 ||
		s.bracket != (group(9) != "") {
		return stamp{}, false
	}
	if half != "" {
		s.hour %= 12
	}
	if half == "p" {
		s.hour += 12
	}
	return s, true
}

// time reads the stamp in one order, and reports whether the calendar has that date.
func (s stamp) time(o order) (time.Time, bool) {
	for _, i := range []int{o.month, o.day} {
		if len(s.numbers[i]) > 2 {
			return time.Time{}, false
		}
	}
	year, _ := strconv.Atoi(s.numbers[o.year])
	month, _ := strconv.Atoi(s.numbers[o.month])
	day, _ := strconv.Atoi(s.numbers[o.day])
	switch len(s.numbers[o.year]) {
	case 2:
		year += 2000
	case 4:
	default:
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, s.hour, s.minute, s.second, 0, time.UTC)
	return t, plausible(t) && t.Month() == time.Month(month) && t.Day() == day
}

// plausible reports whether a message can have been sent at t.
func plausible(t time.Time) bool {
	return 1970 <= t.Year() && t.Year() <= 2100
}

// findStyle looks at the head of a file. The first dated line tells the style;
// the order is the one with the fewest impossible dates and, among those, the
// fewest steps back in time.
func findStyle(ctx context.Context, head []byte) (style, error) {
	var stamps []stamp
	in := newLines(ctx, bytes.NewReader(head))
	for line, ok := in.next(); ok; line, ok = in.next() {
		s, ok := parseStamp(line)
		if ok && (len(stamps) == 0 || s.bracket == stamps[0].bracket) {
			stamps = append(stamps, s)
		}
	}
	if err := in.err(); err != nil {
		return style{}, err
	}
	if len(stamps) == 0 {
		line, number := firstLine(ctx, head)
		return style{}, notA("a WhatsApp export", line, number, `a line such as "31/12/2025, 21:05 - Ana: hello"`)
	}
	best, least := orders[0], 0
	for i, o := range orders {
		if n := misfit(stamps, o); i == 0 || n < least {
			best, least = o, n
		}
	}
	return style{best, stamps[0].bracket}, nil
}

// misfit counts what speaks against an order. One impossible date outweighs any
// number of steps back.
func misfit(stamps []stamp, o order) (n int) {
	var last time.Time
	for _, s := range stamps {
		t, ok := s.time(o)
		switch {
		case !ok:
			n += len(stamps)
			continue
		case t.Before(last):
			n++
		}
		last = t
	}
	return n
}
