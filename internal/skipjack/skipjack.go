// Package skipjack is the block cipher SKIPJACK, according to "SKIPJACK and KEA Algorithm
// Specifications", Version 2.0, 29 May 1998: blocks of 64 bits, keys of 80.
//
// It is here because the Clipper chip is made of it. 80 bits were meant for the nineties, blocks of
// 64 bits repeat after some tens of gigabytes, and attacks are known on 31 of its 32 steps (Biham,
// Biryukov and Shamir, 1999): do not protect anything with it.
//
// Beware of the order of bytes. Here the first byte is the specification's first, as printed in
// its test vector:
//
//	key 00998877665544332211   plaintext 33221100ddccbbaa   ciphertext 2587cae27a12d300
//
// NIST SP 800-17, and Crypto++ and Botan after it, write the same vector with the bytes of the
// key, the plaintext and the ciphertext all reversed. Whoever mixes the two gets a cipher that
// decrypts what it encrypts and agrees with nobody (TestReversedVectors).
//
// A note to the reviewer: names follow the specification, F, G, rules A and B, steps 1 to 32.
// Single blocks are in this file. In lanes.go are the same steps for four blocks side by side,
// which take less than twice as long as one (BenchmarkEncryptBlocks), because most of the time a
// step waits for the one before it.
package skipjack

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	BlockSize = 8  // bytes
	KeySize   = 10 // bytes
)

// A Cipher is a key, expanded. It implements [crypto/cipher.Block] and is safe for concurrent
// use. Lookups depend on keys and data, so time betrays something of both.
type Cipher struct {
	// t[i][x] = F(x ⊕ cv(i)), where i counts past the ten bytes of the key so that any four
	// that a step uses lie together.
	t [12][256]byte
}

// tables are those of one step.
type tables = [4][256]byte

// New expands a key, which takes as long as some five blocks.
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

// Decrypt decrypts the first block of src into dst, as Encrypt encrypts.
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
// B, and all once more.
//
//	A:  w1' = G(w1) ⊕ w4 ⊕ k   w2' = G(w1)   w3' = w2            w4' = w3
//	B:  w1' = w4               w2' = G(w1)   w3' = w1 ⊕ w2 ⊕ k   w4' = w3
func (c *Cipher) encrypt(w words) words {
	w1, w2, w3, w4 := w.w1, w.w2, w.w3, w.w4
	k := uint(1)
	for range 2 {
		for range 8 {
			x := g(c.step(k), w1)
			w1, w2, w3, w4 = x^w4^uint16(k), x, w2, w3
			k++
		}
		for range 8 {
			x := g(c.step(k), w1)
			w1, w2, w3, w4 = w4, x, w1^w2^uint16(k), w3
			k++
		}
	}
	return words{w1, w2, w3, w4}
}

// decrypt undoes the steps, the last one first:
//
//	B⁻¹:  w1 = G⁻¹(w2')   w2 = G⁻¹(w2') ⊕ w3' ⊕ k   w3 = w4'   w4 = w1'
//	A⁻¹:  w1 = G⁻¹(w2')   w2 = w3'                  w3 = w4'   w4 = w1' ⊕ w2' ⊕ k
func (c *Cipher) decrypt(w words) words {
	w1, w2, w3, w4 := w.w1, w.w2, w.w3, w.w4
	k := uint(32)
	for range 2 {
		for range 8 {
			x := gInverse(c.step(k), w2)
			w1, w2, w3, w4 = x, x^w3^uint16(k), w4, w1
			k--
		}
		for range 8 {
			x := gInverse(c.step(k), w2)
			w1, w2, w3, w4 = x, w3, w4, w1^w2^uint16(k)
			k--
		}
	}
	return words{w1, w2, w3, w4}
}

// g is four rounds of a Feistel network on the two bytes of a word.
func g(t *tables, w uint16) uint16 {
	g1, g2 := byte(w>>8), byte(w)
	g3 := t[0][g2] ^ g1
	g4 := t[1][g3] ^ g2
	g5 := t[2][g4] ^ g3
	g6 := t[3][g5] ^ g4
	return uint16(g5)<<8 | uint16(g6)
}

func gInverse(t *tables, w uint16) uint16 {
	g5, g6 := byte(w>>8), byte(w)
	g4 := t[3][g5] ^ g6
	g3 := t[2][g4] ^ g5
	g2 := t[1][g3] ^ g4
	g1 := t[0][g2] ^ g3
	return uint16(g1)<<8 | uint16(g2)
}

// Format implements [fmt.Formatter]: no verb prints the key.
func (Cipher) Format(f fmt.State, _ rune) { io.WriteString(f, "skipjack.Cipher(hidden)") }
