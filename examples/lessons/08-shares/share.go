package shares

import "math/big"

// A Share is what one agent has of a secret: the agent's number, from 1, and the value of the polynomial
// at that number, from 0 to Order-1.
type Share struct {
	Agent int
	Value *big.Int
}

// Order is the number that values and secrets are computed modulo: 2^252 + 27742317777372353535851937790883648493.
// It is prime, and the order of the group ristretto255 (RFC 9496, Section 4). Do not change it in place: new(big.Int)
// makes a number to write to.
var Order, _ = new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
