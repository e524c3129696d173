package scanning

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"
)

// At the threshold everything that matches opens, and one match below it nothing does.
func TestThreshold(t *testing.T) {
	b := build(t, hashes(40))
	for _, threshold := range []int{1, 2, 5, 30} {
		d := Dial{Threshold: threshold}
		all := vouchers(t, newAccount(t, b, d), append(upTo(0, threshold), upTo(1000, 5)...)...)
		got := recovered(t, b.Matcher, d, all)
		if !slices.Equal(got.Opened, upTo(0, threshold)) || !slices.Equal(got.Real, got.Opened) || len(got.Found) != threshold {
			t.Fatalf("threshold %d: %d opened, %d real, %d found", threshold, len(got.Opened), len(got.Real), len(got.Found))
		}
		for i, f := range got.Found {
			if f.Index != i || string(f.Associated) != fmt.Sprintf("copy of %d", i) {
				t.Errorf("threshold %d: %d is %q", threshold, f.Index, f.Associated)
			}
		}
		below := recovered(t, b.Matcher, d, all[1:])
		if len(below.Opened) != threshold-1 || below.Real != nil || below.Found != nil {
			t.Errorf("one match below %d: %d opened, %d real, %d found", threshold, len(below.Opened), len(below.Real), len(below.Found))
		}
	}
}

// A server that is one share short learns nothing by assuming a lower threshold, and nothing by combining
// the shares that it has.
func TestOneShareShort(t *testing.T) {
	b := build(t, hashes(20))
	d := Dial{Threshold: 6, Synthetics: 3}
	a := newAccount(t, b, d)
	all := vouchers(t, a, upTo(0, d.Threshold-1)...)
	for lower := 1; lower < d.Threshold; lower++ {
		got := recovered(t, b.Matcher, Dial{Threshold: lower, Synthetics: d.rows() - lower + 1}, all)
		if len(got.Opened) != d.Threshold-1 || len(got.Found) != 0 {
			t.Errorf("with the threshold %d assumed: %d opened, %d found", lower, len(got.Opened), len(got.Found))
		}
	}
	var shares []inner
	for _, v := range all {
		n, ok := b.Matcher.openFirst(v)
		if !ok {
			t.Fatal("a match did not open")
		}
		shares = append(shares, n)
	}
	if contentKey(interpolate(shares)) == a.key {
		t.Error("t-1 shares give the key")
	}
	// Every secret fits the shares: none is more likely than another.
	zero := inner{x: g.NewScalar(), fx: randomScalar()}
	if got := interpolateAt(append(slices.Clone(shares), zero), shares[0].x); !got.IsEqual(shares[0].fx) {
		t.Error("a secret chosen at random does not fit")
	}
	if contentKey(a.shares.Evaluate(g.NewScalar())) != a.key {
		t.Error("the key is not that of f(0)")
	}
}

// interpolateAt returns the value at x of the polynomial through some points.
func interpolateAt(points []inner, x group.Scalar) group.Scalar {
	sum := g.NewScalar()
	for i, p := range points {
		term := p.fx.Copy()
		for j, q := range points {
			if i != j {
				top, bottom := g.NewScalar().Sub(x, q.x), g.NewScalar().Sub(p.x, q.x)
				term.Mul(term, top).Mul(term, bottom.Inv(bottom))
			}
		}
		sum.Add(sum, term)
	}
	return sum
}

// S = αQ if the cell holds the picture's hash, and not if it holds another or none.
func TestRandomSelfReduction(t *testing.T) {
	list := hashes(10)
	b := build(t, list)
	alpha := b.Matcher.alpha
	for _, c := range []struct {
		what string
		y    Hash
		p    group.Element
		same bool
	}{
		{"the same hash", list[0], g.NewElement().Mul(hashToGroup(list[0]), alpha), true},
		{"another entry", list[0], g.NewElement().Mul(hashToGroup(list[1]), alpha), false},
		{"an empty cell", list[0], emptyCell([32]byte{1}, 7), false},
	} {
		beta, gamma := randomScalar(), randomScalar()
		q := combine(beta, hashToGroup(c.y), gamma, nil)
		s := combine(beta, c.p, gamma, b.Table.l)
		if got := q.Mul(q, alpha).IsEqual(s); got != c.same {
			t.Errorf("%s: αQ = S is %v", c.what, got)
		}
	}
}

