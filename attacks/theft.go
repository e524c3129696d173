package attacks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

// A TheftName is a word or two, the same in all systems that know the theft. The packages of the
// systems declare theirs as constants.
type TheftName string

// What nearly every system knows.
const (
	WarrantName TheftName = "warrant"     // a court names one person, and what the system has for that case is used
	WiretapName TheftName = "wiretap"     // nothing is stolen, and every envelope recorded
	DeviceKeys  TheftName = "device keys" // malware copies the keys on one device, once
)

// A Use says what stands behind the reading of messages. Tables group their rows by it.
type Use uint8

// The uses.
const (
	Taken   Use = iota // a theft
	Lawful             // lawful use of what the system has for it
	Evasion            // lawful use again, where one person evades it: what counts is what stays shut
)

// String returns "theft", "lawful use" or "evasion".
func (u Use) String() string {
	switch u {
	case Lawful:
		return "lawful use"
	case Evasion:
		return "evasion"
	}
	return "theft"
}

// Means says by what means a thief forges, where the system lets it pass.
type Means uint8

// The means.
const (
	AnyText Means = iota // any text, in the victim's name
	Again                // an envelope of the victim's, delivered a second time
	SentOn               // a genuine text of the victim's, encrypted again for another recipient
	Altered              // an envelope of the victim's, changed on its way
	NoMAC                // any text, since this reconstruction leaves out the scheme's signatures or MAC
)

// String returns the means in a few words: "any text", "an old one", "one sent on", "one altered", "no MAC
// here".
func (m Means) String() string {
	switch m {
	case Again:
		return "an old one"
	case SentOn:
		return "one sent on"
	case Altered:
		return "one altered"
	case NoMAC:
		return "no MAC here"
	}
	return "any text"
}

// A Search says how many bits of a key the reading of a message searches: here, where the space is cut
// so that a run takes a moment, and at full size. The zero Search is none.
type Search struct{ Bits, Full int }

// String returns "12 of 40 bits", or "".
func (s Search) String() string {
	if s.Full == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d bits", s.Bits, s.Full)
}

// A Theft is one event, and what the thief does with it. A warrant is written as one too, since the
// lawful reading and the thief's are the same function; Use tells them apart.
type Theft struct {
	Name   TheftName
	Use    Use
	Takes  string // what the thief walks away with, in a phrase
	Only   string // "N of M keys", where Read stops before it has tried all that it could; "" where it does not
	Search Search // that Read does for a message

	// Parties are those who must act, or be robbed, before this reads, each as often as there are of it: [Finding]
	// asks whether one alone can.
	Parties []Party

	AtEnd bool // Run commits it after the conversation, not at its Moment

	// Watch, if not nil, is told the names of sender and recipient of each envelope after it is sealed and
	// before it is received, from the first one on; of several recipients, it is called for each. It is for a thief whose loot would be gone by the time
	// of the theft.
	Watch func(from, to string) error

	// Steal copies the loot out of the living system: keys as the system writes them, a record each. The
	// victim's device is among what it may copy or take. The tape is closed with the [Result].
	Steal func() (loot *Tape, err error)

	// Act, if not nil, puts the thief on the wire, once the loot is stolen: every envelope from then on
	// passes through the Middle. A theft that acts changes what the others in its system measure, so a
	// system has no other thefts beside one that acts.
	Act func(loot *Tape) (Middle, error)

	// Restore puts the living system back as it was before Steal, where Steal took something away, as a
	// phone, or left a trace, as a broken lock, so that the conversation and the other thefts go on. It is
	// called at once after Steal, when who could notice has been looked at. Nil if Steal only copied.
	Restore func()

	// Read reads what can be read of the transcript with the loot, reports each text to found, and
	// returns the number of its operations: decapsulations, or attempts to open. It has these bytes alone:
	// it must look at no living device. It is called when everything has been sent, and the transcript holds
	// what was sent before the theft and after it.
	Read Attack

	// Forge makes an envelope from the victim that the victim never sent, by any means the loot
	// offers. Receive judges it: it is accepted if it names the victim as the sender, with any text. A
	// forger who can do nothing returns forgery.Held, which counts as refused. Nil if the loot offers no
	// means.
	Forge func(loot *Tape, t *Transcript, forgery Forgery) (envelope []byte, err error)
	Means Means // of Forge

	// Noticed returns who could have noticed the theft or its use, in place of those for whom Inspect
	// has changed. It is for what shows elsewhere than on a device, as in a public log, or only when the loot
	// is used: it is called after Read. Find it from loot and transcript where it is there. Nil if it is the
	// people for whom Inspect has changed.
	Noticed func(loot *Tape, t *Transcript) (Notice, error)
}

