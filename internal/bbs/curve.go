package bbs

import (
	"crypto"
	"encoding/binary"

	"github.com/cloudflare/circl/ecc/bls12381"
	"github.com/cloudflare/circl/expander"
)

// expand is expand_message_xmd with SHA-256 (RFC 9380, Section 5.3.1).
func expand(in []byte, dst string, n uint) []byte {
	return expander.NewExpanderMD(crypto.SHA256, []byte(dst)).Expand(in, n)
}

// hashToScalar is the draft's hash_to_scalar.
func hashToScalar(in []byte, dst string) *scalar { return reduce(expand(in, dst, expandLength)) }

// reduce returns 48 bytes modulo the order.
func reduce(b []byte) *scalar {
	s := new(scalar)
	s.SetBytes(b)
	return s
}

// hashToCurve is hash_to_curve of the suite BLS12381G1_XMD:SHA-256_SSWU_RO_ (RFC 9380, Section 8.8.1).
func hashToCurve(in []byte, dst string) *g1 {
	p := new(g1)
	p.Hash(in, []byte(dst))
	return p
}

// parsePoint reads a compressed point of G1 that is in the subgroup and not the identity.
func parsePoint(b []byte) (*g1, bool) {
	p := new(g1)
	ok := len(b) == bls12381.G1SizeCompressed && p.SetBytes(b) == nil && !p.IsIdentity()
	return p, ok
}

// parseScalar reads 32 bytes, big-endian, of a number from 1 to the order minus 1. UnmarshalBinary refuses a larger
// one, which SetBytes would reduce.
func parseScalar(b []byte) (*scalar, bool) {
	s := new(scalar)
	ok := len(b) == bls12381.ScalarSize && s.UnmarshalBinary(b) == nil && s.IsZero() == 0
	return s, ok
}

// bytesOf returns 32 bytes for each number.
func bytesOf(all ...*scalar) (b []byte) {
	for _, s := range all {
		one, err := s.MarshalBinary()
		if err != nil {
			panic("bbs: internal error: " + err.Error()) // circl returns none
		}
		b = append(b, one...)
	}
	return b
}

func times(k *scalar, p *g1) *g1 {
	q := new(g1)
	q.ScalarMult(k, p)
	return q
}

// products returns k_i p_i for each i.
func products(k []*scalar, p []*g1) (all []*g1) {
	for i := range k {
		all = append(all, times(k[i], p[i]))
	}
	return all
}

func sum(points ...*g1) *g1 {
	q := new(g1)
	q.SetIdentity()
	for _, p := range points {
		q.Add(q, p)
	}
	return q
}

// muladd returns x + y z.
func muladd(x, y, z *scalar) *scalar {
	s := new(scalar)
	s.Mul(y, z)
	s.Add(x, s)
	return s
}

func neg(x *scalar) *scalar {
	s := *x
	s.Neg()
	return &s
}

// appendLong appends the length of b in eight bytes, and b.
func appendLong(to, b []byte) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(b))), b...)
}
