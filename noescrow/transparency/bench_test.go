package transparency

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"testing"
	"time"

	"doormat/internal/testing/ratio"
	"doormat/internal/vrf"
)

var long = flag.Bool("long", false, "measure a directory of a million entries")

// filled is a town whose tree has n leaves more, at random indexes, as labels of others would have.
func filled(t testing.TB, n int) *town {
	w := newTown(t, VRFLabels, 3, 2)
	leaves := randomLeaves(9, n)
	for i := range leaves {
		var err error
		w.d.s.tree, err = w.d.s.tree.insert(&leaves[i])
		check(t, err)
	}
	w.set("Ana", identity(1))
	w.next()
	return w
}

// change puts n leaves more into the tree.
func (w *town) change(seed uint64, n int) {
	leaves := randomLeaves(seed, n)
	for i := range leaves {
		var err error
		w.d.s.tree, err = w.d.s.tree.insert(&leaves[i])
		check(w.t, err)
	}
}

// What is measured here stands in the package comment. With -long, of a million entries; otherwise of
// 2^14, for which the bounds are the same formula: log2(n)+2 hashes of 33 bytes for each step of the
// ladder.
func TestSizes(t *testing.T) {
	n, hours := 1<<14, 4
	if *long {
		n, hours = 1_000_000, 24
	}
	start := time.Now()
	w := filled(t, n)
	t.Logf("a tree of %d entries: %v", n, time.Since(start).Round(time.Millisecond))
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	if _, err := monitor(c, w.d, "Ana", w.now); err != nil {
		t.Fatal(err)
	}
	for hour := range hours { // an hour is an epoch, and in each one entry of a thousand is new
		w.change(uint64(100+hour), n/1000)
		w.now = w.now.Add(-23 * time.Hour)
		w.next()
	}
	depth := 0
	for 1<<depth < n {
		depth++
	}
	step := 33*(depth+6) + 64 + 80
	data, err := w.d.Lookup("Ana", c.Since())
	check(t, err)
	t.Logf("a look-up: %d bytes, of which the checkpoint with 3 cosignatures is %d", len(data), len(w.d.Checkpoint()))
	if len(data) > 2*step+1200 {
		t.Errorf("a look-up has %d bytes, expected at most %d", len(data), 2*step+1200)
	}
	data, err = w.d.Monitor("Ana", c.SinceOwn("Ana"))
	check(t, err)
	t.Logf("a monitor of %d epochs: %d bytes", hours, len(data))
	if len(data) > hours*(2*step+60)+1400 {
		t.Errorf("a monitor has %d bytes, expected at most %d", len(data), hours*(2*step+60)+1400)
	}
	if _, err := c.Monitor("Ana", data, w.now); err != nil {
		t.Error(err)
	}
	if !*long {
		return
	}
	const lookups = 500
	start = time.Now()
	for range lookups {
		_, err := w.d.Lookup("Ana", 1)
		check(t, err)
	}
	t.Logf("%.0f look-ups a second are answered on a core", lookups/time.Since(start).Seconds())
	data, err = w.d.Lookup("Ana", 0)
	check(t, err)
	client := w.client()
	start = time.Now()
	for range lookups {
		client.tree.size = 0
		client.tree.root = emptyRoot
		_, err := client.Lookup("Ana", data, w.now)
		check(t, err)
	}
	t.Logf("%.0f answers a second are checked", lookups/time.Since(start).Seconds())
}

// A look-up of a key costs the directory two proofs of a VRF, and hashes that it has.
func BenchmarkLookup(b *testing.B) {
	w := filled(b, 1<<14)
	k := vrf.NewPrivateKey([32]byte{1})
	ratio.Time(b, "x-of-2-vrf", func() { _, err := w.d.Lookup("Ana", 1); check(b, err) }, func() {
		k.Prove([]byte("Ana"))
		k.Prove([]byte("Ana"))
	})
}

// A client verifies two proofs of a VRF, four signatures, and some forty hashes.
func BenchmarkClientLookup(b *testing.B) {
	w := filled(b, 1<<14)
	c := w.client()
	data, err := w.d.Lookup("Ana", 1)
	check(b, err)
	_, err = lookup(c, w.d, "Ana", w.now)
	check(b, err)
	k := vrf.NewPrivateKey([32]byte{1})
	_, proof := k.Prove([]byte("Ana"))
	ratio.Time(b, "x-of-2-vrf", func() { _, err := c.Lookup("Ana", data, w.now); check(b, err) }, func() {
		for range 2 {
			_, err := k.Public().Verify([]byte("Ana"), proof[:])
			check(b, err)
		}
	})
}

// A monitor of a day of 24 epochs: the proofs of the VRF are checked once.
func BenchmarkMonitor(b *testing.B) {
	w := filled(b, 1<<14)
	c := w.client()
	check(b, c.Own("Ana", identity(1)))
	for range 23 {
		w.next()
	}
	data, err := w.d.Monitor("Ana", 0)
	check(b, err)
	r, err := w.p.parse()
	check(b, err)
	ratio.Time(b, "x-of-checkpoint", func() {
		fresh := w.client()
		check(b, fresh.Own("Ana", identity(1)))
		_, err := fresh.Monitor("Ana", data, w.now)
		check(b, err)
	}, func() { _, _, err := r.open(w.d.Checkpoint()); check(b, err) })
}

// A leaf changes the hashes on its way: those of log2(n)+1 parents.
func BenchmarkInsert(b *testing.B) {
	tree := treeOf(b, randomLeaves(9, 1<<14))
	tree.sum()
	n := uint64(0)
	block := make([]byte, 65)
	ratio.Time(b, "x-of-15-sha256", func() {
		n++
		l := leaf{index: sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))}
		t, err := tree.insert(&l)
		check(b, err)
		t.sum()
	}, func() {
		for range 15 {
			sha256.Sum256(block)
		}
	})
}
