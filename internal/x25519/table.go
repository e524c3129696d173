package x25519

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
	"github.com/cloudflare/circl/math/fp25519"
)

// A Table has multiples of a point that is multiplied often, as the base point and the key of an authority
// are. [PrivateKey.DHWith] takes half the time of DH (BenchmarkTable). A table takes that of three DH to make,
// and 3 kB. It is safe for concurrent use.
//
// It is a comb (Lim and Lee, "More Flexible Exponentiation with Precomputation", CRYPTO 1994) with digits
// ±1 (Hamburg, "Fast and compact elliptic-curve cryptography", 2012, Section 3.3) on the twisted Edwards
// curve −x² + y² = 1 + dx²y², in the coordinates of Hisil, Wong, Carter and Dawson ("Twisted Edwards Curves
// Revisited", 2008). A scalar k has 256 digits s₀ … s₂₅₅, each 1 or −1, in four words of 64. With b blocks,
// digit j·64/b + i of each of the four words belongs to row i of block j:
//
//	kP = Σᵢ 2ⁱ Σⱼ (s₍₀₎P + s₍₆₄₎2⁶⁴P + s₍₁₂₈₎2¹²⁸P + s₍₁₉₂₎2¹⁹²P) · 2^(j·64/b)
//
// Each sum in brackets, or its negative, is one of eight entries of the block.
type Table struct {
	public PublicKey
	blocks []block // nil for a point that is not in the prime-order subgroup, which has no table
}

type (
	block [8]entry
	// entry is an affine point: y + x, y − x and 2dxy. Words are what a select reads fast.
	entry [3][4]uint64
)

// A table of 4 blocks needs 15 doublings for a multiplication, and one of 16 needs 3.
const (
	blocksOfKeys = 4
	blocksOfBase = 16
)

// NewTable makes the table of a public key.
func NewTable(p PublicKey) *Table {
	t := &Table{public: p}
	if _, err := Parse(p[:]); err != nil {
		return t
	}
	u, err := new(field.Element).SetBytes(p[:])
	if err != nil {
		return t
	}
	// y = (u − 1) / (u + 1), and any of the two x: the u-coordinate of a multiple does not depend on it.
	y := new(field.Element).Invert(new(field.Element).Add(u, one))
	y.Multiply(y, new(field.Element).Subtract(u, one))
	point, err := new(edwards25519.Point).SetBytes(y.Bytes())
	if err != nil {
		return t
	}
	t.blocks = newBlocks(point, blocksOfKeys)
	return t
}

var baseTable = sync.OnceValue(func() *Table {
	return &Table{blocks: newBlocks(edwards25519.NewGeneratorPoint(), blocksOfBase)}
})

// newBlocks computes n blocks. Entry e of block j is ±P ± 2⁶⁴P ± 2¹²⁸P + 2¹⁹²P, times 2^(j·64/n), with
// the signs of the bits of e, where 1 is +.
func newBlocks(p *edwards25519.Point, n int) []block {
	p = new(edwards25519.Point).Set(p)
	teeth := make([][4]edwards25519.Point, n)
	for i := range 256 {
		if i%(64/n) == 0 {
			teeth[i%64/(64/n)][i/64].Set(p)
		}
		p.Add(p, p)
	}
	sums := make([]edwards25519.Point, 0, 8*n)
	for j := range teeth {
		t := &teeth[j]
		first := new(edwards25519.Point).Set(&t[3])
		for i := range 3 {
			first.Subtract(first, &t[i])
			t[i].Add(&t[i], &t[i])
		}
		sums = append(sums, *first)
		for e := 1; e < 8; e++ { // each from the one without its highest bit
			i := bits.Len(uint(e)) - 1
			sums = append(sums, *new(edwards25519.Point).Add(&sums[8*j+e-(1<<i)], &t[i]))
		}
	}
	blocks := make([]block, n)
	for i, e := range newEntries(sums) {
		blocks[i/8][i%8] = e
	}
	return blocks
}

