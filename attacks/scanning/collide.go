package scanning

import (
	"fmt"
	"image"

	"doormat/internal/pdq"
)

// Collide changes a picture until its PDQ hash is at most the given number of bits away from a target: 0 makes
// a second preimage, 31 what a list takes for the same picture. With a hash of the list it makes the harmless
// picture that is reported. The target must have 128 bits that are set, give or take the distance, as nearly
// every picture's hash has. Like [Evade] it needs no optimiser. Clipping may keep a picture of strong contrast
// from getting there, which is an error.
func Collide(m image.Image, target [32]byte, distance int) (*Altered, error) {
	t := pdq.Hash(target)
	if distance < 0 || distance > numBits {
		return nil, fmt.Errorf("attacks: expected a distance of 0 to %d bits, found %d", numBits, distance)
	}
	if set := t.Distance(pdq.Hash{}); max(set-numBits/2, numBits/2-set) > distance {
		return nil, fmt.Errorf("attacks: expected a hash of %d bits that are set, give or take %d, found %d", numBits/2, distance, set)
	}
	s, err := newSteering(m)
	if err != nil {
		return nil, err
	}
	return s.until(t, 4, func(h pdq.Hash) (int, bool) { d := h.Distance(t); return d, d <= distance })
}
