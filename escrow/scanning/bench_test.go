package scanning

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"filippo.io/age"

	"doormat/internal/testing/ratio"
	"doormat/noescrow"
)

// A voucher is eight multiplications of group elements, of which two are of the generator, and one hash to the
// group. The polynomial, the matrix and AES are the rest.
func BenchmarkVoucher(b *testing.B) {
	build := build(b, hashes(8))
	a := newAccount(b, build, Dial{Threshold: 30})
	y, k := hashN(1), randomScalar()
	p := hashToGroup(y)
	ratio.Time(b, "x-of-8-mults", func() { _, err := a.Voucher(y, nil); check(b, err) }, func() {
		for range 6 {
			g.NewElement().Mul(p, k)
		}
		for range 2 {
			g.NewElement().MulGen(k)
		}
	})
}

// The server multiplies once for each pair that it tries, and decodes the element.
func BenchmarkOpenFirst(b *testing.B) {
	build := build(b, hashes(8))
	v := vouchers(b, newAccount(b, build, Dial{Threshold: 30}), 100)[0] // no match: both pairs are tried
	p := hashToGroup(hashN(1))
	ratio.Time(b, "x-of-2-mults", func() { build.Matcher.openFirst(v) }, func() {
		for range 2 {
			g.NewElement().Mul(p, build.Matcher.alpha)
		}
	})
}

// A table, for each cell one hash to the group, and one multiplication where there is an entry. The proof for
// organisations, two more multiplications and a hash for each entry, and the encodings are the rest.
func BenchmarkBuild(b *testing.B) {
	list := hashes(40)
	k := randomScalar()
	ratio.Time(b, "x-of-hash-and-mult", func() { build(b, list) }, func() {
		for i := range 160 {
			p := hashToGroup(list[i%40])
			if i < 40 {
				p.Mul(p, k)
			}
		}
	})
}

// At the threshold: 30 matches and 30 synthetic vouchers, beside opening their first layers.
func BenchmarkRecover(b *testing.B) {
	build := build(b, hashes(40))
	d := Dial{Threshold: 30, Synthetics: 30}
	a := newAccount(b, build, d)
	all := vouchers(b, a, upTo(0, 30)...)
	for range 30 {
		all = append(all, a.synthetic())
	}
	ratio.Time(b, "x-of-first-layers", func() {
		if got := recovered(b, build.Matcher, d, all); len(got.Found) != 30 {
			b.Fatal(len(got.Found))
		}
	}, func() {
		for _, v := range all {
			build.Matcher.openFirst(v)
		}
	})
}

// A report, beside the age file of the same bytes.
func BenchmarkReport(b *testing.B) {
	a := NewAuthority()
	r := Report{From: noescrow.NewDevice().Identity(), At: monday, Message: Message{"look", make([]byte, 100_000)}}
	to := a.Recipient()
	ratio.Time(b, "x-of-age", func() { _, err := r.Seal(to); check(b, err) }, func() {
		var file bytes.Buffer
		w, err := age.Encrypt(&file, to.key)
		check(b, err)
		_, err = io.Copy(w, bytes.NewReader(r.Message.Picture))
		check(b, err)
		check(b, w.Close())
	})
}

// A list of 10,000 in clear, beside reading its 320,000 bytes once.
func BenchmarkListMatch(b *testing.B) {
	l := &List{Confident, hashes(10_000)}
	var sum uint64
	ratio.Time(b, "x-of-reading", func() { l.Match(hashN(-1)) }, func() {
		for i := range l.Entries {
			for j := 0; j < len(Hash{}); j += 8 {
				sum ^= binary.LittleEndian.Uint64(l.Entries[i][j:])
			}
		}
	})
	_ = sum
}

// A text of 300 words against 1,000 phrases, beside hashing its words once.
func BenchmarkTextMatch(b *testing.B) {
	l := textList(b, 4, 3)
	for i := range 1000 {
		_, err := l.Add(leaflet + string(picture(i)))
		check(b, err)
	}
	text := ""
	for i := range 20 {
		text += leaflet + string(picture(-i)) + " "
	}
	ratio.Time(b, "x-of-hashing", func() { l.Match(text) }, func() { gramsOf(wordsOf(text), 4) })
}
