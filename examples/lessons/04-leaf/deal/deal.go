// Package deal makes the puzzles of lesson 04, and checks answers.
package deal

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"

	"doormat/escrow/clipper"
	"doormat/examples/lessons/lesson"
)

// New draws a chip, the session key that is loaded into it, and the IV of a call. The chip is the
// oracle: it gets 16 bytes, and replies 1 if it accepts them as the call's LEAF, else 0.
func New(draw *mathrand.Rand) lesson.Task {
	family, rogue := clipper.NewFamily(), clipper.UnitID(draw.Uint32())
	chip := program(family, rogue)
	session := chip.Load(clipper.NewSessionKey())
	var iv clipper.IV
	rand.Read(iv[:])
	accepts := func(leaf []byte) bool {
		return len(leaf) == 16 && session.LoadIV(clipper.Header{LEAF: clipper.LEAF(leaf), IV: iv}) == nil
	}
	return lesson.Task{
		Ask: func(query []byte) []byte {
			if accepts(query) {
				return []byte{1}
			}
			return []byte{0}
		},
		Check: func(answer []byte) *lesson.Miss {
			miss := &lesson.Miss{Got: fmt.Sprintf("%x", answer[:min(len(answer), 32)]), Want: "128 bits that the chip accepts"}
			switch {
			case len(answer) != 16:
				miss.Why = fmt.Sprintf("a LEAF has 16 bytes, and this has %d", len(answer))
				miss.Hint = "return the 16 bytes that you asked about last"
			case !accepts(answer):
				miss.Why = "the 16-bit checksum does not fit, so the receiving chip refuses to decrypt"
				miss.Hint = "the chip says yes to one string in 65,536, whatever the rest of it is"
			case family.Key().RecoverFields(clipper.LEAF(answer)).Unit == rogue:
				miss.Why = "the LEAF names the rogue's own unit, and so a warrant finds its key"
				miss.Hint = "whatever else is in the field may be noise"
			default:
				return nil
			}
			return miss
		},
	}
}

// program makes a chip whose unit key no one keeps: both agents are forgotten.
func program(family *clipper.Family, unit clipper.UnitID) *clipper.Chip {
	first, err := clipper.NewAgent("NIST")
	must(err)
	second, err := clipper.NewAgent("Treasury")
	must(err)
	chip, err := family.Program(unit, first, second)
	must(err)
	return chip
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
