package p256

import (
	"crypto/elliptic"
	"encoding/binary"
	"math/bits"
)

// num is a number below 2^256, the least significant word first.
type num [4]uint64

func toNum(b []byte) (a num) {
	for i := range a {
		a[i] = binary.BigEndian.Uint64(b[24-8*i:])
	}
	return a
}

func (a *num) fill(b []byte) {
	for i, word := range a {
		binary.BigEndian.PutUint64(b[24-8*i:], word)
	}
}

// minus returns a − b modulo 2^256, and the borrow, 0 or 1.
func (a *num) minus(b *num) (r num, borrow uint64) {
	for i := range r {
		r[i], borrow = bits.Sub64(a[i], b[i], borrow)
	}
	return r, borrow
}

// The words of p = 2^256 − 2^224 + 2^192 + 2^96 − 1. The third is 0.
const (
	p0 = 0xffffffffffffffff
	p1 = 0x00000000ffffffff
	p3 = 0xffffffff00000001
)

var (
	p256N      = num{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000} // the order n
	p256P      = num{p0, p1, 0, p3}
	p256Root   = num{0, 1 << 30, 1 << 62, 1<<62 - 1<<30} // (p + 1)/4
	p256Invert = num{p0 - 2, p1, 0, p3}                  // p − 2
)

// The functions below this line take and return elements a of the field in Montgomery's form,
// a·2^256 mod p, except for the result of fromField and the exponent of power.

var (
	montgomery = num{3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd} // 2^512 mod p
	one        = num{1, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe} // 1
	curveB     = toField(elliptic.P256().Params().B.Bytes())                        // the b of the curve
)

func toField(b []byte) (a num) {
	a = toNum(b)
	mul(&a, &a, &montgomery)
	return a
}

// fromField returns a as a number below p.
func fromField(a *num) (r num) {
	mul(&r, a, &num{1})
	return r
}

// mul sets z to x·y/2^256 mod p. It computes the product, and then four times adds the multiple of p
// that makes the lowest word 0, and drops that word.
func mul(z, x, y *num) {
	var c uint64
	t0, t1, t2, t3, t4 := scale(x, y[0])
	u0, u1, u2, u3, u4 := scale(x, y[1])
	t1, c = bits.Add64(t1, u0, 0)
	t2, c = bits.Add64(t2, u1, c)
	t3, c = bits.Add64(t3, u2, c)
	t4, c = bits.Add64(t4, u3, c)
	t5 := u4 + c
	u0, u1, u2, u3, u4 = scale(x, y[2])
	t2, c = bits.Add64(t2, u0, 0)
	t3, c = bits.Add64(t3, u1, c)
	t4, c = bits.Add64(t4, u2, c)
	t5, c = bits.Add64(t5, u3, c)
	t6 := u4 + c
	u0, u1, u2, u3, u4 = scale(x, y[3])
	t3, c = bits.Add64(t3, u0, 0)
	t4, c = bits.Add64(t4, u1, c)
	t5, c = bits.Add64(t5, u2, c)
	t6, c = bits.Add64(t6, u3, c)
	t7 := u4 + c

	t0, t1, t2, t3 = shrink(t0, t1, t2, t3)
	t0, t1, t2, t3 = shrink(t0, t1, t2, t3)
	t0, t1, t2, t3 = shrink(t0, t1, t2, t3)
	t0, t1, t2, t3 = shrink(t0, t1, t2, t3)
	t4, c = bits.Add64(t4, t0, 0)
	t5, c = bits.Add64(t5, t1, c)
	t6, c = bits.Add64(t6, t2, c)
	t7, c = bits.Add64(t7, t3, c)
	once(z, t4, t5, t6, t7, c)
}

// scale returns x·y, in five words.
func scale(x *num, y uint64) (t0, t1, t2, t3, t4 uint64) {
	h0, t0 := bits.Mul64(x[0], y)
	h1, l1 := bits.Mul64(x[1], y)
	h2, l2 := bits.Mul64(x[2], y)
	h3, l3 := bits.Mul64(x[3], y)
	t1, c := bits.Add64(h0, l1, 0)
	t2, c = bits.Add64(h1, l2, c)
	t3, c = bits.Add64(h2, l3, c)
	return t0, t1, t2, t3, h3 + c
}

// shrink returns (t + t0·p)/2^64. The lowest word of the sum is 0, since p is −1 modulo 2^64. One
// multiplication is enough, since t0·p = t0·(2^192·p3 + 2^96 − 1).
func shrink(t0, t1, t2, t3 uint64) (u0, u1, u2, u3 uint64) {
	h, l := bits.Mul64(t0, p3)
	u0, c := bits.Add64(t1, t0<<32, 0)
	u1, c = bits.Add64(t2, t0>>32, c)
	u2, c = bits.Add64(t3, l, c)
	return u0, u1, u2, h + c
}

// once sets z to t mod p, for t of five words and below 2p.
func once(z *num, t0, t1, t2, t3, t4 uint64) {
	r0, b := bits.Sub64(t0, p0, 0)
	r1, b := bits.Sub64(t1, p1, b)
	r2, b := bits.Sub64(t2, 0, b)
	r3, b := bits.Sub64(t3, p3, b)
	if t4 >= b {
		t0, t1, t2, t3 = r0, r1, r2, r3
	}
	z[0], z[1], z[2], z[3] = t0, t1, t2, t3
}

// add sets z to x + y.
func add(z, x, y *num) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)
	once(z, t0, t1, t2, t3, c)
}

// sub sets z to x − y.
func sub(z, x, y *num) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	m := -b // p is added if there was a borrow
	z[0], b = bits.Add64(t0, m, 0)
	z[1], b = bits.Add64(t1, m&p1, b)
	z[2], b = bits.Add64(t2, 0, b)
	z[3], _ = bits.Add64(t3, m&p3, b)
}

// power sets z to x^e. Plain squaring and multiplying is enough here: the exponent for a root has few
// ones, and that for an inverse is used once for thousands of points.
func power(z, x *num, e *num) {
	r := one
	for i := bits.Len64(e[3]) + 191; i >= 0; i-- {
		mul(&r, &r, &r)
		if e[i/64]>>(i%64)&1 == 1 {
			mul(&r, &r, x)
		}
	}
	*z = r
}
