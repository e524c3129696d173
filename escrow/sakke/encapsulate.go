package sakke

import (
	"crypto/rand"
	"crypto/subtle"
	"slices"

	"doormat/internal/supersingular"
)

// SSV is a shared secret value, from which the keys of a call are derived. Printing one prints no
// secret.
type SSV struct{ b *[ssvSize]byte }

func (s SSV) bytes() []byte {
	if s.b == nil {
		s = NewSSV([ssvSize]byte{})
	}
	return s.b[:]
}

// NewSSV returns a value of somebody's choice.
func NewSSV(b [16]byte) SSV { return SSV{&b} }

// Encapsulate draws a shared secret value, and encapsulates it to an identifier. It implements
// RFC 6508, Section 6.2.1.
func (c *Community) Encapsulate(to Identifier) (encapsulated []byte, ssv SSV) {
	ssv = NewSSV([ssvSize]byte{})
	rand.Read(ssv.b[:])
	return c.encapsulate(to, ssv), ssv
}

// encapsulate returns R ‖ H:
//
//	r = HashToIntegerRange(SSV ‖ b, q)
//	R = [r]([b]P + Z)
//	H = SSV xor HashToIntegerRange(gʳ, 2¹²⁸)
func (c *Community) encapsulate(to Identifier, ssv SSV) []byte {
	r := ephemeral(to, ssv)
	mask := hashToMask(bytesOfValue(supersingular.PowerOfG(r)))
	h := make([]byte, ssvSize)
	subtle.XORBytes(h, ssv.b[:], mask[:])
	return append(c.commitment(to, r).Bytes(), h...)
}

func ephemeral(to Identifier, ssv SSV) supersingular.Scalar {
	return hashToScalar(append(ssv.b[:], to...))
}

// commitment returns R = [r]([b]P + Z), as [rb]P + [r]Z: both points are known beforehand, and
// multiply four times as fast from a table as their sum would without one.
func (c *Community) commitment(to Identifier, r supersingular.Scalar) supersingular.Point {
	b := supersingular.NewScalar([]byte(to))
	p, _ := c.combine(r.Mul(b), r) // at infinity if r is 0 or b is −z, in 2⁻¹⁰²⁰ of all cases
	return p
}

func bytesOfValue(v supersingular.Value) []byte {
	b := v.Bytes()
	return b[:]
}

// Decapsulate opens what was encapsulated to the key's identifier. It implements RFC 6508,
// Section 6.2.2: the value is found by the pairing, r follows from it, and R is made again and
// compared.
//
// Without that comparison an attacker could alter R and see what becomes of the call. It also
// makes up for a check that the document does not ask for: a point of the curve that is not of
// order q is never equal to the R that is made again.
func (c *Community) Decapsulate(k ReceiverKey, encapsulated []byte) (ssv SSV, err error) {
	if len(encapsulated) != encapsulatedSize {
		return SSV{}, ErrDecapsulate
	}
	encoded, h := encapsulated[:supersingular.PointSize], encapsulated[supersingular.PointSize:]
	r, err := supersingular.ParsePoint(encoded)
	if err != nil || k.lines == nil {
		return SSV{}, ErrDecapsulate
	}
	mask := hashToMask(bytesOfValue(k.lines().Pair(r)))
	ssv = NewSSV(mask)
	subtle.XORBytes(ssv.b[:], ssv.b[:], h)
	if !slices.Equal(c.commitment(k.id, ephemeral(k.id, ssv)).Bytes(), encoded) {
		return SSV{}, ErrDecapsulate
	}
	return ssv, nil
}
