package conversation

import (
	netmail "net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// zones maps the names of time zones in mail to offsets. Of several meanings of a name it has the one of
// RFC 5322, Section 4.3, or else the most frequent.
var zones = map[string]string{
	"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000", "WET": "+0000",
	"BST": "+0100", "WEST": "+0100", "CET": "+0100", "MET": "+0100", "MEZ": "+0100",
	"CEST": "+0200", "MEST": "+0200", "METDST": "+0200", "MESZ": "+0200", "EET": "+0200", "SAST": "+0200",
	"EEST": "+0300", "MSK": "+0300", "MSD": "+0400", "IST": "+0530", "HKT": "+0800", "SGT": "+0800",
	"JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600",
	"PST": "-0800", "PDT": "-0700", "AKST": "-0900", "AKDT": "-0800", "HST": "-1000",
}

// usual are the most frequent layouts, which need no preparation.
var usual = []string{"Mon, 2 Jan 2006 15:04:05 -0700", time.ANSIC, time.RFC3339}

// parseDate reads a date as mail has written it since the 1980s, in several languages, and converts it to
// UTC. A date without a zone is in UTC. Of a date in numbers the month comes first, unless the other
// order is nearer to a date that is known otherwise. It reports false for a date before 1970 or after
// 2100.
func parseDate(s string, near time.Time) (time.Time, bool) {
	if len(s) > maxDate {
		return time.Time{}, false
	}
	for _, layout := range usual {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			return t, plausible(t)
		}
	}
	var d mailDate
	d.read(s)
	t, ok := d.time(near)
	if !ok {
		var err error
		t, err = netmail.ParseDate(s)
		ok = err == nil
	}
	t = t.UTC()
	return t, ok && plausible(t)
}

// maxDate is the number of bytes of the longest date.
const maxDate = 200

var (
	comments   = regexp.MustCompile(`\([^()]*\)`)
	brokenTime = regexp.MustCompile(`(\d): ?(\d\d)\b`)
	blankTime  = regexp.MustCompile(`: (\d)\b`)
	colonTime  = regexp.MustCompile(`^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(.*)$`)
	dotTime    = regexp.MustCompile(`^(\d{1,2})\.(\d\d)(?:\.(\d\d))?$`)
	zoneOffset = regexp.MustCompile(`^(?:GMT|UTC?)?([-+]\d\d):?(\d\d)$`)
	zoneHours  = regexp.MustCompile(`^(?:GMT|UTC?)?([-+])(\d{1,2})$`)
	inNumbers  = regexp.MustCompile(`^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:T(.*))?$`)
	inOneWord  = regexp.MustCompile(`^(\d{1,2})-(\pL+)\.?-(\d{2,4})$`)
	oneNumber  = regexp.MustCompile(`^(\d{1,5})(?:st|nd|rd|th|\.|º|er)?$`)
)

// A mailDate collects the words of a date, in whatever order they come. Weekdays, and words that it does
// not know, are no part of it.
type mailDate struct {
	numbers []string // of a date in numbers, three; else day and year
	month   int      // of a date with the name of a month
	isDay   bool     // that word was the first, and can be a day if a month follows: mar. is March or mardi
	clock   [3]int
	timed   bool // it has a time of day
	half    *half
	zone    string
	summer  bool // the clocks of the zone are an hour ahead
}

func (d *mailDate) read(s string) {
	s, _ = plainText(comments.ReplaceAllString(s, " "))
	s = brokenTime.ReplaceAllString(blankTime.ReplaceAllString(s, ":0$1"), "$1:$2")
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }) {
		d.word(word)
	}
}

// plainText returns a text with the digits 0 to 9 and single blanks: see plainRune.
func plainText(s string) (string, []int) { return plainStart([]byte(s), len(s)) }

