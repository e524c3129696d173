package workfactor

import (
	"crypto/rand"
	"errors"
	"time"

	"doormat/attacks"
	"doormat/escrow/workfactor"
)

// RogueSender is the lawful recovery in a system in which one person cheats.
const RogueSender attacks.TheftName = "rogue sender"

// NewRogue returns the system of [New] in which one person, the cheat, puts noise where the field
// goes, and receivers are lax: they take what the check refuses, and count it. Its one theft is the
// lawful recovery, which fails on the cheat's messages. It shows that evasion takes two: with
// receivers who check, the cheat reaches no one.
func NewRogue(bits int, cheat string) attacks.System {
	return &rogueSystem{system: newSystem(bits), cheat: cheat}
}

// A rogueSystem is a system with a cheat in it:
//
//	the cheat     puts noise in place of the field
//	the authority decrypts it, finds no 00 02 at its beginning, and has all bits of K to search
//	the receiver  has K as before, and reads
//	one who       makes the field of K again, compares and refuses: the cheat might as well not write
//	checks
//
// Lotus's receivers checked: it was said of its gateways that they take no message whose field was
// disturbed (cypherpunks mailing list, 2002).
type rogueSystem struct {
	*system
	cheat  string
	caught int // messages that a receiver who checks would have refused
}

// Send puts noise into the cheat's fields. Nothing on the way looks at it.
func (s *rogueSystem) Send(m attacks.Message) ([]byte, error) {
	envelope, err := s.system.Send(m)
	if err != nil || m.From != s.cheat {
		return envelope, err
	}
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	rand.Read(e.Field)
	return e.Bytes()
}

// Receive is lax.
func (s *rogueSystem) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = s.system.Receive(to, at, envelope)
	if !errors.Is(err, workfactor.ErrField) {
		return from, text, err
	}
	s.caught++
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.OpenUnchecked(envelope)
	return s.NameOf(id[:]), string(plaintext), err
}

// Thefts lists the lawful recovery.
func (s *rogueSystem) Thefts(string) []attacks.Theft {
	t := attacks.Evade(s.stolenKey(), RogueSender, "the authority's key; one sender puts noise in the field")
	t.Noticed = func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
		if s.caught == 0 {
			return attacks.Notice{}, nil
		}
		return attacks.Notice{Who: "recipients who check", Possible: true}, nil
	}
	return []attacks.Theft{t}
}
