// too slow: not done after

package leaf

import "os"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	os.Stdin.Read(make([]byte, 1))
	return leaf, nil
}
