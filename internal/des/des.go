// Package des searches for a key of DES (FIPS 46-3) that encrypts one block to another.
//
// The cipher is crypto/des. [Plain] is the search as one first writes it: read that. [Search] finds
// the same keys some 100 times as fast (BenchmarkSearch), with 64 of them in each operation: slice.go
// has the rounds and gates.go the S-boxes. DES is broken by its size, and so is what uses this
// package: do not protect anything with it.
package des

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
)

// BlockSize is the length of a block in bytes.
const BlockSize = des.BlockSize

// New returns the cipher with a key of 56 bits, without parity. The first bit of FIPS 46-3's key is
// the highest.
func New(key uint64) cipher.Block {
	b := parity(key)
	c, err := des.NewCipher(b[:])
	if err != nil {
		panic("des: internal error: " + err.Error())
	}
	return c
}

// parity puts 56 bits into eight bytes, seven in each. DES ignores the lowest bit of each byte.
func parity(key uint64) (b [8]byte) {
	for i := range b {
		b[i] = byte(key>>(7*(7-i))) << 1
	}
	return b
}

// Plain tries the n keys from first on, and appends to hits those that encrypt plaintext to
// ciphertext.
func Plain(plaintext, ciphertext [BlockSize]byte, first uint64, n int, hits []uint64) []uint64 {
	var out [BlockSize]byte
	for key := first; key < first+uint64(n); key++ {
		New(key).Encrypt(out[:], plaintext[:])
		if bytes.Equal(out[:], ciphertext[:]) {
			hits = append(hits, key)
		}
	}
	return hits
}
