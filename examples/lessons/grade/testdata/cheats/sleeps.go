// too slow: not done after

package leaf

import "time"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	time.Sleep(time.Hour)
	return leaf, nil
}
