// Package crumple puts package crumple under study: people write to each other with keys that anyone can find who
// pays, once for all and then for each message.
//
//	theft            it opens                         at a price, a message, of
//	wiretap          nothing                          2^(31+bits) hashes, and tries 2^8 of them
//	abrasion paid    everything, of everyone,         2^bits hashes, and 2^16 group operations once
//	                 past and future
//	device keys      what its owner writes and reads  nothing: the keys of a device do not change
//	encrypted first  all but what one sender writes,  as above
//	                 who encrypts first ([NewRogue])
//
// Nothing is stolen in the first two, and nobody can notice them. A warrant is the same purchase, for one
// person's messages. Who pays cannot write in another's name: the forgery of both is an old envelope, delivered
// again.
//
// The dial of the constructors is the number of bits; the paper has as many as cost $1,000 to $1 million.
package crumple

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"doormat/attacks"
	"doormat/escrow/crumple"
	"doormat/escrow/workfactor"
)

// Name is the name of the system, with a rogue in it and without.
const Name = "crumple zones"

// The names of the thefts that only this system knows.
const (
	Paid  attacks.TheftName = "abrasion paid"
	Rogue attacks.TheftName = "encrypted first"
)

// New returns package crumple as a system, with a number of bits to search for each message, 1 to
// [crumple.MaxBits].
func New(bits int) attacks.System { return newSystem(bits) }

func newSystem(bits int) *system { return &system{SystemName: Name, bits: bits} }

type system struct {
	attacks.SystemName
	attacks.Roll[*crumple.Device]
	bits int
}

// Enrol gives a person a device.
func (s *system) Enrol(person string) error {
	d, err := crumple.NewDevice(s.bits)
	if err != nil {
		return err
	}
	id := d.Identity()
	s.Add(person, id[:], d)
	return nil
}

// Identity returns the 36 bytes of a person's public keys.
func (s *system) Identity(person string) ([]byte, error) {
	d, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	id := d.Identity()
	return id[:], nil
}

// Send seals a message.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	return from.Seal(to.Identity(), []byte(m.Text))
}

// Receive opens an envelope. The date is believed.
func (s *system) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.Open(envelope)
	return s.NameOf(id[:]), string(plaintext), err
}

// Bundle returns a person's public keys.
func (s *system) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect returns the state of a person's device.
func (s *system) Inspect(person string) ([]byte, error) {
	d, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	return d.MarshalBinary()
}

// addresses returns the names on an envelope.
func addresses(envelope []byte) (from, to []byte, ok bool) {
	e, err := crumple.ParseEnvelope(envelope)
	if err != nil {
		return nil, nil, false
	}
	return e.From[:], e.To[:], true
}

// Thefts lists a warrant, the wiretap of who has not paid, that of who has, and the victim's keys.
func (s *system) Thefts(victim string) []attacks.Theft {
	replay := func(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) { return attacks.Replay(t, f, addresses) }
	wiretap := attacks.Wiretap(recoverUnpaid, attacks.Again, replay)
	wiretap.Only = fmt.Sprintf("2^%d of 2^%d hashes", wiretapBits, 31+s.bits)
	warrant := attacks.Warrant(s.paid(), "nothing; one person's messages are searched, one by one",
		func() ([]byte, error) { return s.Identity(victim) }, addresses)
	return []attacks.Theft{warrant, wiretap, s.paid(), {
		Name:    attacks.DeviceKeys,
		Takes:   "the victim's private keys, copied once",
		Parties: []attacks.Party{attacks.Device},
		Steal: func() (*attacks.Tape, error) {
			state, err := s.Inspect(victim)
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(state)
		},
		Read:  recoverWithDevice,
		Forge: forgeWithDevice,
	}}
}

// paid is the reading by anyone who pays. Nothing is stolen.
func (s *system) paid() attacks.Theft {
	return attacks.Theft{
		Name:    Paid,
		Takes:   fmt.Sprintf("nothing; a table was paid for once, and 2^%d hashes for each message", s.bits),
		Search:  attacks.Search{Bits: s.bits, Full: fullBits},
		Parties: []attacks.Party{"payer"},
		Steal:   attacks.Nothing,
		Read:    recoverPaid,
		Forge: func(_ *attacks.Tape, t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			return attacks.Replay(t, f, addresses)
		},
		Means: attacks.Again,
	}
}

// fullBits is about $1,000 at 8 million hashes a second and core, and 4 cents for an hour of a core: see
// TestFullBits. The paper's figure is the price.
const fullBits = 50

// The wiretap tries 2^wiretapBits of the hashes of each message.
const wiretapBits = 8

// recoverUnpaid tries of each message as many hashes as it can afford, without a table.
func recoverUnpaid(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return searchEach(ctx, t, found, func(envelope []byte) ([]byte, workfactor.Work, error) {
		return crumple.RecoverWithoutTable(ctx, envelope, workfactor.Options{Cores: 1, Limit: 1 << wiretapBits})
	})
}

// table is made once: no key of a system is in it.
var table = sync.OnceValue(crumple.NewTable)

// recoverPaid solves the weak group for everyone, and searches for each message's key. The operations are the
// table's and the hashes.
func recoverPaid(ctx context.Context, _ *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	n, err := searchEach(ctx, t, found, func(envelope []byte) ([]byte, workfactor.Work, error) {
		_, _, text, w, err := table().Recover(ctx, envelope, workfactor.Options{Cores: 1})
		return text, w, err
	})
	return n + table().Operations(), err
}

func searchEach(ctx context.Context, t *attacks.Transcript, found attacks.Found,
	search func(envelope []byte) ([]byte, workfactor.Work, error)) (int64, error) {
	var operations atomic.Int64
	_, err := t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		text, w, err := search(r.Bytes)
		operations.Add(int64(w.Tried))
		tried(text, err == nil)
	})
	return operations.Load(), err
}

func deviceOf(loot *attacks.Tape) (*crumple.Device, error) {
	state, err := loot.First()
	if err != nil {
		return nil, err
	}
	d := new(crumple.Device)
	return d, d.UnmarshalBinary(state)
}

// recoverWithDevice needs one person's private keys and a wiretap. It opens what was sent by and to their owner,
// at any time.
func recoverWithDevice(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	d, err := deviceOf(loot)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		text, err := d.Reopen(r.Bytes)
		tried(text, err == nil)
	})
}

// forgeWithDevice writes as the owner of stolen keys.
func forgeWithDevice(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	d, err := deviceOf(loot)
	if err != nil {
		return nil, err
	}
	if len(f.To) != len(crumple.Identity{}) {
		return nil, fmt.Errorf("attacks: expected public keys of %d bytes, found %d", len(crumple.Identity{}), len(f.To))
	}
	return d.Seal(crumple.Identity(f.To), []byte(f.Text))
}
