package conversation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// oneMail reads an mbox of one message with this header and the text "hi".
func oneMail(t *testing.T, from, header string) (letter, string) {
	t.Helper()
	all, tally := readAll(t, readMbox, strings.NewReader(from+"\n"+header+"\n\nhi\n"))
	if tally.Found != 1 {
		t.Fatalf("%q: found %d messages", header, tally.Found)
	}
	for reason := range tally.Left {
		return letter{}, reason
	}
	return all[0], ""
}

const dated = "Date: 1 Jan 2020 10:00:00 +0000\n"

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"Tue, 3 Mar 1998 10:00:00 +0100":            "1998-03-03 09:00:00",
		"Tue, 03 Mar 98 10:00 +0100":                "1998-03-03 09:00:00",
		"3 Mar 1998 10:00:00 -0000":                 "1998-03-03 10:00:00",
		"Tue, 3 Mar 1998 10:00:00 +0100 (CET)":      "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10:00:00 (an hour) GMT":    "1998-03-03 10:00:00",
		"Tue, 3 Mar 1998 10:00:00 GMT+0100":         "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10:00:00 UTC-05:00":        "1998-03-03 15:00:00",
		"Tue, 3 Mar 1998 10:00:00 EST":              "1998-03-03 15:00:00",
		"Tuesday, 3-Mar-98 10:00:00 PST":            "1998-03-03 18:00:00",
		"Tuesday, 3 March 1998 10:00:00 MET":        "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10:00:00":                  "1998-03-03 10:00:00",
		"Tue, 3 Mar 1998 10:00:00 Romance Standard": "1998-03-03 10:00:00",
		"tue, 3 mar 1998 10:00:00 z":                "1998-03-03 10:00:00",
		"Tue Mar  3 10:00:00 1998":                  "1998-03-03 10:00:00",
		"Tue Mar  3 10:00:00 EST 1998":              "1998-03-03 15:00:00",
		"Tue Mar 03 10:00:00 +0200 1998":            "1998-03-03 08:00:00",
		"Tue, Mar 3, 1998 10:00:00 +0200":           "1998-03-03 08:00:00",
		"1998-03-03 10:00:00 +0200":                 "1998-03-03 08:00:00",
		"1998-03-03T10:00:00+02:00":                 "1998-03-03 08:00:00",
		"Fri, 31 Dec 99 23:59:59 +0000":             "1999-12-31 23:59:59",
		"Tue, 3 Mar 1998 10.00.00 +0100":            "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10.00 +0100":               "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10: 00:00 +0100":           "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10:00:00 PM +0000":         "1998-03-03 22:00:00",
		"Tue, 3 Mar 1998 10:00:00PM +0000":          "1998-03-03 22:00:00",
		"Tue, 3 Mar 1998 12:00:00 a.m. +0000":       "1998-03-03 00:00:00",
		"Di, 3 Mrz 1998 10:00:00 +0100":             "1998-03-03 09:00:00",
		"Dienstag, 3. März 1998 10:00:00 +0100":     "1998-03-03 09:00:00",
		"mar., 3 mars 1998 10:00:00 +0100":          "1998-03-03 09:00:00",
		"mar., 7 avr. 1998 10:00:00 +0200":          "1998-04-07 08:00:00",
		"mardi 3 mars 1998 10:00:00 +0100":          "1998-03-03 09:00:00",
		"Vendredi 14 Août 1998 10:00:00 +0200":      "1998-08-14 08:00:00",
		"mié, 11 feb 1998 10:00:00 +0100":           "1998-02-11 09:00:00",
		"ter, 1 set 1998 10:00:00 -0300":            "1998-09-01 13:00:00",
		"di, 3 mrt 1998 10:00:00 +0100":             "1998-03-03 09:00:00",
		"Вт, 3 мар 1998 10:00:00 +0300":             "1998-03-03 07:00:00",
		"Tue, 03/03/98 10:00:00 AM":                 "1998-03-03 10:00:00",
		"3/13/1998 10:00:00 PM":                     "1998-03-13 22:00:00",
		"13/3/1998 10:00":                           "1998-03-13 10:00:00",
		"03.03.1998 10:00:00 +0100":                 "1998-03-03 09:00:00",
		"1998/03/03 10:00:00":                       "1998-03-03 10:00:00",
		"Mon, 3 Jan 100 10:00:00 +0000":             "2000-01-03 10:00:00",
		"Mon, 3 Jan 19100 10:00:00 +0000":           "2000-01-03 10:00:00",
		"Tue, 3rd March 1998, 10:00:00 GMT":         "1998-03-03 10:00:00",
		"1 Jan 00 00:00:00 +0000":                   "2000-01-01 00:00:00",
		"Tue, 3 Mar 1998 10:00:00 +2":               "1998-03-03 08:00:00",
		"Tue, 3 Mar 1998 10:00:00 -05":              "1998-03-03 15:00:00",
		"Tue, 3 Mar 1998 10:00:00 GMT+1":            "1998-03-03 09:00:00",
		"Tue, 3 Mar 1998 10:00:00 UTC+10":           "1998-03-03 00:00:00",
		"Tue, 3 Mar 1998 10:00:00 MET DST":          "1998-03-03 08:00:00",
		"Tue Mar  3 10:00:00 MET DST 1998":          "1998-03-03 08:00:00",
		"Tue, 3 Mar 1998 10:00:00 EST DST":          "1998-03-03 15:00:00",
		"Tue, 3 Mar 1998  9: 5: 7 +0000":            "1998-03-03 09:05:07",
		"Tue, 3 Mar 1998 10:00:00 +9999":            "1998-03-03 10:00:00",

		"":                                "",
		"yesterday":                       "",
		"Tue, 3 Mar 1998":                 "",
		"31 Feb 1998 10:00:00 +0000":      "",
		"3 Mar 1998 25:00:00 +0000":       "",
		"1 Jan 1969 10:00:00 +0000":       "",
		"1 Jan 2101 10:00:00 +0000":       "",
		"Fri, 31 Dec 2100 23:00:00 -0500": "",
		"1969-01-01T10:00:00Z":            "",
		"1 Jan 2020 10:00" + strings.Repeat(" ", 200): "",
	} {
		at, ok := parseDate(in, time.Time{})
		got := ""
		if ok {
			got = at.Format(time.DateTime)
		}
		if got != want || ok && at.Location() != time.UTC {
			t.Errorf("%q read as %q in %v, want %q", in, got, at.Location(), want)
		}
	}
}

