package ghost

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"doormat/attacks"
	"doormat/escrow/ghost"
	"doormat/noescrow"
)

// Thefts lists those of a messenger and, after those of the network, those of what the ghost is made of.
// In place of the phone, the warrant takes an order.
//
//	warrant, ghost's key    the ghost's device
//	order key               the key, and the device that the thief has put into all accounts
func (s *system) Thefts(victim string) []attacks.Theft {
	phone := s.Phone(victim)
	all := slices.Concat(s.Network(), phone, []attacks.Theft{s.Quantum()})
	byCopy := all[2].Read // of the keys of a phone
	for i := range all {
		read := all[i].Read
		switch all[i].Name {
		case phone[1].Name, phone[2].Name: // what is on the phone goes by messages, and its keys by copies
			all[i].Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
				n, err := read(ctx, loot, t, found)
				if err != nil {
					return n, err
				}
				m, err := eachCopy(ctx, byCopy, loot, t, found)
				return n + m, err
			}
		default:
			all[i].Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
				return eachCopy(ctx, read, loot, t, found)
			}
		}
	}
	order := attacks.Theft{
		Name:    attacks.WarrantName,
		Use:     attacks.Lawful,
		Takes:   "an order: a ghost in one person's account, from now on",
		Parties: []attacks.Party{attacks.Court, attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return s.copyTap(victim) },
		Read:    recoverWithGhost,
		Noticed: s.notice,
	}
	key := attacks.Theft{
		Name:    GhostKey,
		Takes:   "a copy of that ghost's device",
		Parties: []attacks.Party{attacks.Authority},
		Steal:   order.Steal,
		Read:    recoverWithGhost,
		Forge:   forgeWithGhost,
	}
	power := attacks.Theft{
		Name:    OrderKey,
		Takes:   "the key that the provider's interface for ghosts asks for, 32 bytes",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   s.hauntAll,
		Read:    recoverWithGhost,
		Forge:   forgeWithGhost,
		Noticed: s.notice,
	}
	return slices.Concat([]attacks.Theft{order}, all[:2], []attacks.Theft{key, power}, all[2:])
}

// copyTap returns the device of the ghost in a person's account, and puts it there if there is none.
func (s *system) copyTap(person string) (*attacks.Tape, error) {
	g, err := s.tap(person)
	if err != nil {
		return nil, err
	}
	state, err := g.RecoveryKey()
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(state)
}

// hauntAll steals the key for orders, and uses it: a ghost of the thief's own, in the account of everyone. It
// needs the key as bytes, and the provider's interface, which does as it is told.
func (s *system) hauntAll() (*attacks.Tape, error) {
	stolen := s.key.RecoveryKey()
	key, err := ghost.ParseOrderKey(stolen)
	if err != nil {
		return nil, err
	}
	g := ghost.NewGhost()
	if err := s.haunt(key, g, s.Names()...); err != nil {
		return nil, err
	}
	state, err := g.RecoveryKey()
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(stolen, state)
}

// readGhost returns the ghost in loot: its last record.
func readGhost(loot *attacks.Tape) (*ghost.Ghost, []byte, error) {
	var last []byte
	for record, err := range loot.All() {
		if err != nil {
			return nil, nil, err
		}
		last = bytes.Clone(record)
	}
	g, err := ghost.ParseGhost(last)
	return g, last, err
}

// notice returns who could have noticed the ghost in loot.
func (s *system) notice(loot *attacks.Tape, _ *attacks.Transcript) (attacks.Notice, error) {
	g, _, err := readGhost(loot)
	if err != nil {
		return attacks.Notice{}, err
	}
	return s.noticed(g.Identity())
}

// recoverWithGhost reads what a ghost has been sent since its device was as it is in the loot. It needs
// that, and the transcript. It is what an agency does with an order, and a thief with a copy:
// [ghost.Ghost.Recover] does not know who asks. It shows that a ghost that never answers gives its copy
// no turn to miss (compare messenger's recoverWithDevice), and that its ratchet does erase what it has
// read.
func recoverWithGhost(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	g, _, err := readGhost(loot)
	if err != nil {
		return 0, err
	}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		read, err := g.Recover(r.Bytes, attacks.Date(r.At))
		if !errors.Is(err, ghost.ErrNoCopy) {
			operations++
		}
		if err == nil {
			found(r.Index, read.Text)
		}
	}
	return operations, nil
}

// forgeWithGhost writes from the ghost's device. Its identity is that of no one in the recipient's list,
// which leaves out the ghost: it is refused. A provider that lists the ghost for all to see can write as
// its account.
func forgeWithGhost(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	_, state, err := readGhost(loot)
	if err != nil {
		return nil, err
	}
	d := copied{new(noescrow.Device)}
	if err := d.UnmarshalBinary(state); err != nil {
		return nil, err
	}
	to := noescrow.Identity(f.To)
	if err := d.Start(to, f.Bundle); err != nil {
		return nil, err
	}
	return d.Seal(to, []byte(f.Text), attacks.Date(f.At))
}

// eachCopy runs an attack on each copy in a message as if it were all of it. The attacks of package
// messenger look at the copy for the person who is written to; a thief looks at all.
func eachCopy(ctx context.Context, read attacks.Attack, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (n int64, err error) {
	each := &attacks.Transcript{Tape: new(attacks.Tape)}
	defer func() { err = errors.Join(err, each.Tape.Close()) }()
	var indexes []int // of the message, by that of the copy
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return 0, err
		}
		copies, err := ghost.Copies(r.Bytes)
		if err != nil {
			continue // what cannot be split opens on no device
		}
		for _, c := range copies {
			if err := each.Append(r.At, slices.Concat(alone, c)); err != nil {
				return 0, err
			}
			indexes = append(indexes, r.Index)
		}
	}
	return read(ctx, loot, each, func(i int, text []byte) {
		if i != attacks.Unplaced {
			i = indexes[i]
		}
		found(i, text)
	})
}
