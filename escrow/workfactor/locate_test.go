package workfactor

import (
	"errors"
	"slices"
	"testing"

	"doormat/internal/testing/ratio"
)

// One pass over a range finds the place of each key that is in it.
func TestLocate(t *testing.T) {
	iv := [8]byte{1, 2, 3}
	const first, limit = 0xabcdef0000000100, 0xabcdef0000008100
	var blocks [][8]byte
	var want []uint64
	for _, n := range []uint64{first + 77, first, limit - 1, limit, first - 1, first + 77} {
		blocks = append(blocks, firstBlock(BulkKey{n: n}, iv))
		if want = append(want, n+1); n < first || n >= limit {
			want[len(want)-1] = 0
		}
	}
	for range 4 {
		block, err := DrawBlock(iv, first, limit)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, block)
	}
	got, w, err := Locate(t.Context(), iv, blocks, Options{First: first, Limit: limit})
	if err != nil || w.Tried != limit-first || len(got) != len(blocks) || !slices.Equal(got[:len(want)], want) {
		t.Fatalf("expected %d, found %d, %+v, %v", want, got, w, err)
	}
	for _, place := range got[len(want):] {
		if place <= first || place > limit {
			t.Errorf("a key that was drawn is at %d", place)
		}
	}
	if again, w, err := Locate(t.Context(), iv, blocks, Options{First: first, Limit: limit, Resume: w.Checkpoint}); err != nil || w.Tried != 0 || !slices.Equal(again, got) {
		t.Errorf("resumed: %d, %+v, %v", again, w, err)
	}
	if got, _, err := Locate(t.Context(), [8]byte{9}, blocks, Options{First: first, Limit: limit}); err != nil || slices.Max(got) != 0 {
		t.Errorf("with another iv: %d, %v", got, err)
	}
	if _, _, err := Locate(t.Context(), iv, nil, Options{Limit: 1}); err == nil || errors.Is(err, ErrNoKey) {
		t.Errorf("no block: %v", err)
	}
	if _, err := DrawBlock(iv, 9, 9); err == nil {
		t.Error("a key from an empty range")
	}
}

// The block that Locate is given is that of an envelope.
func TestLocateEnvelope(t *testing.T) {
	alice, bob, _ := pair(t, 8)
	envelope := seal(t, alice, bob, "six")
	e := parse(t, envelope)
	k, err := bob.BulkKey(envelope)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := Locate(t.Context(), e.IV, [][8]byte{[8]byte(e.Ciphertext)}, Options{First: k.n - 5, Limit: k.n + 5})
	if err != nil || !slices.Equal(got, []uint64{k.n + 1}) {
		t.Errorf("key %d: %d, %v", k.n, got, err)
	}
}

// BenchmarkLocate reports the rate of a search for eight keys as a part of the rate of a search for one.
func BenchmarkLocate(b *testing.B) {
	const keys = 1 << 12
	var blocks [8][8]byte
	for i := range blocks {
		blocks[i] = [8]byte{byte(i), 7: byte(31 * i)}
	}
	one, all := newTrial(0, [8]byte{}, blocks[0]), newTrial(0, [8]byte{}, blocks[:]...)
	ratio.Speed(b, "x-of-one-target", func() { all.try(0, keys, nil) }, func() { one.try(0, keys, nil) })
}
