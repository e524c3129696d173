package attacks

import (
	"fmt"
	"time"
)

// An InFlight is an envelope under way, between two people whose devices the network knows by name. One
// that goes to several people is under way to each of them.
type InFlight struct {
	Index    int // of the envelope in the transcript
	From, To string
	At       time.Time
	Bytes    []byte
}

// A Middle is a thief who sits on the wire. It takes each envelope as its sender has sent it, and returns
// what is delivered in its place: the same, others, to whomever, or nothing. A Middle has no other means
// to read or write than what it holds: the loot it began with, what it has seen since, and what the
// network hands to everyone. What it reads it appends to the loot, for Read.
type Middle func(e InFlight) (deliver []InFlight, err error)

// deliver hands an envelope to the thieves on the wire, in the order of their thefts, and what comes out
// to the devices. It reports whether the message has arrived as it was written.
func (s *Stage) deliver(m Message, envelope []byte) (arrived bool, err error) {
	all := []InFlight{{s.transcript.Tape.Len() - 1, m.From, m.To, m.At, envelope}}
	for _, middle := range s.middles {
		var out []InFlight
		for _, e := range all {
			some, err := middle(e)
			if err != nil {
				return false, fmt.Errorf("in the middle: %w", err)
			}
			out = append(out, some...)
		}
		all = out
	}
	for _, e := range all {
		from, text, err := s.system.Receive(e.To, e.At, e.Bytes)
		right := err == nil && e.To == m.To && from == m.From && text == m.Text
		if right && !arrived {
			arrived = true
			continue
		}
		if len(s.middles) == 0 {
			return false, err
		}
		s.inserted.Of++
		if err == nil {
			s.inserted.N++
		}
	}
	return arrived, nil
}

// noticedMiddle returns who could have noticed that a thief was on the wire, from what became of the
// messages. Each text that a device has taken and nobody has written stands in one history and not in
// the other's.
func (s *Stage) noticedMiddle(lost int) Notice {
	switch {
	case lost > 0:
		return Notice{Who: "who misses a message", Possible: true}
	case s.inserted.N > 0:
		return Notice{Who: "who compares histories", Possible: true}
	}
	return Notice{}
}
