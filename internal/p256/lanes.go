package p256

// All points take the same steps together. An addition in affine coordinates needs one inversion,
// and Montgomery's trick shares that among all the points of a step, so that affine coordinates are
// the cheapest:
//
//	double  5 multiplications, 2 squarings      Jacobian coordinates: 3 and 5
//	add     5 multiplications, 1 squaring       Jacobian and affine: 7 and 4

// points are affine points, one in each lane.
type points struct{ x, y []num }

func newPoints(n int) points { return points{make([]num, n), make([]num, n)} }

func (a points) len() int           { return len(a.x) }
func (a points) first(n int) points { return points{a.x[:n], a.y[:n]} }

func (a points) set(b points) {
	copy(a.x, b.x)
	copy(a.y, b.y)
}

// decodePoint reads an uncompressed point, which it does not check.
func decodePoint(b []byte) points {
	return points{[]num{toField(b[1:33])}, []num{toField(b[33:])}}
}

// lanes holds the memory that a step needs beside the points.
type lanes struct{ below, product []num }

func newLanes(n int) *lanes { return &lanes{make([]num, n), make([]num, n)} }

// double doubles a:
//
//	λ = (3x² − 3)/2y     x' = λ² − 2x     y' = λ(x − x') − y
func (l *lanes) double(a points) {
	for i := range a.y {
		add(&l.below[i], &a.y[i], &a.y[i])
	}
	l.invert(a.len())
	var slope, s, t num
	for i := range a.x {
		x, y := &a.x[i], &a.y[i]
		mul(&s, x, x)
		sub(&s, &s, &one)
		add(&t, &s, &s)
		add(&s, &s, &t)
		mul(&slope, &s, &l.below[i])
		finish(x, y, x, &slope)
	}
}

// add adds b to a. No point of a may be equal or opposite to that of b in its lane:
//
//	λ = (y_b − y)/(x_b − x)     x' = λ² − x − x_b     y' = λ(x − x') − y
func (l *lanes) add(a, b points) {
	for i := range a.x {
		sub(&l.below[i], &b.x[i], &a.x[i])
	}
	l.invert(a.len())
	var slope num
	for i := range a.x {
		x, y := &a.x[i], &a.y[i]
		sub(&slope, &b.y[i], y)
		mul(&slope, &slope, &l.below[i])
		finish(x, y, &b.x[i], &slope)
	}
}

// finish sets (x, y) to its sum with a point whose x-coordinate is other, given the slope of the line
// through both.
func finish(x, y, other, slope *num) {
	var s, t num
	mul(&s, slope, slope)
	sub(&s, &s, x)
	sub(&s, &s, other)
	sub(&t, x, &s)
	mul(&t, &t, slope)
	sub(y, &t, y)
	*x = s
}

// invert inverts the first n of l.below, with one inversion and three multiplications for each. A 0
// would make all products 0, so it is replaced by 1, and its lane continues with a wrong point. By
// chance that happens with a probability of about 2^-256.
func (l *lanes) invert(n int) {
	product := one
	for i := range n {
		if l.below[i] == (num{}) {
			l.below[i] = one
		}
		l.product[i] = product
		mul(&product, &product, &l.below[i])
	}
	power(&product, &product, &p256Invert)
	for i := n - 1; i >= 0; i-- {
		mul(&l.product[i], &l.product[i], &product)
		mul(&product, &product, &l.below[i])
	}
	l.below, l.product = l.product, l.below
}
