//go:build !js

package main

import (
	"crypto/rand"
	"slices"

	"doormat/escrow"
)

// A planter seals ringers: it is two devices with a session, enrolled with one authority.
type planter struct {
	from  *escrow.Device
	to    escrow.Identity
	inner int // bytes of its envelopes behind the body
}

// planters of each kind, so that their names come again no more often than those of people do.
const planters = 8

// enrol makes the planters. Half of each kind have had an answer, and send shorter envelopes than those who have
// begun a session and had none.
func (b *bulk) enrol() error {
	for kind, authority := range []*escrow.Authority{escrow.NewAuthority(), b.authority} {
		for i := range planters {
			p, err := newPlanter(authority.Recipient(), i%2 == 0)
			if err != nil {
				return err
			}
			b.planters[kind] = append(b.planters[kind], p)
		}
	}
	return nil
}

func newPlanter(authority string, answered bool) (*planter, error) {
	from, err := escrow.NewDevice(authority)
	if err != nil {
		return nil, err
	}
	to, err := escrow.NewDevice(authority)
	if err != nil {
		return nil, err
	}
	publication, err := to.Publish(1)
	if err != nil {
		return nil, err
	}
	shelf, err := escrow.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	p := &planter{from: from, to: to.Identity()}
	if err := from.Start(p.to, shelf.Bundle()); err != nil {
		return nil, err
	}
	if answered {
		hello, err := from.Seal(p.to, nil, nil)
		if err != nil {
			return nil, err
		}
		if _, _, err := to.Open(hello, nil); err != nil {
			return nil, err
		}
		answer, err := to.Seal(from.Identity(), nil, nil)
		if err != nil {
			return nil, err
		}
		if _, _, err := from.Open(answer, nil); err != nil {
			return nil, err
		}
	}
	e, err := from.Seal(p.to, nil, nil)
	if err != nil {
		return nil, err
	}
	_, p.inner = lengths(e)
	return p, err
}

// Where the body of an envelope begins, and by how much it is longer than its text at least (escrow/envelope.go).
const (
	bodyLength = 1 + 1168
	bodyBegins = bodyLength + 3
	bodyAdds   = 16 + 1
)

// lengths returns the lengths of an envelope's body and of what follows it, or 0 for an envelope of noescrow.
func lengths(e []byte) (body, inner int) {
	if _, _, err := escrow.Addresses(e); err != nil {
		return 0, 0
	}
	body = int(e[bodyLength])<<16 | int(e[bodyLength+1])<<8 | int(e[bodyLength+2])
	return body, len(e) - bodyBegins - body
}

// model draws a record for a ringer to be as long as. It is one of escrow's, and not long, if one is found soon.
func model(envelopes [][]byte) []byte {
	for range 64 {
		e := envelopes[random(uint64(len(envelopes)))]
		if body, _ := lengths(e); body > 0 && len(e) <= maxPlanted {
			return e
		}
	}
	return nil
}

// plant seals a ringer that is as long as a record, if it can, and returns the digest of its text, or none if it is
// for another authority.
func (b *bulk) plant(opens bool, like []byte) (envelope []byte, want digest, err error) {
	kind := 0
	if opens {
		kind = 1
	}
	body, inner := lengths(like)
	var able []*planter
	for _, p := range b.planters[kind] {
		if p.inner == inner {
			able = append(able, p)
		}
	}
	if len(able) == 0 {
		able = b.planters[kind]
	}
	p := able[random(uint64(len(able)))]
	text := make([]byte, max(body-bodyAdds, 0))
	rand.Read(text)
	if len(text) == 0 {
		text = []byte(rand.Text()) // which nobody guesses either
	}
	envelope, err = p.from.Seal(p.to, text, nil)
	if opens {
		want = textDigest(p.from.Identity(), p.to, text)
	}
	return envelope, want, err
}

// A planted record of a lease is a ringer, and what a worker must say of it.
type planted struct {
	at   int
	want digest
}

// mix puts ringers among the envelopes of a range, anywhere.
func (b *bulk) mix(envelopes [][]byte, coin func() bool) (mixed [][]byte, there []planted, err error) {
	mixed = envelopes
	for range ringers {
		e, want, err := b.plant(coin(), model(envelopes))
		if err != nil {
			return nil, nil, err
		}
		at := int(random(uint64(len(mixed) + 1)))
		mixed = slices.Insert(slices.Clone(mixed), at, e)
		for i := range there {
			if there[i].at >= at {
				there[i].at++
			}
		}
		there = append(there, planted{at, want})
	}
	return mixed, there, nil
}
