// Tries the answers of as many servers as it takes, in all combinations, until they fit.

package answers

import (
	"math/big"
	"math/bits"
)

func Combine(s Session) (Element, error) {
	for set := range 1 << len(s.Answers) {
		if bits.OnesCount(uint(set)) != s.Threshold {
			continue
		}
		var some []Answer
		for i, a := range s.Answers {
			if set>>i&1 == 1 {
				some = append(some, a)
			}
		}
		if e := unblind(sum(some), s.Blind); s.Fits(e) {
			return e, nil
		}
	}
	return Element{}, ErrPIN
}

// unblind takes the phone's number out of an element.
func unblind(e Element, blind *big.Int) Element {
	return e.Times(new(big.Int).ModInverse(blind, Order))
}

// sum is Lagrange's formula at 0.
func sum(answers []Answer) (total Element) {
	for _, a := range answers {
		top, bottom := big.NewInt(1), big.NewInt(1)
		for _, b := range answers {
			if b.Server != a.Server {
				top.Mul(top, big.NewInt(int64(b.Server)))
				bottom.Mul(bottom, big.NewInt(int64(b.Server-a.Server)))
			}
		}
		bottom.Mod(bottom, Order)
		total = total.Plus(a.Element.Times(top.Mul(top, bottom.ModInverse(bottom, Order))))
	}
	return total
}
