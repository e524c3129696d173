package agekey

import (
	"strings"

	"filippo.io/age"

	"doormat/internal/hpke"
)

// FromSeed returns the identity whose line encodes the 32 bytes, as [Seed] returns them. It encodes with
// a table, so its time depends on the key.
func FromSeed(seed [hpke.SeedSize]byte) (*age.HybridIdentity, error) {
	return age.ParseHybridIdentity(encodeBech32(strings.TrimSuffix(identityPrefix, "1"), seed[:]))
}

// encodeBech32 returns data in Bech32 (BIP 173), in upper case. The prefix must be in upper case.
func encodeBech32(prefix string, data []byte) string {
	var values []byte // of five bits
	bits, n := 0, 0
	for _, b := range data {
		bits, n = bits<<8|int(b), n+8
		for ; n >= 5; n -= 5 {
			values = append(values, byte(bits>>(n-5))&31)
		}
		bits &= 1<<n - 1
	}
	if n > 0 {
		values = append(values, byte(bits<<(5-n))&31)
	}
	var all []byte // of the checksum
	for _, c := range strings.ToLower(prefix) {
		all = append(all, byte(c)>>5)
	}
	all = append(all, 0)
	for _, c := range strings.ToLower(prefix) {
		all = append(all, byte(c)&31)
	}
	all = append(append(all, values...), make([]byte, checksumSize)...)
	sum := polymod(all) ^ 1
	for i := range checksumSize {
		values = append(values, byte(sum>>(5*(checksumSize-1-i)))&31)
	}
	var b strings.Builder
	b.WriteString(prefix + "1")
	for _, v := range values {
		b.WriteByte(bech32Alphabet[v])
	}
	return b.String()
}

// polymod is Bech32's checksum, a BCH code over GF(32).
func polymod(values []byte) uint32 {
	c := uint32(1)
	for _, v := range values {
		top := c >> 25
		c = c&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	return c
}
