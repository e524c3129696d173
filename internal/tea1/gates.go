package tea1

import "encoding/binary"

// FA and FB for 64 keys at once: a word holds the same bit of 64 bytes. Each function below is a
// truth table of FA or FB as a formula, the shortest that exhaustive search found, and is named
// after the table (TestGates). tables.go has the same functions as tables.

func lutDA86(a, b, c, d uint64) uint64 { return a ^ c ^ ((b | c&^a) &^ (d &^ (a & c))) }
func lut85E9(a, b, c, d uint64) uint64 { return a ^ c ^ ((b ^ ^d) | (d ^ a&c)) }
func lut29B5(a, b, c, d uint64) uint64 { return a ^ c ^ ((b ^ d) | (b ^ (a | ^c))) }
func lut2BC6(a, b, c, d uint64) uint64 { return b ^ d ^ (a^c)&(a^d&^b) }
func lut8C6B(a, b, c, d uint64) uint64 { return b ^ (d^^(b&(a^c)))&^(d^c&^a) }
func lut974C(a, b, c, d uint64) uint64 { return b ^ (d^a&c)&(d^b&^(a^c)) }
func lutC671(a, b, c, d uint64) uint64 { return b ^ d ^ ((a ^ ^c) | (c ^ b&^d)) }
func lut93E2(a, b, c, d uint64) uint64 { return c&^(d&^a) ^ (d|(a^c))&^b }
func lut85D6(a, b, c, d uint64) uint64 { return a ^ c ^ (b&^(c&^a) | d&^(a&c)) }
func lut791A(a, b, c, d uint64) uint64 { return a ^ c ^ (b^d)&^(b^c&^a) }
func lutE985(a, b, c, d uint64) uint64 { return a ^ c ^ ((b ^ d) | (b ^ ^(a & c))) }
func lut2B9C(a, b, c, d uint64) uint64 { return b ^ d ^ (a^c)&^(a^b&d) }
func lutEC92(a, b, c, d uint64) uint64 { return b ^ (d^(b|(a^c)))&^(d^a&c) }
func lutC62B(a, b, c, d uint64) uint64 { return b ^ d ^ ((a ^ (b | d)) | (a ^ ^c)) }
func lut9C47(a, b, c, d uint64) uint64 { return a ^ d ^ ^((b ^ (a | c)) & (d | (a ^ c))) }

// A plane is one byte of 64 keys: word i holds bit i of each.
type plane [8]uint64

// slicedA sets out to x ^ FA(high, low).
func slicedA(out, x, high, low *plane) {
	out[0] = x[0] ^ lutDA86(low[7], low[0], high[1], high[2])
	out[1] = x[1] ^ lut85E9(low[0], low[1], high[2], high[3])
	out[2] = x[2] ^ lut29B5(low[1], low[2], high[3], high[4])
	out[3] = x[3] ^ lut2BC6(low[2], low[3], high[4], high[5])
	out[4] = x[4] ^ lut8C6B(low[3], low[4], high[5], high[6])
	out[5] = x[5] ^ lut974C(low[4], low[5], high[6], high[7])
	out[6] = x[6] ^ lutC671(low[5], low[6], high[7], high[0])
	out[7] = x[7] ^ lut93E2(low[6], low[7], high[0], high[1])
}

// slicedB sets out to x ^ FB(high, low) ^ P(p) ^ s.
func slicedB(out, x, high, low, p, s *plane) {
	out[0] = x[0] ^ s[0] ^ p[2] ^ lut85D6(low[7], low[0], high[1], high[2])
	out[1] = x[1] ^ s[1] ^ p[6] ^ lut791A(low[0], low[1], high[2], high[3])
	out[2] = x[2] ^ s[2] ^ p[5] ^ lutE985(low[1], low[2], high[3], high[4])
	out[3] = x[3] ^ s[3] ^ p[1] ^ lutC671(low[2], low[3], high[4], high[5])
	out[4] = x[4] ^ s[4] ^ p[7] ^ lut2B9C(low[3], low[4], high[5], high[6])
	out[5] = x[5] ^ s[5] ^ p[4] ^ lutEC92(low[4], low[5], high[6], high[7])
	out[6] = x[6] ^ s[6] ^ p[0] ^ lutC62B(low[5], low[6], high[7], high[0])
	out[7] = x[7] ^ s[7] ^ p[3] ^ lut9C47(low[6], low[7], high[0], high[1])
}

