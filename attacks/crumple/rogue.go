package crumple

import (
	"context"
	"time"

	"doormat/attacks"
	"doormat/escrow/crumple"
)

// NewRogue returns the system of [New] in which one person, the cheat, encrypts first, with a program
// that no one can pay for, and people have that program too. Its one theft is the lawful reading.
// The puzzles are perfect, so nobody can tell before one is searched.
func NewRogue(bits int, cheat string) attacks.System {
	return &rogueSystem{system: newSystem(bits), second: newSystem(crumple.MaxBits), cheat: cheat}
}

// A rogueSystem has a second program beside the first.
type rogueSystem struct {
	*system
	second *system
	cheat  string
}

// Enrol gives a person both programs.
func (s *rogueSystem) Enrol(person string) error {
	if err := s.second.Enrol(person); err != nil {
		return err
	}
	return s.system.Enrol(person)
}

// Send seals the cheat's messages twice.
func (s *rogueSystem) Send(m attacks.Message) ([]byte, error) {
	if m.From == s.cheat {
		inner, err := s.second.Send(m)
		if err != nil {
			return nil, err
		}
		m.Text = string(inner)
	}
	return s.system.Send(m)
}

// Receive opens the cheat's messages twice.
func (s *rogueSystem) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = s.system.Receive(to, at, envelope)
	if err != nil || from != s.cheat {
		return from, text, err
	}
	return s.second.Receive(to, at, []byte(text))
}

// Thefts lists the lawful reading. What it opens of the cheat's messages are envelopes, and no text.
func (s *rogueSystem) Thefts(string) []attacks.Theft {
	t := attacks.Evade(s.paid(), Rogue, "nothing; one sender encrypts first")
	t.Read = withoutEnvelopes(t.Read)
	return []attacks.Theft{t}
}

// withoutEnvelopes claims only what is not an envelope.
func withoutEnvelopes(read attacks.Attack) attacks.Attack {
	return func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return read(ctx, loot, t, func(i int, text []byte) {
			if _, err := crumple.ParseEnvelope(text); err != nil {
				found(i, text)
			}
		})
	}
}
