// Package recovery puts package recovery under study, in three systems: a messenger without escrow, whose
// phones back up their history under keys that the provider does not have. It has the thefts of every
// messenger, and these:
//
//	system   theft              the thief has                     it opens                   noticed by
//	each     backup store       the provider's sealed histories   nothing                    nobody
//	vault    t-1 servers        and the disks of one server of    nothing: no PIN can be     nobody
//	                            three                             tested
//	         t servers          and the disks of two              every history whose PIN    nobody
//	                                                              is searched
//	friends  one friend         and one friend's share            nothing                    the victim's friend
//	         k friends          and two friends' shares           the victim's history       two friends
//	sheet    sheet              and the paper                     the victim's history       the victim
//
// All history is up to the theft. The vault has three servers, two of whom give a key back. PINs are of two
// digits here, and Argon2id is at its least, so that a search takes a moment: the program says what the full
// size costs. A thief who is not robbing disks but guessing online has ten guesses, and is not a theft here:
// package recovery tests it.
//
// A warrant gets one person's phone, as in package attacks/noescrow. The provider and a server have nothing
// to give that opens.
//
// The twin is package attacks/backup. What tells them apart is a row: there one key opens the histories of
// everyone, and here no theft of one thing does.
package recovery

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow"
	"doormat/noescrow/recovery"
)

// The names of the systems.
const (
	Vault   = "PIN and vault"
	Friends = "shares to friends"
	Sheet   = "recovery sheet"
)

// The names of the thefts that these systems know.
const (
	Store     attacks.TheftName = "backup store"
	OneServer attacks.TheftName = "t-1 servers"
	Servers   attacks.TheftName = "t servers"
	OneFriend attacks.TheftName = "one friend"
	KFriends  attacks.TheftName = "k friends"
	Paper     attacks.TheftName = "sheet"
)

// servers and threshold are those of the vault, and of friends.
const (
	servers   = 3
	threshold = 2
)

// cost is Argon2id at its least.
var cost = recovery.Cost{Memory: 8, Passes: 1}

// NewVault returns the system with a vault, and PINs of this many digits.
func NewVault(digits int) attacks.System {
	s := newSystem(Vault)
	s.digits = digits
	for range servers {
		s.disks = append(s.disks, new(recovery.Memory))
	}
	return s
}

// NewFriends returns the system with shares, and NewSheet that with paper.
func NewFriends() attacks.System { return newSystem(Friends) }
func NewSheet() attacks.System   { return newSystem(Sheet) }

func newSystem(name attacks.SystemName) *system {
	return &system{Archive: messenger.NewArchive(messenger.Kind{
		Name:      name,
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}), keys: map[string]*recovery.Key{}, shares: map[string][]recovery.Share{}}
}

type system struct {
	*messenger.Archive
	keys   map[string]*recovery.Key    // on the phones
	shares map[string][]recovery.Share // at each person's friends
	disks  []*recovery.Memory          // of the servers
	digits int
}

// Enrol gives a person a device, a key, and a way to get it back.
func (s *system) Enrol(name string) error {
	if err := s.Archive.Enrol(name); err != nil {
		return err
	}
	key := recovery.NewKey()
	s.keys[name] = key
	switch s.Name() {
	case Vault:
		id, err := s.Identity(name)
		if err != nil {
			return err
		}
		v := recovery.Vault{Threshold: threshold, Guesses: 10, Account: id, Cost: cost}
		for _, disk := range s.disks {
			server := recovery.NewServer(disk)
			v.Servers = append(v.Servers, func(request []byte) ([]byte, error) { return server.Handle(id, request) })
		}
		return v.Store(drawPIN(s.digits), []byte(key.RecoveryKey()))
	case Friends:
		shares, err := key.Split(threshold, servers)
		s.shares[name] = shares
		return err
	}
	return nil
}

// drawPIN draws a PIN, all alike likely.
func drawPIN(digits int) []byte {
	pin := make([]byte, digits)
	for i := range pin {
		for {
			rand.Read(pin[i : i+1])
			if pin[i] < 250 {
				break
			}
		}
		pin[i] = '0' + pin[i]%10
	}
	return pin
}

