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
//	               Steal   Transcript
//	                 |         |
//	                 v         v
//	               loot ---> Read ---> texts ---> compared with the truth ---> Exposure
//
// [Stage] does one step at a time, [Run] all steps of one system, and [Matrix] several systems. A [Finding] says
// whether what a theft exposes is a backdoor, as the European Commission has defined one.
//
// This package knows no scheme. Each scheme joins from a package of its own below this one, with a
// type that has the methods of [System] and, beside it, the attacks on it; package attacks/all
// lists them. A program that needs both packages of a scheme imports this side as attack.
package attacks

import "time"

// A System is a way to carry messages, under study: an escrow scheme, or none. Run and Stage call its
// methods from one goroutine. A System that is an [io.Closer] is closed in the end.
//
// Embed a [SystemName] for Name, and a [Roll] for what is kept of each person. A scheme whose devices have
// the verbs of package noescrow has all methods from package messenger.
type System interface {
	// Name returns a word or two, the same for all instances.
	Name() string
	// Enrol gives a person a device, and publishes what others need to write to it. It is called once
	// for each person, before the person writes or is written to.
	Enrol(person string) error
	// Identity returns the bytes that name a person in envelopes, such as a public key. It is an error if
	// the person is not enrolled.
	Identity(person string) ([]byte, error)
	// Send seals m on the device of m.From, and returns the bytes that cross the wire: all that a wiretap
	// sees of m, beside its date in milliseconds. A message to several people is sent to one after the other,
	// unless the system is a [GroupSystem], so m.Also is nil.
	Send(m Message) (envelope []byte, err error)
	// Receive opens an envelope on to's device, and returns the name of the sender and the text. The date
	// is the one that the relay shows. Every envelope is received once, in the order of sending; after the
	// conversation, forgeries are. What the device refuses is an error, or another sender than the victim.
	Receive(to string, at time.Time, envelope []byte) (from, text string, err error)
	// Bundle returns what the relay hands to everyone who wants to write to a person, which a forger has
	// too; nil if there is no such thing.
	Bundle(person string) ([]byte, error)
	// Inspect returns all that is on a person's device as bytes: its state, secrets and the constants of its
	// program included. Steal compares what it returns for each person before a theft with what it returns
	// after the theft, before Restore: who has other bytes, or now an error, is one who could notice. So it
	// must return the same bytes as long as the device does not change.
	Inspect(person string) ([]byte, error)
	// Thefts lists what can be stolen, in the order in which it is shown; where it is one person's, the
	// victim's. It is called once, before anyone enrols, so its functions look for people when they are
	// called.
	Thefts(victim string) []Theft
}

// A GroupSystem is a [System] that seals a message once for all its recipients, in one envelope that each of them
// receives. What the devices of a group tell each other beside, as who has joined, travels with a message.
type GroupSystem interface {
	System
	// SendAll is Send for a message with more recipients than one.
	SendAll(m Message) (envelope []byte, err error)
}
