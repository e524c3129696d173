package supersingular

import "errors"

var (
	errElement = errors.New("expected 128 bytes below p, found others")
	errPoint   = errors.New("expected 257 bytes, 04 and a point of the curve, found others")
)

// element is of F_p, below p, in Montgomery's form: x stands for x/R.
type element nat

var (
	fieldOne   = element(modP.one)
	fieldThree = *new(element).small(3)
)

func (z *element) nat() *nat { return (*nat)(z) }

func (z *element) add(x, y *element) *element { modP.add(z.nat(), x.nat(), y.nat()); return z }
func (z *element) sub(x, y *element) *element { modP.sub(z.nat(), x.nat(), y.nat()); return z }
func (z *element) mul(x, y *element) *element { modP.mul(z.nat(), x.nat(), y.nat()); return z }
func (z *element) square(x *element) *element { modP.square(z.nat(), x.nat()); return z }
func (z *element) double(x *element) *element { return z.add(x, x) }
func (z *element) neg(x *element) *element    { return z.sub(new(element), x) }

// inverse sets z to 1/x, and to 0 if x is 0.
func (z *element) inverse(x *element) *element { modP.inverse(z.nat(), x.nat()); return z }

// mulAdd sets z to a·b + c·d, with one reduction for both.
func (z *element) mulAdd(a, b, c, d *element) *element {
	var t, u wide
	t.mul(a.nat(), b.nat())
	u.mul(c.nat(), d.nat())
	t.add(&u) // 2p² is below 2²⁰⁴⁸
	modP.reduce(z.nat(), &t)
	return z
}

func (z *element) small(n int) *element {
	*z = element{}
	for range n {
		z.add(z, &fieldOne)
	}
	return z
}

func (z *element) fromNat(x nat) *element { modP.mul(z.nat(), &x, &modP.rr); return z }

func elementFromHex(s string) (z element) { return *z.fromNat(natFromHex(s)) }

// parseElement reads 128 bytes, big-endian. The number must be below p.
func parseElement(b []byte) (z element, err error) {
	if len(b) != Size {
		return z, errElement
	}
	x := natFromBytes((*[Size]byte)(b))
	if !x.less(&modP.n) {
		return z, errElement
	}
	return *z.fromNat(x), nil
}

func (z *element) bytes() [Size]byte {
	var x nat
	modP.mul(&x, z.nat(), &nat{1})
	return x.bytes()
}

// invert sets each of zs to its inverse, with one inversion and three multiplications each
// (Montgomery's trick). None may be 0.
func invert(zs []element) {
	products := make([]element, len(zs))
	product := fieldOne
	for i := range zs {
		products[i] = product
		product.mul(&product, &zs[i])
	}
	product.inverse(&product)
	for i := len(zs) - 1; i >= 0; i-- {
		z := zs[i]
		zs[i].mul(&product, &products[i])
		product.mul(&product, &z)
	}
}
