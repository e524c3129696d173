// refused: it imports doormat/examples/lessons/04-leaf/deal

package leaf

import _ "doormat/examples/lessons/04-leaf/deal"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
