package pdq

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// parts is the number of pieces of 16 bits of a hash. Two hashes that differ in at most 31 = 2·16 - 1 bits
// differ in at most one bit of at least one piece, and if in at most 15, in none.
const parts = 16

// small is the number of hashes below which a list has no tables: looking at each is as fast.
const small = 4096

// Index is a list of hashes that is searched exactly: what it finds is all that is in reach, and nothing else.
// For distances up to MaxDistance it is a multi-index (Norouzi, Punjani, Fleet, "Fast Search in Hamming Space
// with Multi-Index Hashing", CVPR 2012): sixteen tables, by each piece of 16 bits, are looked up at the piece
// and at its sixteen neighbours. For larger ones each hash is compared. It takes 32 bytes a hash and, from
// 4,096 hashes on, 64 more and 4 MiB for the tables. It may be used by several goroutines at once.
type Index struct {
	hashes []words
	tables *[parts]table
}

// words is a hash as four words: one instruction counts the bits of each.
type words [4]uint64

func wordsOf(h *Hash) (w words) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(h[8*i:])
	}
	return w
}

func (w *words) distance(v *words) int {
	return bits.OnesCount64(w[0]^v[0]) + bits.OnesCount64(w[1]^v[1]) + bits.OnesCount64(w[2]^v[2]) + bits.OnesCount64(w[3]^v[3])
}

func (w *words) part(i int) uint16 { return uint16(w[i/4] >> (i % 4 * 16)) }

// table has the positions of all hashes, in the order of one piece of them. Those whose piece is p are at
// start[p] to start[p+1].
type table struct {
	start [1<<16 + 1]uint32
	order []uint32
}

// NewIndex makes an index of a list of at most 2^31 - 1 hashes. It copies the list.
func NewIndex(list []Hash) *Index {
	x := &Index{hashes: make([]words, len(list))}
	for i := range list {
		x.hashes[i] = wordsOf(&list[i])
	}
	if len(list) < small {
		return x
	}
	x.tables = new([parts]table)
	for i := range x.tables {
		x.tables[i].fill(x.hashes, i)
	}
	return x
}

// fill sorts by counting.
func (t *table) fill(hashes []words, part int) {
	for i := range hashes {
		t.start[int(hashes[i].part(part))+1]++
	}
	for p := range 1 << 16 {
		t.start[p+1] += t.start[p]
	}
	t.order = make([]uint32, len(hashes))
	next := t.start
	for i := range hashes {
		p := hashes[i].part(part)
		t.order[next[p]] = uint32(i)
		next[p]++
	}
}

// Len returns the number of hashes.
func (x *Index) Len() int { return len(x.hashes) }

// Within returns the positions in the list, in ascending order, of all hashes that differ from h in at most
// distance bits.
func (x *Index) Within(h Hash, distance int) []int {
	if x.tables == nil || distance > MaxDistance {
		return x.scan(h, distance)
	}
	w := wordsOf(&h)
	var found []int
	for i := range x.tables {
		p := w.part(i)
		found = x.look(found, i, p, &w, distance)
		if distance < parts {
			continue
		}
		for bit := range 16 {
			found = x.look(found, i, p^1<<bit, &w, distance)
		}
	}
	slices.Sort(found)
	return slices.Compact(found) // most are in reach by more than one piece
}

// look appends the positions of the hashes in reach whose piece i is p.
func (x *Index) look(found []int, i int, p uint16, w *words, distance int) []int {
	t := &x.tables[i]
	for _, k := range t.order[t.start[p]:t.start[int(p)+1]] {
		if x.hashes[k].distance(w) <= distance {
			found = append(found, int(k))
		}
	}
	return found
}

// scan compares each hash.
func (x *Index) scan(h Hash, distance int) (found []int) {
	w := wordsOf(&h)
	for k := range x.hashes {
		if x.hashes[k].distance(&w) <= distance {
			found = append(found, k)
		}
	}
	return found
}
