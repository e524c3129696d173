package answers

import (
	"math/big"

	"github.com/cloudflare/circl/group"
)

// Order is the number of elements, a prime of 253 bits: 2²⁵² + 27742317777372353535851937790883648493. An
// element times Order is the zero Element. So factors are computed modulo Order.
var Order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// An Element is one of the group ristretto255 (RFC 9496). Elements can be added, and multiplied by a number.
// From an element and its product nobody can compute the number. The zero Element is that of addition.
type Element struct{ point group.Element }

// Plus returns e + f.
func (e Element) Plus(f Element) Element {
	return Element{group.Ristretto255.NewElement().Add(e.get(), f.get())}
}

// Times returns e + e + … + e, n times. N is taken modulo Order, and may be negative.
func (e Element) Times(n *big.Int) Element {
	scalar := group.Ristretto255.NewScalar().SetBigInt(new(big.Int).Mod(n, Order))
	return Element{group.Ristretto255.NewElement().Mul(e.get(), scalar)}
}

// Bytes returns the 32 bytes of the element.
func (e Element) Bytes() []byte {
	b, err := e.get().MarshalBinaryCompress()
	if err != nil {
		panic("answers: internal error: " + err.Error())
	}
	return b
}

func (e Element) get() group.Element {
	if e.point == nil {
		return group.Ristretto255.Identity()
	}
	return e.point
}

func parseElement(b []byte) (Element, error) {
	point := group.Ristretto255.NewElement()
	if err := point.UnmarshalBinary(b); err != nil {
		return Element{}, err
	}
	return Element{point}, nil
}
