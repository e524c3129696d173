package attacks

import "time"

// Exposure is what a theft opens.
type Exposure struct {
	System string
	Theft  TheftName
	Use    Use
	Takes  string
	Only   string // what the thief has tried, "N of M keys", if not all
	Search Search

	Parties []Party // of the theft

	Before, After Count   // messages sent before and after the theft
	Victims       Count   // messages that the victim wrote or received
	People        Count   // those who wrote or received a message that opened
	Envelopes     Count   // those that opened, of all that were sent; a message to several people may be several
	LastOpened    int     // index of the last message that opened; -1 if none did
	Moment        int     // the theft comes before the message with this index
	Wrong         int     // texts that the attack claimed and nobody wrote
	Lost          int     // messages that did not arrive everywhere, because a thief was on the wire
	Inserted      Count   // envelopes that devices have taken, of those that thieves put on the wire in addition
	Forged        Verdict // of the recipient of the forgery
	Means         Means   // of the forgery
	Noticed       Notice
	Collateral    Collateral    // what opens outside the victim's conversations
	Operations    int64         // what Read returned: attempts to open, decapsulations, or keys tried
	Time          time.Duration // that Read took; other systems may run beside it
	Opened        []bool        // by the index of the message, in the order of sending
}

// Collateral says how far a theft reaches beyond one target, the victim.
type Collateral struct {
	Messages  Count // that open and the target neither wrote nor received, of all such
	People    Count // beside the target who wrote or received a message that opened, of all others
	Strangers Count // those of them of whom a message opened in which the target has no part, of all others
}

// A Count is a share: N messages, people or envelopes out of all Of that there are, from 0 to Of.
type Count struct{ N, Of int }

// Readable returns the number of messages that open, of all.
func (e *Exposure) Readable() Count {
	return Count{e.Before.N + e.After.N, e.Before.Of + e.After.Of}
}

// A Verdict is what a recipient makes of a forgery.
type Verdict uint8

// The verdicts.
const (
	NotOffered Verdict = iota // the theft offers no way to forge, or the victim never wrote
	Refused                   // Receive returned an error, or another sender
	Accepted                  // Receive took it for the victim's
)

// String returns "-", "refused" or "accepted".
func (v Verdict) String() string {
	switch v {
	case Accepted:
		return "accepted"
	case Refused:
		return "refused"
	}
	return "-"
}

// A Notice says who could have noticed a theft. The zero Notice means nobody.
type Notice struct {
	Who    string // a person, a number of people, or those who do something; "" for nobody
	Blamed string // an innocent person whom the evidence names; "" for none

	// Possible says that no device shows it by itself: Who could find out, by comparing numbers, reading a
	// log or taking a program apart.
	Possible bool
}

// String returns Who, or "nobody", and who is blamed.
func (n Notice) String() string {
	who := n.Who
	if who == "" {
		who = "nobody"
	}
	if n.Blamed != "" {
		who += "; " + n.Blamed + " is blamed"
	}
	return who
}
