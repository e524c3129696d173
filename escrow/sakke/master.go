package sakke

import (
	"crypto/rand"
	"sync"

	"doormat/internal/secret"
	"doormat/internal/supersingular"
)

// Sizes in bytes.
const (
	ssvSize          = 16                                // of a shared secret value, n/8
	encapsulatedSize = supersingular.PointSize + ssvSize // R ‖ H
)

// MasterSecret is z of the KMS, a number from 2 to q − 1, from which every receiver's key follows.
// The zero MasterSecret has no z: Extract and Recover return errors.
type MasterSecret struct {
	hidden[MasterSecret]
	z *supersingular.Scalar // behind a pointer, as %p prints the fields of a struct
}

// newMasterSecret draws z from crypto/rand.
func newMasterSecret() MasterSecret {
	b := make([]byte, supersingular.Size+16) // 128 bits longer than q, so that every z is equally likely
	rand.Read(b)
	for {
		z := supersingular.NewScalar(b)
		if s, err := ParseMasterSecret(bytesOf(z)); err == nil {
			return s
		}
		rand.Read(b)
	}
}

// ParseMasterSecret reads the 128 bytes, big-endian, that [MasterSecret.RecoveryKey] returns. It
// returns an error unless they are a number from 2 to q − 1.
func ParseMasterSecret(b []byte) (s MasterSecret, err error) {
	z := supersingular.NewScalar(b)
	one := supersingular.NewScalar([]byte{1})
	if z.IsZero() || z == one || string(bytesOf(z)) != string(b) {
		return s, wrong("a master secret, 128 bytes from 2 to q − 1")
	}
	return MasterSecret{z: &z}, nil
}

// RecoveryKey returns z, 128 bytes, big-endian, in clear: it opens every call of every subscriber. It
// returns nil if there is none.
func (s MasterSecret) RecoveryKey() []byte {
	if s.z == nil {
		return nil
	}
	return bytesOf(*s.z)
}

func bytesOf(s supersingular.Scalar) []byte {
	b := s.Bytes()
	return b[:]
}

// public returns Z = [z]P.
func (s MasterSecret) public() supersingular.Point {
	p, _ := supersingular.GeneratorTable().Mul(*s.z) // z is not 0
	return p
}

// Extract computes the receiver's key of an identifier, RSK = [1/(b + z)]P. It implements RFC 6508,
// Section 6.1.1. It returns an error if there is no z, or if b = −z.
//
// The KMS issues the key of each subscriber each month with this function. A warrant and a theft
// need no other: see [MasterSecret.Recover].
func (s MasterSecret) Extract(id Identifier) (ReceiverKey, error) {
	if s.z == nil {
		return ReceiverKey{}, errNoSecret
	}
	sum := supersingular.NewScalar([]byte(id)).Add(*s.z)
	if sum.IsZero() {
		return ReceiverKey{}, wrong("an identifier that is not −z")
	}
	k, _ := supersingular.GeneratorTable().Mul(sum.Inverse())
	return newReceiverKey(id, k), nil
}

// Recover opens a call with z alone. It takes the recorded invitation, an I_MESSAGE and nothing
// behind it, and the public parameters of its KMS. It returns what stands in the invitation, and the
// shared secret value, from which [Invitation.CalleeSession] and [Invitation.CallerSession] make the
// two ends of the call. The error is [ErrDecapsulate] if the invitation is of another KMS.
//
// Recover does not know who is asking. The lawful path and the theft are this one function.
func (s MasterSecret) Recover(c *Community, message []byte) (m Invitation, ssv SSV, err error) {
	m, rest, err := ParseInvitation(message)
	if err != nil {
		return m, ssv, err
	}
	if len(rest) > 0 {
		return Invitation{}, ssv, errInvitation
	}
	callee, err := NewIdentifier(m.To, m.At)
	if err != nil {
		return Invitation{}, ssv, err
	}
	rsk, err := s.Extract(callee)
	if err != nil {
		return Invitation{}, ssv, err
	}
	if ssv, err = c.Decapsulate(rsk, m.Encapsulated); err != nil {
		return Invitation{}, SSV{}, err
	}
	return m, ssv, nil
}

// ReceiverKey is RSK: it opens the keys that are encapsulated to its identifier. Printing one
// prints the identifier.
type ReceiverKey struct {
	named[ReceiverKey]
	id    Identifier
	k     *supersingular.Point
	lines func() supersingular.Lines // computed at the first call; nil if k is not of order q
}

func newReceiverKey(id Identifier, k supersingular.Point) ReceiverKey {
	lines := func() supersingular.Lines { l, _ := supersingular.NewLines(k); return l }
	return ReceiverKey{secret.Name[ReceiverKey](id.String()), id, &k, sync.OnceValue(lines)}
}

// Identifier returns the number and month that the key is for.
func (k ReceiverKey) Identifier() Identifier { return k.id }

// Bytes returns the key, a point in 257 bytes, in clear. It returns nil for the zero ReceiverKey.
func (k ReceiverKey) Bytes() []byte {
	if k.k == nil {
		return nil
	}
	return k.k.Bytes()
}

// ParseReceiverKey reads the 257 bytes that [ReceiverKey.Bytes] returns, and returns an error
// unless they are the key of id: ⟨[b]P + Z, K⟩ = g. It implements RFC 6508, Section 6.1.2, which
// requires that check. The pairing does not tell a key from another point outside the subgroup of
// order q, so it also checks the order.
func (c *Community) ParseReceiverKey(id Identifier, b []byte) (ReceiverKey, error) {
	p, err := supersingular.ParsePoint(b)
	k := newReceiverKey(id, p)
	if err != nil || k.lines() == nil {
		return ReceiverKey{}, wrong("a receiver's key, a point of order q in 257 bytes")
	}
	one := supersingular.NewScalar([]byte{1})
	q, ok := c.combine(supersingular.NewScalar([]byte(id)), one)
	if !ok || !k.lines().Pair(q).Equal(supersingular.G()) {
		return ReceiverKey{}, wrong("the receiver's key of " + id.String())
	}
	return k, nil
}

// combine returns [s]P + [t]Z.
func (c *Community) combine(s, t supersingular.Scalar) (supersingular.Point, bool) {
	return supersingular.GeneratorTable().MulAdd(s, c.table(), t)
}
