package supersingular

// Scalar is a number modulo q. The zero value is 0.
type Scalar struct{ n nat }

// NewScalar returns a big-endian number of any length, modulo q.
func NewScalar(b []byte) (s Scalar) {
	first := len(b) % Size
	var digit [Size]byte
	copy(digit[Size-first:], b[:first])
	s.n = natFromBytes(&digit) // 127 bytes are below q
	for b = b[first:]; len(b) > 0; b = b[Size:] {
		modQ.mul(&s.n, &s.n, &modQ.rr) // s·2¹⁰²⁴
		d := natFromBytes((*[Size]byte)(b))
		for !d.less(&modQ.n) { // at most six times
			d.sub(&d, &modQ.n)
		}
		modQ.add(&s.n, &s.n, &d)
	}
	return s
}

// Bytes returns s as 128 bytes.
func (s Scalar) Bytes() [Size]byte { return s.n.bytes() }

// IsZero reports whether s is 0.
func (s Scalar) IsZero() bool { return s.n.isZero() }

// Add returns s + t.
func (s Scalar) Add(t Scalar) (sum Scalar) {
	modQ.add(&sum.n, &s.n, &t.n)
	return sum
}

// Mul returns s·t.
func (s Scalar) Mul(t Scalar) (product Scalar) {
	modQ.mul(&product.n, &s.n, &t.n)
	modQ.mul(&product.n, &product.n, &modQ.rr)
	return product
}

// Inverse returns 1/s, and 0 for 0.
func (s Scalar) Inverse() (inverse Scalar) {
	modQ.inverse(&inverse.n, &s.n) // R²/s
	for range 2 {
		modQ.mul(&inverse.n, &inverse.n, &nat{1})
	}
	return inverse
}
