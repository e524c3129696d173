package messenger

import (
	"context"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/internal/testing/ratio"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Texts of one owner, route and date are numbered from 0, also where a date comes again after a later one.
func TestNumbersOfTexts(t *testing.T) {
	p := &Phones{keeps: true}
	defer p.Close()
	late := noon.Add(time.Millisecond)
	for i, c := range []struct {
		owner, route string
		at           time.Time
		want         uint32
	}{
		{"Ana", "ab", noon, 0}, {"Ana", "ab", noon, 1}, {"Ana", "ba", noon, 0}, {"Ben", "ab", noon, 0}, {"Ana", "ab", late, 0},
		{"Ana", "ab", noon, 2}, {"Ben", "ab", noon, 1}, {"Ana", "ab", late, 1}, {"Ana", "ba", late, 0},
	} {
		n, err := p.number(c.owner, []byte(c.route), c.at)
		if err != nil || n != c.want {
			t.Errorf("text %d: number %d, want %d; %v", i, n, c.want, err)
		}
		e := export{owner: c.owner, route: []byte(c.route), number: n, at: c.at}
		if err := p.stored.Append(e.stored()); err != nil {
			t.Fatal(err)
		}
	}
}

// What phones hold in memory does not grow with the texts.
func TestNumbersStaySmall(t *testing.T) {
	p := &Phones{keeps: true}
	defer p.Close()
	for i := range 1000 {
		if err := p.Show("Ana", "Ben", []byte("route"), noon.Add(time.Duration(i)*time.Second), "text"); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.numbers) != 1 {
		t.Errorf("numbers of %d texts are in memory, want those of the latest date", len(p.numbers))
	}
}

// An envelope is found by its place among those of one route and date. There is none behind the last.
func TestRoutes(t *testing.T) {
	transcript := &attacks.Transcript{Tape: new(attacks.Tape)}
	for i, at := range []time.Time{noon, noon.Add(time.Hour), noon, noon, noon} {
		if err := transcript.Append(at, []byte{"abaac"[i], 'x'}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := indexRoutes(t.Context(), transcript, func(e []byte) ([]byte, bool) { return e[:1], e[0] != 'c' })
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range []int{0, 2, 3} {
		if got, ok := r.find([]byte("a"), noon, uint32(number)); !ok || got != want {
			t.Errorf("number %d is envelope %d (%v), want %d", number, got, ok, want)
		}
	}
	for _, number := range []uint32{3, 4, 1<<32 - 1} {
		if got, ok := r.find([]byte("a"), noon, number); ok {
			t.Errorf("number %d is envelope %d, want none", number, got)
		}
	}
	if got, ok := r.find([]byte("c"), noon, 0); ok {
		t.Errorf("a route that was left out is envelope %d", got)
	}
}

// What an implant exported of 10,000 envelopes, matched with them. The limit reads both tapes and hashes each route
// once.
func BenchmarkReadExports(b *testing.B) {
	const n = 10_000
	loot, transcript := new(attacks.Tape), &attacks.Transcript{Tape: new(attacks.Tape)}
	envelope := make([]byte, 400)
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		e := export{owner: "Ana", route: envelope[:64], at: at, text: envelope[:50]}
		if err := loot.Append(e.record()); err != nil {
			b.Fatal(err)
		}
		if err := transcript.Append(at, envelope); err != nil {
			b.Fatal(err)
		}
	}
	route := func(e []byte) ([]byte, bool) { return e[:64], true }
	found := 0
	ratio.Time(b, "of-limit", func() {
		found = 0
		if _, err := readExports(context.Background(), loot, transcript, route, func(int, []byte) { found++ }); err != nil || found != n {
			b.Fatal(found, err)
		}
	}, func() {
		for r := range transcript.All() {
			sha256.Sum256(r.Bytes[:72])
		}
		for r := range loot.All() {
			sha256.Sum256(slices.Clone(r[:72]))
		}
	})
}
