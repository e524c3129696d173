package scanning

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestField(t *testing.T) {
	p := big.NewInt(fpModulus)
	if !p.ProbablyPrime(20) {
		t.Fatal("not a prime")
	}
	rng := rand.New(rand.NewPCG(61, 1))
	values := []fp{0, 1, 2, fpModulus - 1, fpModulus - 2, 1 << 60}
	for range 50 {
		values = append(values, fp(rng.Uint64N(fpModulus)))
	}
	for _, a := range values {
		for _, b := range values {
			x, y := new(big.Int).SetUint64(uint64(a)), new(big.Int).SetUint64(uint64(b))
			for _, c := range []struct {
				op   string
				got  fp
				want *big.Int
			}{
				{"+", a.add(b), new(big.Int).Add(x, y)},
				{"-", a.sub(b), new(big.Int).Sub(x, y)},
				{"·", a.mul(b), new(big.Int).Mul(x, y)},
			} {
				if want := c.want.Mod(c.want, p).Uint64(); uint64(c.got) != want {
					t.Fatalf("%d %s %d = %d, expected %d", a, c.op, b, c.got, want)
				}
			}
		}
		if a != 0 && a.mul(a.inv()) != 1 {
			t.Errorf("1/%d is %d", a, a.inv())
		}
	}
	for _, x := range []uint64{fpModulus, 1<<64 - 1, fpModulus + 1} {
		if got := new(big.Int).Mod(new(big.Int).SetUint64(x), p).Uint64(); uint64(reduceFP(x)) != got {
			t.Errorf("%d is reduced to %d", x, reduceFP(x))
		}
	}
	if _, ok := parseFP(appendFP(nil, []fp{fpModulus})); ok {
		t.Error("the modulus is an element")
	}
	if _, ok := parseFP(make([]byte, 7)); ok {
		t.Error("7 bytes are elements")
	}
}

// The columns of real matches are told from random ones as soon as there are more than t of them, and s is t
// and as many more as there are random ones.
func TestDetect(t *testing.T) {
	rng := rand.New(rand.NewPCG(2021, 8))
	random := func() fp { return fp(rng.Uint64N(fpModulus)) }
	for _, c := range []struct {
		t, s, real, synthetic int
		separates             bool
	}{
		{10, 15, 11, 5, true}, {10, 16, 11, 5, true}, {10, 14, 11, 5, false}, {10, 15, 10, 5, false},
		{30, 50, 31, 20, true}, {30, 50, 40, 20, true}, {30, 50, 30, 20, false}, {0, 3, 1, 3, true}, {0, 0, 4, 0, true},
	} {
		k := make(dhf, c.s)
		for i := range k {
			for range c.t {
				k[i] = append(k[i], random())
			}
		}
		var columns [][]fp
		order := rng.Perm(c.real + c.synthetic)
		want := make([]bool, len(order))
		for i, o := range order {
			if real := o < c.real; real {
				columns = append(columns, k.at(random()))
				want[i] = c.separates
			} else {
				r := make([]fp, c.s)
				for j := range r {
					r[j] = random()
				}
				columns = append(columns, r)
			}
		}
		got := detect(columns)
		if c.separates && !slices.Equal(got, want) {
			t.Errorf("%+v: %v, expected %v", c, got, want)
		}
		if !c.separates && c.s != 14 && slices.Contains(got, true) {
			t.Errorf("%+v: %v", c, got)
		}
		if c.s == 14 && slices.Contains(got, false) {
			t.Errorf("%+v: %v, expected that all seem real", c, got)
		}
	}
	if got := detect(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