// newEntries makes points affine, with one inversion for all: 1/zᵢ = (z₁ ⋯ zᵢ₋₁) · 1/(z₁ ⋯ zᵢ).
func newEntries(points []edwards25519.Point) []entry {
	before := make([]field.Element, len(points)) // z₁ ⋯ zᵢ₋₁
	inverse := new(field.Element).One()
	for i := range points {
		before[i].Set(inverse)
		_, _, z, _ := points[i].ExtendedCoordinates()
		inverse.Multiply(inverse, z)
	}
	inverse.Invert(inverse)
	entries := make([]entry, len(points))
	for i := range slices.Backward(points) {
		x, y, z, _ := points[i].ExtendedCoordinates()
		inverseZ := new(field.Element).Multiply(inverse, &before[i])
		inverse.Multiply(inverse, z)
		x.Multiply(x, inverseZ)
		y.Multiply(y, inverseZ)
		xy := new(field.Element).Multiply(x, y)
		xy.Multiply(xy, twiceD)
		for f, v := range []*field.Element{new(field.Element).Add(y, x), new(field.Element).Subtract(y, x), xy} {
			b := v.Bytes()
			for w := range entries[i][f] {
				entries[i][f][w] = binary.LittleEndian.Uint64(b[8*w:])
			}
		}
	}
	return entries
}

// twiceD is 2d, d = −121665/121666.
var twiceD = func() *field.Element {
	d := new(field.Element).Invert(new(field.Element).Mult32(one, 121666))
	d.Multiply(d, new(field.Element).Mult32(one, 121665))
	return d.Negate(d.Add(d, d))
}()

// DHWith returns what DH of k and the table's key does.
func (k PrivateKey) DHWith(t *Table) (SharedSecret, error) {
	if t.blocks == nil {
		return k.DH(t.public)
	}
	return SharedSecret(t.multiply(&k)), nil // not zero: k is not a multiple of the order
}

// multiply returns the u-coordinate of kP.
func (t *Table) multiply(k *PrivateKey) (u [Size]byte) {
	s := digits(k)
	rows := 64 / len(t.blocks)
	p := identity
	var e entry
	for i := rows - 1; i >= 0; i-- {
		if i < rows-1 {
			p.double()
		}
		for j := range t.blocks {
			at := rows*j + i
			t.blocks[j].choose(&e, s[0]>>at&1|s[1]>>at&1<<1|s[2]>>at&1<<2, s[3]>>at&1)
			p.add(&e)
		}
	}
	return p.montgomery()
}

// digits returns bits bᵢ for which the digits are 2bᵢ − 1:
//
//	Σ (2bᵢ − 1) 2ⁱ = k,   so   Σ bᵢ 2ⁱ = (k + 2²⁵⁶ − 1) / 2 (mod the order)
func digits(k *PrivateKey) (s [4]uint64) {
	n, err := edwards25519.NewScalar().SetBytesWithClamping(k[:])
	if err != nil {
		panic("x25519: internal error: " + err.Error())
	}
	b := n.MultiplyAdd(n, half, halfOfOnes).Bytes()
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s
}

// half is 1/2, and halfOfOnes is (2²⁵⁶ − 1)/2.
var half, halfOfOnes = func() (h, o *edwards25519.Scalar) {
	scalar := func(f func(b *[64]byte)) *edwards25519.Scalar {
		var b [64]byte
		f(&b)
		s, err := edwards25519.NewScalar().SetUniformBytes(b[:])
		if err != nil {
			panic("x25519: internal error: " + err.Error())
		}
		return s
	}
	h = scalar(func(b *[64]byte) { b[0] = 2 })
	h.Invert(h)
	o = scalar(func(b *[64]byte) {
		for i := range 32 {
			b[i] = 0xff
		}
	})
	return h, o.Multiply(o, h)
}()

