// Takes places in the list for numbers of servers. Why: the factors are those of the places in the list

package answers

import "math/big"

func Combine(s Session) (Element, error) {
	return unblind(sum(s.Answers[:s.Threshold]), s.Blind), nil
}

// unblind takes the phone's number out of an element.
func unblind(e Element, blind *big.Int) Element {
	return e.Times(new(big.Int).ModInverse(blind, Order))
}

// sum is Lagrange's formula at 0.
func sum(answers []Answer) (total Element) {
	for i, a := range answers {
		top, bottom := big.NewInt(1), big.NewInt(1)
		for j := range answers {
			if i != j {
				top.Mul(top, big.NewInt(int64(j+1)))
				bottom.Mul(bottom, big.NewInt(int64(j-i)))
			}
		}
		bottom.Mod(bottom, Order)
		total = total.Plus(a.Element.Times(top.Mul(top, bottom.ModInverse(bottom, Order))))
	}
	return total
}
