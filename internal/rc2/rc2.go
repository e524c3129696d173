// Package rc2 is the block cipher RC2 of RFC 2268. It was designed in 1987 so that its strength
// could be turned down: with an effective key of 40 bits it could be exported from the United
// States.
//
// It is broken at such sizes, and nothing new should use it at any. It is here for the mail that
// was sealed with it, and for searches for its keys: [Encrypt64] tries several at a time. Read
// rc2.go first.
package rc2

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"doormat/internal/secret"
)

// BlockSize is the block size in bytes.
const BlockSize = 8

// MaxKeySize is the largest length of a key, in bytes.
const MaxKeySize = 128

// Cipher is an expanded key, the words K[0] to K[63]. It implements [crypto/cipher.Block].
type Cipher struct {
	secret.Hidden[Cipher]
	k [64]uint16
}

// NewCipher expands a key of 1 to 128 bytes, and limits its strength to effectiveBits, 1 to 1024.
// It implements the key expansion of RFC 2268, Section 2.
func NewCipher(key []byte, effectiveBits int) (*Cipher, error) {
	if len(key) < 1 || len(key) > MaxKeySize {
		return nil, fmt.Errorf("rc2: expected a key of 1 to %d bytes, found %d", MaxKeySize, len(key))
	}
	if effectiveBits < 1 || effectiveBits > 8*MaxKeySize {
		return nil, fmt.Errorf("rc2: expected 1 to %d effective bits, found %d", 8*MaxKeySize, effectiveBits)
	}
	var l [MaxKeySize]byte
	t := copy(l[:], key)
	for i := t; i < len(l); i++ {
		l[i] = pi[l[i-1]+l[i-t]]
	}
	t8 := (effectiveBits + 7) / 8
	tm := byte(0xff >> (8*t8 - effectiveBits))
	l[128-t8] = pi[l[128-t8]&tm]
	for i := 127 - t8; i >= 0; i-- {
		l[i] = pi[l[i+1]^l[i+t8]]
	}
	c := new(Cipher)
	for i := range c.k {
		c.k[i] = binary.LittleEndian.Uint16(l[2*i:])
	}
	return c, nil
}

// BlockSize returns 8.
func (c *Cipher) BlockSize() int { return BlockSize }

// Encrypt encrypts the first block in src into dst. It implements RFC 2268, Section 3.
func (c *Cipher) Encrypt(dst, src []byte) {
	r := load(src)
	for round := range 16 {
		r = c.mix(r, 4*round)
		if round == 4 || round == 10 {
			r = c.mash(r)
		}
	}
	r.store(dst)
}

// Decrypt decrypts the first block in src into dst. It implements RFC 2268, Section 4.
func (c *Cipher) Decrypt(dst, src []byte) {
	r := load(src)
	for round := 15; round >= 0; round-- {
		if round == 4 || round == 10 {
			r = c.unmash(r)
		}
		r = c.unmix(r, 4*round)
	}
	r.store(dst)
}

// words are R[0] to R[3].
type words struct{ r0, r1, r2, r3 uint16 }

func load(src []byte) words {
	_ = src[BlockSize-1]
	le := binary.LittleEndian
	return words{le.Uint16(src), le.Uint16(src[2:]), le.Uint16(src[4:]), le.Uint16(src[6:])}
}

func (r words) store(dst []byte) {
	_ = dst[BlockSize-1]
	le := binary.LittleEndian
	le.PutUint16(dst, r.r0)
	le.PutUint16(dst[2:], r.r1)
	le.PutUint16(dst[4:], r.r2)
	le.PutUint16(dst[6:], r.r3)
}

// mix does a mixing round with the key words from j on.
func (c *Cipher) mix(r words, j int) words {
	k := c.k[j : j+4 : j+4]
	r.r0 = bits.RotateLeft16(r.r0+k[0]+(r.r3&r.r2)+(^r.r3&r.r1), 1)
	r.r1 = bits.RotateLeft16(r.r1+k[1]+(r.r0&r.r3)+(^r.r0&r.r2), 2)
	r.r2 = bits.RotateLeft16(r.r2+k[2]+(r.r1&r.r0)+(^r.r1&r.r3), 3)
	r.r3 = bits.RotateLeft16(r.r3+k[3]+(r.r2&r.r1)+(^r.r2&r.r0), 5)
	return r
}

// unmix undoes mix.
func (c *Cipher) unmix(r words, j int) words {
	k := c.k[j : j+4 : j+4]
	r.r3 = bits.RotateLeft16(r.r3, -5) - k[3] - (r.r2 & r.r1) - (^r.r2 & r.r0)
	r.r2 = bits.RotateLeft16(r.r2, -3) - k[2] - (r.r1 & r.r0) - (^r.r1 & r.r3)
	r.r1 = bits.RotateLeft16(r.r1, -2) - k[1] - (r.r0 & r.r3) - (^r.r0 & r.r2)
	r.r0 = bits.RotateLeft16(r.r0, -1) - k[0] - (r.r3 & r.r2) - (^r.r3 & r.r1)
	return r
}

// mash does a mashing round: the data selects the key words.
func (c *Cipher) mash(r words) words {
	r.r0 += c.k[r.r3&63]
	r.r1 += c.k[r.r0&63]
	r.r2 += c.k[r.r1&63]
	r.r3 += c.k[r.r2&63]
	return r
}

// unmash undoes mash.
func (c *Cipher) unmash(r words) words {
	r.r3 -= c.k[r.r2&63]
	r.r2 -= c.k[r.r1&63]
	r.r1 -= c.k[r.r0&63]
	r.r0 -= c.k[r.r3&63]
	return r
}
