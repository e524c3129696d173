package scanning

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"math/bits"
	"slices"
	"testing"
)

// What a table of n cells loses of a list, by cells an entry. Among ten tables of 2,000 the shares are those
// of random graphs, within a quarter or two entries.
func TestLoad(t *testing.T) {
	const n, tables = 2000, 10
	for _, c := range []struct {
		cells float64
		lost  float64 // of the list, as measured with ten tables of 10,000
	}{{1.25, 0.069}, {1.5, 0.020}, {1.75, 0.0025}, {2.5, 0}, {3, 0}} {
		lost := 0
		for k := range tables {
			var list []Hash
			for i := range n {
				list = append(list, hashN(k*n+i))
			}
			cells, gone := place(list, int(c.cells*n))
			lost += len(gone)
			held := slices.Concat(gone)
			for w, i := range cells {
				if i < 0 {
					continue
				}
				held = append(held, i)
				if both := places(list[i], len(cells)); both[0] != w && both[1] != w {
					t.Fatalf("entry %d is in cell %d, expected %d", i, w, both)
				}
			}
			slices.Sort(held)
			if !slices.Equal(held, upTo(0, n)) {
				t.Fatalf("%v cells an entry: the entries are not there once each", c.cells)
			}
		}
		want := c.lost * n * tables
		if diff := float64(lost) - want; diff > want/4+2 || -diff > want/4+2 {
			t.Errorf("%v cells an entry: %d of %d lost, expected about %.0f", c.cells, lost, n*tables, want)
		}
	}
}

// A list of one entry whose two cells are one, and lists in which two entries have that cell alone.
func TestOneCell(t *testing.T) {
	for n := 1; n <= 3; n++ {
		cells, lost := place(hashes(n), 1)
		if cells[0] < 0 || len(lost) != n-1 {
			t.Errorf("%d entries in one cell: %v, lost %v", n, cells, lost)
		}
	}
}

// No byte of a table says which cells hold an entry, nor whether two tables are of one list.
func TestTableTellsNothing(t *testing.T) {
	list := hashes(200)
	b, again := build(t, list), build(t, list)
	cells := func(b *Build) (all [][]byte) {
		for rest := b.Table.Bytes()[2:]; len(rest) > 0; rest = rest[32:] {
			all = append(all, rest[:32])
		}
		return all[1:]
	}
	first, second := cells(b), cells(again)
	for w := range first {
		if bytes.Equal(first[w], second[w]) {
			t.Errorf("cell %d is the same in both tables", w)
		}
	}
	in, _ := place(list, b.Table.Cells())
	var ones, of [2]int // in empty cells and in full ones
	for w, cell := range first {
		full := 0
		if in[w] >= 0 {
			full = 1
		}
		for _, c := range cell[:31] { // the last byte has a bit that is always 0, and the first another
			ones[full] += bits.OnesCount8(c &^ 1)
			of[full] += 7
		}
	}
	for full := range ones { // 42,000 bits and more: 5 standard deviations are 0.0122
		if share := float64(ones[full]) / float64(of[full]); share < 0.485 || share > 0.515 {
			t.Errorf("full %d: %.4f of %d bits are 1", full, share, of[full])
		}
	}
	for _, h := range list {
		if bytes.Contains(b.Table.Bytes(), h[:]) {
			t.Error("an entry stands in the table in clear")
		}
	}
}

