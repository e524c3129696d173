package dualec

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"
)

var bigP = new(big.Int).SetBytes(p256P.bytes())

// someNumbers are random ones below p, and those where a carry might go missing.
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

// The field is the field of math/big.
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

// A tester in step agrees with crypto/ecdh point by point, whatever d is.
func TestTesterAgainstECDH(t *testing.T) {
	n := p256{}.order()
	below := func(k int64) []byte { return new(big.Int).Sub(n, big.NewInt(k)).FillBytes(make([]byte, 32)) }
	number := func(k int64) []byte { return big.NewInt(k).FillBytes(make([]byte, 32)) }
	ds := [][]byte{number(1), number(2), number(7), number(8), number(14), number(16), below(1), below(2), below(9), below(14),
		new(big.Int).Rsh(n, 1).FillBytes(make([]byte, 32)), number(0x7777_7777_7777)}
	if testing.Short() {
		ds = ds[:2]
	}
	for i := range 4 {
		ds = append(ds, randomFrom(seeded("d", i), P256()))
	}
	for i, d := range ds {
		q := p256{}.baseTimes(randomFrom(seeded("q", i), P256()))
		block := read(t, seeded("block", i), 30)
		tester := p256{}.prepare(d, q, 16).tester(64).(*p256Tester)
		tested, survivors := tester.test(block, nil, 64*i, 64*i+64) // nil: all of them survive
		if tested != len(survivors) || tested < 10 {
			t.Fatalf("%d tested, %d survive", tested, len(survivors))
		}
		rank := 0
		for missing := 64 * i; missing < 64*i+64; missing++ {
			x := append([]byte{byte(missing >> 8), byte(missing)}, block...)
			y := new(big.Int).ModSqrt(cubicBig(new(big.Int).SetBytes(x), bigP), bigP)
			if y == nil {
				continue
			}
			point := append(append([]byte{4}, x...), y.FillBytes(make([]byte, 32))...)
			want, _ := p256{}.x(d, point)
			if s := survivors[rank]; !bytes.Equal(s.state, want) || s.rank != rank+1 {
				t.Fatalf("d %x, candidate %04x: state %x, rank %d, want %x", d, missing, s.state, s.rank, want)
			}
			if rank++; rank > 4 {
				continue
			}
			// And s'Q: exactly this one survives when its own output is asked for.
			out, _ := p256{}.x(want, q)
			_, fits := tester.test(block, out[2:], missing, missing+1)
			if len(fits) != 1 {
				t.Fatalf("d %x, candidate %04x does not survive its own output", d, missing)
			}
			out[2+7*rank] ^= 1
			if _, fits := tester.test(block, out[2:], missing, missing+1); len(fits) != 0 {
				t.Fatalf("d %x, candidate %04x survives another output", d, missing)
			}
		}
	}
}

// No x-coordinate is as large as p, even if there is a point for what is left of it modulo p.
func TestLiftStaysBelowP(t *testing.T) {
	tester := p256{}.prepare([]byte{31: 5}, p256Base, 16).tester(1 << 10).(*p256Tester)
	aliases := 0
	for k := range int64(20) {
		x := new(big.Int).Add(bigP, big.NewInt(k)).FillBytes(make([]byte, 32))
		if new(big.Int).ModSqrt(cubicBig(big.NewInt(k), bigP), bigP) != nil {
			aliases++
		}
		if n := tester.lift(x[2:], 0xffff, 1<<16).len(); n != 0 {
			t.Errorf("p + %d is taken for a coordinate", k)
		}
	}
	if aliases == 0 {
		t.Error("none of them has a point: the test proves nothing")
	}
}

func TestOddDigits(t *testing.T) {
	for i := range 200 {
		k := new(big.Int).SetBytes(randomFrom(seeded("digits", i), P256()))
		if i < 40 {
			k.SetInt64(int64(i + 1))
		}
		digits := oddDigits(k)
		sum, last := new(big.Int), -4
		for j := len(digits) - 1; j >= 0; j-- {
			sum.Lsh(sum, 1)
			sum.Add(sum, big.NewInt(int64(digits[j])))
		}
		if sum.Cmp(k) != 0 || digits[len(digits)-1] <= 0 {
			t.Fatalf("the digits of %d are %v", k, digits)
		}
		for j, digit := range digits {
			if digit == 0 {
				continue
			}
			if digit%2 == 0 || digit > 7 || digit < -7 || j-last < 4 {
				t.Fatalf("the digits of %d are %v", k, digits)
			}
			last = j
		}
	}
}

// A lane with nothing to invert leaves the others alone.
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

// A tester allocates for survivors only.
func TestNoAllocationForACandidate(t *testing.T) {
	td := fixedTrapdoor(t, P256(), 0)
	output, _ := drawn(t, td.Points(), Revision2007, 60, 0)
	tester := td.s.prepare().tester(64)
	if n := testing.AllocsPerRun(5, func() { tester.test(output[:30], output[30:], 0, 64) }); n > 0 {
		t.Errorf("%v allocations in 64 candidates", n)
	}
}

// The points of P-256 add up as in crypto/ecdh.
func TestAdd(t *testing.T) {
	p := p256Base
	kP := p
	for k := int64(1); k < 20; k++ {
		if want := (p256{}).baseTimes(big.NewInt(k).FillBytes(make([]byte, 32))); !bytes.Equal(kP, want) {
			t.Fatalf("%d·P is %x, want %x", k, kP, want)
		}
		kP = p256{}.add(kP, p)
	}
	minus := bytes.Clone(p)
	y := new(big.Int).Sub(bigP, new(big.Int).SetBytes(p[33:]))
	y.FillBytes(minus[33:])
	if sum := (p256{}).add(p, minus); sum != nil {
		t.Errorf("P − P is %x", sum)
	}
}
