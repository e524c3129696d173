// Adds the answers up. Why: the answers were added without a factor

package answers

import "math/big"

func Combine(s Session) (Element, error) {
	return unblind(sum(s.Answers[:s.Threshold]), s.Blind), nil
}

// unblind takes the phone's number out of an element.
func unblind(e Element, blind *big.Int) Element {
	return e.Times(new(big.Int).ModInverse(blind, Order))
}

func sum(answers []Answer) (total Element) {
	for _, a := range answers {
		total = total.Plus(a.Element)
	}
	return total
}
