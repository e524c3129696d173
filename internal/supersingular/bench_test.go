package supersingular

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"doormat/internal/supersingular/supersingulartest"
	"doormat/internal/testing/ratio"
)

// The bare field, a thousand operations at a time. The limit is big.Int.Exp, which is Montgomery
// multiplication in assembly; an exponent of 1,024 ones is 1,023 squarings, and with windows of
// four bits 256 multiplications and 14 for the table.
func benchmarkField(b *testing.B, op func(z, x, y *element)) {
	r := rand.New(rand.NewPCG(6508, 9))
	x, y := element(below(modP, randomNat(r))), element(below(modP, randomNat(r)))
	bx, ones := toBig(x.bytes()), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 1024), big.NewInt(1))
	const n = 1023 + 256 + 14
	z := x
	all := ratio.Speed(b, "x-of-big.Exp", func() {
		for range n {
			op(&z, &z, &y)
		}
	}, func() { new(big.Int).Exp(bx, ones, bigP) })
	b.ReportMetric(float64(all.Nanoseconds())/n, "ns/op")
}

func BenchmarkMul(b *testing.B) {
	benchmarkField(b, func(z, x, y *element) { z.mul(x, y) })
}

func BenchmarkSquare(b *testing.B) {
	benchmarkField(b, func(z, x, _ *element) { z.square(x) })
}

func BenchmarkMulAdd(b *testing.B) {
	benchmarkField(b, func(z, x, y *element) { z.mulAdd(x, y, x, z) })
}

func BenchmarkAdd(b *testing.B) {
	benchmarkField(b, func(z, x, y *element) { z.add(x, y) })
}

func BenchmarkInverse(b *testing.B) {
	x := elementFromHex(hexPx)
	bx := bigHex(hexPx)
	ratio.Speed(b, "x-of-big", func() { new(element).inverse(&x) }, func() { new(big.Int).ModInverse(bx, bigP) })
}

func BenchmarkPair(b *testing.B) {
	r := rand.New(rand.NewPCG(6508, 10))
	k, q := multiple(b, randomScalar(r)), multiple(b, randomScalar(r))
	lines, bk, bq := linesOf(b, k), k.big(), q.big()
	ratio.Speed(b, "x-of-big", func() { lines.Pair(q) }, func() { supersingulartest.Pair(bk, bq) })
}

func BenchmarkNewLines(b *testing.B) {
	k := Generator()
	for b.Loop() {
		NewLines(k)
	}
}

func BenchmarkNewTable(b *testing.B) {
	for b.Loop() {
		NewTable(Generator())
	}
}

func BenchmarkMulAddPoints(b *testing.B) {
	r := rand.New(rand.NewPCG(6508, 11))
	s, u := randomScalar(r), randomScalar(r)
	t := GeneratorTable()
	bs, bp := toBig(s.Bytes()), Generator().big()
	ratio.Speed(b, "x-of-big", func() { t.MulAdd(s, t, u) }, func() { supersingulartest.Times(bs, bp) })
}

func BenchmarkPowerOfG(b *testing.B) {
	s := randomScalar(rand.New(rand.NewPCG(6508, 12)))
	g, bs := bigHex(hexG), toBig(s.Bytes())
	PowerOfG(s)
	ratio.Speed(b, "x-of-big", func() { PowerOfG(s) }, func() { supersingulartest.Power(g, bs) })
}
