// Leaves the phone's number in. Why: Blind is still in the element

package answers

import "math/big"

func Combine(s Session) (Element, error) { return sum(s.Answers), nil }

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
