// Package skipjack is the block cipher SKIPJACK, according to "SKIPJACK and KEA Algorithm
// Specifications", Version 2.0, 29 May 1998: blocks of 64 bits, keys of 80.
//
// It is here because it is the cipher of the Clipper chip. 80 bits were meant for the nineties,
// blocks of 64 bits repeat after some tens of gigabytes, and attacks are known on 31 of its 32
// steps (Biham, Biryukov and Shamir, 1999): do not protect anything with it.
//
// Beware of the order of bytes. Here the first byte is the specification's first, as printed in
// its test vector:
//
//	key 00998877665544332211   plaintext 33221100ddccbbaa   ciphertext 2587cae27a12d300
//
// NIST SP 800-17, and Crypto++ and Botan after it, write the same vector with the bytes of the key,
// the plaintext and the ciphertext all reversed. A mixture of both orders decrypts what it
// encrypts, but agrees with no other implementation (TestReversedVectors).
//
// A note to the reviewer: names follow the specification, F, G, rules A and B, steps 1 to 32. This
// file has the plain form, for single blocks. lanes.go has the same steps for four blocks side by
// side, which take about twice as long as one (BenchmarkEncryptBlocks), because a step spends most
// of its time waiting for the one before it.
package skipjack

import (
	"encoding/binary"

	"doormat/internal/secret"
)

const (
	BlockSize = 8  // bytes
	KeySize   = 10 // bytes
)

// A Cipher is an expanded key. It implements [crypto/cipher.Block] and is safe for concurrent use.
// Its look-ups depend on key and data, so timing reveals something of both.
type Cipher struct {
	secret.Hidden[Cipher]
	// t[i][x] = F(x ⊕ cv(i)), with i modulo 10 in cv, so that the four tables of each step are
	// next to each other.
	t [12][256]byte
}

// tables are the four tables of a step.
type tables = [4][256]byte

// New expands a key, which takes as long as encrypting some five blocks.
func New(key [KeySize]byte) *Cipher {
	c := new(Cipher)
	for i := range KeySize {
		t, k := &c.t[i], key[i]
		for x := range t {
			t[x] = f[byte(x)^k]
		}
	}
	c.t[10], c.t[11] = c.t[0], c.t[1]
	return c
}

// step returns the tables of step k, counted from 1.
func (c *Cipher) step(k uint) *tables { return (*tables)(c.t[4*(k-1)%KeySize:]) }

// BlockSize returns 8.
func (c *Cipher) BlockSize() int { return BlockSize }

// Encrypt encrypts the first block of src into dst. They may overlap. It panics if either is
// shorter than a block.
func (c *Cipher) Encrypt(dst, src []byte) {
	store(dst, c.encrypt(load(src)))
}

// Decrypt decrypts the first block of src into dst, with the conditions of Encrypt.
func (c *Cipher) Decrypt(dst, src []byte) {
	store(dst, c.decrypt(load(src)))
}

// words are w1 to w4 of a block.
type words struct{ w1, w2, w3, w4 uint16 }

func load(b []byte) words {
	x := binary.BigEndian.Uint64(b)
	return words{uint16(x >> 48), uint16(x >> 32), uint16(x >> 16), uint16(x)}
}

func store(b []byte, w words) {
	binary.BigEndian.PutUint64(b, uint64(w.w1)<<48|uint64(w.w2)<<32|uint64(w.w3)<<16|uint64(w.w4))
}

// encrypt implements SKIPJACK according to the specification: eight steps of Rule A, eight of Rule
// B, and both once more.
//
//	A:  w1' = G(w1) ⊕ w4 ⊕ k   w2' = G(w1)   w3' = w2            w4' = w3
//	B:  w1' = w4               w2' = G(w1)   w3' = w1 ⊕ w2 ⊕ k   w4' = w3
//
// In rule A each step waits for the one before it, so w1 is kept there as the two bytes, hi and lo, that
// the next G looks up.
func (c *Cipher) encrypt(w words) words {
	w1, w2, w3, w4 := uint(w.w1), uint(w.w2), uint(w.w3), uint(w.w4)
	k := uint(1)
	for range 2 {
		hi, lo := w1>>8, w1&0xff
		for range 8 {
			m := w4 ^ k
			x, y := g(c.step(k), hi, lo)
			hi, lo = x^m>>8, y^m&0xff
			w2, w3, w4 = x<<8|y, w2, w3
			k++
		}
		w1 = hi<<8 | lo
		for range 8 {
			x, y := g(c.step(k), w1>>8, w1&0xff)
			w1, w2, w3, w4 = w4, x<<8|y, w1^w2^k, w3
			k++
		}
	}
	return words{uint16(w1), uint16(w2), uint16(w3), uint16(w4)}
}

// decrypt undoes the steps, the last one first:
//
//	B⁻¹:  w1 = G⁻¹(w2')   w2 = G⁻¹(w2') ⊕ w3' ⊕ k   w3 = w4'   w4 = w1'
//	A⁻¹:  w1 = G⁻¹(w2')   w2 = w3'                  w3 = w4'   w4 = w1' ⊕ w2' ⊕ k
//
// In the inverse of rule B each step waits for the one before it, and w2 is kept as its two bytes.
func (c *Cipher) decrypt(w words) words {
	w1, w2, w3, w4 := uint(w.w1), uint(w.w2), uint(w.w3), uint(w.w4)
	k := uint(32)
	for range 2 {
		hi, lo := w2>>8, w2&0xff
		for range 8 {
			m := w3 ^ k
			x, y := gInverse(c.step(k), hi, lo)
			hi, lo = x^m>>8, y^m&0xff
			w1, w3, w4 = x<<8|y, w4, w1
			k--
		}
		w2 = hi<<8 | lo
		for range 8 {
			x, y := gInverse(c.step(k), w2>>8, w2&0xff)
			w1, w2, w3, w4 = x<<8|y, w3, w4, w1^w2^k
			k--
		}
	}
	return words{uint16(w1), uint16(w2), uint16(w3), uint16(w4)}
}

// g implements G: four rounds of a Feistel network on the two bytes of a word.
func g(t *tables, g1, g2 uint) (g5, g6 uint) {
	g3 := uint(t[0][g2]) ^ g1
	g4 := uint(t[1][g3]) ^ g2
	g5 = uint(t[2][g4]) ^ g3
	g6 = uint(t[3][g5]) ^ g4
	return g5, g6
}

// gInverse undoes g.
func gInverse(t *tables, g5, g6 uint) (g1, g2 uint) {
	g4 := uint(t[3][g5]) ^ g6
	g3 := uint(t[2][g4]) ^ g5
	g2 = uint(t[1][g3]) ^ g4
	g1 = uint(t[0][g2]) ^ g3
	return g1, g2
}
