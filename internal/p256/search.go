package p256

import (
	"crypto/elliptic"
	"math/big"
)

// What a candidate costs, in multiplications in the field: 2·288 for roots (one x in two has none),
// 256·7 + 54·6 for dR, 31·6 for sQ. Nothing can be computed beforehand for dR, as R changes; for
// sQ there is a table. A maker of points could choose a short d, or one with few digits, to be
// faster still, and Q would look no different. This is not assumed.

// A Search holds what d and Q allow to compute once. It is safe for concurrent use.
type Search struct {
	digits []int8 // of ±d
	table  *table
}

// NewSearch returns the search for d from 1 to n−1, 32 bytes, and an uncompressed point Q.
func NewSearch(d, q []byte) *Search {
	// Of d and n − d take the smaller. Then no addition on the way meets equal or opposite points.
	k, n := new(big.Int).SetBytes(d), elliptic.P256().Params().N
	if other := new(big.Int).Sub(n, k); other.Cmp(k) < 0 {
		k = other
	}
	return &Search{oddDigits(k), newTable(q)}
}

// oddDigits writes k with digits 0, ±1, ±3, ±5 and ±7, the least significant first. Of any four
// digits in a row at most one is not 0. It implements the width-4 NAF according to the Guide to
// Elliptic Curve Cryptography, Algorithm 3.35.
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

// A Worker follows candidates. It is for one goroutine, and allocates nothing for a candidate.
type Worker struct {
	*Search
	lanes   *lanes
	r       points    // R, then dR, then sQ
	odd     [4]points // R, 3R, 5R, 7R
	operand points
	index   []num // of the table, for s
}

// NewWorker returns a worker for at most size candidates at a time. It takes some 500 bytes for each.
func (s *Search) NewWorker(size int) *Worker {
	w := &Worker{Search: s, lanes: newLanes(size), r: newPoints(size), operand: newPoints(size), index: make([]num, size)}
	for i := range w.odd {
		w.odd[i] = newPoints(size)
	}
	return w
}

// Follow does for each candidate what [Candidate.Follow] does. It returns those whose X is the
// x-coordinate of a point, in order, at the beginning of c. The probability that a State or Output
// is wrong is below 2^-200.
func (w *Worker) Follow(c []Candidate) []Candidate {
	c, r := w.lift(c)
	if len(c) == 0 {
		return nil
	}
	w.timesD(r)
	for i := range c {
		s := fromField(&r.x[i])
		s.fill(c[i].State[:])
		w.index[i] = tableIndex(s)
	}
	w.timesQ(r)
	for i := range c {
		x := fromField(&r.x[i])
		x.fill(c[i].Output[:])
	}
	return c
}

// lift makes points of the candidates that are x-coordinates, and moves these to the beginning:
//
//	z = x³ − 3x + b     y = z^((p+1)/4), if that is a root
func (w *Worker) lift(c []Candidate) ([]Candidate, points) {
	var z, y, square num
	n := 0
	for i := range c {
		x := toNum(c[i].X[:])
		if _, below := x.minus(&p256P); below == 0 {
			continue
		}
		mul(&x, &x, &montgomery)
		cubic(&z, &x)
		power(&y, &z, &p256Root)
		if mul(&square, &y, &y); square == z {
			w.r.x[n], w.r.y[n] = x, y
			c[n].X = c[i].X
			n++
		}
	}
	return c[:n], w.r.first(n)
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

// timesD multiplies each of r by ±d.
func (w *Worker) timesD(r points) {
	n := r.len()
	for i := range w.odd {
		w.odd[i].first(n).set(r)
	}
	double := w.operand.first(n)
	double.set(r)
	w.lanes.double(double)
	for i := 1; i < len(w.odd); i++ {
		w.odd[i].first(n).set(w.odd[i-1])
		w.lanes.add(w.odd[i].first(n), double)
	}
	top := len(w.digits) - 1
	r.set(w.odd[w.digits[top]/2]) // the first digit is above 0
	for i := top - 1; i >= 0; i-- {
		w.lanes.double(r)
		if digit := w.digits[i]; digit != 0 {
			w.lanes.add(r, w.multiple(digit, n))
		}
	}
}

// multiple returns digit·R, which the caller must not change.
func (w *Worker) multiple(digit int8, n int) points {
	if digit > 0 {
		return w.odd[digit/2].first(n)
	}
	r := w.operand.first(n)
	r.set(w.odd[-digit/2])
	for i := range r.y {
		sub(&r.y[i], &num{}, &r.y[i])
	}
	return r
}

// timesQ sets each of r to ±sQ.
func (w *Worker) timesQ(r points) {
	operand := w.operand.first(r.len())
	for i := range r.x {
		w.table.pick(r, i, 0, &w.index[i])
	}
	for position := 1; position < len(w.table); position++ {
		for i := range operand.x {
			w.table.pick(operand, i, position, &w.index[i])
		}
		w.lanes.add(r, operand)
	}
}
