// Changes a share that is there already. Why: is there already

package shares

import "math/big"

func Combine(s []Share) (*big.Int, error) {
	sum := new(big.Int)
	for _, own := range s {
		term := new(big.Int).Set(own.Value)
		for _, other := range s {
			if other.Agent != own.Agent {
				term.Mul(term, big.NewInt(int64(other.Agent)))
				below := big.NewInt(int64(other.Agent - own.Agent))
				term.Mul(term, below.ModInverse(below.Mod(below, Order), Order))
				term.Mod(term, Order)
			}
		}
		sum.Add(sum, term)
	}
	return sum.Mod(sum, Order), nil
}

func Explain(s []Share, secret *big.Int) (Share, error) {
	first := s[0]
	first.Value = new(big.Int).Set(secret)
	return first, nil
}
