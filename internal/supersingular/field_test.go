package supersingular

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// edges are the numbers at which a carry is forgotten first.
func edges(m *modulus) []nat {
	all := nat{}
	for i := range all {
		all[i] = ^uint64(0)
	}
	var minus1, minus2, half, top nat
	minus1.sub(&m.n, &nat{1})
	minus2.sub(&m.n, &nat{2})
	half = m.n
	half.halve()
	top[15] = 1 << 63
	return []nat{{}, {1}, {2}, minus1, minus2, half, m.one, m.rr, m.n, top, all, {15: 1}, {^uint64(0), ^uint64(0)}}
}

// below makes numbers below the modulus.
func below(m *modulus, x nat) nat {
	for !x.less(&m.n) {
		x.sub(&x, &m.n)
	}
	return x
}

// checkArithmetic compares everything that the moduli do with math/big, for two numbers.
func checkArithmetic(t *testing.T, m *modulus, x, y nat) {
	t.Helper()
	n := bigFromNat(m.n)
	rInverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), 1024), n)
	same := func(what string, got nat, want *big.Int) {
		t.Helper()
		if bigFromNat(got).Cmp(want) != 0 {
			t.Fatalf("%s of\n%x and\n%x is\n%x, want\n%x", what, bigFromNat(x), bigFromNat(y), bigFromNat(got), want)
		}
	}
	bx, by := bigFromNat(x), bigFromNat(y)
	var w wide
	w.mul(&x, &y)
	same("the low half of the product", nat(w[:16]), new(big.Int).And(new(big.Int).Mul(bx, by), bigFromNat(edges(m)[10])))
	same("the high half of the product", nat(w[16:]), new(big.Int).Rsh(new(big.Int).Mul(bx, by), 1024))
	var r nat
	m.reduce(&r, &w)
	want := new(big.Int).Mul(new(big.Int).Mul(bx, by), rInverse)
	same("the reduced product", r, want.Mod(want, n))
	w.square(&x)
	same("the low half of the square", nat(w[:16]), new(big.Int).And(new(big.Int).Mul(bx, bx), bigFromNat(edges(m)[10])))
	same("the high half of the square", nat(w[16:]), new(big.Int).Rsh(new(big.Int).Mul(bx, bx), 1024))

	x, y = below(m, x), below(m, y)
	bx, by = bigFromNat(x), bigFromNat(y)
	mod := func(v *big.Int) *big.Int { return v.Mod(v, n) }
	m.add(&r, &x, &y)
	same("the sum", r, mod(new(big.Int).Add(bx, by)))
	m.sub(&r, &x, &y)
	same("the difference", r, mod(new(big.Int).Sub(bx, by)))
	m.inverse(&r, &x)
	inverse := new(big.Int).ModInverse(bx, n)
	if inverse == nil {
		inverse = new(big.Int)
	}
	same("the inverse", r, mod(inverse.Lsh(inverse, 2048)))
}

func TestArithmetic(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	r := rand.New(rand.NewPCG(6508, 1))
	for _, m := range []*modulus{modP, modQ} {
		for _, x := range edges(m) {
			for _, y := range edges(m) {
				checkArithmetic(t, m, x, y)
			}
		}
		for range rounds {
			checkArithmetic(t, m, randomNat(r), randomNat(r))
		}
	}
}

// n − 2ⁱ leaves 2ⁱ in the first step of an inversion, and 2ⁱ all of itself. A fuzzer found that
// nothing random comes near this.
func TestInverseOfPowersOfTwo(t *testing.T) {
	for _, m := range []*modulus{modP, modQ} {
		for i := range 1021 {
			var power, rest nat
			power[i/64] = 1 << (i % 64)
			rest.sub(&m.n, &power)
			checkArithmetic(t, m, power, rest)
			checkArithmetic(t, m, rest, power)
		}
	}
}

func FuzzArithmetic(f *testing.F) {
	for _, x := range edges(modP) {
		b := x.bytes()
		f.Add(b[:], b[:], true)
		f.Add(b[:], b[1:], false)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, p bool) {
		m := modQ
		if p {
			m = modP
		}
		var x, y [Size]byte
		copy(x[:], a)
		copy(y[:], b)
		checkArithmetic(t, m, natFromBytes(&x), natFromBytes(&y))
	})
}