// Of a date in numbers the order is the one that is nearer to the date of delivery.
func TestNearDate(t *testing.T) {
	for delivered, want := range map[string]string{"Fri May  1 10:00:00 1998": "1998-04-05", "Mon May  4 11:00:00 1998": "1998-05-04", "": "1998-04-05"} {
		near, _ := parseDate(delivered, time.Time{})
		if at, _ := parseDate("4/5/1998 10:00:00", near); at.Format(time.DateOnly) != want {
			t.Errorf("delivered on %s: %v", delivered, at)
		}
	}
}

func TestDateFallsBack(t *testing.T) {
	const from, people = "From a@b Tue Mar  3 10:00:00 1998", "From: a@b\nTo: c@d\n"
	for _, date := range []string{"", "Date: soon", "Date: 1 Jan 1904 00:00:00 GMT", "Date: 1 Jan 2106 00:00:00 GMT"} {
		for _, delivered := range []string{from + "\n", "From x\nReceived: from y by z;\n\tTue, 3 Mar 1998 11:00:00 +0100\n", "From x\nDelivery-date: Tue, 3 Mar 1998 10:00:00 +0000\n"} {
			all, tally := readAll(t, readMbox, strings.NewReader(delivered+people+date+"\n\nhi\n"))
			if len(all) != 1 || all[0].At.Format(time.DateTime) != "1998-03-03 10:00:00" {
				t.Errorf("%q after %q: %v %v", date, delivered, all, tally)
			}
			if unreadable := date != ""; (tally.Redated == 1) != unreadable {
				t.Errorf("%q: %d redated", date, tally.Redated)
			}
		}
		if _, reason := oneMail(t, "From a@b", people+date); reason != noDate {
			t.Errorf("%q with no date before it: left because of %q", date, reason)
		}
	}
}

