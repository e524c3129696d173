package supersingular

import "math/bits"

// A modulus is an odd number n above 2¹⁰²¹, with the constants of Montgomery's reduction
// (P. L. Montgomery, "Modular Multiplication Without Trial Division", 1985), with R = 2¹⁰²⁴.
type modulus struct {
	n      nat
	k0, k1 uint64 // −1/n mod 2¹²⁸
	one    nat    // R mod n
	rr     nat    // R² mod n
}

var (
	modP = newModulus(natFromHex(hexP))
	modQ = newModulus(natFromHex(hexQ))
)

func newModulus(n nat) *modulus {
	m := &modulus{n: n}
	// Newton's iteration doubles the right bits of 1/n: 3, 6, 12, 24, 48, 96, then all 128.
	k0, k1 := n[0], uint64(0)
	for range 6 {
		h, l := mul128(k0, k1, n[0], n[1])
		l, b := bits.Sub64(2, l, 0)
		h, _ = bits.Sub64(0, h, b)
		k1, k0 = mul128(k0, k1, l, h)
	}
	var b uint64
	m.k0, b = bits.Sub64(0, k0, 0)
	m.k1, _ = bits.Sub64(0, k1, b)
	m.one = nat{1}
	for range 1024 {
		m.add(&m.one, &m.one, &m.one)
	}
	m.rr = m.one
	for range 1024 {
		m.add(&m.rr, &m.rr, &m.rr)
	}
	return m
}

// mul128 returns x·y mod 2¹²⁸.
//
//go:norace
func mul128(x0, x1, y0, y1 uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(x0, y0)
	return hi + x0*y1 + x1*y0, lo
}

// add sets z to x + y mod n.
//
//go:norace
func (m *modulus) add(z, x, y *nat) {
	if c := z.add(x, y); c != 0 || !z.less(&m.n) {
		z.sub(z, &m.n)
	}
}

// sub sets z to x − y mod n.
//
//go:norace
func (m *modulus) sub(z, x, y *nat) {
	if c := z.sub(x, y); c != 0 {
		z.add(z, &m.n)
	}
}

// mul sets z to x·y/R mod n.
func (m *modulus) mul(z, x, y *nat) {
	var t wide
	t.mul(x, y)
	m.reduce(z, &t)
}

// square sets z to x²/R mod n.
func (m *modulus) square(z, x *nat) {
	var t wide
	t.square(x)
	m.reduce(z, &t)
}

// reduce sets z to t/R mod n, for any t, and overwrites t. Two limbs at a time become zero by
// adding a multiple of n.
//
//go:norace
func (m *modulus) reduce(z *nat, t *wide) {
	var carry uint64
	for i := 0; i < 16; i += 2 {
		u1, u0 := mul128(t[i], t[i+1], m.k0, m.k1)
		top0, top1 := addRows((*nat)(t[i:]), &m.n, u0, u1)
		t[i+16], carry = bits.Add64(t[i+16], top0, carry)
		t[i+17], carry = bits.Add64(t[i+17], top1, carry)
	}
	*z = nat(t[16:])
	for carry != 0 || !z.less(&m.n) {
		carry -= z.sub(z, &m.n)
	}
}

// inverse sets z to R²/x mod n, and to 0 if x is 0.
func (m *modulus) inverse(z, x *nat) {
	if x.isZero() {
		*z = nat{}
		return
	}
	r, k := m.almostInverse(*x) // 2ᵏ/x
	for ; k < 1025; k++ {
		m.add(&r, &r, &r)
	}
	var power nat // 2²⁰⁴⁸⁻ᵏ
	power[(2048-k)/64] = 1 << ((2048 - k) % 64)
	m.mul(&r, &r, &m.rr)
	m.mul(z, &r, &power)
}

// almostInverse returns 2ᵏ/x mod n, and k, which is between 1020 and 2048. It is the first
// phase of B. S. Kaliski, "The Montgomery Inverse and Its Applications", 1995: a binary greatest
// common divisor of n and x, in which always
//
//	u·s + v·r = n,   s·x = v·2ᵏ,   r·x = −u·2ᵏ mod n
func (m *modulus) almostInverse(x nat) (s nat, k int) {
	u, v := m.n, x
	s = nat{1}
	var r nat
	k = v.moveTwos(&r)
	for u != v {
		if v.less(&u) {
			u.sub(&u, &v)
			r.add(&r, &s)
			k += u.moveTwos(&s)
		} else {
			v.sub(&v, &u)
			s.add(&s, &r)
			k += v.moveTwos(&r)
		}
	}
	return s, k
}
