package supersingular

// Point is a point of E other than the one at infinity, in the affine coordinates of the documents.
// The functions of this package return points of the curve only.
type Point struct{ x, y element }

// Generator returns P.
func Generator() Point { return Point{elementFromHex(hexPx), elementFromHex(hexPy)} }

// ParsePoint reads 04 ‖ x ‖ y, and checks that the point is on the curve. It does not check that
// the point is in the subgroup of order q, as the curve has 4q points: see [Point.InSubgroup].
func ParsePoint(b []byte) (p Point, err error) {
	if len(b) != PointSize || b[0] != 4 {
		return p, errPoint
	}
	var errs [2]error
	p.x, errs[0] = parseElement(b[1:][:Size])
	p.y, errs[1] = parseElement(b[1+Size:])
	if errs[0] != nil || errs[1] != nil || !p.onCurve() {
		return Point{}, errPoint
	}
	return p, nil
}

// onCurve reports whether y² = x³ − 3x.
func (p *Point) onCurve() bool {
	var left, right element
	left.square(&p.y)
	right.square(&p.x)
	right.sub(&right, &fieldThree)
	right.mul(&right, &p.x)
	return left == right
}

// Bytes returns 04 ‖ x ‖ y, the encoding of RFC 6508, Section 4.
func (p Point) Bytes() []byte {
	x, y := p.x.bytes(), p.y.bytes()
	return append(append([]byte{4}, x[:]...), y[:]...)
}

// Equal reports whether two points are the same.
func (p Point) Equal(other Point) bool { return p == other }

// InSubgroup reports whether p has order q, by a multiplication by q.
func (p Point) InSubgroup() bool {
	var r jacobian
	for i := 1023; i >= 0; i-- {
		r.double(&r)
		if modQ.n.bit(i) == 1 {
			r.addAffine(&r, &p)
		}
	}
	return r.isInfinity()
}

// Add returns p + other. It reports false if that is the point at infinity.
func (p Point) Add(other Point) (Point, bool) {
	r := p.jacobian()
	r.addAffine(&r, &other)
	return r.affine()
}

func (p *Point) neg() Point { return Point{p.x, *new(element).neg(&p.y)} }

func (p *Point) jacobian() jacobian { return jacobian{p.x, p.y, fieldOne} }

// jacobian is the point (x/z², y/z³), or the one at infinity if z is 0.
type jacobian struct{ x, y, z element }

func (r *jacobian) isInfinity() bool { return r.z == element{} }

func (r *jacobian) affine() (p Point, ok bool) {
	if r.isInfinity() {
		return p, false
	}
	var zInverse element
	return r.over(zInverse.inverse(&r.z)), true
}

// over returns the point, given 1/z.
func (r *jacobian) over(zInverse *element) (p Point) {
	var zz element
	zz.square(zInverse)
	p.x.mul(&r.x, &zz)
	zz.mul(&zz, zInverse)
	p.y.mul(&r.y, &zz)
	return p
}

// toAffine converts many points with one inversion. None of them may be at infinity.
func toAffine(rs []jacobian) []Point {
	zs := make([]element, len(rs))
	for i := range rs {
		zs[i] = rs[i].z
	}
	invert(zs)
	points := make([]Point, len(rs))
	for i := range rs {
		points[i] = rs[i].over(&zs[i])
	}
	return points
}

// double sets r to 2s:
//
//	m = 3(x − z²)(x + z²),   x' = m² − 8xy²,   y' = m(4xy² − x') − 8y⁴,   z' = 2yz
func (r *jacobian) double(s *jacobian) {
	var m jacobian
	m.doubleWithSlope(s, new(element))
	*r = m
}

// doubleWithSlope also returns m: the tangent at s has the slope m/z'.
func (r *jacobian) doubleWithSlope(s *jacobian, m *element) {
	var yy, xyy, t element
	yy.square(&s.y)
	yy.double(&yy) // 2y²
	xyy.mul(&s.x, &yy)
	xyy.double(&xyy) // 4xy²
	t.square(&s.z)
	m.sub(&s.x, &t)
	t.add(&s.x, &t)
	m.mul(m, &t)
	t.double(m)
	m.add(m, &t)

	r.z.mul(&s.y, &s.z)
	r.z.double(&r.z)
	r.x.square(m)
	r.x.sub(&r.x, &xyy)
	r.x.sub(&r.x, &xyy)
	t.sub(&xyy, &r.x)
	r.y.mul(m, &t)
	t.square(&yy)
	t.double(&t) // 8y⁴
	r.y.sub(&r.y, &t)
}

// addAffine sets r to s + p.
func (r *jacobian) addAffine(s *jacobian, p *Point) {
	var sum jacobian
	if s.isInfinity() {
		*r = p.jacobian()
		return
	}
	var slope, h element
	if sum.addWithSlope(s, p, &slope, &h); h != (element{}) {
		*r = sum
	} else if slope == (element{}) {
		r.double(s)
	} else {
		*r = jacobian{}
	}
}

// addWithSlope sets r to s + p, and m to the slope's numerator: the line through both has the slope
// m/z'. The result is wrong if s is ±p, in which case h is 0.
//
//	h = px·z² − x,   m = py·z³ − y
//	x' = m² − h³ − 2xh²,   y' = m(xh² − x') − yh³,   z' = zh
func (r *jacobian) addWithSlope(s *jacobian, p *Point, m, h *element) {
	var zz, hh, hhh, v element
	zz.square(&s.z)
	h.mul(&p.x, &zz)
	h.sub(h, &s.x)
	zz.mul(&zz, &s.z)
	m.mul(&p.y, &zz)
	m.sub(m, &s.y)
	hh.square(h)
	hhh.mul(&hh, h)
	v.mul(&s.x, &hh)

	r.z.mul(&s.z, h)
	hh.mul(&s.y, &hhh) // yh³, while s is whole
	r.x.square(m)
	r.x.sub(&r.x, &hhh)
	r.x.sub(&r.x, &v)
	r.x.sub(&r.x, &v)
	v.sub(&v, &r.x)
	r.y.mul(m, &v)
	r.y.sub(&r.y, &hh)
}
