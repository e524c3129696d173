package report_test

import (
	"os"
	"time"

	"doormat/internal/report"
)

func Example() {
	nobody := report.Count{Of: 5}
	r := &report.Report{
		Title: "Three hundred messages", Messages: 300, People: 5,
		From:    time.Date(2026, 3, 2, 7, 41, 0, 0, time.UTC),
		To:      time.Date(2026, 3, 9, 18, 5, 0, 0, time.UTC),
		Systems: []string{"escrow", "no escrow"},
		Rows: []report.Row{
			{Theft: "wiretap", Takes: "nothing; every envelope was recorded", Cells: []*report.Cell{
				{Before: report.Count{Of: 150}, After: report.Count{Of: 150}, People: nobody, Forged: "refused", Noticed: "nobody"},
				{Before: report.Count{Of: 150}, After: report.Count{Of: 150}, People: nobody, Forged: "refused", Noticed: "nobody"},
			}},
			{Theft: "escrow key", Takes: "the authority's 32 bytes", Cells: []*report.Cell{
				{Before: report.Count{N: 150, Of: 150}, After: report.Count{N: 149, Of: 150}, People: report.Count{N: 5, Of: 5}, Forged: "refused", Noticed: "nobody"},
				nil,
			}},
		},
		Samples: []report.Sample{{
			At: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), From: "Ana", To: "Bo", Text: "The key is under the mat.",
			Sealed: []report.Sealed{
				{System: "escrow", Ciphertext: []byte{0x8f, 0x54, 0xf7, 0x3b}, Size: 1606, Read: "The key is under the mat."},
				{System: "no escrow", Ciphertext: []byte{0x4c, 0xbb, 0xa0, 0xa9}, Size: 290},
			},
		}},
		Closing: "One key opened 299 of 300.",
	}
	report.Text(os.Stdout, r, report.Options{})
	// Output:
	// Three hundred messages
	// 300 messages, 5 people, 2 to 9 March 2026.
	//
	// what opens        escrow                        no escrow
	// wiretap           ..........   0 %    0 of 300  ..........   0 %    0 of 300
	// escrow key        #########. >99 %  299 of 300  does not exist
	//
	//            before    after  people  forgery  who could notice
	// wiretap: nothing; every envelope was recorded
	//   both      0/150    0/150     0/5  no       nobody
	// escrow key: the authority's 32 bytes
	//   escrow  150/150  149/150     5/5  no       nobody
	//
	// before, after: messages sent before and after the theft. people: who wrote or
	// received one that opened. forgery: the thief writes in the victim's name, and
	// the recipient's device takes it for real. who could notice: who could tell from
	// their own device that it had happened.
	//
	// Ana to Bo, 3 March 2026, 09:00
	//   escrow: read                           no escrow: stays shut
	//   The key is under the mat.              4c bb a0 a9 …
	//
	// One key opened 299 of 300.
}
