package conversation

import (
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
)

// zones are the names that time zones have had in mail. Where a name has meant
// several, it is the one of RFC 5322 or else the one most mail meant by it.
var zones = map[string]string{
	"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000", "WET": "+0000",
	"BST": "+0100", "WEST": "+0100", "CET": "+0100", "MET": "+0100", "MEZ": "+0100",
	"CEST": "+0200", "MEST": "+0200", "METDST": "+0200", "MESZ": "+0200", "EET": "+0200", "SAST": "+0200",
	"EEST": "+0300", "MSK": "+0300", "MSD": "+0400", "IST": "+0530", "HKT": "+0800", "SGT": "+0800",
	"JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600",
	"PST": "-0800", "PDT": "-0700", "AKST": "-0900", "AKDT": "-0800", "HST": "-1000",
}

var (
	comments = regexp.MustCompile(`\([^()]*\)`)
	dashes   = regexp.MustCompile(`(\d)-([A-Za-z]{3,9})-(\d)`)
	offset   = regexp.MustCompile(`^(?:GMT|UTC?)?([-+]\d\d):?(\d\d)$`)
	month    = regexp.MustCompile(`(?i)^` + months + `[a-z]*\.?,?$`)
)

// usual are the layouts of dates without anything odd about them.
var usual = []string{"Mon, 2 Jan 2006 15:04:05 -0700", time.ANSIC, time.RFC3339}

// layouts are what remains of the dates in use once the weekday is gone and the
// zone is a number at the end, besides those that ParseDate knows.
var layouts = []string{
	"Jan 2 15:04:05 2006 -0700", "Jan 2 15:04 2006 -0700",
	"Jan 2 2006 15:04:05 -0700", "Jan 2 2006 15:04 -0700",
	"2006-01-02 15:04:05 -0700", "2006/01/02 15:04:05 -0700",
}

// parseDate reads a date as mail has written it since the 1980s. It is in UTC if
// it doesn't say.
func parseDate(s string) (time.Time, bool) {
	if len(s) > 200 {
		return time.Time{}, false
	}
	for _, layout := range usual {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			return t, plausible(t)
		}
	}
	s = plainDate(s)
	t, err := netmail.ParseDate(s)
	for i := 0; err != nil && i < len(layouts); i++ {
		t, err = time.Parse(layouts[i], s)
	}
	t = t.UTC()
	return t, err == nil && plausible(t)
}

// plainDate leaves out comments, weekdays and words that mean nothing, and puts
// the zone last, as a number.
func plainDate(s string) string {
	s = comments.ReplaceAllString(s, " ")
	s = dashes.ReplaceAllString(s, "$1 $2 $3")
	zone := "+0000"
	var kept []string
	for _, word := range strings.Fields(s) {
		upper := strings.ToUpper(word)
		if m := offset.FindStringSubmatch(upper); m != nil {
			zone = m[1] + m[2]
		} else if z, ok := zones[upper]; ok {
			zone = z
		} else if month.MatchString(word) {
			kept = append(kept, upper[:1]+strings.ToLower(word[1:3]))
		} else if '0' <= word[0] && word[0] <= '9' {
			kept = append(kept, strings.Trim(word, ","))
		}
	}
	return strings.Join(append(kept, zone), " ")
}
