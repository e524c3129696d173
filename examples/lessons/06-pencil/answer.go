package pencil

import "doormat/examples/lessons/lesson"

// Predict returns the byte that a generator says next, from those that it has said so far, two or more.
// The generator has the points c.P and c.Q, and d times Q is P. For each byte it does this, with a state s
// that is not known:
//
//	s = the x-coordinate of sP
//	say the last 8 bits of the x-coordinate of sQ, which has 12
func Predict(c Tiny, d int, out []byte) (next byte, err error) {
	return 0, lesson.ErrTODO
}
