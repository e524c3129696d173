package supersingular

import "slices"

// The pairing ⟨K, Q⟩ of RFC 6508, Section 3.2, by V. S. Miller's algorithm: a value f of F_p² and a
// point T run along the digits of q − 1, and at each step f is multiplied by the line through
// the points being added, taken at the image (−x, iy) of Q:
//
//	l = λ·x + c + i·y,   c = λ·Tx − Ty
//
// The document's vertical lines have values in F_p, which do not change the class, so they are left
// out. The last step would be a vertical line too, so the digits are those of q − 1. In the end f
// is raised to the power (p + 1)/q = 4.
//
// Both points are multiples of P, so ⟨K, Q⟩ = ⟨Q, K⟩. The point that is used more often should be
// K, since λ and c depend on K alone.

// Lines are the lines of a point K, in the order of the pairing. They take 344 KiB and determine K,
// so they are secret if K is.
type Lines []line

type line struct{ slope, shift element } // λ and c

// digits are the digits of q − 1 in non-adjacent form, where no two neighbours both differ from 0,
// from the second on. A digit −1 costs what 1 costs, and 352 digits differ from 0, where bits would
// be 512.
var digits = nonAdjacent(modQ.n)[1:]

// nonAdjacent returns the digits of n − 1, n odd, the highest first.
func nonAdjacent(n nat) (d []int8) {
	n[0]--
	for !n.isZero() {
		digit := int8(0)
		if n[0]&1 == 1 {
			digit = 2 - int8(n[0]&3)
			n[0]--
			if digit < 0 {
				n.add(&n, &nat{2})
			}
		}
		d = append(d, digit)
		n.halve()
	}
	slices.Reverse(d)
	return d
}

// NewLines computes the lines of a point. It reports false, without lines, if the point is not in
// the subgroup: the lines come from the computation of [q − 1]K, which is −K for points of order q
// only.
func NewLines(k Point) (l Lines, ok bool) {
	minus := k.neg()
	t := k.jacobian()
	w := new(lineWriter)
	for _, d := range digits {
		w.tangent(&t)
		switch d {
		case 1:
			w.chord(&t, &k)
		case -1:
			w.chord(&t, &minus)
		}
	}
	if last, ok := t.affine(); !ok || last != minus {
		return nil, false
	}
	return w.lines(), true
}

// lineWriter collects lines as fractions, with one denominator for λ and c, so that all
// denominators can be inverted at once.
type lineWriter struct {
	numerators   []line
	denominators []element
}

// tangent writes the tangent at t, and doubles t. With m and z' as in doubleWithSlope,
//
//	λ = m/z' = mz² / z'z²,   c = λ·x/z² − y/z³ = (mx − 2y²) / z'z²
func (w *lineWriter) tangent(t *jacobian) {
	var double jacobian
	var l line
	var m, zz, d element
	double.doubleWithSlope(t, &m)
	zz.square(&t.z)
	l.slope.mul(&m, &zz)
	d.square(&t.y)
	d.double(&d)
	l.shift.mul(&m, &t.x)
	l.shift.sub(&l.shift, &d)
	w.numerators = append(w.numerators, l)
	w.denominators = append(w.denominators, *d.mul(&double.z, &zz))
	*t = double
}

// chord writes the line through t and p, and adds p to t. With m and z' as in addWithSlope,
//
//	λ = m/z',   c = λ·px − py = (m·px − z'·py) / z'
func (w *lineWriter) chord(t *jacobian, p *Point) {
	var sum jacobian
	var l line
	var h, d element
	sum.addWithSlope(t, p, &l.slope, &h)
	l.shift.mul(&l.slope, &p.x)
	l.shift.sub(&l.shift, d.mul(&sum.z, &p.y))
	w.numerators = append(w.numerators, l)
	w.denominators = append(w.denominators, sum.z)
	*t = sum
}

func (w *lineWriter) lines() Lines {
	invert(w.denominators)
	for i := range w.numerators {
		l := &w.numerators[i]
		l.slope.mul(&l.slope, &w.denominators[i])
		l.shift.mul(&l.shift, &w.denominators[i])
	}
	return w.numerators
}

// Pair returns ⟨K, Q⟩ for the K of the lines. The value is the same for Q and Q + T, where T is one
// of the three points of order 2 or 4, which are not in the subgroup: see [Point.InSubgroup].
func (l Lines) Pair(q Point) Value {
	var e evaluator
	e.at(&q)
	f := fp2{fieldOne, element{}}
	for _, d := range digits {
		f.square(&f)
		e.mulLine(&f, &l[0])
		l = l[1:]
		if d != 0 {
			e.mulLine(&f, &l[0])
			l = l[1:]
		}
	}
	f.square(&f)
	f.square(&f)
	return f.value()
}

// evaluator evaluates lines at one point. It divides them by y, which is in F_p and does not change
// the class: λ·(x/y) + c·(1/y) + i.
type evaluator struct{ xOverY, oneOverY element }

func (e *evaluator) at(q *Point) {
	e.oneOverY.inverse(&q.y)
	e.xOverY.mul(&q.x, &e.oneOverY)
}

func (e *evaluator) mulLine(f *fp2, l *line) {
	var a element
	a.mulAdd(&l.slope, &e.xOverY, &l.shift, &e.oneOverY)
	f.mulPlusI(&a)
}
