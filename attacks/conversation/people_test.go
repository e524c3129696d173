package conversation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// mails makes an mbox of messages that are a header each.
func mails(headers ...string) string {
	var b strings.Builder
	for i, h := range headers {
		fmt.Fprintf(&b, "From x@example.org Tue Mar  3 10:%02d:00 2020\n%s\nDate: Tue, 3 Mar 2020 10:%02d:00 +0000\n\nmail %d\n\n", i, h, i, i)
	}
	return b.String()
}

// routes reads an mbox and returns the sender and the recipients of each mail.
func routes(t *testing.T, file string) (all []string) {
	t.Helper()
	letters, _ := readAll(t, readMbox, strings.NewReader(file))
	for _, m := range letters {
		all = append(all, m.From+" > "+strings.Join(m.To, ", "))
	}
	return all
}

// A person is an address, not a name.
func TestPeople(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    []string
	}{
		{"a wrong name beside a list's address",
			[]string{"From: Ana <ana@x>\nTo: Ben <list@x>", "From: Ben <ben@x>\nTo: list@x", "From: Cas <cas@x>\nTo: The list <list@x>"},
			[]string{"Ana > The list", "Ben > The list", "Cas > The list"}},
		{"only wrong names beside a list's address",
			[]string{"From: Ana <ana@x>\nTo: Ben <list@x>", "From: Ben <ben@x>\nTo: Ana <list@x>"},
			[]string{"Ana > list@x", "Ben > list@x"}},
		{"a wrong name before the right ones",
			[]string{"From: Ana <ana@x>\nTo: Zoe <ben@x>", "From: Ben <ben@x>\nTo: ana@x", "From: Ben <ben@x>\nTo: Nan <ana@x>"},
			[]string{"Ana > Ben", "Ben > Ana", "Ben > Ana"}},
		{"a name that changes",
			[]string{"From: A. <ana@x>\nTo: ben@x", "From: Ana <ana@x>\nTo: ben@x", "From: Ana <ANA@X>\nTo: ben@x"},
			[]string{"Ana > ben@x", "Ana > ben@x", "Ana > ben@x"}},
		{"two people of one name",
			[]string{"From: Ana <ana@x>\nTo: ben@x", "From: Ana <ana@y>\nTo: ben@x", "From: ana <ana@z>\nTo: ana@x"},
			[]string{"Ana > ben@x", "ana@y > ben@x", "ana@z > Ana"}},
		{"a name that is another's address",
			[]string{"From: ben@x <ana@x>\nTo: cas@x", "From: ben@x\nTo: cas@x"},
			[]string{"ana@x > cas@x", "ben@x > cas@x"}},
		{"a person who writes to another address of the same name",
			[]string{"From: Ana <ana@x>\nTo: Ana <ana@y>"},
			[]string{"Ana > ana@y"}},
		{"stray brackets",
			[]string{"From: \"Ana (ana@x>\nTo: <ben@x", "From: <<ben@x>\nTo: ana@x>", "From: Ana <ana@x\nTo: \"ben@x>"},
			[]string{"Ana > ben@x", "ben@x > Ana", "Ana > ben@x"}},
	} {
		if got := routes(t, mails(c.headers...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Where a list has put its own address into From, the sender is someone else.
func TestVia(t *testing.T) {
	const to = "\nTo: dev@lists.org"
	for header, want := range map[string]string{
		"From: Ana Ruiz via Dev <dev@lists.org>\nReply-To: Ana Ruiz <ana@x>":                       "Ana Ruiz",
		"From: \"'Ana Ruiz' via Dev\" <dev@lists.org>\nReply-To: Ana Ruiz <ana@x>":                 "Ana Ruiz",
		"From: Ana Ruiz (via Dev) <dev@lists.org>\nReply-To: dev@lists.org, ana@x":                 "Ana Ruiz",
		"From: Ana Ruiz via <dev@lists.org>\nReply-To: ana@x":                                      "Ana Ruiz",
		"From: Ana via Dev <dev@lists.org>\nReply-To: dev@lists.org\nCc: Ben <ben@x>, Ana <ana@x>": "Ana",
		"From: Ana via Dev <dev@lists.org>\nX-Original-From: Ana Ruiz <ana@x>":                     "Ana Ruiz",
		"From: Ana via Dev <dev@lists.org>\nX-Original-Sender: ana@x":                              "Ana",
		"From: 'ana@x' via Dev <dev@lists.org>":                                                    "ana@x",
		"From: Ana via groups.io <ana=x.org@groups.io>":                                            "Ana",
		"From: Ana via Dev <dev@lists.org>\nReply-To: Dev <dev@lists.org>":                         "Ana",
		"From: Ana <dev@lists.org>\nReply-To: Ana <ana@x>\nList-Post: <mailto:dev@lists.org>":      "Ana",
		"From: dev@lists.org\nReply-To: Ana <ana@x>\nList-Post: <mailto:dev@lists.org>":            "Ana",
		"From: Ana <ana@x>\nReply-To: Dev <dev@lists.org>":                                         "Ana",
		"From: Ana Via <ana@x>\nReply-To: other@x":                                                 "Ana Via",
		"From: \"'Ana Ruiz' über Dev\" <dev@lists.org>\nReply-To: Ana Ruiz <ana@x>":                "Ana Ruiz",
		"From: Ana a través de Dev <dev@lists.org>\nReply-To: ana@x":                               "Ana",
		"From: Ana über alles <ana@x>\nReply-To: other@x":                                          "Ana über alles",
	} {
		if got := routes(t, mails(header+to)); len(got) != 1 || !strings.HasPrefix(got[0], want+" > dev@lists.org") {
			t.Errorf("%q: %q, want %s", header, got, want)
		}
	}
	// The person is the same as without the list, or another one than the next who writes through it.
	for _, c := range []struct {
		first, second string
		people        int
	}{
		{"From: Ana via Dev <dev@lists.org>\nReply-To: ana@x", "From: Ana <ana@x>", 2},
		{"From: Ana via Dev <ana=x.org@groups.io>", "From: Ana <ana@x.org>", 2},
		{"From: Ana via Dev <ana=40x.org@dmarc.ietf.org>", "From: Ana <ana@x.org>", 2},
		{"From: Ana <ana=40x.org@dmarc.ietf.org>", "From: Ana <ana@x.org>", 2},
		{"From: Ana via Dev <dev@lists.org>", "From: Ben via Dev <dev@lists.org>", 3},
		{"From: Ana via Dev <dev@lists.org>", "From: Ana via Dev <dev@lists.org>", 2},
	} {
		talk, err := ReadMbox(t.Context(), strings.NewReader(mails(c.first+to, c.second+to)))
		if err != nil {
			t.Fatal(err)
		}
		if len(talk.People) != c.people || talk.Len != 2 {
			t.Errorf("%q and %q: %q", c.first, c.second, talk.People)
		}
		talk.Close()
	}
}

// A person who has written nothing has no phone, and neither has a list.
func TestDevice(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    string
	}{
		{"a list that writes as well",
			[]string{"From: ana@x\nTo: list@x", "From: ana@x\nTo: list@x", "From: ben@x\nTo: list@x", "From: list@x\nTo: ana@x", "From: ben@x\nTo: list@x", "From: ana@x\nTo: list@x"}, "ana@x"},
		{"a list by its fields",
			[]string{"From: list@x\nTo: ben@x\nList-Id: <list.x>", "From: list@x\nTo: ben@x\nList-Post: <mailto:list@x>", "From: ben@x\nTo: list@x"}, "ben@x"},
		{"the owner of the mailbox beside a newsletter",
			[]string{"From: news@x\nTo: ana@x\nDelivered-To: ana@x", "From: news@x\nTo: ana@x\nDelivered-To: ana@x", "From: ben@x\nTo: ana@x\nDelivered-To: ana@x", "From: ana@x\nTo: ben@x"}, "ana@x"},
		{"who never wrote", []string{"From: ana@x\nTo: ben@x", "From: cas@x\nTo: ben@x", "From: cas@x\nTo: ben@x"}, "cas@x"},
	} {
		talk, err := ReadMbox(t.Context(), strings.NewReader(mails(c.headers...)))
		if err != nil {
			t.Fatal(err)
		}
		if talk.Busiest != c.want {
			t.Errorf("%s: the device of %q, want %q", c.name, talk.Busiest, c.want)
		}
		talk.Close()
	}
}

// On chats a name is a person, and a notice makes none.
func TestChatPeople(t *testing.T) {
	file := `31/12/2025, 21:00 - Ana created group "Trip: Rome"
31/12/2025, 21:01 - Ana: one
31/12/2025, 21:02 - Ana changed the subject from “Trip: Rome” to “Trip: Oslo”
31/12/2025, 21:03 - Ben: two
31/12/2025, 21:04 - Ben ha cambiado el asunto a «Viaje: Oslo»
31/12/2025, 21:05 - +34 600 11 22 33 added you to a group in the community: Walkers
31/12/2025, 21:06 - Ana hat die Gruppe „Reise: Rom“ erstellt
31/12/2025, 21:07 - +34 600 11 22 33: three
31/12/2025, 21:08 - Ana de la Cruz: four
31/12/2025, 21:09 - Ana: five: six
31/12/2025, 21:10 - Ana added Ben: K.
31/12/2025, 21:11 - Anne added value: seven
31/12/2025, 21:12 - Anne added value: eight
31/12/2025, 21:13 - Anne added value: nine
`
	all, tally := readAll(t, readChat, strings.NewReader(file))
	var who []string
	for _, m := range all {
		who = append(who, m.From)
	}
	if want := []string{"Ana", "Ben", "+34 600 11 22 33", "Ana de la Cruz", "Ana", "Anne added value", "Anne added value", "Anne added value"}; !slices.Equal(who, want) || tally.Left[systemLine] != 6 {
		t.Errorf("%q, %v", who, tally.Left)
	}
}
