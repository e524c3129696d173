package messenger

import (
	"fmt"

	"doormat/attacks"
)

// An acting is a messenger whose one theft is that of a thief who acts. Such a thief changes the conversation,
// so the other thefts would measure what that thief did.
type acting struct {
	*Messenger
	writes bool // the theft writes in other people's names, so it needs Wire.wrap
	theft  func(m *Messenger, victim string) attacks.Theft
}

// Enrol gives a person a device. It returns an error if the thief could not do with the Wire what the thief
// is there for.
func (a acting) Enrol(name string) error {
	if a.writes && a.kind.Wire.wrap == nil {
		return fmt.Errorf("messenger: the wire of %s is wrong: expected Around.Wrap, found none: a thief who acts with a device's keys writes with it", a.Name())
	}
	return a.Messenger.Enrol(name)
}

// Thefts lists the one theft.
func (a acting) Thefts(victim string) []attacks.Theft {
	return []attacks.Theft{a.theft(a.Messenger, victim)}
}

// Acting returns messengers of one kind, each with a thief who acts: the relay, and malware on the wire that has
// copied the victim's device. They have the kind's name. The second writes in other people's names: around
// envelopes with a head it needs [Around.Wrap], and Enrol returns an error without. A [Carried] wire has no
// such thief.
func Acting(k Kind) []attacks.System {
	return []attacks.System{
		acting{New(k), false, func(m *Messenger, _ string) attacks.Theft { return m.actingRelay() }},
		acting{New(k), true, (*Messenger).deviceInTheMiddle},
	}
}
