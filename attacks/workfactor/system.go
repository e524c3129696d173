// Package workfactor puts package workfactor under study: people write mail with Lotus Notes
// International, 1996, which gives 24 bits of each message's key to an authority and leaves the
// others to be searched for.
//
//	theft           it opens                        at a price, a message, of
//	wiretap         nothing                         2^(24+bits) keys, and tries 2^10 of them
//	escrow key      everything, of everyone,        2^bits keys: 2^40 in 1996
//	                past and future
//	device keys     what was and will be written    nothing: the key of a device does not change
//	                to its owner
//	rogue sender    all but what one sender writes, who puts noise where the field goes ([NewRogue])
//
// Nobody can notice a theft. The work is a price on reading, and no lock: whoever pays it need not
// ask. Nothing is signed, so anyone who has the program can write in anyone's name, and a forger has
// no use for what was stolen. Receivers can make the field again and compare, which Clipper's chip
// could not do well: they refuse what a rogue sends.
//
// What each holds of a message's key K, which RC2 encrypts the body with:
//
//	            |  24 bits   |               40 bits               |
//	sender      |  drawn     |               drawn                 |
//	receiver    |  sealed to the receiver, and with it the others  |
//	authority   |  in field  |               to search             |
//	everyone    |                     to search                    |
//
// The dial of the constructors is the number of bits in place of the 40. Keys are shorter by as much.
//
// Sources: Lotus's backgrounder, "Differential Workfactor Cryptography"; Adam Back's page on the key
// that he read out of the program. What is reconstructed, the padding above all, is in the comment of
// package workfactor in folder escrow.
package workfactor

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"doormat/attacks"
	"doormat/escrow/workfactor"
)

// Name is the name of the system, with a rogue in it and without.
const Name = "Lotus Notes"

// Key is the theft of the authority's private key.
const Key attacks.TheftName = "escrow key"

// New returns package workfactor as a system, with an authority of its own. Of each key, bits are
// left to search, 1 to 40; 0 means 40. Receivers check the field.
func New(bits int) attacks.System { return newSystem(bits) }

func newSystem(bits int) *system {
	if bits == 0 {
		bits = workfactor.FullBits
	}
	return &system{SystemName: Name, bits: bits, authority: workfactor.NewAuthority()}
}

type system struct {
	attacks.SystemName
	attacks.Roll[*workfactor.Device]
	bits      int                   // left to search, of each key
	authority *workfactor.Authority // its public half is in every copy of the program
}

// Enrol gives a person a copy of the program, with a private key in it.
func (s *system) Enrol(person string) error {
	d, err := workfactor.NewDevice(s.authority.Public(), s.bits)
	if err != nil {
		return err
	}
	id := d.Identity()
	s.Add(person, id[:], d)
	return nil
}

// Identity returns the 32 bytes of a person's public key.
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

// Receive opens an envelope, and checks its field. The sender's name is believed, and so is the date.
func (s *system) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.Open(envelope)
	return s.NameOf(id[:]), string(plaintext), err
}

// Bundle returns a person's public key, and what is in every copy of the program: the bits, in one
// byte, and the authority's public key, in 95.
func (s *system) Bundle(person string) ([]byte, error) {
	id, err := s.Identity(person)
	if err != nil {
		return nil, err
	}
	return append(append(id, byte(s.bits)), s.authority.Public().Bytes()...), nil
}

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
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, nil, false
	}
	return e.From[:], e.To[:], true
}

// Thefts lists a warrant, the wiretap, the authority's key and the victim's.
func (s *system) Thefts(victim string) []attacks.Theft {
	wiretap := attacks.Wiretap(recoverBySearch, attacks.NoMAC, func(_ *attacks.Transcript, f attacks.Forgery) ([]byte, error) { return forgeUnsigned(f) })
	wiretap.Only = fmt.Sprintf("2^%d of 2^%d keys", wiretapBits, workfactor.EscrowedBits+s.bits)
	warrant := attacks.Warrant(s.stolenKey(), "the authority's key, used on one person's messages, and a search for each",
		func() ([]byte, error) { return s.Identity(victim) }, addresses)
	return []attacks.Theft{warrant, wiretap, s.stolenKey(), {
		Name:    attacks.DeviceKeys,
		Takes:   "the victim's private key, copied once",
		Parties: []attacks.Party{attacks.Device},
		Steal: func() (*attacks.Tape, error) {
			state, err := s.Inspect(victim)
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(state)
		},
		Read:  recoverWithDevice,
		Forge: forgeWithLoot,
		Means: attacks.NoMAC,
	}}
}

