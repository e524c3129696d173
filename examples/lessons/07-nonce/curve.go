package nonce

import (
	"crypto/ecdh"
	"math/big"
)

// The numbers of P-256: its points are the pairs (x, y) with y² = x³ − 3x + [B] modulo [P].
var (
	P = number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
	B = number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")
)

func number(hex string) *big.Int {
	n, _ := new(big.Int).SetString(hex, 16)
	return n
}

// Times returns the x-coordinate of k times a point, for k from 1 on, below 2^256. The point has 65 bytes, uncompressed: the
// byte 4, x and y. It reports false if these bytes are no point of the curve, so it also tells whether a pair
// (x, y) is one. The result has 32 bytes.
//
// It is what a Diffie-Hellman agreement computes, with k as the private key.
func Times(k *big.Int, point []byte) (x []byte, ok bool) {
	if k.Sign() < 0 || k.BitLen() > 256 {
		return nil, false
	}
	private, err := ecdh.P256().NewPrivateKey(k.FillBytes(make([]byte, 32)))
	if err != nil {
		return nil, false
	}
	public, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, false
	}
	x, err = private.ECDH(public)
	return x, err == nil
}