// choose sets e to the sum whose signs are the bits of index, and of positive, in a time that depends on
// neither.
func (b *block) choose(e *entry, index, positive uint64) {
	negative := positive - 1 // all ones, or zero
	index ^= negative & 7    // the negative of the entry with all other signs
	*e = entry{}
	for i := range b {
		other := uint64(i) ^ index
		mask := ^(-other | other) >> 63 // 1 if i is the index
		mask = -mask
		from := &b[i]
		for f := range e {
			e[f][0] |= from[f][0] & mask
			e[f][1] |= from[f][1] & mask
			e[f][2] |= from[f][2] & mask
			e[f][3] |= from[f][3] & mask
		}
	}
	// −(x, y) = (−x, y)
	for w := range e[0] {
		swap := (e[0][w] ^ e[1][w]) & negative
		e[0][w] ^= swap
		e[1][w] ^= swap
	}
	var xy, minus fp25519.Elt
	e.element(&xy, 2)
	fp25519.Neg(&minus, &xy)
	for w := range e[2] {
		m := binary.LittleEndian.Uint64(minus[8*w:])
		e[2][w] ^= (e[2][w] ^ m) & negative
	}
}

func (e *entry) element(z *fp25519.Elt, i int) {
	binary.LittleEndian.PutUint64(z[0:], e[i][0])
	binary.LittleEndian.PutUint64(z[8:], e[i][1])
	binary.LittleEndian.PutUint64(z[16:], e[i][2])
	binary.LittleEndian.PutUint64(z[24:], e[i][3])
}

// edwards is a point (x/z, y/z) with t = xy/z = ta·tb.
type edwards struct{ x, y, z, ta, tb fp25519.Elt }

var identity = edwards{y: fp25519.Elt{1}, z: fp25519.Elt{1}, tb: fp25519.Elt{1}}

// add adds an entry, by madd of Hisil et al., Section 3.1:
//
//	A = (y₁−x₁)(y₂−x₂)   B = (y₁+x₁)(y₂+x₂)   C = t₁·2dx₂y₂   D = 2z₁
//	E = B − A   F = D − C   G = D + C   H = B + A   x = EF   y = GH   z = FG   t = EH
func (p *edwards) add(e *entry) {
	var q, a, b, c, d, f, g fp25519.Elt
	e.element(&q, 1)
	fp25519.Sub(&a, &p.y, &p.x)
	fp25519.Mul(&a, &a, &q)
	e.element(&q, 0)
	fp25519.Add(&b, &p.y, &p.x)
	fp25519.Mul(&b, &b, &q)
	e.element(&q, 2)
	fp25519.Mul(&c, &p.ta, &p.tb)
	fp25519.Mul(&c, &c, &q)
	fp25519.Add(&d, &p.z, &p.z)
	fp25519.Sub(&p.ta, &b, &a)
	fp25519.Sub(&f, &d, &c)
	fp25519.Add(&g, &d, &c)
	fp25519.Add(&p.tb, &b, &a)
	fp25519.Mul(&p.x, &p.ta, &f)
	fp25519.Mul(&p.y, &g, &p.tb)
	fp25519.Mul(&p.z, &f, &g)
}

// double doubles, by dbl of Hisil et al., Section 3.3, with the signs of all factors changed:
//
//	A = x²   B = y²   C = 2z²   H = A + B   E = H − (x+y)²   G = A − B   F = C + G
//	x = EF   y = GH   z = FG   t = EH
func (p *edwards) double() {
	var a, b, c, f, g fp25519.Elt
	fp25519.Sqr(&a, &p.x)
	fp25519.Sqr(&b, &p.y)
	fp25519.Sqr(&c, &p.z)
	fp25519.Add(&c, &c, &c)
	fp25519.Add(&p.tb, &a, &b)
	fp25519.Add(&f, &p.x, &p.y)
	fp25519.Sqr(&f, &f)
	fp25519.Sub(&p.ta, &p.tb, &f)
	fp25519.Sub(&g, &a, &b)
	fp25519.Add(&f, &c, &g)
	fp25519.Mul(&p.x, &p.ta, &f)
	fp25519.Mul(&p.y, &g, &p.tb)
	fp25519.Mul(&p.z, &f, &g)
}

// montgomery returns u = (z + y)/(z − y).
func (p *edwards) montgomery() (u [Size]byte) {
	var a, b fp25519.Elt
	fp25519.Add(&a, &p.z, &p.y)
	fp25519.Sub(&b, &p.z, &p.y)
	fp25519.Inv(&b, &b)
	fp25519.Mul(&a, &a, &b)
	fp25519.Modp(&a)
	return a
}
