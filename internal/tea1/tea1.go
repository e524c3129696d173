// Package tea1 is TETRA's cipher TEA1, with the step that makes 32 bits of its 80-bit key.
//
// The algorithm was secret from 1995 until Meijer, Bokslag and Wetzels took it out of a radio and
// published it ("All cops are broadcasting: TETRA under scrutiny", USENIX Security 2023;
// https://github.com/MidnightBlueLabs/TETRA_crypto). It is broken, and was meant to be: do not
// protect anything with it. Package weakcipher uses it.
//
//	key of 80 bits ── Reduce ──> key register of 32: everything else depends on these alone
//
//	              ┌────┐   ┌────┬────┐   ┌────┐       ┌────┬────┬────┬────┐
//	state         │ 7  │<──│ 6  │ 5  │<──│ 4  │<─XOR──│ 3  │ 2  │ 1  │ 0  │<──┐
//	              └─┬──┘   └─┬──┴─┬──┘   └─┬──┘   ^   └────┴─┬──┴─┬──┴────┘   │
//	                │        └─FB─┘        P      └────FA────┴────┘           │
//	                │           │          │                                  │
//	keystream <─────┴──────────XOR────────XOR──────────────XOR────────────────┘
//	                                                        ^
//	                               ┌────┬────┬────┬────┐    │
//	key register                   │ k3 │ k2 │ k1 │ k0 │<───┤
//	                               └─┬──┴────┴────┴─┬──┘    │
//	                                 └─────XOR──────┴── S ──┘
//
// At each step the bytes of both registers move to the left. A byte of keystream is taken from
// place 7 after 54 steps, and then after each 19.
//
// Known to a wiretap: the number of the frame, so the whole state at the beginning, and some
// keystream. Searched: the key register, 2^32 values, whose bytes never depend on the state. Read
// tea1.go for the cipher, then search.go.
package tea1

import (
	"iter"
	"math/bits"
)

const (
	// KeySize is the length of a key in bytes.
	KeySize = 10
	// SlotSize is the most bytes of keystream that a slot uses: 432 bits.
	SlotSize = 54

	warmUp = 54 // steps before the first byte of keystream
	stride = 19 // steps from each byte to the next
)

// Reduce returns the 32 bits that everything else depends on, of a key of 80:
//
//	r = r<<8 | S[r>>24 ^ c ^ r&0xff]    for each byte c of the key
//
// S is a permutation, so 2^48 keys lead to each register.
func Reduce(key [KeySize]byte) (register uint32) {
	r := uint32(0)
	for _, c := range key {
		r = r<<8 | uint32(sbox[byte(r>>24)^c^byte(r)])
	}
	return r
}

// Expand returns the key that begins with six given bytes and reduces to a register.
func Expand(free [KeySize - 4]byte, register uint32) (key [KeySize]byte) {
	copy(key[:], free[:])
	r := uint32(0)
	for i := range key {
		if i >= len(free) {
			want := byte(register >> (8 * (KeySize - 1 - i)))
			key[i] = unsbox[want] ^ byte(r>>24) ^ byte(r)
		}
		r = r<<8 | uint32(sbox[byte(r>>24)^key[i]^byte(r)])
	}
	return key
}

// Keystream yields the keystream of a frame under a reduced key, byte by byte without end. The
// frame is a number of 29 bits, which the network counts and every receiver hears:
//
//	(slot-1) | frame<<2 | multiframe<<7 | hyperframe<<13 | uplink<<28
func Keystream(register, frame uint32) iter.Seq[byte] {
	return func(yield func(byte) bool) {
		k, state := register, expandFrame(frame)
		for steps := warmUp; ; steps = stride {
			for range steps {
				k, state = step(k, state)
			}
			if !yield(byte(state >> 56)) {
				return
			}
		}
	}
}

// XOR encrypts or decrypts data in place with the keystream of a frame.
func XOR(register, frame uint32, data []byte) {
	i := 0
	for b := range Keystream(register, frame) {
		if i == len(data) {
			return
		}
		data[i] ^= b
		i++
	}
}

// expandFrame returns the state that a frame begins with. It does not depend on the key.
func expandFrame(frame uint32) uint64 {
	x := bits.RotateLeft32(frame^0x96724fa1, 8)
	return bits.RotateLeft64(uint64(frame)<<32|uint64(x), -8)
}

// step moves the key register, and the state of eight bytes, 7 to 0 from the left:
//
//	s = S[k3 ^ k0]                     enters the key register too, which has no other input
//	7   6   5   4   3   2   1   0
//	new = 7 ^ FB(6, 5) ^ P(4) ^ s      and all bytes move to the left,
//	4 becomes 3 ^ FA(2, 1)
func step(k uint32, state uint64) (uint32, uint64) {
	s := sbox[byte(k>>24)^byte(k)]
	fresh := byte(state>>56) ^ fb[uint16(state>>40)] ^ permuted[byte(state>>32)] ^ s
	state = state<<8 ^ uint64(fa[uint16(state>>8)])<<32
	return k<<8 | uint32(s), state | uint64(fresh)
}
