package attacks

import (
	"fmt"
	"slices"
	"strings"
)

// Definition is what the European Commission calls a backdoor, in an answer to MediaNama of September 2020. A
// [Finding] applies it to a theft, clause by clause.
//
// It says nothing of courts, and does not say whether a party knows what it could have found out: each of
// these gives two readings, and a Finding names both. What opens at one who takes part, also on a device that
// is copied or taken or has code put on it, is read here as not sent by others: the owner could have shown it. The
// letter of the sentence would have an implant on one phone a backdoor to that phone. The sentence does not ask for intent, or for how
// much is accessed: a flaw, a key that a company announces, and a provider that exchanges keys can all be a
// backdoor.
const Definition = "code that would allow one party alone to access encrypted content sent by other parties, without the knowledge of these parties"

// A Party is one who must act, or be robbed, before a theft reads: a noun that follows "the". A scheme
// may have parties of its own.
type Party string

// The parties that several schemes know.
const (
	Authority Party = "authority" // holds a key of a state's
	Agent     Party = "agent"     // holds a part of such a key
	Provider  Party = "provider"  // runs the relay, the directory or the backups
	Maker     Party = "maker"     // of devices or programs
	Listener  Party = "listener"  // records envelopes, and holds nothing of anyone's
	Intruder  Party = "intruder"  // changes what others use
	Site      Party = "site"      // is visited
	Court     Party = "court"     // must order it: a party in one reading of Definition, and none in the other

	// These three take part in a conversation.
	Device Party = "holder of one device" // or who has taken or copied it
	Owner  Party = "owner"                // who has kept a way back to the own messages
	Member Party = "member"               // of a group, for as long as it is one
)

// own says what reads at one who takes part.
var own = map[Party]string{Device: "a user's device", Owner: "one's own messages", Member: "a member of the group"}

// An Answer is that of one clause of [Definition], or of all of it.
type Answer uint8

// The answers.
const (
	Undeclared Answer = iota // the theft has no Parties
	No
	Untried // nothing has opened, and not all was tried
	Either  // depends on the reading
	Yes
)

// String returns "yes", "no", "either", "not tried" or "-".
func (a Answer) String() string {
	switch a {
	case No:
		return "no"
	case Untried:
		return "not tried"
	case Either:
		return "either"
	case Yes:
		return "yes"
	}
	return "-"
}

// A Finding is what [Definition] says of a theft.
type Finding struct {
	Parties []Party // who must act or be robbed
	Alone   Answer  // "one party alone": Either if it is one beside a court
	Content Answer  // "to access encrypted content": a text opens
	Others  Answer  // "sent by other parties": more opens than a participant's own conversations
	Unknown Answer  // "without the knowledge of these parties": Either if they could have found out, see Notice.Possible
	knows   string
}

// Finding applies [Definition] to the theft. That of an Evasion is of the lawful use that is left, which
// nobody notices: the Notice is of the evasion.
func (e *Exposure) Finding() Finding {
	f := Finding{Parties: e.Parties}
	if len(e.Parties) == 0 {
		return f
	}
	f.Alone, f.Content, f.Others, f.Unknown = Yes, Yes, Yes, Yes
	switch courts := count(e.Parties, Court); {
	case len(e.Parties)-courts > 1:
		f.Alone = No
	case courts > 0:
		f.Alone = Either
	}
	opened := e.Readable().N
	switch {
	case opened == 0 && e.Only != "":
		f.Content = Untried
	case opened == 0:
		f.Content = No
	}
	if f.ownAt() != "" && e.Victims.N == opened {
		f.Others = No
	}
	if e.Use != Evasion && e.Noticed.Who != "" {
		f.Unknown, f.knows = No, e.Noticed.Who
		if e.Noticed.Possible {
			f.Unknown = Either
		}
	}
	return f
}

// count returns how often a party stands in a list.
func count(all []Party, p Party) (n int) {
	for _, q := range all {
		if q == p {
			n++
		}
	}
	return n
}

// ownAt returns what reads at one who takes part, or "" if no party does.
func (f *Finding) ownAt() string {
	for _, p := range f.Parties {
		if s := own[p]; s != "" {
			return s
		}
	}
	return ""
}

// Answer returns that of the whole sentence: the least of those of its clauses.
func (f Finding) Answer() Answer { return min(f.Alone, f.Content, f.Others, f.Unknown) }

// String answers whether it is a backdoor: "yes" and for whom, "yes, unless" and the reading in which it is not,
// or "no" and a clause that does not hold.
func (f Finding) String() string {
	switch f.Answer() {
	case Undeclared:
		return "-"
	case Untried:
		return "not all tried"
	case No:
		return "no: " + f.why()
	case Either:
		var counts []string
		if f.Alone == Either {
			counts = append(counts, "a court")
		}
		if f.Unknown == Either {
			counts = append(counts, "a chance to know")
		}
		return "yes, unless " + strings.Join(counts, " or ") + " counts"
	}
	return "yes, for " + f.who()
}

// why names a clause that does not hold. Of several it is the one that says most.
func (f *Finding) why() string {
	switch {
	case f.Content == No:
		return "0 open"
	case f.Others == No:
		return f.ownAt()
	case f.Alone == No:
		return f.who()
	}
	return "known to " + f.knows
}

func plural(p Party) string {
	if strings.HasSuffix(string(p), "s") {
		return string(p) + "es"
	}
	return string(p) + "s"
}

// who names the parties but courts, with numbers.
func (f *Finding) who() string {
	var all []string
	for i, p := range f.Parties {
		n := count(f.Parties, p)
		switch {
		case p == Court || slices.Contains(f.Parties[:i], p):
		case n > 1:
			all = append(all, fmt.Sprintf("%d %s", n, plural(p)))
		default:
			all = append(all, "the "+string(p))
		}
	}
	return strings.Join(all, " and ")
}
