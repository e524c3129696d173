package sakke

import (
	"crypto/sha256"

	"doormat/internal/supersingular"
)

// hashStream returns the l hash values of HashToIntegerRange. It implements RFC 6508, Section 5.1,
// steps 1 to 5, with SHA-256:
//
//	A = hash(s),  h_0 = 00…00,  h_i = hash(h_(i-1)),  v_i = hash(h_i ‖ A),  v = v_1 ‖ … ‖ v_l
func hashStream(s []byte, l int) (v []byte) {
	a := sha256.Sum256(s)
	var h [sha256.Size]byte
	for range l {
		h = sha256.Sum256(h[:])
		vi := sha256.Sum256(append(h[:], a[:]...))
		v = append(v, vi[:]...)
	}
	return v
}

// hashToScalar returns HashToIntegerRange(s, q), from four hashes: they have 1,024 bits, q has 1,022.
func hashToScalar(s []byte) supersingular.Scalar { return supersingular.NewScalar(hashStream(s, 4)) }

// hashToMask returns HashToIntegerRange(s, 2¹²⁸), the last 16 bytes of one hash.
func hashToMask(s []byte) (mask [ssvSize]byte) {
	return [ssvSize]byte(hashStream(s, 1)[sha256.Size-ssvSize:])
}
