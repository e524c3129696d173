package report_test

import (
	"log"
	"os"
	"time"

	"doormat/attacks"
	"doormat/attacks/report"
)

// The table is written out here; [attacks.Matrix] returns one.
func Example() {
	at := time.Date(2026, 3, 2, 7, 41, 0, 0, time.UTC)
	messages := []attacks.Message{
		{At: at, From: "Ana", To: "Bo", Text: "The key is under the mat."},
		{At: at.Add(time.Hour), From: "Bo", To: "Ana", Text: "Which mat?"},
		{At: at.Add(24 * time.Hour), From: "Ana", To: "Cas", Text: "Bo has been told."},
	}
	none := attacks.Exposure{
		Theft: "wiretap", Takes: "nothing; every envelope was recorded",
		Before: attacks.Count{N: 0, Of: 1}, After: attacks.Count{N: 0, Of: 2}, People: attacks.Count{N: 0, Of: 3},
		LastOpened: -1, Moment: 1, Forged: attacks.Refused, Opened: []bool{false, false, false},
	}
	all := attacks.Exposure{
		Theft: "escrow key", Takes: "the authority's 32 bytes",
		Before: attacks.Count{N: 1, Of: 1}, After: attacks.Count{N: 2, Of: 2}, People: attacks.Count{N: 3, Of: 3},
		LastOpened: 2, Moment: 1, Forged: attacks.Refused, Opened: []bool{true, true, true},
	}
	table := &attacks.Table{
		Conversation: attacks.NewConversation(messages),
		Victim:       "Ana",
		Results: []*attacks.Result{
			{System: "escrow", Exposures: []attacks.Exposure{none, all}},
			{System: "no escrow", Exposures: []attacks.Exposure{none}},
		},
	}

	r, err := report.New(table)
	if err != nil {
		log.Fatal(err)
	}
	r.Title, r.Subject = "Two systems", "Three messages"
	r.Samples = []report.Sample{{Message: messages[0], Sealed: []report.Sealed{
		{System: "escrow", Ciphertext: []byte{0x8f, 0x54, 0xf7, 0x3b}, Size: 1606, Read: "The key is under the mat."},
		{System: "no escrow", Ciphertext: []byte{0x4c, 0xbb, 0xa0, 0xa9}, Size: 290},
	}}}
	r.Finding = "One key opened " + report.Fraction(all.Readable()) + "."
	if err := report.Text(os.Stdout, r, report.Options{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Two systems
	// ===========
	//
	// One key opened 3 of 3.
	//
	// Three messages: 3 messages, 3 people, 2 to 3 March 2026. The device that is
	// taken, where one is, is Ana's.
	//
	// Not shown: how likely a theft is or what it costs, thefts that nobody has tried
	// here, and what opens without any: who writes to whom, when, and how much.
	//
	//                     escrow                    no escrow
	// thefts: what opens, of all messages
	//   escrow key        ########## 100 %  3 of 3  does not exist
	//   nothing opens, in either system: wiretap
	//
	// Ana to Bo, 2 March 2026, 07:41
	//   escrow: read                           no escrow: stays shut
	//   The key is under the mat.              4c bb a0 a9 …
	//
	// What else each does
	// before, after: messages sent before and after the theft that open. people: who
	// wrote or received one that opened. forgery: how the thief can write in the
	// victim's name and be believed by the recipient's device, if at all. who could
	// notice: who could tell from all that is on their own device. heals: when new
	// messages are out of the thief's reach again.
	//
	//           before  after  people  forgery  who could notice  heals
	// escrow key: the authority's 32 bytes
	//   escrow     1/1    2/2     3/3  no       nobody            never
	// wiretap: nothing; every envelope was recorded
	//   both       0/1    0/2     0/3  no       nobody            -
}
