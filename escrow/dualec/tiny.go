package dualec

import (
	"encoding/binary"
	"math/big"
)

// tiny is the arithmetic of the tiny curve, as in a first lecture.
type tiny struct{}

const (
	tinyP = 4091 // the field
	tinyB = 280
	tinyN = 4133 // the order: above 2¹², so that no state but 0 makes the point at infinity
)

// tinyPoint is a point, affine. The curve has no point with y = 0, as its order is odd, so that
// the zero value can be the point at infinity.
type tinyPoint struct{ x, y int }

func tinyMod(a int) int { return (a%tinyP + tinyP) % tinyP }

// tinyInverse is a^(p−2).
func tinyInverse(a int) int { return tinyPower(a, tinyP-2) }

func tinyPower(a, e int) int {
	r := 1
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * a % tinyP
		}
		a = a * a % tinyP
	}
	return r
}

// tinyLift returns a point with the coordinate x, if there is one; the other is its negative. As p is
// 3 mod 4, a square root of a square z is z^((p+1)/4).
func tinyLift(x int) (a tinyPoint, ok bool) {
	z := tinyMod(x*x*x - 3*x + tinyB)
	y := tinyPower(z, (tinyP+1)/4)
	return tinyPoint{x, y}, x < tinyP && y*y%tinyP == z
}

func (a tinyPoint) plus(b tinyPoint) tinyPoint {
	var slope int
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

func (a tinyPoint) times(k int) (r tinyPoint) {
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
	a = tinyPoint{int(b[1])<<8 | int(b[2]), int(b[3])<<8 | int(b[4])}
	return a, a.x < tinyP && a.y < tinyP && a.y*a.y%tinyP == tinyMod(a.x*a.x*a.x-3*a.x+tinyB)
}

func number(b []byte) int { return int(binary.BigEndian.Uint16(b)) }

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

// tinySearch is the attack without any haste: compare p256Search.
type tinySearch struct {
	d    int
	q    tinyPoint
	drop int
}

func (tiny) prepare(d, q []byte, drop int) search {
	point, _ := tinyDecode(q)
	return tinySearch{number(d), point, drop}
}

func (s tinySearch) tester(int) tester { return s }

func (s tinySearch) test(block, more []byte, from, to int) (tested int, survivors []survivor) {
	for missing := from; missing < to; missing++ {
		r, ok := tinyLift(missing<<8 | int(block[0]))
		if !ok {
			continue
		}
		tested++
		state := r.times(s.d).x // x(dR) = x(d·sQ) = x(sP)
		if len(more) > 0 && byte(s.q.times(state).x) != more[0] {
			continue
		}
		survivors = append(survivors, survivor{binary.BigEndian.AppendUint16(nil, uint16(state)), tested})
	}
	return tested, survivors
}
