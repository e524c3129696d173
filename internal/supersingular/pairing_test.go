package supersingular

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"doormat/internal/supersingular/supersingulartest"
)

func TestParameters(t *testing.T) {
	four := new(big.Int).Lsh(bigQ, 2)
	if four.Sub(four, big.NewInt(1)).Cmp(bigP) != 0 {
		t.Error("p is not 4q − 1")
	}
	if !bigP.ProbablyPrime(20) || !bigQ.ProbablyPrime(20) || bigP.BitLen() != 1024 || bigQ.BitLen() != 1022 {
		t.Error("p and q are not primes of 1024 and 1022 bits")
	}
	p := Generator()
	if !p.onCurve() || !p.InSubgroup() || !supersingulartest.Times(bigQ, p.big()).Infinity() {
		t.Error("P does not have order q")
	}
}

// g = ⟨P, P⟩ is published (RFC 6509, Appendix A).
func TestG(t *testing.T) {
	if got := linesOf(t, Generator()).Pair(Generator()); !got.Equal(G()) {
		t.Errorf("⟨P, P⟩ is %x, want %x", got.Bytes(), G().Bytes())
	}
	if got := supersingulartest.Pair(Generator().big(), Generator().big()); got.Cmp(bigHex(hexG)) != 0 {
		t.Errorf("the oracle's ⟨P, P⟩ is %x", got)
	}
}

func multiple(t testing.TB, s Scalar) Point {
	t.Helper()
	p, ok := GeneratorTable().Mul(s)
	if !ok {
		t.Fatal("infinity")
	}
	return p
}

func TestPairingIsTheOracles(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 6))
	for range 3 {
		a, b := multiple(t, randomScalar(r)), multiple(t, randomScalar(r))
		if got, want := linesOf(t, a).Pair(b), supersingulartest.Pair(a.big(), b.big()); toBig(got.Bytes()).Cmp(want) != 0 {
			t.Errorf("the pairing is %x, want %x", got.Bytes(), want)
		}
	}
}

// ⟨[a]P, [b]P⟩ = ⟨[b]P, [a]P⟩ = gᵃᵇ.
func TestPairingIsBilinear(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 7))
	for range 4 {
		a, b := randomScalar(r), randomScalar(r)
		pa, pb := multiple(t, a), multiple(t, b)
		want := PowerOfG(a.Mul(b))
		if ab, ba := linesOf(t, pa).Pair(pb), linesOf(t, pb).Pair(pa); !ab.Equal(want) || !ba.Equal(want) {
			t.Errorf("%x and %x, want %x", ab.Bytes(), ba.Bytes(), want.Bytes())
		}
	}
}

func linesOf(t testing.TB, k Point) Lines {
	t.Helper()
	l, ok := NewLines(k)
	if !ok {
		t.Fatal("the point is not in the subgroup")
	}
	return l
}

func small(n int64) Scalar { return NewScalar(big.NewInt(n).Bytes()) }

// scalars are those at which a comb goes wrong first.
func scalars(r *rand.Rand) []Scalar {
	all := []Scalar{small(1), small(2), small(3), small(4), NewScalar(new(big.Int).Sub(bigQ, big.NewInt(1)).Bytes())}
	for i := 31; i < 1022; i += 90 {
		all = append(all, NewScalar(new(big.Int).Lsh(big.NewInt(1), uint(i)).Bytes()))
	}
	for range 5 {
		all = append(all, randomScalar(r))
	}
	return all
}

func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 8))
	all := scalars(r)
	if testing.Short() {
		all = all[:10]
	}
	base := multiple(t, randomScalar(r))
	table := NewTable(base)
	g := bigHex(hexG)
	for i, s := range all {
		n := toBig(s.Bytes())
		if got, _ := GeneratorTable().Mul(s); !got.big().Equal(supersingulartest.Times(n, Generator().big())) {
			t.Errorf("[%x]P is wrong", n)
		}
		other := all[(i+7)%len(all)]
		want := supersingulartest.Add(supersingulartest.Times(n, Generator().big()), supersingulartest.Times(toBig(other.Bytes()), base.big()))
		if got, _ := GeneratorTable().MulAdd(s, table, other); !got.big().Equal(want) {
			t.Errorf("[%x]P + [%x]Q is wrong", n, other.Bytes())
		}
		if got := PowerOfG(s); toBig(got.Bytes()).Cmp(supersingulartest.Power(g, n)) != 0 {
			t.Errorf("g to the power of %x is wrong", n)
		}
	}
	if _, ok := GeneratorTable().Mul(Scalar{}); ok {
		t.Error("[0]P is a point")
	}
	if PowerOfG(Scalar{}).Bytes() != [Size]byte{} {
		t.Error("g to the power of 0 is not the class of 1")
	}
}