// A sum of two products is the largest number that is ever reduced.
func TestMulAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 2))
	var minus1 element
	minus1.neg(&fieldOne)
	numbers := []element{{}, fieldOne, minus1, element(edges(modP)[3])}
	for range 50 {
		numbers = append(numbers, element(below(modP, randomNat(r))))
	}
	for range 5000 {
		a, b, c, d := &numbers[r.IntN(len(numbers))], &numbers[r.IntN(len(numbers))], &numbers[r.IntN(len(numbers))], &numbers[r.IntN(len(numbers))]
		var got, want, u element
		got.mulAdd(a, b, c, d)
		want.add(want.mul(a, b), u.mul(c, d))
		if got != want {
			t.Fatalf("%x·%x + %x·%x is %x, want %x", a, b, c, d, got, want)
		}
	}
}

// addRows as a loop, one row after the other.
func TestAddRows(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 3))
	for range 2000 {
		z, x, y := randomNat(r), randomNat(r), randomNat(r)
		want := z
		var above [2]uint64
		var carry uint64
		for i := range x {
			carry, want[i] = mulAdd(x[i], y[0], want[i], carry)
		}
		above[0] = carry
		carry = 0
		for i := range x[:15] {
			carry, want[i+1] = mulAdd(x[i], y[1], want[i+1], carry)
		}
		above[1], above[0] = mulAdd(x[15], y[1], above[0], carry)
		top0, top1 := addRows(&z, &x, y[0], y[1])
		if z != want || top0 != above[0] || top1 != above[1] {
			t.Fatalf("%x %x %x, want %x %x", z, top0, top1, want, above)
		}
	}
}

func TestInvert(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 4))
	for n := range 20 {
		zs := make([]element, n)
		for i := range zs {
			zs[i] = element(below(modP, randomNat(r)))
			zs[i].add(&zs[i], &fieldOne)
		}
		inverses := append([]element(nil), zs...)
		invert(inverses)
		for i := range zs {
			if *new(element).mul(&zs[i], &inverses[i]) != fieldOne {
				t.Errorf("%d of %d is not inverted", i, n)
			}
		}
	}
}

func TestScalar(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 5))
	for range 300 {
		b := make([]byte, r.IntN(400))
		for i := range b {
			b[i] = byte(r.Uint32())
			if r.IntN(4) == 0 {
				b[i] = 0xff
			}
		}
		s, u := NewScalar(b), randomScalar(r)
		want := new(big.Int).Mod(new(big.Int).SetBytes(b), bigQ)
		if toBig(s.Bytes()).Cmp(want) != 0 {
			t.Fatalf("%x is %x mod q, want %x", b, s.Bytes(), want)
		}
		same := func(what string, got Scalar, want *big.Int) {
			if toBig(got.Bytes()).Cmp(want.Mod(want, bigQ)) != 0 {
				t.Fatalf("the %s is %x, want %x", what, got.Bytes(), want)
			}
		}
		bu := toBig(u.Bytes())
		same("sum", s.Add(u), new(big.Int).Add(want, bu))
		same("product", s.Mul(u), new(big.Int).Mul(want, bu))
		if !s.IsZero() {
			same("inverse", s.Inverse(), new(big.Int).ModInverse(want, bigQ))
		}
	}
	if !NewScalar(nil).IsZero() || !(Scalar{}).Inverse().IsZero() || !NewScalar(bigQ.Bytes()).IsZero() {
		t.Error("0 is not 0")
	}
}

func TestParseElement(t *testing.T) {
	for _, c := range []struct {
		n  *big.Int
		ok bool
	}{{new(big.Int), true}, {new(big.Int).Sub(bigP, big.NewInt(1)), true}, {bigP, false}, {new(big.Int).Add(bigP, big.NewInt(1)), false}} {
		b := [Size]byte(c.n.FillBytes(make([]byte, Size)))
		z, err := parseElement(b[:])
		if (err == nil) != c.ok || err == nil && toBig(z.bytes()).Cmp(c.n) != 0 {
			t.Errorf("%x: %x, %v", c.n, z.bytes(), err)
		}
		for _, bad := range [][]byte{b[1:], append(b[:], 0), nil} {
			if _, err := parseElement(bad); err == nil {
				t.Errorf("%d bytes are taken", len(bad))
			}
		}
	}
}
