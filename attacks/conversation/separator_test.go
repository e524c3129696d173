package conversation

import (
	"fmt"
	"strings"
	"testing"
)

// Two mails joined into one is the worst fault of a reader: the second is gone, and nothing says so. These
// are "From " lines that programs write, by RFC 4155, Appendix B of its list of deviations, and by reports.
var separators = []string{
	"From ",
	"From -",
	"From - ",
	"From - Tue Mar 03 10:00:00 2020",
	"From - Tue Mar  3 2020 10:00:00",
	"From ana@example.org Tue Mar  3 10:00:00 2020",
	"From ana@example.org  Tue Mar  3 10:00 2020",
	"From ana@example.org Tue Mar  3 10: 00:00 2020",
	"From ana@example.org Tue Mar  3 10:00:00 CET 2020",
	"From ana@example.org Tue Mar  3 10:00:00 2020 +0100",
	"From ana@example.org Tue Mar  3 10:00:00 2020 (CET)",
	"From ana@example.org Tue Mar  3 10:00:00 (CET) 2020",
	"From ana@example.org Tue, 3 Mar 2020 10:00:00 +0000",
	"From ana@example.org 2020-03-03T10:00:00Z",
	"From ana@example.org 2020-03-03 10:00:00",
	"From ana@example.org 03/03/2020 10:00:00 AM",
	"From ana@example.org Di Mär  3 10:00:00 2020",
	"From ana@example.org",
	"From <ana@example.org> Tue Mar  3 10:00:00 2020",
	"From \"ana\"@example.org Tue Mar  3 10:00:00 2020",
	"From \"Ana Lind\" <ana@example.org> Tue Mar  3 10:00:00 2020",
	"From Ana Lind <ana@example.org>  Tue Mar  3 10:00:00 2020",
	"From Ana Lind Tue Mar  3 10:00:00 2020",
	"From ana at example.org  Tue Mar  3 10:00:00 2020",
	"From MAILER-DAEMON Tue Mar  3 10:00:00 2020",
	"From MAILER-DAEMON",
	"From nobody",
	"From ???@??? Tue Mar 03 10:00:00 2020",
	"From 1234567890123456789@xxx Tue Mar 03 10:00:00 +0000 2020",
	"From -1234567890123456789",
	"From uucp Tue Mar  3 10:00 EST 2020 remote from ihnp4",
	"From host!ana Tue Mar  3 10:00:00 2020",
	"From ana@example.org Tue Mar  3 10:00:00 120",
	"From mboxrd@z Thu Jan  1 00:00:00 1970",
}

// firstFields are lines that a header begins with.
var firstFields = []string{
	"Return-Path: <x@example.org>", "Received: from a by b; Tue, 3 Mar 2020 10:00:00 +0000", "X-Mozilla-Status: 0001",
	"X-GM-THRID: 1", "Date: Tue, 3 Mar 2020 10:00:00 +0000", "Message-ID: <1@example.org>", "Delivered-To: ben@example.org",
	"DKIM-Signature: v=1", "Subject: two", "subject:two", "MIME-Version: 1.0", "Status: RO", "ARC-Seal: i=1", "Content-Type: text/plain",
}

func TestSeparators(t *testing.T) {
	const mail = "From: Ana <ana@example.org>\nTo: Ben <ben@example.org>\nDate: Tue, 3 Mar 2020 10:00:00 +0000\n"
	for j, line := range separators {
		for i, field := range firstFields {
			for name, between := range map[string]string{"a blank line": "\n", "two": "\n\n", "no blank line": "", "a boundary": "--b--\n"} {
				if (i+j)%5 > 0 && !*long { // each line, and each field
					continue
				}
				file := line + "\n" + mail + "\none\n" + between + line + "\n" + field + "\n" + mail + "\ntwo\n"
				if i%2 == 1 {
					file = strings.ReplaceAll(file, "\n", "\r\n")
				}
				all, tally := readAll(t, readMbox, strings.NewReader(file))
				if tally.Found != 2 || len(all) != 2 || !strings.HasPrefix(all[0].Text, "one") || all[1].Text != "two" {
					t.Errorf("%q, %s and %q: found %d, %q", line, name, field, tally.Found, texts(all))
				}
			}
		}
	}
}

// Text that looks like a "From " line is text.
func TestNoSeparators(t *testing.T) {
	const head = "From x\nFrom: a@b\nTo: c@d\n" + dated + "\nhi\n\n"
	for _, text := range []string{
		"From here on\nall is well",
		"From here on\nNote: all is well",
		"From what I hear\nhttp://example.org/ says so",
		"From the minutes of 2020\nhttps://example.org/",
		"From Monday on:\n\n  - one\n",
		"From ana@example.org you will hear\nmore soon",
		"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: Carla <carla@example.org>\nDate: Mon, 2 Mar 2020 09:00:00 +0000",
		"From 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef Mon Sep 17 00:00:00 2001\nFrom: Carla",
		" From ana@example.org Tue Mar  3 10:00:00 2020\nFrom: x",
		"> From ana@example.org Tue Mar  3 10:00:00 2020\nFrom: x",
		"From: ana@example.org\nTo: ben@example.org",
		"FROM ana@example.org Tue Mar  3 10:00:00 2020\nFrom: x",
		"From\nFrom: x",
	} {
		all, tally := readAll(t, readMbox, strings.NewReader(head+text))
		if want := "hi\n\n" + strings.TrimRight(text, "\n "); tally.Found != 1 || texts(all) != want {
			t.Errorf("found %d, %q, want %q", tally.Found, texts(all), want)
		}
	}
}

// In a mailbox that git has written, each mail is a patch.
func TestPatches(t *testing.T) {
	var file strings.Builder
	for i := range 3 {
		fmt.Fprintf(&file, "From %040x Mon Sep 17 00:00:00 2001\nFrom: Ana <ana@example.org>\nDate: Tue, 3 Mar 2020 10:00:00 +0000\nTo: list@example.org\n\npatch %d\n-- \n2.4\n\n", i, i)
	}
	if all, tally := readAll(t, readMbox, strings.NewReader(file.String())); tally.Found != 3 || len(all) != 3 {
		t.Errorf("found %d, %q", tally.Found, texts(all))
	}
}
