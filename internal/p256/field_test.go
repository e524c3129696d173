package p256

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

var bigP = new(big.Int).SetBytes(p256P.bytes())

// someNumbers returns random numbers below p, and numbers where a carry might get lost.
func someNumbers(n int) (all []num) {
	edge := []uint64{0, 1, 2, 1 << 32, 1<<32 - 1, 1 << 63, 1<<64 - 1, p1, p3, p3 - 1}
	r := rand.New(rand.NewPCG(256, 1))
	word := func() uint64 {
		if r.IntN(2) == 0 {
			return edge[r.IntN(len(edge))]
		}
		return r.Uint64()
	}
	for len(all) < n {
		a := num{word(), word(), word(), word()}
		if _, below := a.minus(&p256P); below == 1 {
			all = append(all, a)
		}
	}
	least, _ := p256P.minus(&num{1})
	return append(all, num{}, num{1}, least)
}

func toBig(a num) *big.Int { return new(big.Int).SetBytes(a.bytes()) }

func (a *num) bytes() []byte {
	b := make([]byte, Size)
	a.fill(b)
	return b
}

// The field agrees with math/big.
func TestFieldAgainstBig(t *testing.T) {
	r := new(big.Int).Lsh(big.NewInt(1), 256)
	rInverse := new(big.Int).ModInverse(r, bigP)
	all := someNumbers(20_000)
	for i, x := range all {
		y := all[(7*i+3)%len(all)]
		a, b := toBig(x), toBig(y)
		for name, c := range map[string]struct {
			got  func(z *num)
			want *big.Int
		}{
			"mul":   {func(z *num) { mul(z, &x, &y) }, new(big.Int).Mul(new(big.Int).Mul(a, b), rInverse)},
			"add":   {func(z *num) { add(z, &x, &y) }, new(big.Int).Add(a, b)},
			"sub":   {func(z *num) { sub(z, &x, &y) }, new(big.Int).Sub(a, b)},
			"to":    {func(z *num) { *z = toField(x.bytes()) }, new(big.Int).Mul(a, r)},
			"from":  {func(z *num) { *z = fromField(&x) }, new(big.Int).Mul(a, rInverse)},
			"alias": {func(z *num) { *z = x; mul(z, z, z) }, new(big.Int).Mul(new(big.Int).Mul(a, a), rInverse)},
		} {
			var z num
			c.got(&z)
			if want := c.want.Mod(c.want, bigP); toBig(z).Cmp(want) != 0 {
				t.Fatalf("%s of %x and %x is %x, want %x", name, a, b, toBig(z), want)
			}
		}
	}
}

func TestPower(t *testing.T) {
	for _, e := range []num{p256Root, p256Invert, {1}, {3, 0, 0, 1}} {
		for _, x := range someNumbers(20) {
			base := toField(x.bytes())
			var z num
			power(&z, &base, &e)
			want := new(big.Int).Exp(toBig(x), toBig(e), bigP)
			if got := toBig(fromField(&z)); got.Cmp(want) != 0 {
				t.Fatalf("%x to the %x is %x, want %x", toBig(x), toBig(e), got, want)
			}
		}
	}
	if quarter := new(big.Int).Rsh(new(big.Int).Add(bigP, big.NewInt(1)), 2); toBig(p256Root).Cmp(quarter) != 0 {
		t.Error("the exponent of a root is another")
	}
}

// A lane with a 0 to invert leaves the other lanes alone.
func TestInvertSurvivesZero(t *testing.T) {
	l := newLanes(3)
	copy(l.below, []num{toField(big.NewInt(5).FillBytes(make([]byte, 32))), {}, toField(big.NewInt(7).FillBytes(make([]byte, 32)))})
	l.invert(3)
	for i, k := range map[int]int64{0: 5, 2: 7} {
		want := new(big.Int).ModInverse(big.NewInt(k), bigP)
		if got := toBig(fromField(&l.below[i])); got.Cmp(want) != 0 {
			t.Errorf("1/%d is %x", k, got)
		}
	}
}
