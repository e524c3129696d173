// Lagrange's interpolation, at 0 for the secret and at a free number for the last share.

package shares

import (
	"math/big"
	"slices"
)

// at returns f(x).
func at(s []Share, x int) *big.Int {
	sum := new(big.Int)
	for _, own := range s {
		term := new(big.Int).Set(own.Value)
		for _, other := range s {
			if other.Agent == own.Agent {
				continue
			}
			term.Mul(term, big.NewInt(int64(x-other.Agent)))
			below := big.NewInt(int64(own.Agent - other.Agent))
			below.Mod(below, Order)
			term.Mul(term, below.ModInverse(below, Order))
			term.Mod(term, Order)
		}
		sum.Add(sum, term)
	}
	return sum.Mod(sum, Order)
}

func Combine(s []Share) (*big.Int, error) { return at(s, 0), nil }

func Explain(s []Share, secret *big.Int) (Share, error) {
	agent := 1
	for slices.ContainsFunc(s, func(s Share) bool { return s.Agent == agent }) {
		agent++
	}
	points := append(slices.Clone(s), Share{0, secret})
	return Share{agent, at(points, agent)}, nil
}
