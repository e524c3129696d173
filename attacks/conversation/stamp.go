package conversation

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A stamp is the date that begins a line of a chat. Its three numbers are kept in the order of the line,
// since only the whole file tells which is the day: see ordering.
type stamp struct {
	Numbers              [3]string // a month that was a word is a number; a year of another era is one of ours
	Fixed                bool      // they are day, month, year in this order
	Form                 string    // what distinguishes this way to write a date
	Hour, Minute, Second int

	layout layout
	end    int // offset of the rest of the line
}

// A layout is what stands around a stamp. A file has one throughout.
type layout byte

const (
	dashed    layout = iota // date, time - name: text    (Android)
	bracketed               // [date, time] name: text    (iOS)
	coloned                 // date, time: name: text     (iOS to 2016)
	bare                    // date time name: text       (others)
)

const (
	maxStamp = 120 // bytes of a line that are looked at
	maxGap   = 32  // bytes between date and time, and between time and name
)

// Dates as phones write them: numbers, with an era beside the year or not, and names of months.
var (
	dateOfNumbers = regexp.MustCompile(`^(令和|平成|昭和|民國|民国|พ\.ศ\. ?)?([RHS]?\d{1,4}) ?([/.\-年년]) ?([RHS]?\d{1,2}) ?([/.\-月월]) ?` +
		`([RHS]?\d{1,4})(?: ?[日일])?\.?( ?(?:BE|พ\.ศ\.?|г\.?))?`)
	dayMonthYear = regexp.MustCompile(`^(?:\pL+\.?,? )?(\d{1,2})(?:\.|º|er)?[ -](?:de )?(\pL[\pL\pM]*)\.?,?[ -](?:de |del )?(\d{4}|\d{2})(?: г\.?)?`)
	monthDayYear = regexp.MustCompile(`^(?:\pL+\.?,? )?(\pL[\pL\pM]*)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})`)
	timeOfDay    = regexp.MustCompile(`^(\d{1,2})(?:[:.]| ?h ?)(\d\d)(?:[:.](\d\d))?`)
	wordsOnly    = regexp.MustCompile(`^[\pL\pM .,'’"״׳]*$`)
)

// eras are the years before the first of an era.
var eras = map[string]int{"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925, "民國": 1911, "民国": 1911}

// parseStamp reads the date that begins a line, and reports whether there is one.
func parseStamp(line []byte) (s stamp, ok bool) {
	text, offset := plainStart(line, maxStamp)
	if !strings.ContainsAny(text[:min(len(text), 24)], "0123456789") {
		return stamp{}, false
	}
	rest, bracket := strings.CutPrefix(text, "[")
	if bracket {
		rest = strings.TrimPrefix(rest, " ")
	}
	dateFirst := func() (between, after string, ok bool) {
		if after, ok = s.date(rest); !ok {
			return "", "", false
		}
		if between, after, ok = gap(after); !ok {
			return "", "", false
		}
		after, ok = s.clock(after)
		return between, after, ok
	}
	timeFirst := func() (between, after string, ok bool) {
		s = stamp{}
		if after, ok = s.clock(rest); !ok {
			return "", "", false
		}
		if between, after, ok = gap(after); !ok {
			return "", "", false
		}
		after, ok = s.date(after)
		return between, after, ok
	}
	between, after, ok := dateFirst()
	if !ok {
		between, after, ok = timeFirst()
	}
	if !ok {
		return stamp{}, false
	}
	words, rest, ok := s.close(after, bracket)
	if !ok || !s.apply(between, words) {
		return stamp{}, false
	}
	s.end = offset[len(text)-len(rest)]
	return s, true
}

// date reads a date.
func (s *stamp) date(text string) (rest string, ok bool) {
	if m := dateOfNumbers.FindStringSubmatch(text); m != nil {
		s.Numbers = [3]string{m[2], m[4], m[6]}
		s.Form = m[3] + m[5]
		s.years(m[1], m[7])
		return text[len(m[0]):], true
	}
	if m := dayMonthYear.FindStringSubmatch(text); m != nil {
		if n := words().monthOf(m[2]); n > 0 {
			s.Numbers, s.Fixed = [3]string{m[1], strconv.Itoa(n), m[3]}, true
			return text[len(m[0]):], true
		}
	}
	if m := monthDayYear.FindStringSubmatch(text); m != nil {
		if n := words().monthOf(m[1]); n > 0 {
			s.Numbers, s.Fixed = [3]string{m[2], strconv.Itoa(n), m[3]}, true
			return text[len(m[0]):], true
		}
	}
	return text, false
}

// years turns the year of another era, named before the date, in a number, or after the date, into one of
// ours. A year over 2400 is one of the Buddhist era, 543 years ahead.
func (s *stamp) years(before, after string) {
	buddhist := strings.HasPrefix(before, "พ") || strings.Contains(after, "BE") || strings.Contains(after, "พ")
	for i, text := range s.Numbers {
		era := text[:1]
		if i == 0 && eras[before] > 0 {
			era = before
		}
		n, _ := strconv.Atoi(strings.TrimLeft(text, "RHS"))
		switch {
		case eras[era] > 0:
			n += eras[era]
		case len(text) == 4 && n >= 2400:
			n -= 543
		case len(text) == 2 && n > 31 && buddhist: // neither a day nor a month
			n += 2500 - 543
		}
		if n > 999 {
			s.Numbers[i] = strconv.Itoa(n)
		}
		if len(s.Numbers[i]) == 4 {
			s.Form += strconv.Itoa(i)
		}
	}
}

// clock reads a time of day.
func (s *stamp) clock(text string) (rest string, ok bool) {
	m := timeOfDay.FindStringSubmatch(text)
	if m == nil {
		return text, false
	}
	s.Hour, _ = strconv.Atoi(m[1])
	s.Minute, _ = strconv.Atoi(m[2])
	s.Second, _ = strconv.Atoi(m[3])
	return text[len(m[0]):], s.Hour <= 23 && s.Minute <= 59 && s.Second <= 59
}

// gap divides a text before its first digit. There must be something before it, and no more than words.
func gap(text string) (between, rest string, ok bool) {
	at := strings.IndexFunc(text, unicode.IsDigit)
	if at < 1 || at > maxGap || !wordsOnly.MatchString(text[:at]) {
		return "", text, false
	}
	return text[:at], text[at:], true
}

// close reads what follows the time to the end of the stamp, and sets the layout.
func (s *stamp) close(text string, bracket bool) (words, rest string, ok bool) {
	if bracket {
		s.layout = bracketed
		words, rest, ok = strings.Cut(text, "]")
		return words, strings.TrimPrefix(rest, " "), ok && mayFollow(words)
	}
	for _, dash := range []string{" - ", " – ", " — "} {
		if words, rest, ok := strings.Cut(text, dash); ok && mayFollow(words) {
			s.layout = dashed
			return words, rest, true
		}
	}
	if words, rest, ok := strings.Cut(text, ": "); ok && mayFollow(words) {
		s.layout = coloned
		return words, rest, true
	}
	s.layout = bare
	rest, ok = strings.CutPrefix(text, " ")
	if word, after, more := strings.Cut(rest, " "); more {
		if h, known := classify(word); known && h != nil {
			words, rest = word, after
		}
	}
	first := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	return words, rest, ok && strings.Contains(rest, ":") && (first == 0 || strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "~"))
}

