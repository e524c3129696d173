package clipper

import (
	"context"
	"crypto/rand"
	"errors"

	"doormat/attacks"
	"doormat/escrow/clipper"
)

// The lawful reading in systems in which one person cheats.
const (
	ForgedLEAF   attacks.TheftName = "forged LEAF"
	BorrowedLEAF attacks.TheftName = "borrowed LEAF"
)

// A rogue is a system in which one person cheats. Its one theft is the lawful reading of everyone,
// with all halves.
//
// The cheat gets a session key and a header once, by other means than the chip's, and sends all mail
// under them: mail lets the sender choose the session key. The price is that texts which begin alike
// look alike, and that recipients see the same header again, if they compare.
type rogue struct {
	*system
	theft attacks.TheftName
	takes string
}

// NewForger returns package escrow/clipper as a system in which one person forges a LEAF, with
// [ForgeLEAF], and uses it from then on. All halves open nothing of what the cheat writes: the LEAF
// names a unit that was never made, and no agent has a half of that.
func NewForger(cheat string) attacks.System {
	s := &rogue{newSystem(), ForgedLEAF, "all halves and the family key; one sender forges his LEAF"}
	s.cheat(cheat, func(c *cardholder) (t transmission, err error) {
		t.key = clipper.NewSessionKey()
		rand.Read(t.header.IV[:])
		t.header.LEAF, _, err = ForgeLEAF(context.Background(), c.chip, t.key, t.header.IV, nil)
		return t, err
	})
	return s
}

// NewBorrower returns package escrow/clipper as a system in which one person uses the LEAF of an
// innocent: Frankel and Yung, "Escrow Encryption Systems Visited" (CRYPTO '95). The innocent, who is
// the first other person to have enrolled, has written to the cheat once. From that the cheat has the
// session key, as its recipient, and the header. Chips have no memory, and take it again from anyone:
//
//	innocent                     cheat                       recipient
//	   --- LEAF, IV, C under KS --->
//	                               unwraps KS
//	                               --- LEAF, IV, C' under KS --->  its chip takes the LEAF:
//	                                            |                  KS, IV and unit fit
//	                                            v
//	                               the tap: the unit is the innocent's, KS is right, C' opens
//
// It takes one message and no search. It needs a system in which the sender chooses the session key.
// It shows that a LEAF says nothing about who is talking to whom: all halves open what the cheat
// writes, as the innocent's.
func NewBorrower(cheat string) attacks.System {
	s := &rogue{newSystem(), BorrowedLEAF, "all halves and the family key; one sender uses an innocent's LEAF"}
	s.cheat(cheat, func(c *cardholder) (t transmission, err error) {
		b, err := s.writeTo(c)
		if err != nil {
			return t, err
		}
		e, ok := parse(b)
		if !ok {
			return t, errEnvelope
		}
		return open(c.private, e)
	})
	return s
}

// cheat has a person send everything under the session key and the header that get returns. It calls
// get when that person first sends, and again only after an error.
func (s *rogue) cheat(name string, get func(c *cardholder) (transmission, error)) {
	s.tamper = func(person string, c *cardholder) {
		if person != name {
			return
		}
		var got *transmission
		c.encrypt = func(padded []byte) (t transmission, err error) {
			if got == nil {
				if t, err = get(c); err != nil {
					return t, err
				}
				got = &t
			}
			t = *got
			t.ciphertext, err = EncryptUnder(c.chip, t.key, clipper.CBC, t.header.IV, padded)
			return t, err
		}
	}
}

// writeTo has the first person who is not c write to c. The envelope is not in the transcript: the tap
// began later.
func (s *rogue) writeTo(c *cardholder) (envelope []byte, err error) {
	for _, name := range s.Names() {
		innocent, err := s.Person(name)
		if err != nil {
			return nil, err
		}
		if innocent == c {
			continue
		}
		t, err := innocent.encrypt(pad([]byte("Wrong number, sorry.")))
		if err != nil {
			return nil, err
		}
		return seal(innocent.private, c.public, t)
	}
	return nil, errors.New("attacks: expected someone else who is enrolled, to borrow a LEAF from, found no one")
}

// Thefts lists the lawful reading.
func (s *rogue) Thefts(string) []attacks.Theft {
	t := attacks.Evade(s.bothAgents(), s.theft, s.takes)
	t.Noticed = s.judge
	return []attacks.Theft{t}
}

// judge reads the LEAFs again as a court would, with the loot of both agents and the register of
// cards. A LEAF that cannot be true, of an unknown unit or with a wrong session key, is noticed by who
// taps, and by no one before: a recipient's chip has taken it.
//
// If all LEAFs can be true, each message is attributed to the holder of the card that its LEAF names.
// The notice names as blamed a holder who is not the sender on the envelope. A court cannot go by that
// name: only the recipient can check it, and anyone who sends can write another there.
func (s *rogue) judge(loot *attacks.Tape, t *attacks.Transcript) (n attacks.Notice, err error) {
	tap, err := readTap(loot)
	if err != nil {
		return n, err
	}
	for r, err := range t.All() {
		if err != nil {
			return n, err
		}
		e, ok := parse(r.Bytes)
		if !ok {
			continue
		}
		unit, _, err := tap.recoverKey(e.header)
		if err != nil {
			return attacks.Notice{Who: "who taps", Possible: true}, nil
		}
		if holder, ok := s.register[unit]; ok && holder != s.NameOf(e.from[:]) {
			n.Blamed = holder
		}
	}
	return n, nil
}