// A line that RFC 4155 would have begins a message after a blank line, whatever follows.
func TestEnvelopeLine(t *testing.T) {
	for line, want := range map[string]string{
		"From ana@example.org Tue Mar  3 10:00:00 1998":         "ana@example.org",
		"From ana@example.org Tue Mar  3 10:00 1998":            "ana@example.org",
		"From ana@example.org Tue Mar  3 10:00:00 1998 +0100":   "ana@example.org",
		"From ana@example.org Tue Mar  3 10:00:00 MET DST 1998": "ana@example.org",
		"From ana@example.org Tue, 3 Mar 1998 10:00:00 +0100":   "ana@example.org",
		"From ana at example.org  Tue Mar  3 10:00:00 1998":     "ana at example.org",
		"From - Tue Mar 03 10:00:00 1998":                       "",
		"From ???@??? Tue Mar 03 10:00:00 1998":                 "",
		"From 1234567890@xxx Tue Mar 03 10:00:00 +0000 2015":    "",
		"From uucp Tue Mar  3 10:00 EST 1998 remote from ihnp4": "uucp",
		"From Tue Mar  3 10:00:00 1998":                         "",
		"From the beginning of Mar  3 10:00:00 1998":            "no",
		"From -1234567890123456789":                             "",
		"From 1234567890123456789 ":                             "",
		"From 1234":                                             "no",
		"From 1234567890 on":                                    "no",
		"From the beginning":                                    "no",
		"From Ana, who wrote on Tue Mar  3 10:00:00 1998":       "no",
		"From ana@example.org Tue Mar  3 10:00:00 1998 we had":  "no",
		"From 10:00 in 1998":                                    "no",
		"From: ana@example.org Tue Mar  3 10:00:00 1998":        "no",
		" From ana@example.org Tue Mar  3 10:00:00 1998":        "no",
		">From ana@example.org Tue Mar  3 10:00:00 1998":        "no",
		"From ana@example.org Tue Mar  3 10:00:00 98":           "no",
	} {
		got := "no"
		if envelopeLine.MatchString(line) {
			got, _ = envelope(line)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
		const body = "From x\nFrom: a@b\nTo: c@d\n" + dated + "\nhi\n%s%s\nno field\n"
		for between, divides := range map[string]bool{"\n": want != "no", "": false} {
			_, tally := readAll(t, readMbox, strings.NewReader(fmt.Sprintf(body, between, line)))
			if (tally.Found == 2) != divides {
				t.Errorf("%q after %q: found %d", line, between, tally.Found)
			}
		}
	}
}

func TestQuotedFrom(t *testing.T) {
	const body = ">From a\n>>From b\n>>>From c\n> From d\n>from e\nx >From f\n>\n>>\n>From\n"
	all, _ := readAll(t, readMbox, strings.NewReader("From x\nFrom: a@b\nTo: c@d\n"+dated+"\n"+body))
	if want := "From a\n>From b\n>>From c\n> From d\n>from e\nx >From f\n>\n>>\n>From"; texts(all) != want {
		t.Errorf("read %q, want %q", texts(all), want)
	}
}

func TestSender(t *testing.T) {
	const to = "To: zoe@example.org\n" + dated
	for header, want := range map[string]string{
		"From: Ana López <ana@example.org>":                     "Ana López",
		"From: \"López, Ana\" <ana@example.org>":                "López, Ana",
		"From: =?iso-8859-1?q?Ana_L=F3pez?= <ana@example.org>":  "Ana López",
		"From: =?utf-8?q?Ana_L=C3?= =?utf-8?q?=B3pez?= <a@b>":   "Ana López",
		"From: \"=?utf-8?q?Ana_L=C3=B3pez?=\" <a@b>":            "Ana López",
		"From: =?x-nowhere?q?Ana?= <ana@example.org>":           "Ana",
		"From: =?utf-8?q?Ana <ana@example.org>":                 "=?utf-8?q?Ana",
		"From: ana@example.org (Ana)":                           "Ana",
		"From: Ana@Example.ORG":                                 "ana@example.org",
		"From: \"Ana@Example.org\" <ana@example.org>":           "ana@example.org",
		"From: <ana@example.org>":                               "ana@example.org",
		"From: ana at example.org (Ana)":                        "Ana",
		"From: ana at example.org":                              "ana@example.org",
		"From: Ana L. Ruiz <ana@example.org>":                   "Ana L. Ruiz",
		"From: Ana [home] <ana@example.org>":                    "Ana [home]",
		"From: Ana L\xf3pez <ana@example.org>":                  "Ana López",
		"From:\n\tAna\n  <ana@example.org>":                     "Ana",
		"FROM : Ana <ana@example.org>":                          "Ana",
		"From: Ana <ana@example.org":                            "Ana",
		"From: host!ana (Ana)":                                  "Ana",
		"From: host!ana":                                        "host!ana",
		"From: root (Cron Daemon)":                              "Cron Daemon",
		"From: ana (Ana)":                                       "Ana",
		"From: Ana Ruiz (Acme)":                                 "Ana Ruiz",
		"From: =?utf-8?B?QW7DqQ?= <ana@example.org>":            "Ané",
		"From: =?utf-8?b?QW7DqWE?= =?utf-8?b?IEw?= <ana@b.org>": "Anéa L",
		"From: Ana":                       "Ana",
		"From: A\x00na <ana@example.org>": "Ana",
		"From: Ana <ana@example.org>, Ben <ben@example.org>":       "Ana",
		"From: Ana <ana@example.org>\nFrom: Ben <ben@example.org>": "Ana",
		"From: \nReply-To: Ben <ben@example.org>":                  "Ben",
		"From: ,\nReply-To: Ben <ben@example.org>":                 "Ben",
		"Sender: Ben <ben@example.org>":                            "Ben",
		"X-Nothing: x":                                             "eve@example.org",
		"From: " + strings.Repeat("x", 2*maxName) + " <a@b>":       strings.Repeat("x", maxName),
	} {
		m, reason := oneMail(t, "From eve@example.org", header+"\n"+to)
		if m.From != want {
			t.Errorf("%q: from %q (%s), want %q", header, m.From, reason, want)
		}
	}
	for _, from := range []string{"From -", "From - Tue Mar 03 10:00:00 1998", "From 12@xxx Tue Mar 03 10:00:00 +0000 2015", "From the beginning"} {
		if m, reason := oneMail(t, from, to); reason != noSender {
			t.Errorf("%q: from %q", from, m.From)
		}
	}
}

func TestRecipients(t *testing.T) {
	const ana, listed = "From: Ana <ana@example.org>\n" + dated, "List-Id: The list <the.list.example>\n"
	for header, want := range map[string]string{
		"To: Ben <ben@example.org>":                                       "Ben",
		"To: ben@example.org, Carla <c@d>\nCc: Dan <dan@e>\nBcc: e@f":     "ben@example.org|Carla|Dan|e@f",
		"To: ben@example.org\nTo: c@d":                                    "ben@example.org|c@d",
		"To: Ben <ben@example.org>, BEN@example.org\nCc: ben@example.org": "Ben",
		"To: Ana <ana@example.org>, c@d":                                  "c@d",
		"To: Friends: c@d, e@f;":                                          "c@d|e@f",
		"To: López, Carla <c@d>; e@f":                                     "Carla|e@f",
		"To: \"López, Carla\" <c@d>, e@f,":                                "López, Carla|e@f",
		"To: c at d.org (Carla), e at f.org":                              "Carla|e@f.org",
		"To: Carla c@d, (Dan) e@f":                                        "Carla|Dan",
		"To: Carla) <c@d>, e@f":                                           "Carla|e@f",
		"To: root":                                                        "root",
		"To: Ana <other@example.org>\nCc: ANA@example.org":                "other@example.org",
		"To: \"Carla (c@d>, e@f":                                          "Carla|e@f",
		"To: list@x>":                                                     "list@x",
		"To: \"list@x>":                                                   "list@x",
		"To: <c@d":                                                        "c@d",
		"To: Carla <<c@d>>, [e@f]":                                        "Carla|e@f",
		"To: Carla <mailto:c@d>":                                          "Carla",
		"To: 'Carla' <smtp:c@d>;":                                         "Carla",
		"To: \"Carla\" [SMTP:c@d], Dan [mailto:e@f]":                      "Carla|Dan",
		"To: Carla (at home <c@d>, e@f":                                   "Carla at home|e@f",
		"Envelope-To: c@d":                                                "c@d",
		"X-Delivered-To: c@d":                                             "c@d",
		"X-Envelope-To: c@d":                                              "c@d",
		"Delivered-To: mailing list c@d.org":                              "c@d.org",
		"To: ben@example.org\n" + listed:                                  "ben@example.org",
		"Cc: ben@example.org\n" + listed:                                  "ben@example.org",
		"To: undisclosed-recipients:;\n" + listed:                         "The list",
		"To: Undisclosed Recipients\n" + listed:                           "The list",
		listed:                                                            "The list",
		"List-Id: <the.list.example>":                                     "the.list.example",
		"List-Id: the.list.example":                                       "the.list.example",
		"List-Post: <mailto:list@example.org?subject=x>":                  "list@example.org",
		"List-Post: NO\nDelivered-To: c@d":                                "c@d",
		"Mailing-List: list list@example.org; contact x@example.org":      "list@example.org",
		"Mailing-List: contact list-help@example.org; run by ezmlm":       "list@example.org",
		"X-BeenThere: list@example.org":                                   "list@example.org",
		"X-Mailing-List: <list@example.org> archive/latest/1":             "list@example.org",
		"Apparently-To: c@d\nApparently-To: e@f":                          "c@d|e@f",
		"Delivered-To: c@d\nDelivered-To: e@f":                            "c@d",
		"X-Original-To: c@d":                                              "c@d",
		"Newsgroups: comp.lang.misc,comp.misc":                            "comp.lang.misc|comp.misc",

		"":                             noRecipient,
		"To: ":                         noRecipient,
		"To: undisclosed-recipients:;": noRecipient,
		"To: unlisted-recipients:; (no To-header on input)": noRecipient,
		"To: \"undisclosed-recipients:;\"@example.org":      noRecipient,
		"To: Undisclosed-Recipient:;@example.org":           noRecipient,
		"To: undisclosed-recipients <\"\"@example.org>":     noRecipient,
		"To: <>, ;":           noRecipient,
		"List-Post: NO":       noRecipient,
		"To: ana@example.org": toOneself,
		"To: ANA@example.org\nCc: ana@example.org\n" + listed: toOneself,
		"To: <mailto:ana@example.org>":                        toOneself,
		"Delivered-To: ana@example.org":                       toOneself,
	} {
		m, got := oneMail(t, "From x", ana+header)
		if got == "" {
			got = strings.Join(m.To, "|")
		}
		if got != want {
			t.Errorf("%q: to %q, want %q", header, got, want)
		}
	}
}

// TestPipermail reads the header that Pipermail keeps of a message.
func TestPipermail(t *testing.T) {
	const from = "From ana at example.org  Tue Mar  3 10:00:00 1998"
	if m, reason := oneMail(t, from, "From: ana at example.org (Ana)\n"+dated); len(m.To) != 1 || m.To[0] != theList {
		t.Errorf("to %q, %s", m.To, reason)
	}
	if m, _ := oneMail(t, from, "From: ana at example.org ("+theList+")\n"+dated); len(m.To) != 1 || m.To[0] != theList || m.From != "ana@example.org" {
		t.Errorf("from %q to %q", m.From, m.To)
	}
	if m, _ := oneMail(t, from, "From: ana at example.org (Ana)\nTo: ben at example.org\n"+dated); len(m.To) != 1 || m.To[0] != "ben@example.org" {
		t.Errorf("to %q", m.To)
	}
}

// TestOneNameEach checks that an address has one name throughout: the one that it signs with most often.
func TestOneNameEach(t *testing.T) {
	var file strings.Builder
	for _, people := range [][2]string{
		{"Ana <ana@example.org>", "ben@example.org"},
		{"Ben Kim <BEN@example.org>", "\"Ana L.\" <ana@example.org>"},
		{"Benny <ben@example.org>", "Ana@example.org"},
	} {
		fmt.Fprintf(&file, "From x Tue Mar  3 10:00:00 1998\nFrom: %s\nTo: %s\n\nhi\n\n", people[0], people[1])
	}
	all, _ := readAll(t, readMbox, strings.NewReader(file.String()))
	var got []string
	for _, m := range all {
		got = append(got, m.From+"->"+m.To[0])
	}
	if want := []string{"Ana->Ben Kim", "Ben Kim->Ana", "Ben Kim->Ana"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeaderLimit(t *testing.T) {
	const people = "From: a@b\nTo: c@d\n" + dated
	fits := "X-Long: " + strings.Repeat("x", maxHeader-len(people)-8+3)
	if m, reason := oneMail(t, "From x", people+fits); m.Text != "hi" {
		t.Errorf("a header of %d bytes: %s", maxHeader, reason)
	}
	for name, more := range map[string]string{
		"a line":     fits + "x",
		"many lines": strings.Repeat("X: y\n", maxHeader/4),
		"folded":     "X: y\n" + strings.Repeat(" z\n", maxHeader/2),
		"no fields":  strings.Repeat("zzz\n", maxHeader/3),
	} {
		if _, reason := oneMail(t, "From x", people+more); reason != headerTooLarge {
			t.Errorf("%s: %q", name, reason)
		}
	}
}

func TestNoHeader(t *testing.T) {
	for _, header := range []string{"no field here", "\u00e9: no field", "", ":", " indented"} {
		if _, reason := oneMail(t, "From a@b Tue Mar  3 10:00:00 1998", header); reason != noRecipient {
			t.Errorf("%q: %s", header, reason)
		}
	}
	m, _ := oneMail(t, "From a@b Tue Mar  3 10:00:00 1998", ">From a@b Tue Mar  3 09:00:00 1998\nTo: c@d\nthis is no field\n"+"Cc: e@f")
	if strings.Join(m.To, "|") != "c@d|e@f" || m.Text != "hi" {
		t.Errorf("a header with other lines in it: %+v", m)
	}
}
