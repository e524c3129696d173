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
	"doormat/internal/secret"
)

// A Half is one agent's component of a unit key. Alone it tells nothing about the key: for each key
// there is a second half that gives it.
type Half struct {
	hidden[Half]
	Agent string // the agent's name, 1 to 255 bytes
	Unit  UnitID
	Key   [KeySize]byte // KU1 or KU2
}

// A Warrant names one unit, and the time in which agents may act on it. Warrants are not signed:
// agents are offices, which get them on paper. A released half can be used after the warrant
// expires, on all that its unit ever sends.
type Warrant struct {
	Unit  UnitID
	From  time.Time // the first moment at which agents release a half
	Until time.Time // the first moment at which they refuse
}

// An Agent is an escrow agent: it keeps one half of each unit key, encrypted, and releases it on a
// warrant. It is safe for concurrent use. Printing one prints its name.
type Agent struct {
	named[Agent]
	name     string
	identity *age.HybridIdentity
	key      *agekey.Recipient

	mu    sync.Mutex
	files map[UnitID][]byte // age files, one half each
}

// NewAgent makes an agent with a fresh storage key and no halves. The name must have 1 to 255 bytes.
func NewAgent(name string) (*Agent, error) {
	if name == "" || len(name) > maxName {
		return nil, fmt.Errorf("clipper: expected an agent's name of 1 to %d bytes, found %d", maxName, len(name))
	}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("clipper: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return &Agent{
		named: secret.Name[Agent](name), name: name,
		identity: identity, key: agekey.RecipientOf(identity), files: map[UnitID][]byte{},
	}, nil
}

// draw draws the agent's half of a new unit key, keeps it encrypted, and returns it. It returns an
// error if the agent holds a half of that unit already.
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

// forget deletes the half of a unit whose chip was not made.
func (a *Agent) forget(unit UnitID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, unit)
}

// Release returns the half of one unit, if the warrant names that unit and is in force at this
// moment. It returns an error otherwise, and if the agent holds no half of the unit.
func (a *Agent) Release(unit UnitID, w Warrant, at time.Time) (Half, error) {
	if w.Unit != unit {
		return Half{}, fmt.Errorf("clipper: agent %q expected a warrant for unit %v, found %v", a.name, unit, w.Unit)
	}
	if at.Before(w.From) || !at.Before(w.Until) {
		return Half{}, fmt.Errorf("clipper: agent %q expected a day from %s until before %s, found %s",
			a.name, w.From.Format(time.DateOnly), w.Until.Format(time.DateOnly), at.Format(time.DateOnly))
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

// Database returns the contents of the agent's disk: every half in an age file, encrypted to the
// agent's own storage key.
func (a *Agent) Database() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return marshalDatabase(a.files)
}

// RecoveryKey returns the storage key, a line "AGE-SECRET-KEY-PQ-1…". It opens the database, and
// with the age command (age 1.3 or later) each file in it. It was meant to be kept in a safe.
func (a *Agent) RecoveryKey() string { return a.identity.String() }

// sealHalf encrypts a half into an age file.
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

// RecoverHalves opens an agent's database with its recovery key, and returns the halves by ascending
// unit. It returns an error if the key is not a line "AGE-SECRET-KEY-PQ-1…", if it opens another
// agent's files, or if a file holds the half of another unit than it is filed under.
//
// RecoverHalves does not know who is asking.
func RecoverHalves(database []byte, recoveryKey string) ([]Half, error) {
	identity, err := age.ParseHybridIdentity(recoveryKey)
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
