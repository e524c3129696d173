// Tries all first bytes of the coordinate, and keeps the state that gives the last byte of the nonce.

package nonce

import (
	"errors"
	"math/big"
	"slices"
)

// lift returns what is a point with this x-coordinate, if there is one: [Times] reports that.
func lift(coordinate []byte) []byte {
	x := new(big.Int).SetBytes(coordinate)
	square := new(big.Int).Exp(x, big.NewInt(3), P)
	square.Sub(square, new(big.Int).Mul(x, big.NewInt(3)))
	square.Add(square, B)
	e := new(big.Int).Add(P, big.NewInt(1))
	y := new(big.Int).Exp(square, e.Rsh(e, 2), P)
	return slices.Concat([]byte{4}, coordinate, y.FillBytes(make([]byte, 32)))
}

// times is [Times] for points that are known to be some.
func times(k, point []byte) []byte {
	x, _ := Times(new(big.Int).SetBytes(k), point)
	return x
}

func Predict(p, q []byte, d *big.Int, nonce []byte) (next []byte, err error) {
	for b := range 256 {
		R := lift(append([]byte{byte(b)}, nonce[:31]...))
		s, ok := Times(d, R)
		if !ok || times(s, q)[1] != nonce[31] {
			continue
		}
		s = times(s, p)
		s = times(s, p)
		next = append(next, times(s, q)[1:]...)
		s = times(s, p)
		return append(next, times(s, q)[1]), nil
	}
	return nil, errors.New("no state gives this nonce")
}
