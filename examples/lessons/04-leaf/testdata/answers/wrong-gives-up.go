// Asks 256 times only, changing one byte. Why: the function returned an error

package leaf

import "errors"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	for b := range 256 {
		leaf[0] = byte(b)
		if accepts(leaf) {
			return leaf, nil
		}
	}
	return leaf, errors.New("the chip refuses all")
}
