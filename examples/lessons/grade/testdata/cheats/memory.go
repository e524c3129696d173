// failed: out of memory

package leaf

var kept [][]byte

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	for range 300 {
		kept = append(kept, make([]byte, 1<<20))
	}
	accepts(leaf)
	return leaf, nil
}