func TestParseTable(t *testing.T) {
	b := build(t, hashes(3))
	good := b.Table.Bytes()
	again, err := ParseTable(good)
	check(t, err)
	if !bytes.Equal(again.Bytes(), good) || again.Cells() != 12 {
		t.Errorf("%d cells, %x", again.Cells(), again.Bytes())
	}
	a, err := NewAccount(again, Dial{Threshold: 1})
	check(t, err)
	if got := recovered(t, b.Matcher, Dial{Threshold: 1}, vouchers(t, a, 0, 1, 2, 3)); len(got.Found) != 3 {
		t.Errorf("with a table that was read %d open", len(got.Found))
	}
	at := func(i int, cell string) []byte {
		bad := bytes.Clone(good)
		c, err := hex.DecodeString(cell)
		check(t, err)
		copy(bad[2+32*i:], c)
		return bad
	}
	const (
		zero         = "0000000000000000000000000000000000000000000000000000000000000000" // the identity
		negative     = "0100000000000000000000000000000000000000000000000000000000000000"
		notCanonical = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" // RFC 9496, A.3
		nonSquare    = "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"
	)
	for what, bad := range map[string][]byte{
		"nothing": nil, "another version": append([]byte{0xe2}, good[1:]...), "another kind": append([]byte{0xe3, 6}, good[2:]...),
		"no cell": good[:34], "half a cell": good[:len(good)-16], "a byte more": append(bytes.Clone(good), 0),
		"L is the identity": at(0, zero), "a cell is the identity": at(3, zero), "a negative element": at(2, negative),
		"an element that is not canonical": at(2, notCanonical), "no element": at(12, nonSquare),
	} {
		if _, err := ParseTable(bad); err == nil {
			t.Errorf("%s is a table", what)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, 32), bytes.Repeat([]byte{0xff}, 32), b.Matcher.RecoveryKey()[1:]} {
		if _, err := ParseMatcher(bad); err == nil {
			t.Errorf("%x is a matching secret", bad)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for what, c := range map[string]struct {
		list  []Hash
		cells int
	}{
		"no cells": {nil, 0}, "fewer cells than entries": {hashes(3), 2}, "too many": {hashes(1), MaxCells + 1}, "an entry twice": {[]Hash{{1}, {1}}, 9},
	} {
		if _, err := NewBuild(c.list, c.cells); err == nil {
			t.Errorf("%s: a table", what)
		}
	}
}

// An organisation sees every entry of a table, and a table that holds one more does not pass.
func TestOpening(t *testing.T) {
	list := hashes(12)
	b := build(t, list)
	got, err := b.Table.Check(b.Opening)
	check(t, err)
	slices.SortFunc(got, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	slices.SortFunc(list, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	if !slices.Equal(got, list) {
		t.Errorf("%d entries, expected the list", len(got))
	}
	empty, err := NewBuild(nil, 3)
	check(t, err)
	if got, err := empty.Table.Check(empty.Opening); err != nil || len(got) != 0 {
		t.Errorf("of an empty list: %v, %v", got, err)
	}
	for i := range empty.Opening {
		bad := bytes.Clone(empty.Opening)
		bad[i] ^= 1
		if _, err := empty.Table.Check(bad); err == nil {
			t.Errorf("byte %d of the opening of an empty list changed, and it is the opening", i)
		}
	}
	for i := 0; i < len(b.Opening); i += 9 {
		bad := bytes.Clone(b.Opening)
		bad[i] ^= 1
		if _, err := b.Table.Check(bad); err == nil {
			t.Errorf("byte %d changed, and it is the opening", i)
		}
	}
	for n := 0; n < len(b.Opening); n += 11 {
		if _, err := b.Table.Check(b.Opening[:n]); err == nil {
			t.Errorf("%d bytes of %d are the opening", n, len(b.Opening))
		}
	}
	if _, err := build(t, list).Table.Check(b.Opening); err == nil {
		t.Error("the opening is that of another table too")
	}
}

// A server hides an entry: it says that a full cell is empty, names another entry, or leaves it out.
func TestHiddenEntry(t *testing.T) {
	list := hashes(6)
	secretly := append(slices.Clone(list), hashN(99))
	b := build(t, secretly)
	in, _ := place(secretly, b.Table.Cells())
	var seed [seedSize]byte
	copy(seed[:], b.Opening[2:])
	hidden := slices.Clone(in)
	claimed := slices.Clone(in)
	for w, i := range in {
		if i == 6 {
			hidden[w] = -1
			claimed[w] = 7
		}
	}
	withClaim := append(slices.Clone(secretly), hashN(1000))
	for what, opening := range map[string][]byte{
		"the cell is said to be empty":  b.open(secretly, hidden, seed),
		"the cell is said to be others": b.open(withClaim, claimed, seed),
	} {
		if _, err := b.Table.Check(opening); err == nil {
			t.Errorf("%s: it passes", what)
		}
	}
	if got, err := b.Table.Check(b.open(secretly, in, seed)); err != nil || !slices.Contains(got, hashN(99)) {
		t.Errorf("the honest opening does not show the entry: %v", err)
	}
}

// k of n organisations have signed, each once.
func TestApproved(t *testing.T) {
	d, other := DigestOf([]byte("a list")), DigestOf([]byte("a list, grown"))
	var keys []ed25519.PublicKey
	var all [][]byte
	for range 4 {
		public, private, err := ed25519.GenerateKey(nil)
		check(t, err)
		keys, all = append(keys, public), append(all, Approve(private, d))
	}
	two := [][]byte{all[0], nil, all[2], nil}
	for _, c := range []struct {
		what string
		d    Digest
		keys []ed25519.PublicKey
		by   [][]byte
		k    int
		ok   bool
	}{
		{"all", d, keys, all, 4, true}, {"two of two", d, keys, two, 2, true}, {"two of three", d, keys, two, 3, false},
		{"fewer approvals than keys", d, keys, all[:1], 1, true}, {"none", d, keys, nil, 1, false}, {"k is 0", d, keys, all, 0, false},
		{"another list", other, keys, all, 1, false}, {"in another order", d, keys, [][]byte{all[1], all[0]}, 1, false},
		{"one key twice", d, []ed25519.PublicKey{keys[0], keys[0]}, [][]byte{all[0], all[0]}, 2, false},
		{"a key of another length", d, []ed25519.PublicKey{keys[0][:31]}, all, 1, false},
	} {
		if got := Approved(c.d, c.keys, c.by, c.k); got != c.ok {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if ed25519.Verify(keys[0], d[:], all[0]) {
		t.Error("an approval is a signature of the digest itself")
	}
}