// A picture that is on no list opens nothing, whatever its cells hold; one that is on the list but has been
// lost is not found.
func TestOnlyTheList(t *testing.T) {
	list := hashes(60)
	b, err := NewBuild(list, 60)
	check(t, err)
	if len(b.Lost) == 0 {
		t.Fatal("a full table has lost nothing")
	}
	d := Dial{Threshold: 1}
	a := newAccount(t, b, d)
	for i := range 200 {
		y := hashN(i)
		want := i < len(list) && !slices.Contains(b.Lost, y)
		if got := recovered(t, b.Matcher, d, vouchers(t, a, i)); (len(got.Opened) == 1) != want {
			t.Errorf("picture %d: %d opened, expected %v", i, len(got.Opened), want)
		}
	}
}

// Which of the two pairs matched is not told by their order.
func TestPairsAreSwapped(t *testing.T) {
	list := hashes(1)
	b, err := NewBuild(list, 64)
	check(t, err)
	a := newAccount(t, b, Dial{Threshold: 1})
	first := 0
	for _, bytes := range vouchers(t, a, make([]int, 200)...) {
		v, err := parseVoucher(bytes)
		check(t, err)
		q := g.NewElement()
		check(t, q.UnmarshalBinary(v.pairs[0].q[:]))
		if _, err := openOnce(pairKey(q.Mul(q, b.Matcher.alpha)), v.pairs[0].ct[:]); err == nil {
			first++
		}
	}
	if first < 50 || first > 150 { // 7 standard deviations
		t.Errorf("the first pair matches in %d of 200 vouchers", first)
	}
}

