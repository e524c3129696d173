package supersingular

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// nat is a number of 1024 bits, wide one of 2048. The least limb comes first.
type (
	nat  [16]uint64
	wide [32]uint64
)

func natFromHex(s string) (x nat) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != Size {
		panic("supersingular: internal error: a parameter is not 128 bytes")
	}
	return natFromBytes((*[Size]byte)(b))
}

func natFromBytes(b *[Size]byte) (x nat) {
	for i := range x {
		x[i] = binary.BigEndian.Uint64(b[Size-8*(i+1):])
	}
	return x
}

func (x *nat) bytes() (b [Size]byte) {
	for i := range x {
		binary.BigEndian.PutUint64(b[Size-8*(i+1):], x[i])
	}
	return b
}

func (x *nat) bit(i int) uint64 { return x[i/64] >> (i % 64) & 1 }

func (x *nat) isZero() bool { return *x == nat{} }

//go:norace
func (x *nat) less(y *nat) bool {
	for i := 15; i > 0; i-- {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return x[0] < y[0]
}

// add sets z to x + y and returns the carry. It adds four limbs at a time, so that the carry mostly
// stays in the processor's flag.
//
//go:norace
func (z *nat) add(x, y *nat) (c uint64) {
	for i := 0; i < 16; i += 4 {
		z, x, y := (*[4]uint64)(z[i:]), (*[4]uint64)(x[i:]), (*[4]uint64)(y[i:])
		z[0], c = bits.Add64(x[0], y[0], c)
		z[1], c = bits.Add64(x[1], y[1], c)
		z[2], c = bits.Add64(x[2], y[2], c)
		z[3], c = bits.Add64(x[3], y[3], c)
	}
	return c
}

// sub sets z to x − y and returns the borrow.
//
//go:norace
func (z *nat) sub(x, y *nat) (c uint64) {
	for i := 0; i < 16; i += 4 {
		z, x, y := (*[4]uint64)(z[i:]), (*[4]uint64)(x[i:]), (*[4]uint64)(y[i:])
		z[0], c = bits.Sub64(x[0], y[0], c)
		z[1], c = bits.Sub64(x[1], y[1], c)
		z[2], c = bits.Sub64(x[2], y[2], c)
		z[3], c = bits.Sub64(x[3], y[3], c)
	}
	return c
}

func (x *nat) halve() {
	for i := range 15 {
		x[i] = x[i]>>1 | x[i+1]<<63
	}
	x[15] >>= 1
}

// shiftLeft sets x to x·2ⁿ, n from 1 to 63.
func (x *nat) shiftLeft(n int) {
	for i := 15; i > 0; i-- {
		x[i] = x[i]<<(n&63) | x[i-1]>>((64-n)&63)
	}
	x[0] <<= n & 63
}

// moveTwos divides x by the largest power of two that divides it, multiplies y by that power, and
// returns the exponent. x must not be 0.
func (x *nat) moveTwos(y *nat) (n int) {
	for x[0]&1 == 0 {
		step := min(bits.TrailingZeros64(x[0]), 63) // the masks below tell the compiler
		for i := range 15 {
			x[i] = x[i]>>(step&63) | x[i+1]<<((64-step)&63)
		}
		x[15] >>= step & 63
		y.shiftLeft(step)
		n += step
	}
	return n
}

// mul sets z to x·y.
//
//go:norace
func (z *wide) mul(x, y *nat) {
	clear(z[:16])
	for i := 0; i < 16; i += 2 {
		z[i+16], z[i+17] = addRows((*nat)(z[i:]), x, y[i], y[i+1])
	}
}

// add sets z to z + x, without the carry.
//
//go:norace
func (z *wide) add(x *wide) {
	var c uint64
	for i := range z {
		z[i], c = bits.Add64(z[i], x[i], c)
	}
}

// square sets z to x²: the products above the diagonal, twice, and the diagonal.
//
//go:norace
func (z *wide) square(x *nat) {
	*z = wide{}
	for i := 0; i < 14; i += 2 {
		z.addRowsAbove(x, i)
	}
	z[30], z[29] = mulAdd(x[14], x[15], z[29], 0)
	var carry, last uint64
	for i := range x {
		hi, lo := bits.Mul64(x[i], x[i])
		twice0, twice1 := z[2*i]<<1|last, z[2*i+1]<<1|z[2*i]>>63
		last = z[2*i+1] >> 63
		z[2*i], carry = bits.Add64(lo, twice0, carry)
		z[2*i+1], carry = bits.Add64(hi, twice1, carry)
	}
}

// addRowsAbove adds the products of x[i] and x[i+1] with the limbs above them.
//
//go:norace
func (z *wide) addRowsAbove(x *nat, i int) {
	var a, b, t uint64
	y0, y1 := x[i], x[i+1]
	a, z[2*i+1] = mulAdd(y1, y0, z[2*i+1], 0)
	a, z[2*i+2] = mulAdd(x[i+2], y0, z[2*i+2], a)
	before, rest := x[i+2], x[i+3:]
	row := z[2*i+3:][:len(rest)]
	for j, xj := range rest {
		a, t = mulAdd(xj, y0, row[j], a)
		b, row[j] = mulAdd(before, y1, t, b)
		before = xj
	}
	z[i+16], z[i+17] = mulAddTop(before, y1, a, b)
}
