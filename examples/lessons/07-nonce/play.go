// Package nonce is lesson 07: predict a random number generator on P-256 from what it says in the open.
package nonce

import (
	"math/big"

	"doormat/examples/lessons/lesson"
)

// Play calls [Predict] once. A puzzle is {"P": 65 bytes, "Q": 65 bytes, "D": 32 bytes, "Nonce": 32 bytes},
// all in base64, points uncompressed; an answer is 32 bytes.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct{ P, Q, D, Nonce []byte }
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	return Predict(p.P, p.Q, new(big.Int).SetBytes(p.D), p.Nonce)
}
