package scanning

import (
	"crypto/sha256"
	"encoding/binary"
)

// mostKicks is how many entries one entry may move before the last of them is lost.
const mostKicks = 500

// places returns the two cells of n in which a hash may stand. They may be one.
func places(h Hash, n int) (cells [2]int) {
	sum := sha256.Sum256(append([]byte("doormat scanning cuckoo v1\x00"), h[:]...))
	for j := range cells {
		cells[j] = int(binary.BigEndian.Uint64(sum[8*j:]) % uint64(n))
	}
	return cells
}

// place puts a list into a cuckoo table of n cells, an entry a cell (Pagh and Rodler, ESA 2001). It returns
// the index of the entry in each cell, -1 for none, and the indices of those for which there was no place.
// No two entries may be equal.
func place(list []Hash, n int) (cells, lost []int) {
	cells = make([]int, n)
	for w := range cells {
		cells[w] = -1
	}
	for i := range list {
		homeless, w := i, places(list[i], n)[0]
		for range mostKicks {
			homeless, cells[w] = cells[w], homeless
			if homeless < 0 {
				break
			}
			both := places(list[homeless], n)
			if w = both[0] + both[1] - w; w == both[0] && w == both[1] {
				break // it has one cell, and another entry took it
			}
		}
		if homeless >= 0 {
			lost = append(lost, homeless)
		}
	}
	return cells, lost
}
