package pdq

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func random(r *rand.Rand) (h Hash) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

// flip changes n different bits.
func flip(h Hash, n int, r *rand.Rand) Hash {
	for _, k := range r.Perm(256)[:n] {
		h[k/8] ^= 1 << (k % 8)
	}
	return h
}

// spread changes n bits, as evenly over the pieces as it goes: the farthest that pieces can all be.
func spread(h Hash, n int, r *rand.Rand) Hash {
	order, first := r.Perm(parts), r.IntN(16)
	for k := range n {
		p, bit := order[k%parts], (first+k/parts)%16
		h[2*p+bit/8] ^= 1 << (bit % 8)
	}
	return h
}

// compare is the definition.
func compare(list []Hash, h Hash, distance int) (found []int) {
	for i := range list {
		if list[i].Distance(h) <= distance {
			found = append(found, i)
		}
	}
	return found
}

// An index finds exactly what comparing each hash finds, at each distance, near the limits most of all.
func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 5))
	var list []Hash
	var centres []Hash
	for range 64 {
		c := random(r)
		centres = append(centres, c)
		list = append(list, c, c) // twice
		for range 3 {
			for _, d := range []int{1, 14, 15, 16, 17, 30, 31, 32, 33, 60, 100} {
				list = append(list, flip(c, d, r), spread(c, d, r))
			}
		}
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	long, short := NewIndex(list), NewIndex(list[:small-1])
	if long.tables == nil || short.tables != nil || long.Len() != len(list) {
		t.Fatalf("%d hashes have tables: %v, %d: %v", len(list), long.tables != nil, small-1, short.tables != nil)
	}
	total := map[int]int{}
	for _, c := range centres[:20] {
		for _, d := range []int{-1, 0, 1, 14, 15, 16, 30, 31, 32, 60, 128} {
			want := compare(list, c, d)
			total[d] += len(want)
			if got := long.Within(c, d); !slices.Equal(got, want) {
				t.Fatalf("at distance %d found %d, want %d", d, len(got), len(want))
			}
			if got, want := short.Within(c, d), compare(list[:small-1], c, d); !slices.Equal(got, want) {
				t.Fatalf("at distance %d found %d without tables, want %d", d, len(got), len(want))
			}
		}
	}
	if total[0] != 20*2 || total[31] != 20*(2+3*2*7) || total[-1] != 0 || total[128] < 5*len(list) {
		t.Errorf("found %v in all", total)
	}
}

// A list that is changed afterwards does not change what is found, and an empty one has nothing.
func TestIndexCopies(t *testing.T) {
	list := []Hash{{1}, {2}}
	x := NewIndex(list)
	list[0] = Hash{4}
	if got := x.Within(Hash{1}, 0); !slices.Equal(got, []int{0}) {
		t.Errorf("found %v", got)
	}
	if got := NewIndex(nil).Within(Hash{}, 256); got != nil {
		t.Errorf("found %v in nothing", got)
	}
}

func million() (list []Hash, h Hash) {
	r := rand.New(rand.NewPCG(1e6, 6))
	list = make([]Hash, 1e6)
	for i := range list {
		list[i] = random(r)
	}
	return list, flip(list[4711], MaxDistance, r)
}

// BenchmarkWithin looks for a picture in a list of a million, by the tables and by comparing each hash.
func BenchmarkWithin(b *testing.B) {
	list, h := million()
	x := NewIndex(list)
	for name, within := range map[string]func(Hash, int) []int{"index": x.Within, "scan": x.scan} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if found := within(h, MaxDistance); len(found) != 1 {
					b.Fatalf("found %v", found)
				}
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	list, _ := million()
	for b.Loop() {
		NewIndex(list)
	}
}
