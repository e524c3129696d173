// Package gea1 is the GPRS cipher GEA-1, whose key of 64 bits has the strength of 40.
//
// The algorithm was secret from 1998 until Beierle, Derbez, Leander, Leurent, Raddum, Rotella,
// Rupprecht and Stennes published it ("Cryptanalysis of the GPRS Encryption Algorithms GEA-1 and
// GEA-2", Eurocrypt 2021, https://eprint.iacr.org/2021/819). It is broken: do not protect anything
// with it. Package weakcipher uses it.
//
//	                                 ┌── as it is ─────> A, 31 bits ── f ──┐
//	IV, direction, key               │                                     │
//	  225 steps  ──>  S, 64 bits ────┼── turned by 16 ─> B, 32 bits ── f ──XOR──> keystream
//	  not linear      one for each   │                                     │      1 bit a step
//	                  key            └── turned by 32 ─> C, 33 bits ── f ──┘
//	                                     linear
//
// A register in Galois form, here A. At each step the bits move to the right. If the bit that
// leaves is 1, those at the taps are inverted as they move:
//
//	    ┌────┬────┬────┬────┬────┬──    ──┬────┬────┬────┬────┬────┐
//	┌──>│ 30 │ 29 │ 28 │ 27 │ 26 │   …    │  4 │  3 │  2 │  1 │  0 │───┐
//	│   └────┴─^──┴─^──┴─^──┴────┴──    ──┴─^──┴─^──┴────┴─^──┴────┘   │
//	└──────────┴────┴────┴──────────────────┴────┴─────────┴───────────┘
//	                     bits 22, 0, 13, 21, 25, 2, 7 ──> f ──> 1 bit
//
// The three registers have 96 bits of state, set from the 64 of S. But A and C together start in
// only 2^40 of their 2^64 joint states, for the 2^64 values of S (TestRanks). That is the flaw.
//
// Known to a wiretap: IV, direction, and nine bytes of keystream. Searched: S, and the key follows
// from it. divide.go has the search, in 2^40 steps. Read this file first.
package gea1

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

const (
	// KeySize is the length of a key in bytes.
	KeySize = 8
	// IVSize is the length of a frame's number, in bytes.
	IVSize = 4
)

// register is a linear register in Galois form.
type register struct {
	size  int
	taps  uint64
	input [7]int // the bits that f depends on
	turn  int    // the bit of S that it loads first
}

var (
	regA = register{31, taps(1, 3, 4, 8, 9, 10, 12, 13, 16, 20, 21, 23, 24, 25, 27, 28, 29), [7]int{22, 0, 13, 21, 25, 2, 7}, 0}
	regB = register{32, taps(1, 3, 7, 13, 14, 15, 16, 23, 24, 25, 29, 30, 31), [7]int{12, 27, 0, 1, 29, 21, 5}, 16}
	regC = register{33, taps(3, 6, 10, 12, 13, 14, 15, 16, 18, 19, 22, 23, 24, 29, 31), [7]int{10, 30, 32, 3, 19, 0, 4}, 32}
)

// taps returns a mask with the given bits.
func taps(places ...int) (mask uint64) {
	for _, i := range places {
		mask |= 1 << i
	}
	return mask
}

// f is the function of seven variables that all registers share, for 64 values of them at once: one
// in each bit of the words. The test has its algebraic normal form; this formula is shorter.
func f(x0, x1, x2, x3, x4, x5, x6 uint64) uint64 {
	return (x3&^x0 | (x2 ^ x1&^x0)) ^ x5&((x0&^x3)^(x1|x2)) ^ (x0&(x1^x2)^x5)&^x4 ^
		x6&((x2|^(x0&x3))^(x3^((x0^x1)|(x0^x2^^x3)))&^x5^x1&^x3&^x4)
}

// clock returns the state after a step, with a bit of input.
func (r *register) clock(state, in uint64) uint64 {
	first := (state ^ in) & 1
	return (state^-first&r.taps)>>1 | first<<(r.size-1)
}