// Found takes a text that an attack claims to have read, and the Index of its [Record], or [Unplaced]. It may be
// called from any goroutine, and more than once for an envelope: one right text is enough, and each wrong
// one is counted. It does not keep the text.
type Found func(index int, text []byte)

// A Forgery is the task of a forger: as whom, to whom, what, and what the forger has for it beside
// the loot.
type Forgery struct {
	From, To []byte    // what Identity returns for the victim, and for the person to whom the victim wrote last
	At       time.Time // the date that the relay will show
	Text     string    // what to write
	Bundle   []byte    // the recipient's, which the relay hands to everyone
	Held     []byte    // an envelope from one to the other that has not arrived, and will not
}

// ErrNothingRecorded is the error of a forger who needs an envelope between two people where the
// transcript has none.
var ErrNothingRecorded = errors.New("attacks: nothing between the two was recorded")

// Nothing is the Steal of a theft in which nothing is stolen.
func Nothing() (*Tape, error) { return new(Tape), nil }

// Wiretap returns the theft of a thief who has the transcript and nothing else, with the attacks on that
// system which need no more: read is its Read, and forge its Forge, without loot.
func Wiretap(read func(ctx context.Context, t *Transcript, found Found) (int64, error), by Means, forge func(t *Transcript, f Forgery) ([]byte, error)) Theft {
	return Theft{
		Name:    WiretapName,
		Takes:   "nothing; every envelope was recorded",
		Parties: []Party{Listener},
		Steal:   Nothing,
		Read: func(ctx context.Context, _ *Tape, t *Transcript, found Found) (int64, error) {
			return read(ctx, t, found)
		},
		Forge: func(_ *Tape, t *Transcript, f Forgery) ([]byte, error) { return forge(t, f) },
		Means: by,
	}
}

// Replay forges without any key: it returns the last envelope of the transcript from f.From to f.To,
// as it was. The names are what addresses returns for an envelope. The error is ErrNothingRecorded
// if there is none.
func Replay(t *Transcript, f Forgery, addresses func(envelope []byte) (from, to []byte, ok bool)) ([]byte, error) {
	var last []byte
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if from, to, ok := addresses(r.Bytes); ok && bytes.Equal(from, f.From) && bytes.Equal(to, f.To) {
			last = append(last[:0], r.Bytes...)
		}
	}
	if last == nil {
		return nil, ErrNothingRecorded
	}
	return last, nil
}

// Evade returns the theft t as the lawful reading of a system in which one person evades it: under
// another name, when all has been sent, and without a forgery. It is the only row of such a system,
// for the others do not change.
func Evade(t Theft, name TheftName, takes string) Theft {
	t.Name, t.Use, t.Takes, t.AtEnd, t.Forge = name, Evasion, takes, true, nil
	return t
}

// Warrant returns the theft t as its lawful use against one person, which takes a court beside the Parties of
// t: when all has been sent, it reads the envelopes to and from that person and no other, and forges
// nothing. The person's public name is appended to the loot, of which t must read the first record alone;
// addresses returns the names in an envelope.
func Warrant(t Theft, takes string, person func() ([]byte, error), addresses func(envelope []byte) (from, to []byte, ok bool)) Theft {
	steal, read := t.Steal, t.Read
	t.Name, t.Use, t.Takes, t.AtEnd, t.Forge = WarrantName, Lawful, takes, true, nil
	t.Parties = append([]Party{Court}, t.Parties...)
	t.Steal = func() (*Tape, error) {
		loot, err := steal()
		if err != nil {
			return nil, err
		}
		id, err := person()
		return loot, errors.Join(err, loot.Append(id))
	}
	t.Read = func(ctx context.Context, loot *Tape, t *Transcript, found Found) (int64, error) {
		var id []byte // of the last record
		for record, err := range loot.All() {
			if err != nil {
				return 0, err
			}
			id = append(id[:0], record...)
		}
		return read(ctx, loot, t.Only(func(envelope []byte) bool {
			from, to, ok := addresses(envelope)
			return ok && (bytes.Equal(from, id) || bytes.Equal(to, id))
		}), found)
	}
	return t
}
