package dualec

import (
	"encoding/binary"
	"math/big"

	"doormat/internal/p256"
)

// tiny is the arithmetic of the tiny curve, as in a first lecture. Numbers are int64, since a cube
// of a coordinate has 36 bits and an int may have 32.
type tiny struct{}

const (
	tinyP = 4091 // the field
	tinyB = 280
	tinyN = 4133 // the order: above 2¹², so that only the state 0 makes the point at infinity
)

// tinyPoint is an affine point. The zero value is the point at infinity: since the order is odd,
// the curve has no point with y = 0.
type tinyPoint struct{ x, y int64 }

func tinyMod(a int64) int64 { return (a%tinyP + tinyP) % tinyP }

// tinyInverse returns a^(p−2).
func tinyInverse(a int64) int64 { return tinyPower(a, tinyP-2) }

func tinyPower(a, e int64) int64 {
	r := int64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * a % tinyP
		}
		a = a * a % tinyP
	}
	return r
}

// tinyLift returns a point with the x-coordinate x; its negative is the other. It reports false if
// no point has that coordinate. As p is 3 mod 4, a square root of a square z is z^((p+1)/4).
func tinyLift(x int64) (a tinyPoint, ok bool) {
	z := tinyMod(x*x*x - 3*x + tinyB)
	y := tinyPower(z, (tinyP+1)/4)
	return tinyPoint{x, y}, x < tinyP && y*y%tinyP == z
}

func (a tinyPoint) plus(b tinyPoint) tinyPoint {
	var slope int64
	switch {
	case a == tinyPoint{}:
		return b
	case b == tinyPoint{}:
		return a
	case a == b:
		slope = tinyMod((3*a.x*a.x - 3) * tinyInverse(2*a.y%tinyP))
	case a.x == b.x:
		return tinyPoint{}
	default:
		slope = tinyMod((b.y - a.y) * tinyInverse(tinyMod(b.x-a.x)))
	}
	x := tinyMod(slope*slope - a.x - b.x)
	return tinyPoint{x, tinyMod(slope*(a.x-x) - a.y)}
}

func (a tinyPoint) times(k int64) (r tinyPoint) {
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			r = r.plus(a)
		}
		a = a.plus(a)
	}
	return r
}

func (a tinyPoint) bytes() []byte {
	if a == (tinyPoint{}) {
		return nil
	}
	b := binary.BigEndian.AppendUint16([]byte{4}, uint16(a.x))
	return binary.BigEndian.AppendUint16(b, uint16(a.y))
}

func tinyDecode(b []byte) (a tinyPoint, ok bool) {
	if len(b) != 5 || b[0] != 4 {
		return a, false
	}
	a = tinyPoint{number(b[1:]), number(b[3:])}
	return a, a.x < tinyP && a.y < tinyP && a.y*a.y%tinyP == tinyMod(a.x*a.x*a.x-3*a.x+tinyB)
}

// number reads the number in the first two bytes of b.
func number(b []byte) int64 { return int64(binary.BigEndian.Uint16(b)) }

func (tiny) bits() int       { return 12 }
func (tiny) order() *big.Int { return big.NewInt(tinyN) }
func (tiny) base() []byte    { return tinyPoint{2, 92}.bytes() }

func (tiny) valid(a []byte) bool {
	_, ok := tinyDecode(a)
	return ok
}

func (tiny) x(k, a []byte) ([]byte, bool) {
	point, ok := tinyDecode(a)
	r := point.times(number(k) % tinyN)
	return binary.BigEndian.AppendUint16(nil, uint16(r.x)), ok && r != tinyPoint{}
}

func (tiny) add(a, b []byte) []byte {
	p, _ := tinyDecode(a)
	q, _ := tinyDecode(b)
	return p.plus(q).bytes()
}

func (t tiny) baseTimes(k []byte) []byte {
	p, _ := tinyDecode(t.base())
	return p.times(number(k)).bytes()
}

// prepare returns the plain form of the attack, without anything computed beforehand.
func (tiny) prepare(d, q []byte) func(size int) follower {
	Q, _ := tinyDecode(q)
	follow := func(candidates []p256.Candidate) (points []p256.Candidate) {
		const last = p256.Size - 2
		points = candidates[:0]
		for _, c := range candidates {
			R, ok := tinyLift(number(c.X[last:]))
			if !ok {
				continue
			}
			state := R.times(number(d)).x // x(dR) = x(d·sQ) = x(sP)
			output := Q.times(state).x
			binary.BigEndian.PutUint16(c.State[last:], uint16(state))
			binary.BigEndian.PutUint16(c.Output[last:], uint16(output))
			points = append(points, c)
		}
		return points
	}
	return func(int) follower { return follow }
}
