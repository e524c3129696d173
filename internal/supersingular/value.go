package supersingular

import "sync"

// fp2 is re + i·im in F_p². It represents its class: all its multiples by numbers of F_p.
type fp2 struct{ re, im element }

// square sets f to g²: (a + b)(a − b) + 2abi.
func (f *fp2) square(g *fp2) {
	var sum, difference element
	sum.add(&g.re, &g.im)
	difference.sub(&g.re, &g.im)
	f.im.mul(&g.re, &g.im)
	f.im.double(&f.im)
	f.re.mul(&sum, &difference)
}

// mulPlusI multiplies f by a + i: (a·re − im) + i(a·im + re).
func (f *fp2) mulPlusI(a *element) {
	var re element
	re.mul(&f.re, a)
	re.sub(&re, &f.im)
	f.im.mul(&f.im, a)
	f.im.add(&f.im, &f.re)
	f.re = re
}

// mulRatio multiplies f by 1 + ib: (re − b·im) + i(im + b·re).
func (f *fp2) mulRatio(b *Value) {
	var t element
	t.mul(&f.im, &b.ratio)
	f.im.add(&f.im, new(element).mul(&f.re, &b.ratio))
	f.re.sub(&f.re, &t)
}

func (f *fp2) value() Value {
	var v element
	v.inverse(&f.re)
	return Value{*v.mul(&v, &f.im)}
}

// Value is a value of the pairing, in the form of the documents: the class of a + ib is the one
// number b/a (RFC 6508, Section 2.1). Classes with a = 0 have no such form. They occur only in
// pairings of points outside the subgroup, whose value is 0 here.
type Value struct{ ratio element }

// G returns g = ⟨P, P⟩.
func G() Value { return Value{elementFromHex(hexG)} }

// Bytes returns the 128 bytes of b/a, leading zeros included (RFC 6508, Section 4).
func (v Value) Bytes() [Size]byte { return v.ratio.bytes() }

// Equal reports whether two values are the same.
func (v Value) Equal(other Value) bool { return v == other }

// gTable is the comb of table.go, for g.
var gTable = sync.OnceValue(func() *[combBlocks][combSums]Value {
	var powers [combRows * combBlocks]Value
	f := fp2{fieldOne, G().ratio}
	for e := range powers {
		powers[e] = f.value()
		for range combWidth {
			f.square(&f)
		}
	}
	t := new([combBlocks][combSums]Value)
	for j := range t {
		fillBlock(&t[j], &powers, j)
	}
	return t
})

// fillBlock computes all products of the powers of one block.
func fillBlock(block *[combSums]Value, powers *[combRows * combBlocks]Value, j int) {
	products := make([]fp2, combSums+1)
	res := make([]element, combSums+1)
	products[0], res[0] = fp2{re: fieldOne}, fieldOne
	for c := 1; c <= combSums; c++ {
		i := topBit(c)
		products[c] = products[c^1<<i]
		products[c].mulRatio(&powers[i*combBlocks+j])
		res[c] = products[c].re
	}
	invert(res)
	for c := 1; c <= combSums; c++ {
		block[c-1].ratio.mul(&products[c].im, &res[c])
	}
}

// PowerOfG returns gˢ. The class of 1, for s = 0, has the ratio 0.
func PowerOfG(s Scalar) Value {
	t := gTable()
	f := fp2{re: fieldOne}
	for k := combWidth - 1; k >= 0; k-- {
		f.square(&f)
		for j := range t {
			if c := s.n.column(j, k); c != 0 {
				f.mulRatio(&t[j][c-1])
			}
		}
	}
	return f.value()
}
