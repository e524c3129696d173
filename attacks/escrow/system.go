// Package escrow puts package escrow under study: the twin of noescrow, whose messages carry one field
// that an authority can open. It has the thefts of every messenger, and the authority's key. Thieves who act
// ([NewActing]) do the same to it as to its twin, and so do those who look for one person ([NewTargeted]).
package escrow

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/internal/hpke"
)

// Name is the name of the system, with a rogue in it and without.
const Name = "escrow"

// Key is the theft of the authority's key.
const Key attacks.TheftName = "escrow key"

// New returns package escrow as a system, with an authority of its own.
func New() attacks.System { return newSystem(escrow.NewAuthority(), nil) }

type system struct {
	*messenger.Messenger
	authority *escrow.Authority
}

// newSystem makes a messenger of escrow's devices. If wrap is not nil, it changes each.
func newSystem(authority *escrow.Authority, wrap func(person string, d *escrow.Device) messenger.Device) *system {
	return &system{messenger.New(kind(authority, wrap)), authority}
}

// NewActing returns package escrow as two systems, each with one thief who acts: see [messenger.Acting].
func NewActing() []attacks.System { return messenger.Acting(kind(escrow.NewAuthority(), nil)) }

// NewTargeted returns package escrow as a system under targeted access: see [messenger.Targeted].
func NewTargeted() attacks.System { return messenger.Targeted(kind(escrow.NewAuthority(), nil)) }

// kind is that of escrow's devices. If wrap is not nil, it changes each.
func kind(authority *escrow.Authority, wrap func(person string, d *escrow.Device) messenger.Device) messenger.Kind {
	return messenger.Kind{
		Name: Name,
		NewDevice: func(person string) (messenger.Device, error) {
			d, err := escrow.NewDevice(authority.Recipient())
			if err != nil || wrap == nil {
				return d, err
			}
			return wrap(person, d), nil
		},
		NewShelf: func(p []byte) (messenger.Shelf, error) { return escrow.NewShelf(p) },
		Wire:     wire,
		Keys:     []attacks.Attack{recoverWithKey},
	}
}

// Layout and wire: the format of escrow/envelope.go.
var (
	layout = messenger.Layout{Version: 0xe1, Field: 1168, Wrap: wrapWithState}
	wire   = layout.Wire(hpke.PublicKeySize, func() (messenger.Device, error) {
		return escrow.NewDevice(escrow.NewAuthority().Recipient()) // any will do
	})
)

// wrapWithState makes the field of a message key as the device with that state does: escrow/state.go, escrow/field.go.
func wrapWithState(state []byte, key [32]byte, randomness [64]byte) ([]byte, error) {
	if len(state) < wireOffset {
		return nil, errors.New("attacks: the loot is not a device's state")
	}
	b := state[2:wireOffset]
	authority := lastAuthority.Load()
	if authority == nil || !bytes.Equal(authority.Bytes(), b) {
		var err error
		if authority, err = hpke.ParsePublicKey(b); err != nil {
			return nil, err
		}
		lastAuthority.Store(authority)
	}
	return authority.Seal(fieldInfo, randomness, key[:]), nil
}

// lastAuthority is the key of the last call of wrapWithState: a thief makes many fields with one.
var lastAuthority atomic.Pointer[hpke.PublicKey]

const wireOffset = 2 + hpke.PublicKeySize // version, kind, the authority's public key

// Thefts lists those of both twins, and the authority's key.
func (s *system) Thefts(victim string) []attacks.Theft {
	return slices.Concat([]attacks.Theft{s.warrant(victim)}, s.Network(), []attacks.Theft{s.stolenKey()}, s.Phone(victim), []attacks.Theft{s.quantum()})
}

// warrant is the authority's own use of its key, against one person.
func (s *system) warrant(victim string) attacks.Theft {
	return attacks.Warrant(s.stolenKey(), "the authority's key, used on one person's envelopes; the phone is not needed",
		func() ([]byte, error) { return s.Identity(victim) }, wire.Addresses)
}

// stolenKey is the theft of 32 bytes. They need nothing beside them: no device, no session, no order.
// Each envelope opens by itself, so the work can be split over as many cores as the thief can pay
// for, and it is the same work for last year's message as for tomorrow's.
func (s *system) stolenKey() attacks.Theft {
	return attacks.Theft{
		Name:    Key,
		Takes:   "the authority's 32 bytes",
		Parties: []attacks.Party{attacks.Authority},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf([]byte(s.authority.RecoveryKey())) },
		Read:    recoverWithKey,
		Forge:   forgeWithKey,
	}
}

// parseKey reads the loot, which is the line that the authority's RecoveryKey returns.
func parseKey(loot *attacks.Tape) (*escrow.Authority, error) {
	line, err := loot.First()
	if err != nil {
		return nil, err
	}
	return escrow.ParseAuthority(string(line))
}

// recoverWithKey does what an authority does with a warrant, and a thief without one: Recover, for
// each envelope, on every core. It needs 32 bytes and the transcript. It shows what Abelson et al. warn of
// ("Keys Under Doormats", 2015, and "The Risks of Key Recovery, Key Escrow, and Trusted Third-Party
// Encryption", 1997): one secret whose loss opens all messages, past and future, of all people, and that
// nothing on their devices shows it.
func recoverWithKey(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	authority, err := parseKey(loot)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, _, text, err := authority.Recover(r.Bytes)
		tried(text, err == nil)
	})
}

// forgeWithKey takes an envelope that is under way, and puts another text under its message key. It needs
// the key, and a place on the wire. The inner envelope authenticates field and body, and the key does not
// open that one: recipients refuse the forgery. This is what the design gets right: the authority reads,
// and cannot write.
func forgeWithKey(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	authority, err := parseKey(loot)
	if err != nil {
		return nil, err
	}
	p, ok := layout.Split(f.Held)
	if !ok {
		return nil, attacks.ErrNothingRecorded
	}
	key, err := authority.Unwrap(p.Field)
	if err != nil {
		return nil, err
	}
	return slices.Concat(layout.Join(p.Field, messenger.SealBody(key[:], p.From, p.To, f.Text)), p.Inner), nil
}