// Columns of equal points, of opposite ones, and of any.
func TestSumAll(t *testing.T) {
	r := rand.New(rand.NewPCG(6508, 13))
	p, q := multiple(t, small(3)), multiple(t, small(5))
	minus := p.neg()
	few := []Point{p, p, minus, q, q, multiple(t, small(8))}
	for range 30 {
		columns := make([][]Point, r.IntN(6))
		want := make([]supersingulartest.Point, len(columns))
		for k := range columns {
			for range r.IntN(7) {
				point := few[r.IntN(len(few))]
				columns[k] = append(columns[k], point)
				want[k] = supersingulartest.Add(want[k], point.big())
			}
		}
		sumAll(columns)
		for k, column := range columns {
			var got supersingulartest.Point
			if len(column) == 1 {
				got = column[0].big()
			}
			if len(column) > 1 || !got.Equal(want[k]) {
				t.Errorf("a column of %d points is left with %d, and wrong", len(columns), len(column))
			}
		}
	}
}

// The cases that formulas leave out.
func TestAddition(t *testing.T) {
	p, q := Generator(), multiple(t, small(7))
	minus := p.neg()
	j := func(p Point) *jacobian { x := p.jacobian(); x.double(&x); return &x }
	two := j(p)
	for _, c := range []struct {
		name string
		a    jacobian
		b    Point
		want supersingulartest.Point
	}{
		{"P + Q", p.jacobian(), q, supersingulartest.Add(p.big(), q.big())},
		{"P + P", p.jacobian(), p, two.big()},
		{"P − P", p.jacobian(), minus, supersingulartest.Point{}},
		{"0 + P", jacobian{}, p, p.big()},
		{"2P − P", *two, minus, p.big()},
		{"2P + P", *two, p, supersingulartest.Times(big.NewInt(3), p.big())},
	} {
		var sum jacobian
		sum.addAffine(&c.a, &c.b)
		if !sum.big().Equal(c.want) {
			t.Errorf("%s is wrong", c.name)
		}
	}
	var twice jacobian
	if twice.double(&jacobian{}); !twice.isInfinity() {
		t.Error("twice infinity is a point")
	}
	if sum, ok := p.Add(q); !ok || !sum.big().Equal(supersingulartest.Add(p.big(), q.big())) {
		t.Error("P.Add(Q) is wrong")
	}
	if _, ok := p.Add(minus); ok {
		t.Error("P.Add(−P) is a point")
	}
}

// (0, 0) is on the curve, and has order 2.
func TestSubgroup(t *testing.T) {
	origin, err := ParsePoint(append([]byte{4}, make([]byte, 2*Size)...))
	if err != nil || origin.InSubgroup() {
		t.Errorf("(0, 0): %v, in the subgroup: %v", err, origin.InSubgroup())
	}
	outside, _ := Generator().Add(origin)
	if outside.InSubgroup() || !multiple(t, small(5)).InSubgroup() {
		t.Error("the subgroup is another")
	}
	for _, p := range []Point{origin, outside} {
		if _, ok := NewLines(p); ok {
			t.Error("there are lines of a point outside of the subgroup")
		}
		linesOf(t, Generator()).Pair(p)
		NewTable(p)
	}
}

func TestParsePoint(t *testing.T) {
	b := Generator().Bytes()
	if p, err := ParsePoint(b); err != nil || !p.Equal(Generator()) {
		t.Fatal(err)
	}
	for i := range b {
		if _, err := ParsePoint(b[:i]); err == nil {
			t.Errorf("%d bytes are a point", i)
		}
	}
	if _, err := ParsePoint(append(b, 0)); err == nil {
		t.Error("a trailing byte is taken")
	}
	for i := range 8 * len(b) {
		b[i/8] ^= 1 << (i % 8)
		if _, err := ParsePoint(b); err == nil {
			t.Errorf("bit %d may be flipped", i)
		}
		b[i/8] ^= 1 << (i % 8)
	}
	// The same point with x + p, which has 1025 bits, or with y = p − y.
	generator := Generator()
	negative := generator.neg()
	if p, err := ParsePoint(negative.Bytes()); err != nil || p.Equal(Generator()) {
		t.Error("−P is refused")
	}
}

func FuzzParsePoint(f *testing.F) {
	f.Add(Generator().Bytes())
	f.Add(append([]byte{4}, make([]byte, 2*Size)...))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePoint(b)
		if err != nil {
			return
		}
		if string(p.Bytes()) != string(b) {
			t.Errorf("%x is read, and written as %x", b, p.Bytes())
		}
		q := p.big()
		three := new(big.Int).Mul(q.X, big.NewInt(3))
		if bigMul(q.Y, q.Y).Cmp(bigSub(bigMul(bigMul(q.X, q.X), q.X), three)) != 0 {
			t.Errorf("%x is not on the curve", b)
		}
	})
}
