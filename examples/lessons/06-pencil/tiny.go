package pencil

// A Tiny is a generator's points on the curve y² = x³ − 3x + B modulo Modulus, which has 4,133 points.
type Tiny struct{ P, Q Point }

// The numbers of the curve.
const (
	Modulus = 4091 // coordinates are from 0 to 4090
	B       = 280
)

// A Point is a point of the curve. The zero value is the zero of the addition, which is none of the pairs of
// numbers on the curve.
type Point struct{ X, Y int }

// Times returns k times a, for k from 0 on: a added to itself, k of them.
func (c Tiny) Times(k int, a Point) (r Point) {
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			r = c.Add(r, a)
		}
		a = c.Add(a, a)
	}
	return r
}

// Add returns the sum of two points: the line through a and b, or the tangent if they are equal, meets the
// curve in a third point, and the sum is that point's mirror image.
func (c Tiny) Add(a, b Point) Point {
	var slope int
	switch {
	case a == Point{}:
		return b
	case b == Point{}:
		return a
	case a == b:
		slope = mod((3*a.X*a.X - 3) * inverse(2*a.Y))
	case a.X == b.X:
		return Point{}
	default:
		slope = mod((b.Y - a.Y) * inverse(b.X-a.X))
	}
	x := mod(slope*slope - a.X - b.X)
	return Point{x, mod(slope*(a.X-x) - a.Y)}
}

// mod returns n modulo Modulus, from 0 on for negative n too.
func mod(n int) int { return (n%Modulus + Modulus) % Modulus }

// inverse returns the number whose product with n is 1 modulo Modulus: n to the power of Modulus−2.
func inverse(n int) int {
	n = mod(n)
	r := 1
	for e := Modulus - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mod(r * n)
		}
		n = mod(n * n)
	}
	return r
}