// stolenKey is the theft of the authority's key.
func (s *system) stolenKey() attacks.Theft {
	return attacks.Theft{
		Name:    Key,
		Takes:   fmt.Sprintf("the authority's private key; 2^%d keys are left for each message, 2^%d in 1996", s.bits, workfactor.FullBits),
		Search:  attacks.Search{Bits: s.bits, Full: workfactor.FullBits},
		Parties: []attacks.Party{attacks.Authority},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(s.authority.RecoveryKey()) },
		Read:    recoverByResidualSearch,
		Forge:   forgeWithLoot,
		Means:   attacks.NoMAC,
	}
}

// The wiretap tries 2^wiretapBits keys of each message. With 40 bits left to the authority, the probability
// that the right one is among them is 2^-54.
const (
	wiretapBits = 10
	wiretapKeys = 1 << wiretapBits
)

// recoverBySearch needs a wiretap alone. It tries as many keys of each message as it can afford, and
// shows that 64 bits were what everyone but the authority had to search. Messages have different keys
// and random ivs, so what is tried for one says nothing about another.
func recoverBySearch(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return searchEach(ctx, t, wiretapKeys, workfactor.RecoverKey, found)
}

// recoverByResidualSearch needs the authority's private key and a wiretap. It opens the 24 bits in
// each field, as the authority does with a warrant, and searches the rest of the key. It shows that
// the theft of one key of 760 bits takes everyone's keys from 64 bits to 40, for good (Lotus's
// backgrounder has these figures).
func recoverByResidualSearch(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	key, err := loot.First()
	if err != nil {
		return 0, err
	}
	authority, err := workfactor.ParseAuthority(key)
	if err != nil {
		return 0, err
	}
	return searchEach(ctx, t, 0, authority.RecoverKey, found)
}

// searchEach searches for each message's key: it tries at most limit keys of a message, or all if
// limit is 0. The known plaintext is the first block of the body, a header that is the same in all
// messages:
//
//	RC2(K, header XOR iv) = the first block of the ciphertext
//
// A wrong key fits with probability 2^-64. The operations are the keys that were tried. Each core has
// a message of its own, and a search ends with the batch of keys in which the key is.
func searchEach(ctx context.Context, t *attacks.Transcript, limit uint64,
	search func(context.Context, []byte, workfactor.Options) (workfactor.BulkKey, workfactor.Work, error), found attacks.Found) (int64, error) {
	var operations, done atomic.Int64
	_, err := t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		defer func() { t.Progress("messages searched", int(done.Add(1)), t.Tape.Len()) }()
		key, work, err := search(ctx, r.Bytes, workfactor.Options{Cores: 1, Limit: limit})
		operations.Add(int64(work.Tried))
		if err != nil {
			return
		}
		_, _, text, err := key.Open(r.Bytes)
		tried(text, err == nil)
	})
	return operations.Load(), err
}

// recoverWithDevice needs one person's private key and a wiretap. It opens what was sent to its owner
// at any time, without a look at the field: to the owner's key the escrow adds nothing.
func recoverWithDevice(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	state, err := loot.First()
	if err != nil {
		return 0, err
	}
	device := new(workfactor.Device)
	if err := device.UnmarshalBinary(state); err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, text, err := device.OpenUnchecked(r.Bytes)
		tried(text, err == nil)
	})
}

var errBundle = errors.New("attacks: expected a public key, the bits and the authority's public key")

// forgeUnsigned writes a message with a program of its own, and puts the victim's name on it. It
// needs the recipient's bundle and no key. It shows that unsigned mail is anyone's: the field is
// perfect, as the authority's public key is in every copy. (Notes could sign mail, which package
// workfactor leaves out.)
func forgeUnsigned(f attacks.Forgery) ([]byte, error) {
	const head = len(workfactor.Identity{})
	if len(f.Bundle) < head+1 || f.Bundle[head] == 0 {
		return nil, errBundle
	}
	authority, err := workfactor.ParsePublicKey(f.Bundle[head+1:])
	if err != nil {
		return nil, err
	}
	device, err := workfactor.NewDevice(authority, int(f.Bundle[head]))
	if err != nil {
		return nil, err
	}
	envelope, err := device.Seal(workfactor.Identity(f.Bundle[:head]), []byte(f.Text))
	if err != nil {
		return nil, err
	}
	const name = 2 // behind version and bits
	copy(envelope[name:], f.From)
	return envelope, nil
}

// forgeWithLoot has no use for the loot.
func forgeWithLoot(_ *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	return forgeUnsigned(f)
}