// slice sets a plane from a byte of each lane. It does eight transpositions of 8 by 8 bits at once,
// so lane 8i+j becomes bit 8j+i.
func slice(p *plane, b *[lanes]byte) {
	for i := range p {
		p[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	for i := range 4 {
		swap(&p[i], &p[i+4], 4, 0x0f0f0f0f0f0f0f0f)
	}
	for _, i := range [...]int{0, 1, 4, 5} {
		swap(&p[i], &p[i+2], 2, 0x3333333333333333)
	}
	for i := 0; i < 8; i += 2 {
		swap(&p[i], &p[i+1], 1, 0x5555555555555555)
	}
}

// swap exchanges the bits of a beyond the mask with the bits of b below it.
func swap(a, b *uint64, distance int, mask uint64) {
	t := (*a>>distance ^ *b) & mask
	*a ^= t << distance
	*b ^= t
}

// laneOf returns the lane of a bit of a plane.
func laneOf(bit int) int { return bit%8*8 + bit/8 }

// slicedState is the state of 64 ciphers. In place of moving eight bytes it keeps two for each step
// t:
//
//	n[t] = m[t-8] ^ FB(m[t-7], m[t-6]) ^ P(m[t-5]) ^ s[t]    the byte that comes in at place 0
//	m[t] = n[t] ^ FA(n[t+1], n[t+2])                        what is at place 4 four steps later
//
// The first byte of keystream, at place 7 after step 54, is m[47], which depends on no byte after
// s[49]. Step t is at index t+8 of the arrays; the steps before 1 are set from the frame.
type slicedState struct {
	n, m  [lanes]plane
	wants []plane // first bytes of keystreams
}

// load sets the state that a frame begins with, and the wanted first bytes of keystream.
func (st *slicedState) load(state uint64, first ...byte) {
	for i := range 4 {
		st.n[8-i] = sliceConstant(byte(state >> (8 * i)))
		st.m[4-i] = sliceConstant(byte(state >> (8 * (4 + i))))
	}
	for _, b := range first {
		st.wants = append(st.wants, sliceConstant(b))
	}
}

// sliceConstant returns the plane with the same byte in all lanes.
func sliceConstant(x byte) (p plane) {
	for i := range p {
		p[i] = -uint64(x >> i & 1)
	}
	return p
}

// fit computes the first byte of keystream in every lane, from the key bytes s[at], s[at+1], …,
// with indices modulo 64. It returns the bits of the lanes in which it is a wanted one.
func (st *slicedState) fit(s *[lanes]plane, at int) (fit uint64) {
	n, m := &st.n, &st.m
	for t := 9; t < 9+reach; t++ {
		slicedB(&n[t%lanes], &m[(t-8)%lanes], &m[(t-7)%lanes], &m[(t-6)%lanes], &m[(t-5)%lanes], &s[(at+t-9)%lanes])
		slicedA(&m[(t-4)%lanes], &n[(t-4)%lanes], &n[(t-3)%lanes], &n[(t-2)%lanes])
	}
	const last = 8 + reach - 2
	slicedA(&m[last], &n[last], &n[last+1], &n[last+2])
	for i := range st.wants {
		differ := uint64(0)
		for bit, want := range &st.wants[i] {
			differ |= m[last][bit] ^ want
		}
		fit |= ^differ
	}
	return fit
}
