package rc2

import (
	"encoding/binary"
	"math/bits"
)

// Lanes is the number of keys that [Encrypt64] tries at a time.
const Lanes = 8

// Encrypt64 encrypts one block under eight keys of 64 effective bits, first, first+1, …, and
// returns the results in order. Keys and blocks are big-endian numbers. It does what NewCipher and
// Encrypt do (TestLanes), some nine times as fast (BenchmarkSearch).
//
// The key expansion is a chain of 240 table look-ups. Each waits for the one before, and the
// processor idles meanwhile, so the chains of eight keys run side by side.
func Encrypt64(first, block uint64) (out [Lanes]uint64) {
	var l [Lanes][128]byte
	for i := range l {
		binary.BigEndian.PutUint64(l[i][:], first+uint64(i))
	}
	expand(&l)
	for i := 0; i < Lanes; i += 2 {
		out[i], out[i+1] = encryptPair(&l[i], &l[i+1], bits.ReverseBytes64(block))
	}
	return out
}

// expand implements the key expansion of RFC 2268, Section 2, for T = T8 = 8 and TM = 255. p0 to p7
// are the last bytes of the chains.
func expand(l *[Lanes][128]byte) {
	p0, p1, p2, p3 := l[0][7], l[1][7], l[2][7], l[3][7]
	p4, p5, p6, p7 := l[4][7], l[5][7], l[6][7], l[7][7]
	for i := 8; i < 128; i++ {
		p0 = pi[p0+l[0][i-8]]
		p1 = pi[p1+l[1][i-8]]
		p2 = pi[p2+l[2][i-8]]
		p3 = pi[p3+l[3][i-8]]
		p4 = pi[p4+l[4][i-8]]
		p5 = pi[p5+l[5][i-8]]
		p6 = pi[p6+l[6][i-8]]
		p7 = pi[p7+l[7][i-8]]
		l[0][i], l[1][i], l[2][i], l[3][i] = p0, p1, p2, p3
		l[4][i], l[5][i], l[6][i], l[7][i] = p4, p5, p6, p7
	}
	for i := range l {
		l[i][120] = pi[l[i][120]]
	}
	p0, p1, p2, p3 = l[0][120], l[1][120], l[2][120], l[3][120]
	p4, p5, p6, p7 = l[4][120], l[5][120], l[6][120], l[7][120]
	for i := 119; i >= 0; i-- {
		p0 = pi[p0^l[0][i+8]]
		p1 = pi[p1^l[1][i+8]]
		p2 = pi[p2^l[2][i+8]]
		p3 = pi[p3^l[3][i+8]]
		p4 = pi[p4^l[4][i+8]]
		p5 = pi[p5^l[5][i+8]]
		p6 = pi[p6^l[6][i+8]]
		p7 = pi[p7^l[7][i+8]]
		l[0][i], l[1][i], l[2][i], l[3][i] = p0, p1, p2, p3
		l[4][i], l[5][i], l[6][i], l[7][i] = p4, p5, p6, p7
	}
}

// encryptPair encrypts a block under two expanded keys. The block's words are little-endian in b.
// r1 ^ r3&(r2^r1) selects the bits of r2 or r1, as r3&r2 + ^r3&r1 does in the RFC.
func encryptPair(l, m *[128]byte, b uint64) (_, _ uint64) {
	le := binary.LittleEndian
	r0, r1, r2, r3 := uint16(b), uint16(b>>16), uint16(b>>32), uint16(b>>48)
	s0, s1, s2, s3 := r0, r1, r2, r3
	for i := 0; i < 128; i += 8 {
		j, k := le.Uint64(l[i:]), le.Uint64(m[i:])
		r0 = bits.RotateLeft16(r0+uint16(j)+(r1^r3&(r2^r1)), 1)
		s0 = bits.RotateLeft16(s0+uint16(k)+(s1^s3&(s2^s1)), 1)
		r1 = bits.RotateLeft16(r1+uint16(j>>16)+(r2^r0&(r3^r2)), 2)
		s1 = bits.RotateLeft16(s1+uint16(k>>16)+(s2^s0&(s3^s2)), 2)
		r2 = bits.RotateLeft16(r2+uint16(j>>32)+(r3^r1&(r0^r3)), 3)
		s2 = bits.RotateLeft16(s2+uint16(k>>32)+(s3^s1&(s0^s3)), 3)
		r3 = bits.RotateLeft16(r3+uint16(j>>48)+(r0^r2&(r1^r0)), 5)
		s3 = bits.RotateLeft16(s3+uint16(k>>48)+(s0^s2&(s1^s0)), 5)
		if i == 4*8 || i == 10*8 {
			r0 += le.Uint16(l[2*(r3&63):])
			s0 += le.Uint16(m[2*(s3&63):])
			r1 += le.Uint16(l[2*(r0&63):])
			s1 += le.Uint16(m[2*(s0&63):])
			r2 += le.Uint16(l[2*(r1&63):])
			s2 += le.Uint16(m[2*(s1&63):])
			r3 += le.Uint16(l[2*(r2&63):])
			s3 += le.Uint16(m[2*(s2&63):])
		}
	}
	return bits.ReverseBytes64(uint64(r0) | uint64(r1)<<16 | uint64(r2)<<32 | uint64(r3)<<48),
		bits.ReverseBytes64(uint64(s0) | uint64(s1)<<16 | uint64(s2)<<32 | uint64(s3)<<48)
}
