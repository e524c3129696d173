package sakke

import (
	"crypto/rand"
	"crypto/subtle"
	"slices"

	"doormat/internal/supersingular"
)

// SSV is a shared secret value, 16 bytes, from which the keys of a call are derived. The zero SSV
// is 16 zeros.
type SSV struct {
	hidden[SSV]
	b *[ssvSize]byte
}

func (s SSV) bytes() []byte {
	if s.b == nil {
		s = NewSSV([ssvSize]byte{})
	}
	return s.b[:]
}

// NewSSV returns the shared secret value with these bytes.
func NewSSV(b [16]byte) SSV { return SSV{b: &b} }

// Encapsulate draws a shared secret value from crypto/rand, and encapsulates it to an identifier. It
// returns R ‖ H, 273 bytes, and the value; for the zero Community it returns neither. It implements RFC 6508, Section 6.2.1.
func (c *Community) Encapsulate(to Identifier) (encapsulated []byte, ssv SSV) {
	if c.kpakBytes == nil {
		return nil, SSV{}
	}
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

// ephemeral returns r, which follows from the value and the identifier.
func ephemeral(to Identifier, ssv SSV) supersingular.Scalar {
	return hashToScalar(append(ssv.b[:], to...))
}

// commitment returns R = [r]([b]P + Z), computed as [rb]P + [r]Z: P and Z are known in advance, and
// multiplying both from tables is four times as fast as multiplying their sum without one.
func (c *Community) commitment(to Identifier, r supersingular.Scalar) supersingular.Point {
	b := supersingular.NewScalar([]byte(to))
	p, _ := c.combine(r.Mul(b), r) // at infinity if r is 0 or b is −z, in 2⁻¹⁰²⁰ of all cases
	return p
}

// bytesOfValue returns gʳ as it is hashed: 128 bytes, leading zeros included. RFC 6508, Section 4, gives
// one representation of each kind of value, for hash functions too, and says of elements of F_p that
// it MUST have Ceiling(lg(p)/8) octets; gʳ is such an element (Section 2.1).
//
// About one gʳ in 153 begins with a zero octet. The appendix of the document has no such case. Two
// implementations, ECCSI-SAKKE in C and MikeySakkeCrypto in C++, hash what a library for big integers
// returns, without leading zeros; Bouncy Castle hashes Java's signed form, which in addition has a
// zero octet before a first bit of 1. They do not open what is encapsulated here in such a case, nor
// is theirs opened here (TestLeadingZero).
func bytesOfValue(v supersingular.Value) []byte {
	b := v.Bytes()
	return b[:]
}

// Decapsulate opens a key that was encapsulated to the identifier of k. It implements RFC 6508,
// Section 6.2.2: the pairing gives the value, r follows from it, and R is computed again and
// compared. The error is ErrDecapsulate.
//
// Without the comparison an attacker could alter R and watch what becomes of the call. The comparison
// also makes up for a check that the document does not require: a point that is not of order q never
// equals the R that is computed again.
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
