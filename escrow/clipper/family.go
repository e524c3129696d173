package clipper

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
)

// A Family is where chips are programmed: it has the family key, and knows which unit ids are
// used up. It is safe for concurrent use.
type Family struct {
	mu   sync.Mutex
	key  FamilyKey
	used map[UnitID]bool
}

// NewFamily draws a family key.
func NewFamily() *Family {
	f := &Family{used: map[UnitID]bool{}}
	rand.Read(f.key[:])
	return f
}

// Key returns the family key, for a decrypt processor. It is also in every chip.
func (x *Family) Key() FamilyKey { return x.key }

// Program makes a chip. Each of two agents draws one half of its unit key, keeps that, and hands
// it over; when the chip has been made nobody knows the unit key, and each agent half of it.
func (x *Family) Program(unit UnitID, first, second *Agent) (*Chip, error) {
	if first == nil || second == nil || first.name == second.name {
		return nil, errors.New("clipper: expected two agents with different names")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.used == nil {
		return nil, errors.New("clipper: the family has no key: make one with NewFamily")
	}
	if x.used[unit] {
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
	x.used[unit] = true
	return &Chip{unit, k.cipher(), x.key.cipher()}, nil
}