func (d *mailDate) word(word string) {
	upper := strings.ToUpper(word)
	if m := inNumbers.FindStringSubmatch(word); m != nil && d.month == 0 && d.numbers == nil {
		d.numbers = m[1:4]
		if m[4] != "" {
			d.word(m[4])
		}
		return
	}
	if m := inOneWord.FindStringSubmatch(word); m != nil && d.month == 0 {
		d.month = words().monthOf(m[2])
		d.numbers = append(d.numbers, m[1], m[3])
		return
	}
	if m := colonTime.FindStringSubmatch(word); m != nil && !d.timed {
		d.setClock(m[1:4])
		if m[4] != "" {
			d.word(m[4])
		}
		return
	}
	if m := dotTime.FindStringSubmatch(word); m != nil && !d.timed && (m[3] != "" || d.complete()) {
		d.setClock(m[1:4])
		return
	}
	if m := zoneOffset.FindStringSubmatch(upper); m != nil {
		d.zone = m[1] + m[2]
	} else if m := zoneHours.FindStringSubmatch(upper); m != nil && d.timed {
		d.zone = m[1] + ("0" + m[2])[len(m[2])-1:] + "00"
	} else if z, ok := zones[upper]; ok {
		d.zone = z
	} else if upper == "DST" {
		d.summer = d.zone >= "+0000" && d.zone <= "+0200" // MET DST
	} else if m := oneNumber.FindStringSubmatch(word); m != nil && len(d.numbers) < 3 {
		d.numbers = append(d.numbers, m[1])
	} else if n := words().monthOf(word); n > 0 && (d.month == 0 || d.isDay) {
		d.month, d.isDay = n, len(d.numbers) == 0
	} else if h, ok := words().half[letters(word)]; ok && d.timed {
		d.half = &h
	}
}

// complete reports whether there are a day, a month and a year.
func (d *mailDate) complete() bool {
	return len(d.numbers) >= 3 || d.month > 0 && len(d.numbers) == 2
}

func (d *mailDate) setClock(m []string) {
	for i := range d.clock {
		d.clock[i], _ = strconv.Atoi(m[i])
	}
	d.timed = true
}

// time returns the date, and reports whether there is one that the calendar has.
func (d *mailDate) time(near time.Time) (time.Time, bool) {
	hour := d.clock[0]
	if d.half != nil && hour <= 12 {
		hour = d.half.hour(hour)
	}
	if !d.timed || hour > 23 || d.clock[1] > 59 || d.clock[2] > 60 {
		return time.Time{}, false
	}
	zone := time.UTC
	if d.zone != "" {
		if t, err := time.Parse("-0700", d.zone); err == nil { // or else one that there is not, such as +9999
			_, offset := t.Zone()
			if d.summer {
				offset += 60 * 60
			}
			zone = time.FixedZone("", offset)
		}
	}
	var best time.Time
	found := false
	for _, ymd := range d.dates() {
		t := time.Date(ymd[0], time.Month(ymd[1]), ymd[2], hour, d.clock[1], d.clock[2], 0, zone)
		if int(t.Month()) != ymd[1] || t.Day() != ymd[2] || !plausible(t.UTC()) {
			continue
		}
		if !found || !near.IsZero() && distance(t, near) < distance(best, near) {
			best, found = t, true
		}
	}
	return best, found
}

// distance returns how far a date is from the one of delivery. A mail is seldom delivered before it is
// written.
func distance(t, delivered time.Time) time.Duration {
	d := delivered.Sub(t)
	if d < -36*time.Hour {
		return 100 * -d
	}
	return d.Abs()
}

// dates returns what the numbers can mean as year, month and day, the likeliest first.
func (d *mailDate) dates() (all [][3]int) {
	n := make([]int, len(d.numbers))
	for i, text := range d.numbers {
		n[i], _ = strconv.Atoi(text)
	}
	switch {
	case d.month > 0 && len(n) == 2:
		if len(d.numbers[0]) == 4 {
			return [][3]int{{n[0], d.month, n[1]}}
		}
		return [][3]int{{fullYear(d.numbers[1]), d.month, n[0]}}
	case d.month > 0 || len(n) != 3:
		return nil
	case len(d.numbers[0]) == 4:
		return [][3]int{{n[0], n[1], n[2]}}
	}
	year := fullYear(d.numbers[2])
	return [][3]int{{year, n[0], n[1]}, {year, n[1], n[0]}}
}

// fullYear returns the year that a number of mail means: 98 is 1998, 19 is 2019, and 100 and 19100 are
// what some programs wrote in 2000.
func fullYear(text string) int {
	n, _ := strconv.Atoi(text)
	switch {
	case len(text) == 2 && n < 70:
		return 2000 + n
	case len(text) == 2, len(text) == 3:
		return 1900 + n
	case len(text) == 5:
		return 1900 + n - 19000
	}
	return n
}
