// failed: out of memory

package leaf

var kept [][]byte

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	for range 300 {
		kept = append(kept, make([]byte, 1<<20))
	}
	for n := range uint32(1 << 24) {
		leaf[0], leaf[1], leaf[2] = byte(n), byte(n>>8), byte(n>>16)
		if accepts(leaf) {
			break
		}
	}
	return leaf, nil
}
