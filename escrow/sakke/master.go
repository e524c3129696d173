package sakke

import (
	"crypto/rand"
	"sync"

	"doormat/internal/supersingular"
)

// Sizes in bytes.
const (
	ssvSize          = 16                                // of a shared secret value, n/8
	encapsulatedSize = supersingular.PointSize + ssvSize // R ‖ H
)

// MasterSecret is z of the KMS: whoever has it computes every receiver's key. Printing one
// prints no secret.
// The zero MasterSecret has none, and extracts nothing.
type MasterSecret struct{ z *supersingular.Scalar } // a pointer, for %p prints what a struct holds

// newMasterSecret draws z from 2 to q − 1.
func newMasterSecret() MasterSecret {
	b := make([]byte, supersingular.Size+16) // so much longer than q that no z is more likely
	rand.Read(b)
	for {
		z := supersingular.NewScalar(b)
		if s, err := ParseMasterSecret(bytesOf(z)); err == nil {
			return s
		}
		rand.Read(b)
	}
}

// ParseMasterSecret reads the 128 bytes, big-endian, that [MasterSecret.Bytes] returns.
func ParseMasterSecret(b []byte) (s MasterSecret, err error) {
	z := supersingular.NewScalar(b)
	one := supersingular.NewScalar([]byte{1})
	if z.IsZero() || z == one || string(bytesOf(z)) != string(b) {
		return s, wrong("a master secret, 128 bytes from 2 to q − 1")
	}
	return MasterSecret{&z}, nil
}

// Bytes returns z in 128 bytes, big-endian.
func (s MasterSecret) Bytes() []byte {
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

// Extract computes the receiver's key of an identifier, RSK = [1/(b + z)]P. It implements
// RFC 6508, Section 6.1.1.
//
// Extract does not know who is asking. The key of each subscriber each month, the answer to a
// warrant, and the theft are this one function.
func (s MasterSecret) Extract(id Identifier) (ReceiverKey, error) {
	if s.z == nil {
		return ReceiverKey{}, wrong("a master secret")
	}
	sum := supersingular.NewScalar([]byte(id)).Add(*s.z)
	if sum.IsZero() {
		return ReceiverKey{}, wrong("an identifier that is not −z")
	}
	k, _ := supersingular.GeneratorTable().Mul(sum.Inverse())
	return newReceiverKey(id, k), nil
}

// ReceiverKey is RSK: it opens what is encapsulated to its identifier. Printing one prints no
// secret.
type ReceiverKey struct {
	id    Identifier
	k     *supersingular.Point
	lines func() supersingular.Lines // made when they are first needed; nil outside of the subgroup
}

func newReceiverKey(id Identifier, k supersingular.Point) ReceiverKey {
	return ReceiverKey{id, &k, sync.OnceValue(func() supersingular.Lines { l, _ := supersingular.NewLines(k); return l })}
}

// Identifier returns whom the key is for.
func (k ReceiverKey) Identifier() Identifier { return k.id }

// Bytes returns the key, a point in 257 bytes.
func (k ReceiverKey) Bytes() []byte {
	if k.k == nil {
		return nil
	}
	return k.k.Bytes()
}

// ParseReceiverKey reads the point that [ReceiverKey.Bytes] returns, and checks that it is the
// key of id: ⟨[b]P + Z, K⟩ = g. It implements RFC 6508, Section 6.1.2, which demands that check.
// The pairing says nothing of points outside of the subgroup, so that is checked as well.
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