// mayFollow reports whether words may stand after a time: those of a half of the day, or others after a blank.
func mayFollow(words string) bool {
	if len(words) > maxGap {
		return false
	}
	h, known := classify(words)
	return known && (h != nil || words == "" || words[0] == ' ')
}

// apply moves the hour to the half of the day that the words before and after the time name. It reports
// false if they are unknown.
func (s *stamp) apply(before, after string) bool {
	for _, words := range []string{before, after} {
		h, known := classify(words)
		if !known || h != nil && s.Hour > 12 {
			return false
		}
		if h != nil {
			s.Hour = h.hour(s.Hour)
			return true
		}
	}
	return true
}

// joints are words that stand between a date and a time, or after one, and say nothing about it.
var joints = wordSet(`à a at um klo kl alle às as las a-las ore la om saat в у о г ч h uhr น pukul lúc plkst godz ob u во на
	ساعت الساعة ב בשעה 时 時 hs hrs hod el le de del`)

func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(s) {
		set[word] = true
	}
	return set
}

// classify returns the half of the day that words name, or nil if they name none. It reports false if
// there is a word it does not know.
func classify(text string) (h *half, known bool) {
	var rest []string
	find := func() bool {
		if found, ok := words().half[letters(strings.Join(rest, ""))]; ok {
			h = &found
			return true
		}
		return false
	}
	rest = strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	if len(rest) == 0 || find() {
		return h, true
	}
	for len(rest) > 0 && joints[letters(rest[0])] {
		rest = rest[1:]
		if len(rest) == 0 || find() {
			return h, true
		}
	}
	for len(rest) > 0 && joints[letters(rest[len(rest)-1])] {
		rest = rest[:len(rest)-1]
		if len(rest) == 0 || find() {
			return h, true
		}
	}
	return nil, false
}

// time returns the date in UTC, given the order of its numbers, and reports whether the calendar has it.
func (s stamp) time(o order) (time.Time, bool) {
	if s.Fixed {
		o = orders[0]
	}
	for _, i := range []int{o.month, o.day} {
		if len(s.Numbers[i]) > 2 {
			return time.Time{}, false
		}
	}
	year, _ := strconv.Atoi(s.Numbers[o.year])
	month, _ := strconv.Atoi(s.Numbers[o.month])
	day, _ := strconv.Atoi(s.Numbers[o.day])
	switch len(s.Numbers[o.year]) {
	case 2:
		year += 2000
	case 4:
	default:
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, s.Hour, s.Minute, s.Second, 0, time.UTC)
	return t, plausible(t) && t.Month() == time.Month(month) && t.Day() == day
}

// plausible reports whether t is from 1970 to 2100.
func plausible(t time.Time) bool {
	return 1970 <= t.Year() && t.Year() <= 2100
}
