package noescrow

import (
	"bytes"
	"crypto/sha512"
	"errors"
	"fmt"
	"strings"
)

const (
	safetyVersion    = 1
	safetyIterations = 5200
)

// SafetyNumber returns the 60 digits, in twelve groups of five, that two people compare in person or
// by phone to make sure that no relay has put other keys between them. It does not depend on the
// order of a and b.
//
// Each half is a fingerprint of one identity key, iterated to make similar numbers costly to find,
// as in Signal (2016):
//
//	h₀ = 00 01 ‖ key   hᵢ = SHA-512(hᵢ₋₁ ‖ key), 5,200 times
//
// The first 30 bytes of the last hash are six big-endian numbers of five bytes, each taken modulo
// 100,000: 30 digits, or just under 100 bits. The smaller half comes first.
func SafetyNumber(a, b Identity) string {
	fa, fb := fingerprint(a), fingerprint(b)
	if strings.Join(fb, "") < strings.Join(fa, "") {
		fa, fb = fb, fa
	}
	return strings.Join(append(fa, fb...), " ")
}

// Verify compares the safety number that a peer's owner has shown or read out, 60 digits with or
// without spaces, with the one that this device computes. If they are equal, the device records that
// the peer is verified, until Forget. Otherwise Verify returns an error and changes nothing: the number
// was misread, or the peer's owner has another key than this device was given. It needs no session.
func (d *Device) Verify(peer Identity, safetyNumber string) error {
	own := d.Identity()
	if peer == own {
		return prefix(errors.New("a device does not verify itself"))
	}
	if digits(safetyNumber) != digits(SafetyNumber(own, peer)) {
		return prefix(errors.New("the safety number is another"))
	}
	s := d.lock()
	defer d.mu.Unlock()
	s.verified[peer] = true
	return nil
}

// Verified reports whether the peer's safety number has been compared, by Verify.
func (d *Device) Verified(peer Identity) bool {
	s := d.lock()
	defer d.mu.Unlock()
	return s.verified[peer]
}

// digits returns a safety number without its spaces.
func digits(number string) string { return strings.Join(strings.Fields(number), "") }

// fingerprint returns six groups of five digits.
func fingerprint(id Identity) (groups []string) {
	h := append([]byte{0, safetyVersion}, id[:]...)
	for range safetyIterations {
		sum := sha512.Sum512(append(bytes.Clone(h), id[:]...))
		h = append(h[:0], sum[:]...)
	}
	for i := range 6 {
		n := uint64(0)
		for _, c := range h[5*i : 5*i+5] {
			n = n<<8 | uint64(c)
		}
		groups = append(groups, fmt.Sprintf("%05d", n%100000))
	}
	return groups
}
