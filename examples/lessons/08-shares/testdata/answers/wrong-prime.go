// Computes modulo the prime of the curve. Why: modulo 2^255-19

package shares

import "math/big"

var field = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

func Combine(s []Share) (*big.Int, error) {
	sum := new(big.Int)
	for _, own := range s {
		term := new(big.Int).Set(own.Value)
		for _, other := range s {
			if other.Agent != own.Agent {
				term.Mul(term, big.NewInt(int64(other.Agent)))
				below := big.NewInt(int64(other.Agent - own.Agent))
				term.Mul(term, below.ModInverse(below.Mod(below, field), field))
				term.Mod(term, field)
			}
		}
		sum.Add(sum, term)
	}
	return sum.Mod(sum, field).Mod(sum, Order), nil
}

func Explain(s []Share, secret *big.Int) (Share, error) {
	return Share{1, big.NewInt(1)}, nil
}
