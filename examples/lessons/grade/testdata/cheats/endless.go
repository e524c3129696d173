// too slow: not done after

package leaf

func init() {
	for {
	}
}

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
