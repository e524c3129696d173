package leaf

import "doormat/examples/lessons/lesson"

// Forge returns 16 bytes that a Clipper chip takes for the law enforcement access field (LEAF) of the
// call that it is in. Accepts asks that chip: it decrypts only behind a LEAF that it accepts.
func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, lesson.ErrTODO
}