// Thefts lists the warrant and the thefts of a messenger and, after those of the network, those of backups
// and of what gives their keys back.
func (s *system) Thefts(victim string) []attacks.Theft {
	theft := func(name attacks.TheftName, takes string, more func() ([][]byte, error), noticed attacks.Notice, helpers ...attacks.Party) attacks.Theft {
		return attacks.Theft{
			Name: name, Takes: takes,
			Parties: append([]attacks.Party{attacks.Provider}, helpers...),
			Steal:   func() (*attacks.Tape, error) { return s.steal(more) },
			Read:    s.read,
			Noticed: func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) { return noticed, nil },
		}
	}
	nothing := func() ([][]byte, error) { return nil, nil }
	own := []attacks.Theft{theft(Store, "the provider's sealed histories", nothing, attacks.Notice{})}
	switch s.Name() {
	case Vault:
		for k, name := range []attacks.TheftName{OneServer, Servers} {
			takes := fmt.Sprintf("the sealed histories, and the disks of %d of %d servers", k+1, servers)
			own = append(own, theft(name, takes, func() ([][]byte, error) { return s.rob(k + 1) }, attacks.Notice{}, slices.Repeat([]attacks.Party{"server"}, k+1)...))
		}
	case Friends:
		for k, name := range []attacks.TheftName{OneFriend, KFriends} {
			takes := fmt.Sprintf("the sealed histories, and the shares of %d of %d friends", k+1, servers)
			noticed := attacks.Notice{Who: []string{"the friend", "two friends"}[k]}
			own = append(own, theft(name, takes, func() ([][]byte, error) { return s.sharesOf(victim, k+1), nil }, noticed, slices.Repeat([]attacks.Party{"friend"}, k+1)...))
		}
	case Sheet:
		own = append(own, theft(Paper, "the sealed histories, and one person's sheet of paper", func() ([][]byte, error) {
			return [][]byte{[]byte("sheet " + s.keys[victim].RecoveryKey())}, nil
		}, attacks.Notice{Who: victim}, attacks.Owner))
	}
	return slices.Concat([]attacks.Theft{s.Warrant(victim)}, s.Network(), own, s.Phone(victim), []attacks.Theft{s.Quantum()})
}

// steal is loot of records that begin with a word: "file" and an identity, a sealed history; then what else
// was taken.
func (s *system) steal(more func() ([][]byte, error)) (*attacks.Tape, error) {
	var records [][]byte
	for _, name := range s.Names() {
		id, err := s.Identity(name)
		if err != nil {
			return nil, err
		}
		var file bytes.Buffer
		if err := s.keys[name].Seal(&file, bytes.NewReader(s.History(name))); err != nil {
			return nil, err
		}
		records = append(records, slices.Concat([]byte("file "), id, file.Bytes()))
	}
	rest, err := more()
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(append(records, rest...)...)
}

// rob copies the disks of the first k servers: "disk", the server's number, the account, its record.
func (s *system) rob(k int) (records [][]byte, err error) {
	for i, disk := range s.disks[:k] {
		for _, name := range s.Names() {
			id, err := s.Identity(name)
			if err != nil {
				return nil, err
			}
			record, err := disk.Load(id)
			if err != nil {
				return nil, err
			}
			records = append(records, slices.Concat([]byte("disk "), []byte{byte(i + 1)}, id, record))
		}
	}
	return records, nil
}

// sharesOf are the words of the first k of a person's friends.
func (s *system) sharesOf(name string, k int) (records [][]byte) {
	for _, share := range s.shares[name][:k] {
		records = append(records, []byte("share "+share.RecoveryKey()))
	}
	return records
}

// read opens what it can of sealed histories, with keys from whatever else is in the loot.
func (s *system) read(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	l, err := parseLoot(loot)
	if err != nil {
		return 0, err
	}
	keys := l.lines()
	searched, n, err := l.search(ctx, s.digits, t)
	operations += n
	if err != nil {
		return operations, err
	}
	for _, key := range append(keys, searched...) {
		for _, f := range l.files {
			operations++
			var history bytes.Buffer
			if key.Open(&history, bytes.NewReader(f.sealed)) != nil {
				continue
			}
			if err := messenger.ReadHistory(s.Wire(), f.owner, history.Bytes(), t, found); err != nil {
				return operations, err
			}
		}
	}
	return operations, ctx.Err()
}

// candidate returns the PIN with a number.
func candidate(n, digits int) []byte {
	pin := strconv.Itoa(n)
	return append(bytes.Repeat([]byte("0"), max(0, digits-len(pin))), pin...)
}
