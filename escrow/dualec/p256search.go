package dualec

import (
	"bytes"
	"crypto/elliptic"
	"math/big"
)

// The search on P-256. For each candidate: a square root, to see if there is a point; dR, which
// changes with R, so that nothing can be computed beforehand; and s'Q, for which it can.
//
// What a candidate costs, in multiplications in the field: 2·288 for roots (one in two has none),
// 256·7 + 54·6 for dR, 31·6 for s'Q. That was 53 µs on one core where this was written, and
// crypto/ecdh, which is assembly, took 99 (BenchmarkCandidate). With filippo.io/nistec, assembly
// too, and s'Q made from P, as d is known, it was 59, and one module more. A maker of points
// could choose a short d, or one with few digits, to be faster still, and Q would look no
// different. It is not assumed that he has.

var p256B = elliptic.P256().Params().B.Bytes()

// p256Search is the same for all searches with one d and Q.
type p256Search struct {
	digits []int8 // of ±d
	table  *table
	drop   int
}

func (p256) prepare(d, q []byte, drop int) search {
	// Of d and n − d take the smaller. Then no addition on the way meets equal or opposite points.
	k, n := new(big.Int).SetBytes(d), p256{}.order()
	if other := new(big.Int).Sub(n, k); other.Cmp(k) < 0 {
		k = other
	}
	return &p256Search{oddDigits(k), newTable(q), drop}
}

// oddDigits writes k with digits 0, ±1, ±3, ±5 and ±7, the least significant first, of which no
// two in four are not 0 (the width-4 NAF: Guide to Elliptic Curve Cryptography, Algorithm 3.35).
func oddDigits(k *big.Int) (digits []int8) {
	k = new(big.Int).Set(k)
	for k.Sign() > 0 {
		digit := int8(0)
		if k.Bit(0) == 1 {
			digit = int8(k.Bits()[0] & 15)
			if digit > 8 {
				digit -= 16
			}
			k.Sub(k, big.NewInt(int64(digit)))
		}
		digits = append(digits, digit)
		k.Rsh(k, 1)
	}
	return digits
}

// p256Tester tests candidates, and allocates nothing for one.
type p256Tester struct {
	*p256Search
	*lanes
	r       points    // the candidates, then dR, then s'Q
	odd     [4]points // R, 3R, 5R, 7R
	operand points
	state   []num // s'
	index   []num // of the table, for s'
}

func (s *p256Search) tester(size int) tester {
	t := &p256Tester{p256Search: s, lanes: newLanes(size), r: newPoints(size), operand: newPoints(size),
		state: make([]num, size), index: make([]num, size)}
	for i := range t.odd {
		t.odd[i] = newPoints(size)
	}
	return t
}

func (t *p256Tester) test(block, more []byte, from, to int) (tested int, survivors []survivor) {
	r := t.lift(block, from, to)
	if r.len() == 0 {
		return 0, nil
	}
	t.timesD(r)
	for i := range r.x {
		t.state[i] = fromField(&r.x[i])
		t.index[i] = tableIndex(t.state[i])
	}
	t.timesQ(r)
	more = more[:min(len(more), len(block))]
	var x [32]byte
	for i := range r.x {
		a := fromField(&r.x[i])
		a.fill(x[:])
		if bytes.HasPrefix(x[t.drop/8:], more) {
			survivors = append(survivors, survivor{t.state[i].bytes(), i + 1})
		}
	}
	return r.len(), survivors
}

// lift makes the candidates from, …, to−1 into points, where they are x-coordinates:
//
//	x = missing ‖ block     z = x³ − 3x + b     y = z^((p+1)/4), if that is a root
func (t *p256Tester) lift(block []byte, from, to int) points {
	var x [32]byte
	var z, y, square num
	copy(x[t.drop/8:], block)
	n := 0
	for missing := from; missing < to; missing++ {
		for i := range t.drop / 8 {
			x[i] = byte(missing >> (t.drop - 8 - 8*i))
		}
		a := toNum(x[:])
		if _, below := a.minus(&p256P); below == 0 {
			continue
		}
		mul(&a, &a, &montgomery)
		cubic(&z, &a)
		power(&y, &z, &p256Root)
		if mul(&square, &y, &y); square == z {
			t.r.x[n], t.r.y[n] = a, y
			n++
		}
	}
	return t.r.first(n)
}

// cubic sets z to x³ − 3x + b = x(x² − 3) + b.
func cubic(z, x *num) {
	mul(z, x, x)
	for range 3 {
		sub(z, z, &one)
	}
	mul(z, z, x)
	add(z, z, &curveB)
}

// timesD multiplies each of r by d.
func (t *p256Tester) timesD(r points) {
	n := r.len()
	for i := range t.odd {
		t.odd[i].first(n).set(r)
	}
	double := t.operand.first(n)
	double.set(r)
	t.double(double)
	for i := 1; i < len(t.odd); i++ {
		t.odd[i].first(n).set(t.odd[i-1])
		t.add(t.odd[i].first(n), double)
	}
	top := len(t.digits) - 1
	r.set(t.odd[t.digits[top]/2]) // the first digit is above 0
	for i := top - 1; i >= 0; i-- {
		t.lanes.double(r)
		if digit := t.digits[i]; digit != 0 {
			t.lanes.add(r, t.multiple(digit, n))
		}
	}
}

// multiple is the operand digit·R.
func (t *p256Tester) multiple(digit int8, n int) points {
	if digit > 0 {
		return t.odd[digit/2].first(n)
	}
	r := t.operand.first(n)
	r.set(t.odd[-digit/2])
	for i := range r.y {
		sub(&r.y[i], &num{}, &r.y[i])
	}
	return r
}

// timesQ sets each of r to ±s'Q.
func (t *p256Tester) timesQ(r points) {
	operand := t.operand.first(r.len())
	for i := range r.x {
		t.table.pick(r, i, 0, &t.index[i])
	}
	for position := 1; position < len(t.table); position++ {
		for i := range operand.x {
			t.table.pick(operand, i, position, &t.index[i])
		}
		t.lanes.add(r, operand)
	}
}
