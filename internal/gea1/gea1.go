// Package gea1 is the GPRS cipher GEA-1, with the property that makes 40 bits of its 64.
//
// The algorithm was secret from 1998 until Beierle, Derbez, Leander, Leurent, Raddum, Rotella,
// Rupprecht and Stennes published it ("Cryptanalysis of the GPRS Encryption Algorithms GEA-1 and
// GEA-2", Eurocrypt 2021, https://eprint.iacr.org/2021/819). It is broken: do not protect anything
// with it. Package weakcipher is where it is used.
//
//	                    ┌─ as it is ────> A, 31 bits ─┐
//	IV, direction, key  │                             │ f
//	   ──> S, 64 bits ──┼─ turned by 16 > B, 32 bits ─┼ f ──> sum: keystream
//	                    │                             │ f
//	                    └─ turned by 32 > C, 33 bits ─┘
//
// Seen from outside that is 96 bits of state from 64 of key. But A and C together start in only
// 2^40 of their 2^64 joint states, for every one that S can have (TestRanks).
package gea1

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

const (
	// KeySize is the length of a key in bytes.
	KeySize = 8
	// IVSize is the length of the number that a frame is known by, in bytes.
	IVSize = 4
)

// register is a linear register in Galois form.
type register struct {
	size  int
	taps  uint64
	input [7]int // the bits that f looks at
	turn  int    // where in S it begins to load
}

var (
	regA = register{31, taps(1, 3, 4, 8, 9, 10, 12, 13, 16, 20, 21, 23, 24, 25, 27, 28, 29), [7]int{22, 0, 13, 21, 25, 2, 7}, 0}
	regB = register{32, taps(1, 3, 7, 13, 14, 15, 16, 23, 24, 25, 29, 30, 31), [7]int{12, 27, 0, 1, 29, 21, 5}, 16}
	regC = register{33, taps(3, 6, 10, 12, 13, 14, 15, 16, 18, 19, 22, 23, 24, 29, 31), [7]int{10, 30, 32, 3, 19, 0, 4}, 32}
)

func taps(places ...int) (mask uint64) {
	for _, i := range places {
		mask |= 1 << i
	}
	return mask
}

// f is the function of seven variables that all registers share, for the 64 bits of its words.
// Its algebraic normal form is in the test; this is a shorter way to say it.
func f(x0, x1, x2, x3, x4, x5, x6 uint64) uint64 {
	return (x3&^x0 | (x2 ^ x1&^x0)) ^ x5&((x0&^x3)^(x1|x2)) ^ (x0&(x1^x2)^x5)&^x4 ^
		x6&((x2|^(x0&x3))^(x3^((x0^x1)|(x0^x2^^x3)))&^x5^x1&^x3&^x4)
}

// clock moves a register by a step, with a bit that comes in.
func (r *register) clock(state, in uint64) uint64 {
	first := (state ^ in) & 1
	return (state^-first&r.taps)>>1 | first<<(r.size-1)
}

func (r *register) output(state uint64) uint64 {
	x := &r.input
	return f(state>>x[0], state>>x[1], state>>x[2], state>>x[3], state>>x[4], state>>x[5], state>>x[6]) & 1
}

// load makes the register's first state of S. It is linear, but for the state of zeros, which no
// register may have.
func (r *register) load(s uint64) uint64 {
	if state := r.linear(s); state != 0 {
		return state
	}
	return 1
}

func (r *register) linear(s uint64) (state uint64) {
	s = bits.RotateLeft64(s, -r.turn)
	for i := range 64 {
		state = r.clock(state, s>>i)
	}
	return state
}

// LoadsZeros reports whether S loads a register with zeros, so that it begins with a one instead.
// One S in 2^30 does.
func LoadsZeros(s uint64) bool {
	return regA.linear(s) == 0 || regB.linear(s) == 0 || regC.linear(s) == 0
}

// clockS moves S, which is not linear: bit 0 is the oldest.
func clockS(s, in uint64) uint64 { return s>>1 | ((s^in)&1^fS(s))<<63 }

// unclockS is its inverse.
func unclockS(s, in uint64) uint64 {
	before := s << 1
	return before | (s>>63^in^fS(before))&1
}

func fS(s uint64) uint64 { return f(s>>3, s>>12, s>>22, s>>38, s>>42, s>>55, s>>63) & 1 }

// blanks is how often S moves after the key is in.
const blanks = 128

// Initial is S after IV, direction and key have gone in, which are read as big-endian numbers, the
// lowest bit first.
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

func beforeKey(iv [IVSize]byte, downlink bool) (s uint64) {
	for i, v := 0, binary.BigEndian.Uint32(iv[:]); i < 32; i++ {
		s = clockS(s, uint64(v>>i))
	}
	if downlink {
		return clockS(s, 1)
	}
	return clockS(s, 0)
}

// Key is the key that leads to S. For each S there is one: nothing on the way loses anything.
func Key(s uint64, iv [IVSize]byte, downlink bool) (key [KeySize]byte) {
	for range blanks {
		s = unclockS(s, 0)
	}
	// After 64 steps with the key, S consists of the 64 bits that these have made, in order.
	k, at := uint64(0), beforeKey(iv, downlink)
	for i := range 64 {
		bit := (clockS(at, 0)>>63 ^ s>>i) & 1
		k |= bit << i
		at = clockS(at, bit)
	}
	binary.BigEndian.PutUint64(key[:], k)
	return key
}

// Keystream is the keystream that follows from S, byte by byte without an end.
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
