// refused: it imports doormat/attacks/clipper

package leaf

import _ "doormat/attacks/clipper"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
