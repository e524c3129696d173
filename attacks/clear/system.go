// Package clear puts package clear under study: a messenger without escrow, on phones that are locked, whose maker
// can open each that is at hand. It has the thefts of every messenger, but that a phone is seized
// locked, and these:
//
//	theft                       the thief has                          it opens          noticed by
//	warrant                     a phone, and the maker's answer        what is on it     its owner: it has stopped
//	device seizure              a phone                                nothing           its owner: it is gone
//	maker's key                 the key                                nothing           nobody
//	maker's key, phone's screen the key, and the phone                 what is on it     its owner: it has stopped
//	maker's key, phone's flash  the key, and the phone for a minute    what is on it     nobody
//	Tromer's oracle             the phone, and an order for another    what is on it     its owner: it has stopped
//
// What is on a phone is the history of its owner, to the day. The key is one for all phones, and each has to be
// taken: no theft here opens what two other people wrote to each other. Whether a flash can be read without
// the screen depends on how phones are built. The oracle's thief has the passcode from the police, who were
// asked for another phone's, and no key of anyone.
//
// In other systems a phone is seized open; that is the row there. Here it is locked, since CLEAR is about
// locked phones.
package clear

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/clear"
	"doormat/noescrow"
)

// Name is the name of the system.
const Name = "CLEAR"

// The names of the thefts that only this system knows.
const (
	Key    attacks.TheftName = "maker's key"
	Screen attacks.TheftName = "maker's key, phone's screen"
	Flash  attacks.TheftName = "maker's key, phone's flash"
	Oracle attacks.TheftName = "Tromer's oracle"
)

// New returns a messenger on phones that one maker can open.
func New() attacks.System {
	return &system{messenger.NewArchive(messenger.Kind{
		Name:      Name,
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}), clear.NewMaker(), map[string]*owned{}, ""}
}

type system struct {
	*messenger.Archive
	maker  *clear.Maker
	phones map[string]*owned
	gone   string // whose phone was taken away
}

// An owned phone is one with its passcode, which its owner knows.
type owned struct {
	*clear.Phone
	passcode string
}

// Enrol gives a person a device, on a phone with a passcode of six digits.
func (s *system) Enrol(name string) error {
	if err := s.Archive.Enrol(name); err != nil {
		return err
	}
	var b [6]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	p, err := clear.NewPhone(s.maker.Public(), string(b[:]))
	s.phones[name] = &owned{p, string(b[:])}
	return err
}

var errGone = errors.New("attacks: the phone is gone")

// Inspect returns the state of a person's device, and whether the phone works.
func (s *system) Inspect(name string) ([]byte, error) {
	state, err := s.Archive.Inspect(name)
	if err != nil {
		return nil, err
	}
	if s.gone == name {
		return nil, errGone
	}
	return fmt.Append(state, s.phones[name].Stopped()), nil
}

// Thefts lists the warrant, the thefts of a messenger's network, those of a phone and its maker, and
// those of a messenger's phone that malware reads while it is open.
func (s *system) Thefts(victim string) []attacks.Theft {
	all := append([]attacks.Theft{{
		Name: attacks.WarrantName, Use: attacks.Lawful, AtEnd: true,
		Takes:   "the person's phone, which must be found, opened with its maker's help",
		Parties: []attacks.Party{attacks.Court, attacks.Maker, attacks.Device},
		Steal:   s.stolen(victim, s.byScreen), Restore: s.restore(victim), Read: s.readOne,
	}}, s.Network()...)
	for _, t := range s.Phone(victim) {
		if t.Name == attacks.DeviceKeys {
			all = append(all, t)
		}
	}
	return slices.Concat(all, []attacks.Theft{{
		Name: messenger.Seizure, AtEnd: true,
		Takes:   "the phone, locked: its flash",
		Parties: []attacks.Party{attacks.Device},
		Steal:   s.seize(victim), Restore: func() { s.gone = "" }, Read: s.readLocked,
	}, {
		Name:    Key,
		Takes:   "the maker's 32 bytes, and no phone",
		Parties: []attacks.Party{attacks.Maker},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(s.maker.RecoveryKey()) },
		Read:    s.readLocked,
	}, {
		Name:    Screen,
		Takes:   "the maker's 32 bytes, and the phone, by its screen",
		Parties: []attacks.Party{attacks.Maker, attacks.Device},
		Steal:   s.stolen(victim, s.byScreen), Restore: s.restore(victim), Read: s.readOne,
	}, {
		Name:    Flash,
		Takes:   "the maker's 32 bytes, and the phone for a minute, by its flash",
		Parties: []attacks.Party{attacks.Maker, attacks.Device},
		Steal:   s.stolen(victim, s.byFlash), Read: s.readOne,
	}, {
		Name:    Oracle,
		Takes:   "the phone; another, which the police hold, shows its screen",
		Parties: []attacks.Party{attacks.Maker, attacks.Device},
		Steal:   s.stolen(victim, s.byScreen), Restore: s.restore(victim), Read: s.readOne,
	}, s.Quantum()})
}

// stolen returns the Steal of a thief who gets a passcode in some way, and types it into the victim's phone:
// the owner's identity, and the history.
func (s *system) stolen(victim string, passcode func(p *clear.Phone) (string, error)) func() (*attacks.Tape, error) {
	return func() (*attacks.Tape, error) {
		id, p, err := s.today(victim)
		if err != nil {
			return nil, err
		}
		code, err := passcode(p)
		if err != nil {
			return nil, err
		}
		history, err := p.Unlock(code)
		if err != nil {
			return nil, err
		}
		return attacks.TapeOf(id, history)
	}
}

// today returns a phone with the history so far on it.
func (s *system) today(name string) (id []byte, p *clear.Phone, err error) {
	id, err = s.Identity(name)
	if err != nil {
		return nil, nil, err
	}
	o := s.phones[name]
	return id, o.Phone, o.Save(o.passcode, s.History(name))
}

// byScreen has the phone show its screen, and opens that with the maker's key. In Tromer's oracle the phone
// shows it to accomplices, and another phone, which was altered to show the same, to the police. They order
// what they see, type the answer into it, and it is sent on. To police and maker the two are one case.
func (s *system) byScreen(p *clear.Phone) (string, error) {
	screen, err := p.Show(nil)
	if err != nil {
		return "", err
	}
	return s.open(screen)
}

// byFlash opens what is on the flash.
func (s *system) byFlash(p *clear.Phone) (string, error) {
	screen, _ := p.Flash()
	return s.open(screen)
}

// open does what police and maker do with a screen: the order names the serial that is on it.
func (s *system) open(screen []byte) (string, error) {
	seen, err := clear.ParseScreen(screen)
	if err != nil {
		return "", err
	}
	return s.maker.Open(seen.Serial, screen)
}

// restore returns the Restore of a theft that stops a phone: the owner has another, with the same passcode.
func (s *system) restore(victim string) func() {
	return func() {
		o := s.phones[victim]
		if p, err := clear.NewPhone(s.maker.Public(), o.passcode); err == nil {
			o.Phone = p
		}
	}
}

// seize takes a locked phone away. The chip keeps its secrets: the loot is what is on the flash.
func (s *system) seize(victim string) func() (*attacks.Tape, error) {
	return func() (*attacks.Tape, error) {
		_, p, err := s.today(victim)
		if err != nil {
			return nil, err
		}
		s.gone = victim
		return attacks.TapeOf(p.Flash())
	}
}

// readLocked tries each record as a text, and the first two as an identity and a history.
func (s *system) readLocked(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return attacks.TryAll(ctx, loot, t, found, s.readOne)
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

// readOne reads the history of one phone.
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
