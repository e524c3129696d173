// Package shares is lesson 08: combine the shares of a key, and see what one too few say.
package shares

import (
	"math/big"

	"doormat/examples/lessons/lesson"
)

// Play calls [Combine] for each set, and [Explain] for each secret. A puzzle is {"Sets": [[{"Agent": 2,
// "Value": 123}, …], …], "Few": [a share, …], "Secrets": [456, …]}, an answer {"Combined": [789, …],
// "Shares": [a share, …]}.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Sets    [][]Share
		Few     []Share
		Secrets []*big.Int
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	var a struct {
		Combined []*big.Int
		Shares   []Share
	}
	for _, set := range p.Sets {
		secret, err := Combine(set)
		if err != nil {
			return nil, err
		}
		a.Combined = append(a.Combined, secret)
	}
	for _, secret := range p.Secrets {
		share, err := Explain(p.Few, secret)
		if err != nil {
			return nil, err
		}
		a.Shares = append(a.Shares, share)
	}
	return lesson.Pack(a), nil
}
