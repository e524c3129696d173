package clipper

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"filippo.io/age"

	"doormat/internal/agekey"
)

// A Half is one agent's component of a unit key. By itself it says nothing about the key: the
// other half can still make it any.
type Half struct {
	Agent string
	Unit  UnitID
	Key   [KeySize]byte
}

// A Warrant names one unit, and the days on which agents may act on it. Agents are offices, and
// a warrant is paper to them: nothing here is signed. It ends no knowledge either. A half that
// has been released opens what its unit says for ever.
type Warrant struct {
	Unit        UnitID
	From, Until time.Time
}

// An Agent is an escrow agent: it keeps one half of each unit key, encrypted, and releases it for
// a warrant. It is safe for concurrent use.
type Agent struct {
	name     string
	identity *age.HybridIdentity
	key      *agekey.Recipient

	mu    sync.Mutex
	files map[UnitID][]byte // age files, each a half
}

// NewAgent makes an agent that holds nothing yet. The name is of 1 to 255 bytes.
func NewAgent(name string) (*Agent, error) {
	if name == "" || len(name) > maxName {
		return nil, fmt.Errorf("clipper: expected an agent's name of 1 to %d bytes, found %d", maxName, len(name))
	}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("clipper: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return &Agent{name: name, identity: identity, key: agekey.RecipientOf(identity), files: map[UnitID][]byte{}}, nil
}

// draw makes a half of a new unit, and keeps it.
func (a *Agent) draw(unit UnitID) (Half, error) {
	h := Half{Agent: a.name, Unit: unit}
	rand.Read(h.Key[:])
	file, err := sealHalf(h, a.key)
	if err != nil {
		return Half{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.files[unit] != nil {
		return Half{}, fmt.Errorf("clipper: agent %q holds a half of unit %v already", a.name, unit)
	}
	a.files[unit] = file
	return h, nil
}

func (a *Agent) forget(unit UnitID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, unit)
}

// Release hands out the half of one unit, if the warrant names it and is in force.
func (a *Agent) Release(unit UnitID, w Warrant, at time.Time) (Half, error) {
	if w.Unit != unit {
		return Half{}, fmt.Errorf("clipper: agent %q is asked for unit %v, and the warrant names unit %v", a.name, unit, w.Unit)
	}
	if at.Before(w.From) || at.After(w.Until) {
		return Half{}, fmt.Errorf("clipper: agent %q is asked on %s, and the warrant is in force from %s until %s",
			a.name, at.Format(time.DateOnly), w.From.Format(time.DateOnly), w.Until.Format(time.DateOnly))
	}
	a.mu.Lock()
	file := a.files[unit]
	a.mu.Unlock()
	if file == nil {
		return Half{}, fmt.Errorf("clipper: agent %q holds no half of unit %v", a.name, unit)
	}
	h, err := openHalf(file, a.identity)
	if err != nil {
		return Half{}, fmt.Errorf("clipper: %w", err)
	}
	return h, nil
}

// Database returns what is on the agent's disk: the halves, encrypted to its own storage key.
func (a *Agent) Database() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return marshalDatabase(a.files)
}

// StorageKey returns the line "AGE-SECRET-KEY-PQ-1…", which opens the database, as the age
// command does each file in it. It was meant to be in a safe.
func (a *Agent) StorageKey() string { return a.identity.String() }

func sealHalf(h Half, to age.Recipient) ([]byte, error) {
	var file bytes.Buffer
	w, err := age.Encrypt(&file, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(h.Bytes()); err != nil {
		return nil, err
	}
	err = w.Close()
	return file.Bytes(), err
}

func openHalf(file []byte, identity age.Identity) (Half, error) {
	r, err := agekey.Decrypt(bytes.NewReader(file), identity)
	if err != nil {
		return Half{}, err
	}
	b, err := io.ReadAll(io.LimitReader(r, halfSize(maxName)+1))
	if err != nil {
		return Half{}, err
	}
	return parseHalf(b)
}

// RecoverHalves opens an agent's database with its storage key. It does not know who is asking.
func RecoverHalves(database []byte, storageKey string) ([]Half, error) {
	identity, err := age.ParseHybridIdentity(storageKey)
	if err != nil {
		return nil, errors.New(`clipper: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	files, err := parseDatabase(database)
	if err != nil {
		return nil, fmt.Errorf("clipper: %w", err)
	}
	var halves []Half
	for _, f := range files {
		h, err := openHalf(f.file, identity)
		if err != nil {
			return nil, fmt.Errorf("clipper: the half of unit %v: %w", f.unit, err)
		}
		if h.Unit != f.unit {
			return nil, fmt.Errorf("clipper: expected a half of unit %v, found one of unit %v", f.unit, h.Unit)
		}
		halves = append(halves, h)
	}
	return halves, nil
}
