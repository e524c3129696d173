package nonce

import (
	"math/big"

	"doormat/examples/lessons/lesson"
)

// Predict returns the 32 bytes that a generator gives in its second request, from the 32 that it has given in
// its first: the nonce. P and q are its points, and d times q is p. In each request of 32 bytes the generator does
// this, with a state s that is not known:
//
//	s = x(sP)
//	give the last 31 of the 32 bytes of x(sQ)
//	s = x(sP)
//	give the first of the last 31 bytes of x(sQ)
//	s = x(sP)
//
// where x is the coordinate, a number below [P], written as 32 bytes, big-endian.
func Predict(p, q []byte, d *big.Int, nonce []byte) (next []byte, err error) {
	return nil, lesson.ErrTODO
}
