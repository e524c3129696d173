package samenumber

import "doormat/examples/lessons/lesson"

// Number returns the safety number of two people: the 60 digits that each of their phones shows, and
// that the two compare. A and b are their public keys.
func Number(a, b [32]byte) (string, error) {
	return "", lesson.ErrTODO
}
