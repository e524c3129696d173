package clipper

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
)

// A Family programs chips: it holds the family key and the unit ids that it has used. It is safe for
// concurrent use. The zero Family has no key and programs nothing; make one with [NewFamily].
type Family struct {
	hidden[Family]
	mu   sync.Mutex
	key  FamilyKey
	used map[UnitID]bool
}

// NewFamily draws a family key from crypto/rand.
func NewFamily() *Family {
	f := &Family{used: map[UnitID]bool{}}
	rand.Read(f.key.k[:])
	return f
}

// Key returns the family key, for a decrypt processor. Every chip of the family holds it too.
func (f *Family) Key() FamilyKey { return f.key }

// Program makes a chip with this unit id. Each of two agents draws one half of its unit key and
// keeps it; their XOR is sealed into the chip. After that the unit key exists only in the chip.
// Program returns an error if the agents have one name, if the unit id was used before, or if an
// agent holds a half for it already. After an error neither agent keeps a half.
func (f *Family) Program(unit UnitID, first, second *Agent) (*Chip, error) {
	if first == nil || second == nil || first.name == second.name {
		return nil, errors.New("clipper: expected two agents with different names")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used == nil {
		return nil, errors.New("clipper: the family has no key: make one with NewFamily")
	}
	if f.used[unit] {
		return nil, fmt.Errorf("clipper: unit %v has been programmed already", unit)
	}
	a, err := first.draw(unit)
	if err != nil {
		return nil, err
	}
	b, err := second.draw(unit)
	if err != nil {
		first.forget(unit)
		return nil, err
	}
	k, err := RecoverUnitKey(a, b)
	if err != nil {
		return nil, err
	}
	f.used[unit] = true
	return &Chip{unit: unit, key: k.cipher(), family: f.key.cipher()}, nil
}
