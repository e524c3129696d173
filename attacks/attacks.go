// Package attacks is the experiment: it sends one conversation through several systems, lets
// somebody steal something, and counts what opens.
//
// Most programs want package noescrow. This one is for measuring, and for teaching.
//
// A thief has bytes: what he took, as the system wrote it, and the transcript that crossed the
// wire. He parses both from scratch and touches no live device and no plaintext. What he
// claims to have read is compared with the truth outside of the attack.
//
//	Conversation --Send--> envelopes --Receive--> the same words
//	                 |         |
//	               Steal    Transcript
//	                 |         |
//	                 v         v
//	               loot ---> Open ---> texts ---> compared with the truth ---> Exposure
//
// A scheme joins by an adapter, a type with the methods of System, that stands in one file
// beside the attacks on it. [Run] and [Matrix] need no change.
package attacks

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Message is one line of a conversation, from one person to another.
type Message struct {
	At       time.Time
	From, To string
	Text     string
}

// Conversation is what people write to each other, in the order of time. Messages can be ranged
// over any number of times, and need not be in memory.
type Conversation struct {
	People   []string
	Len      int // number of messages
	Messages iter.Seq2[Message, error]
}

// NewConversation makes a conversation of messages in memory. People are in order of
// appearance.
func NewConversation(messages []Message) *Conversation {
	c := &Conversation{Len: len(messages)}
	seen := map[string]bool{}
	for _, m := range messages {
		for _, p := range []string{m.From, m.To} {
			if !seen[p] {
				seen[p] = true
				c.People = append(c.People, p)
			}
		}
	}
	c.Messages = func(yield func(Message, error) bool) {
		for m := range slices.Values(messages) {
			if !yield(m, nil) {
				return
			}
		}
	}
	return c
}

// System is a way to carry messages, under study.
type System interface {
	// Name is a word or two, the same for all instances.
	Name() string
	// Enrol gives a person a device, and publishes what others need to write to it.
	Enrol(person string) error
	// Identity is the person's public name in envelopes.
	Identity(person string) ([]byte, error)
	// Send seals m on the device of m.From.
	Send(m Message) (envelope []byte, err error)
	// Receive opens an envelope on to's device, and says who wrote it. The date is the one
	// the relay shows.
	Receive(to string, at time.Time, envelope []byte) (from, text string, err error)
	// Bundle is what the relay hands to everyone who wants to write to a person.
	Bundle(person string) ([]byte, error)
	// Inspect returns all that a person could look at on his own device.
	Inspect(person string) ([]byte, error)
	// Thefts lists what can be stolen; where it is one person's, the victim's. It is asked before
	// anybody writes.
	Thefts(victim string) []Theft
}

// Theft is one event, and what the thief does with it.
type Theft struct {
	Name  string // a word or two, the same in all systems that know it
	Takes string // what the thief walks away with, in a phrase
	AtEnd bool   // it happens after the conversation, not in the middle of it

	// Steal copies the loot out of the living system.
	Steal func() (loot *Tape, err error)

	// Restore gives back what was taken away, for the next theft. Nil if the loot is a copy.
	Restore func()

	// Open reads what can be read of the transcript with the loot, and reports each text by
	// the envelope's index, from any goroutine. It counts its operations: decapsulations, or
	// attempts to open.
	Open func(ctx context.Context, loot *Tape, t *Transcript, found func(i int, text []byte)) (operations int64, err error)

	// Forge makes an envelope from victim that was never sent, by any means the loot
	// offers, and Receive will judge it. Nil if the loot offers none.
	Forge func(loot *Tape, t *Transcript, forgery Forgery) (envelope []byte, err error)

	// Noticed says who could have noticed, where comparing what people see on their own
	// devices before and after the theft does not. Nil if it does.
	Noticed func() string
}

// Forgery is the task of a forger: as whom, to whom, what, and what he has for it beside his
// loot.
type Forgery struct {
	From, To []byte // identities
	At       time.Time
	Text     string
	Bundle   []byte // the recipient's, which the relay hands to everyone
	Held     []byte // an envelope from one to the other that has not arrived, and will not
}

// Exposure is what a theft opens.
type Exposure struct {
	System, Theft, Takes string

	Before, After Count  // messages sent before and after the theft
	People        Count  // those who wrote or received a message that opened
	LastOpened    int    // index of the last message that opened; -1 if none did
	Moment        int    // the theft comes before the message with this index
	Wrong         int    // texts that the attack claimed and nobody wrote
	Forged        string // by its recipient "accepted" or "refused"; "-" where nothing offers a way
	Noticed       string // who could notice: "nobody", a person, or how many
	Operations    int64
	Time          time.Duration
	Opened        []bool // by index
}

// Count is so many of so many.
type Count struct{ N, Of int }

// Readable counts the messages that open, of all.
func (e *Exposure) Readable() Count {
	return Count{e.Before.N + e.After.N, e.Before.Of + e.After.Of}
}
