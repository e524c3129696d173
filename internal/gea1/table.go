package gea1

// table is a set of 2^size random words. The filter refuses most words that are not in it. It is 16
// times smaller than the slots, so more of it stays in the cache.
type table struct {
	filter []uint64 // eight bits for each word
	slots  []uint64 // two for each word, by its upper bits; zero is empty
	shift  int
	zero   bool // the word zero is in it
}

func newTable(size int) *table {
	return &table{make([]uint64, 1<<max(size-3, 0)), make([]uint64, 2<<size), 63 - size, false}
}

func (t *table) clear() {
	clear(t.filter)
	clear(t.slots)
	t.zero = false
}

func (t *table) add(w uint64) {
	t.filter[w>>6&uint64(len(t.filter)-1)] |= 1 << (w & 63)
	if w == 0 {
		t.zero = true
		return
	}
	i := w >> t.shift
	for t.slots[i] != 0 {
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	t.slots[i] = w
}

// filtered returns the indices of the words that the filter does not refuse. It writes them into
// which, whose capacity must be at least the number of words.
func (t *table) filtered(words []uint64, which []uint16) []uint16 {
	which = which[:len(words)]
	n := 0
	for i, w := range words {
		which[n] = uint16(i)
		n += int(t.filter[w>>6&uint64(len(t.filter)-1)] >> (w & 63) & 1)
	}
	return which[:n]
}

// has reports whether w is in the table.
func (t *table) has(w uint64) bool {
	if w == 0 {
		return t.zero
	}
	for i := w >> t.shift; t.slots[i] != 0; i = (i + 1) & uint64(len(t.slots)-1) {
		if t.slots[i] == w {
			return true
		}
	}
	return false
}