// One pair of a voucher opens, of a match as of a synthetic one, even if both cells of the hash are one.
func TestOnePairOpens(t *testing.T) {
	for cells := 1; cells <= 3; cells++ {
		b, err := NewBuild(hashes(1), cells)
		check(t, err)
		a := newAccount(t, b, Dial{Threshold: 1, Synthetics: 1})
		for i, v := range append(vouchers(t, a, 0), a.synthetic()) {
			p, err := parseVoucher(v)
			check(t, err)
			n := 0
			for _, pair := range p.pairs {
				q := g.NewElement()
				check(t, q.UnmarshalBinary(pair.q[:]))
				if _, err := openOnce(pairKey(q.Mul(q, b.Matcher.alpha)), pair.ct[:]); err == nil {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d cells, voucher %d: %d pairs open", cells, i, n)
			}
		}
	}
}

// A synthetic voucher looks like a match to the server below the threshold, and above it the two are told
// apart, up to the number that the dial allows.
func TestSyntheticVouchers(t *testing.T) {
	b := build(t, hashes(40))
	d := Dial{Threshold: 11, Synthetics: 5, OneIn: 2}
	a := newAccount(t, b, d)
	var all [][]byte
	var real []int
	for i := 0; len(real) < d.Threshold || a.synthetics < 5; i++ {
		before := a.synthetics
		all = append(all, vouchers(t, a, i%40)...)
		if a.synthetics == before {
			real = append(real, i)
		}
	}
	if vouchers(t, a, make([]int, 30)...); a.synthetics != 5 {
		t.Fatalf("%d synthetic vouchers, expected 5", a.synthetics)
	}
	for _, v := range all {
		if len(v) != d.VoucherSize() {
			t.Errorf("a voucher has %d bytes, expected %d", len(v), d.VoucherSize())
		}
		if n, ok := b.Matcher.openFirst(v); !ok || len(n.r) != d.rows() {
			t.Error("a voucher does not open")
		}
	}
	got := recovered(t, b.Matcher, d, all)
	if !slices.Equal(got.Real, real) || len(got.Found) != len(real) || len(got.Opened) != len(all) {
		t.Errorf("%d opened, real %d, found %d; expected %d, %d", len(got.Opened), len(got.Real), len(got.Found), len(all), len(real))
	}
	// Below the threshold none is told from the others.
	var few [][]byte
	for i, v := range all {
		if !slices.Contains(real[d.Threshold-1:], i) {
			few = append(few, v)
		}
	}
	if got := recovered(t, b.Matcher, d, few); got.Real != nil || len(got.Opened) != d.Threshold-1+5 {
		t.Errorf("below the threshold: %d real of %d", len(got.Real), len(got.Opened))
	}
}

// One synthetic voucher more than the dial allows, and all seem real, so that the first shares give no key.
// That is why a client counts them.
func TestTooManySynthetics(t *testing.T) {
	b := build(t, hashes(40))
	d := Dial{Threshold: 11, Synthetics: 5}
	a := newAccount(t, b, d)
	all := vouchers(t, a, upTo(0, d.Threshold)...)
	for range 5 {
		all = append([][]byte{a.synthetic()}, all...)
	}
	if got := recovered(t, b.Matcher, d, all); len(got.Found) != d.Threshold {
		t.Fatalf("with 5: %d found", len(got.Found))
	}
	all = append([][]byte{a.synthetic()}, all...)
	if got := recovered(t, b.Matcher, d, all); len(got.Found) != 0 || len(got.Real) != len(all) {
		t.Errorf("with 6: %d real, %d found", len(got.Real), len(got.Found))
	}
}

// A share that comes twice counts once, and another account's shares do not count.
func TestSharesOfOneAccount(t *testing.T) {
	b := build(t, hashes(10))
	d := Dial{Threshold: 4}
	all := vouchers(t, newAccount(t, b, d), 0, 1, 2)
	for opened, more := range map[int][]byte{3: all[0], 4: vouchers(t, newAccount(t, b, d), 3)[0]} {
		if got := recovered(t, b.Matcher, d, append(slices.Clone(all), more)); len(got.Found) != 0 || len(got.Opened) != opened {
			t.Errorf("%d found, %d opened, expected %d", len(got.Found), len(got.Opened), opened)
		}
	}
	for _, junk := range [][]byte{nil, {1, 2, 3}, all[0][:len(all[0])-1]} {
		if got := recovered(t, b.Matcher, d, append(slices.Clone(all), junk)); len(got.Opened) != 3 {
			t.Errorf("%d opened", len(got.Opened))
		}
	}
}

// The same pictures under another secret, or another list, open nothing.
func TestOtherSecret(t *testing.T) {
	b, other := build(t, hashes(10)), build(t, hashes(10))
	d := Dial{Threshold: 1}
	all := vouchers(t, newAccount(t, b, d), upTo(0, 10)...)
	if got := recovered(t, other.Matcher, d, all); len(got.Opened) != 0 {
		t.Errorf("%d open with another secret", len(got.Opened))
	}
	stolen, err := ParseMatcher(b.Matcher.RecoveryKey())
	check(t, err)
	if got := recovered(t, stolen, d, all); len(got.Found) != 10 {
		t.Errorf("%d found with the secret's bytes", len(got.Found))
	}
	if got := recovered(t, new(Matcher), d, all); len(got.Opened) != 0 || new(Matcher).RecoveryKey() != nil {
		t.Error("the zero matcher opens")
	}
}

// Each bit of a voucher counts.
func TestDamagedVoucher(t *testing.T) {
	b, err := NewBuild(hashes(1), 64)
	check(t, err)
	d := Dial{Threshold: 1}
	v := vouchers(t, newAccount(t, b, d), 0)[0]
	if got := recovered(t, b.Matcher, d, [][]byte{v}); len(got.Found) != 1 {
		t.Fatal("it does not open")
	}
	opens := 0
	for i := range len(v) {
		if i > 300 && i%97 != 0 {
			continue
		}
		bad := bytes.Clone(v)
		bad[i] ^= 0x10
		if got := recovered(t, b.Matcher, d, [][]byte{bad}); len(got.Found) > 0 {
			opens++
		}
	}
	// The number is not sealed, and the pair that does not match is not looked at.
	if opens != 8+pairSize {
		t.Errorf("it opens with another byte in %d places, expected %d", opens, 8+pairSize)
	}
	for n := range len(v) {
		if _, err := parseVoucher(v[:n]); err == nil {
			t.Fatalf("%d bytes of %d are a voucher", n, len(v))
		}
	}
	if _, err := parseVoucher(append(bytes.Clone(v), 0)); err == nil {
		t.Error("a byte more is a voucher")
	}
}

func TestAssociatedData(t *testing.T) {
	b := build(t, hashes(2))
	d := Dial{Threshold: 1}
	a := newAccount(t, b, d)
	before := a.Bytes()
	if _, err := a.Voucher(hashN(0), make([]byte, AssociatedSize+1)); err == nil || !bytes.Equal(a.Bytes(), before) {
		t.Errorf("too long: %v", err)
	}
	for _, n := range []int{0, 1, AssociatedSize} {
		want := bytes.Repeat([]byte{7}, n)
		v, err := a.Voucher(hashN(0), want)
		check(t, err)
		if got := recovered(t, b.Matcher, d, [][]byte{v}); len(got.Found) != 1 || !bytes.Equal(got.Found[0].Associated, want) || len(v) != d.VoucherSize() {
			t.Errorf("%d bytes: %v, in %d bytes", n, got, len(v))
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, AssociatedSize), append([]byte{0xff, 0xff}, make([]byte, AssociatedSize)...), append([]byte{0, 0, 1}, make([]byte, AssociatedSize-1)...)} {
		if _, ok := unpad(bad); ok {
			t.Errorf("%d bytes are padded data", len(bad))
		}
	}
}

// An account that is written and read goes on where it was.
func TestAccountBytes(t *testing.T) {
	b := build(t, hashes(10))
	d := Dial{Threshold: 3, Synthetics: 2, OneIn: 0}
	a := newAccount(t, b, d)
	all := vouchers(t, a, 0, 1)
	again, err := ParseAccount(a.Bytes(), b.Table)
	check(t, err)
	all = append(all, vouchers(t, again, 2)...)
	if got := recovered(t, b.Matcher, d, all); len(got.Found) != 3 {
		t.Errorf("%d found", len(got.Found))
	}
	good := a.Bytes()
	if len(good) != accountSize {
		t.Fatalf("%d bytes", len(good))
	}
	for n := range len(good) {
		if _, err := ParseAccount(good[:n], b.Table); err == nil {
			t.Errorf("%d bytes are an account", n)
		}
	}
	for i, bad := range map[int]byte{0: 0, 1: 0, 2: 0xff, 4: 0xff, 6: 0xff, len(good) - 1: 9} {
		damaged := bytes.Clone(good)
		damaged[i] = bad
		if _, err := ParseAccount(damaged, b.Table); err == nil {
			t.Errorf("byte %d is %d, and it is an account", i, bad)
		}
	}
}

func TestDials(t *testing.T) {
	b := build(t, hashes(2))
	tooRare := int64(math.MaxInt32) + 1
	for _, d := range []Dial{{}, {Threshold: 1001}, {Threshold: 1, Synthetics: -1}, {Threshold: 1, Synthetics: 1001}, {Threshold: 1, OneIn: -1}, {Threshold: 1, OneIn: int(tooRare)}} {
		if _, err := NewAccount(b.Table, d); err == nil {
			t.Errorf("%+v makes an account", d)
		}
		if _, err := b.Matcher.Recover(nil, d); err == nil {
			t.Errorf("%+v matches", d)
		}
	}
	if got := recovered(t, b.Matcher, Dial{Threshold: 30}, nil); len(got.Opened) != 0 || got.Found != nil {
		t.Errorf("of nothing: %v", got)
	}
}
