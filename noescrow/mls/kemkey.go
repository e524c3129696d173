package mls

import "fmt"

// checkKEMKey reports whether a public key from outside can be encrypted to. The library behind
// encryptWithLabel accepts X25519 keys of small order and fails only when it encrypts, so a member
// with such a leaf would stop every later commit: they are refused where they come in.
func (s *suite) checkKEMKey(public []byte) error {
	if _, err := s.kem.NewPublicKey(public); err != nil {
		return errKEMKey
	}
	if smallOrder[canonical(public)] {
		return fmt.Errorf("%w: its X25519 part has small order", errKEMKey)
	}
	return nil
}

// curve25519 is the last 32 bytes of a public key: all of X25519's, and the part of X-Wing's that is
// X25519's.
func curve25519(public []byte) [32]byte { return [32]byte(public[len(public)-32:]) }

// canonical returns the one encoding of the X25519 part of a public key that is below p = 2²⁵⁵ − 19
// and has no high bit: RFC 7748, Section 5, ignores the bit and reduces the rest, so that one key has
// several encodings.
func canonical(public []byte) [32]byte {
	u := curve25519(public)
	u[31] &= 0x7f
	if u[31] != 0x7f || u[0] < 0xed {
		return u
	}
	for _, b := range u[1:31] {
		if b != 0xff {
			return u
		}
	}
	return [32]byte{u[0] - 0xed}
}

// sameKey is what two encodings of one public key have in common.
func sameKey(public []byte) string {
	if len(public) < 32 {
		return string(public) // no key at all: checkKEMKey refuses it
	}
	u := canonical(public)
	return string(public[:len(public)-32]) + string(u[:])
}

// smallOrder holds the five u-coordinates below p whose points have an order that divides 8, on the
// curve or its twist: u = 0, 1 and p − 1, and the two of order 8 on the curve.
var smallOrder = map[[32]byte]bool{
	{}:  true,
	{1}: true,
	{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}: true,
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
		0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}: true,
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
		0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57}: true,
}
