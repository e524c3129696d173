// Package backup puts package backup under study: a messenger without escrow, whose phones back up their
// history each night under keys that the provider holds. It has the thefts of every messenger, and these:
//
//	theft            the thief has                     it opens                      noticed by
//	backup store     the provider's database           nothing: keys are wrapped     nobody
//	warrant          one account, by Recover           its history, to last night    nobody
//	master key       the key and the database          every history, to last night  nobody
//
// A backup is a copy of the past: the ratchet has erased the keys, and here are the texts. What comes after
// the theft is in the backup of the next night. One person, the careful one, makes no backup; her messages
// are in those of the people she writes with.
//
// The twin is package attacks/recovery: the same messenger and the same files, with keys that the provider
// does not have.
package backup

import (
	"bytes"
	"context"
	"slices"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/backup"
	"doormat/noescrow"
	"doormat/noescrow/recovery"
)

// Name is the name of the system.
const Name = "provider's backup"

// The names of the thefts that this system knows.
const (
	Store     attacks.TheftName = "backup store"
	Warrant   attacks.TheftName = attacks.WarrantName
	MasterKey attacks.TheftName = "backup master key"
)

// New returns a messenger whose backups the provider can open.
func New() attacks.System { return NewCareful("") }

// NewCareful returns the same, in which one person makes no backup.
func NewCareful(person string) attacks.System {
	return &system{messenger.NewArchive(messenger.Kind{
		Name:      Name,
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}), backup.NewProvider(), map[string]*recovery.Key{}, person}
}

type system struct {
	*messenger.Archive
	provider *backup.Provider
	keys     map[string]*recovery.Key // on the phones
	careful  string
}

// Enrol gives a person a device, and a backup whose key is deposited.
func (s *system) Enrol(name string) error {
	if err := s.Archive.Enrol(name); err != nil || name == s.careful {
		return err
	}
	s.keys[name] = recovery.NewKey()
	id, err := s.Identity(name)
	if err != nil {
		return err
	}
	return s.provider.Deposit(string(id), s.keys[name])
}

// night uploads every history.
func (s *system) night() error {
	for _, name := range s.Names() {
		key := s.keys[name]
		if key == nil {
			continue
		}
		id, err := s.Identity(name)
		if err != nil {
			return err
		}
		var file bytes.Buffer
		if err := key.Seal(&file, bytes.NewReader(s.History(name))); err != nil {
			return err
		}
		if err := s.provider.Upload(string(id), s.Now(), file.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// Thefts lists the warrant, the thefts of a messenger and, after those of the network, those of the
// provider's backups.
func (s *system) Thefts(victim string) []attacks.Theft {
	warrant := attacks.Theft{
		Name: Warrant, Use: attacks.Lawful, AtEnd: true,
		Takes:   "one person's backup, which the provider opens",
		Parties: []attacks.Party{attacks.Court, attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return s.byWarrant(victim) },
		Read:    s.readOne,
	}
	own := []attacks.Theft{{
		Name:    Store,
		Takes:   "the provider's database of backups",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return s.steal("") },
		Read:    s.readAll,
	}, {
		Name:    MasterKey,
		Takes:   "the provider's master key, and its database of backups",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return s.steal(s.provider.RecoveryKey()) },
		Read:    s.readAll,
	}}
	return slices.Concat([]attacks.Theft{warrant}, s.Network(), own, s.Phone(victim), []attacks.Theft{s.Quantum()})
}

// steal is the database and, if there is one, the master key.
func (s *system) steal(key string) (*attacks.Tape, error) {
	if err := s.night(); err != nil {
		return nil, err
	}
	database, err := s.provider.MarshalBinary()
	if err != nil {
		return nil, err
	}
	if key == "" {
		return attacks.TapeOf(database)
	}
	return attacks.TapeOf(database, []byte(key))
}

// byWarrant is the identity of one account, and the history that the provider gives out.
func (s *system) byWarrant(victim string) (*attacks.Tape, error) {
	if err := s.night(); err != nil {
		return nil, err
	}
	id, err := s.Identity(victim)
	if err != nil {
		return nil, err
	}
	history, err := s.provider.Recover(string(id))
	if err == backup.ErrAccount {
		return attacks.TapeOf(id, nil) // there is no backup
	}
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(id, history)
}

// parts are the first two records.
func parts(loot *attacks.Tape) (first, second []byte, err error) {
	i := 0
	for record, err := range loot.All() {
		if err != nil {
			return nil, nil, err
		}
		switch i++; i {
		case 1:
			first = bytes.Clone(record)
		case 2:
			second = bytes.Clone(record)
		}
	}
	return first, second, nil
}

// readAll opens every history in a stolen database. Without a master key it tries each record of the loot
// as one, as text, and keys of its own.
func (s *system) readAll(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	database, line, err := parts(loot)
	if err != nil {
		return 0, err
	}
	for _, master := range []string{string(line), string(database), backup.NewProvider().RecoveryKey()} {
		thief, err := backup.ParseProvider(master)
		if err != nil {
			continue
		}
		if err := thief.UnmarshalBinary(database); err != nil {
			return operations, err
		}
		for _, name := range thief.Names() {
			operations++
			history, err := thief.Recover(name)
			if err != nil || len(name) != len(noescrow.Identity{}) {
				continue
			}
			if err := messenger.ReadHistory(s.Wire(), noescrow.Identity([]byte(name)), history, t, found); err != nil {
				return operations, err
			}
		}
	}
	return operations, ctx.Err()
}

// readOne reads a history that was given out.
func (s *system) readOne(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	id, history, err := parts(loot)
	if err != nil || len(id) != len(noescrow.Identity{}) {
		return 0, err
	}
	if err := messenger.ReadHistory(s.Wire(), noescrow.Identity(id), history, t, found); err != nil {
		return 0, err
	}
	return 1, ctx.Err()
}