// output returns f of a state, one bit.
func (r *register) output(state uint64) uint64 {
	x := &r.input
	return f(state>>x[0], state>>x[1], state>>x[2], state>>x[3], state>>x[4], state>>x[5], state>>x[6]) & 1
}

// load returns the register's first state. A state of zeros, which would stay zero, is replaced by
// 1.
func (r *register) load(s uint64) uint64 {
	if state := r.linear(s); state != 0 {
		return state
	}
	return 1
}

// linear loads S bit by bit, and returns the state. It is linear in S.
func (r *register) linear(s uint64) (state uint64) {
	s = bits.RotateLeft64(s, -r.turn)
	for i := range 64 {
		state = r.clock(state, s>>i)
	}
	return state
}

// LoadsZeros reports whether S loads a register with zeros, so that it starts with 1 instead. One S
// in 2^30 does.
func LoadsZeros(s uint64) bool {
	return regA.linear(s) == 0 || regB.linear(s) == 0 || regC.linear(s) == 0
}

// clockS returns S after a step, with a bit of input. It is not linear. Bit 0 is the oldest.
func clockS(s, in uint64) uint64 { return s>>1 | ((s^in)&1^fS(s))<<63 }

// unclockS returns the S before a step, and is the inverse of clockS.
func unclockS(s, in uint64) uint64 {
	before := s << 1
	return before | (s>>63^in^fS(before))&1
}

// fS returns f of S, one bit.
func fS(s uint64) uint64 { return f(s>>3, s>>12, s>>22, s>>38, s>>42, s>>55, s>>63) & 1 }

// blanks is the number of steps without input that follow the key.
const blanks = 128

// Initial returns S for a key and a frame. IV, direction and key are the input of S, in this order.
// IV and key are big-endian numbers; the lowest bit goes first.
func Initial(key [KeySize]byte, iv [IVSize]byte, downlink bool) uint64 {
	s := beforeKey(iv, downlink)
	for i, k := 0, binary.BigEndian.Uint64(key[:]); i < 64; i++ {
		s = clockS(s, k>>i)
	}
	for range blanks {
		s = clockS(s, 0)
	}
	return s
}

// beforeKey returns S after IV and direction.
func beforeKey(iv [IVSize]byte, downlink bool) (s uint64) {
	for i, v := 0, binary.BigEndian.Uint32(iv[:]); i < 32; i++ {
		s = clockS(s, uint64(v>>i))
	}
	if downlink {
		return clockS(s, 1)
	}
	return clockS(s, 0)
}

// Key returns the key that leads to S. For each S there is one, since every step has an inverse.
func Key(s uint64, iv [IVSize]byte, downlink bool) (key [KeySize]byte) {
	for range blanks {
		s = unclockS(s, 0)
	}
	// After 64 steps with the key, S consists of the 64 bits that these steps appended, in order.
	k, at := uint64(0), beforeKey(iv, downlink)
	for i := range 64 {
		bit := (clockS(at, 0)>>63 ^ s>>i) & 1
		k |= bit << i
		at = clockS(at, bit)
	}
	binary.BigEndian.PutUint64(key[:], k)
	return key
}

// Keystream yields the keystream that follows from S, byte by byte without end.
func Keystream(s uint64) iter.Seq[byte] {
	return func(yield func(byte) bool) {
		a, b, c := regA.load(s), regB.load(s), regC.load(s)
		for {
			out := byte(0)
			for i := range 8 {
				out |= byte(regA.output(a)^regB.output(b)^regC.output(c)) << i
				a, b, c = regA.clock(a, 0), regB.clock(b, 0), regC.clock(c, 0)
			}
			if !yield(out) {
				return
			}
		}
	}
}

// XOR encrypts or decrypts data in place with the keystream that follows from S.
func XOR(s uint64, data []byte) {
	i := 0
	for b := range Keystream(s) {
		if i == len(data) {
			return
		}
		data[i] ^= b
		i++
	}
}
