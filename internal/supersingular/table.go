package supersingular

import (
	"math/bits"
	"slices"
	"sync"
)

// A comb multiplies a point that is known beforehand (C. H. Lim, P. J. Lee, "More Flexible
// Exponentiation with Precomputation", 1994). The 1,024 bits of a scalar are written in eight rows
// of 128, and each row in four blocks of 32:
//
//	block j of a table has, for each of the 255 sums over rows i,   Σ 2^(128i + 32j) P
//
// A column of a block then costs one addition, and all columns share 31 doublings.
const (
	combRows   = 8
	combBlocks = 4
	combWidth  = 1024 / combRows / combBlocks
	combSums   = 1<<combRows - 1
)

// column returns the bits of column k of block j.
func (x *nat) column(j, k int) (c uint64) {
	for i := range combRows {
		c |= x.bit(i*1024/combRows+j*combWidth+k) << i
	}
	return c
}

// A Table multiplies one point fast. It takes 255 KiB.
type Table struct{ points [combBlocks][combSums]Point }

// GeneratorTable returns the table of P.
var GeneratorTable = sync.OnceValue(func() *Table { return NewTable(Generator()) })

// NewTable makes the table of a point, which must be in the subgroup. It takes about three times as
// long as a multiplication without a table.
func NewTable(p Point) *Table {
	powers := combPowers(p)
	sums := make([]jacobian, 0, combBlocks*combSums)
	for j := range combBlocks {
		for c := 1; c <= combSums; c++ {
			top := topBit(c)
			power := &powers[top*combBlocks+j]
			sum := power.jacobian()
			if rest := c ^ 1<<top; rest > 0 {
				sum.addAffine(&sums[j*combSums+rest-1], power)
			}
			sums = append(sums, sum)
		}
	}
	t := new(Table)
	points := toAffine(sums)
	for j := range t.points {
		copy(t.points[j][:], points[j*combSums:])
	}
	return t
}

func topBit(c int) int { return bits.Len(uint(c)) - 1 }

// combPowers returns 2^(32e) p for each e below 32.
func combPowers(p Point) []Point {
	powers := []jacobian{p.jacobian()}
	for len(powers) < combRows*combBlocks {
		r := powers[len(powers)-1]
		for range combWidth {
			r.double(&r)
		}
		powers = append(powers, r)
	}
	return toAffine(powers)
}

// Mul returns s times the point of t. It reports false if that is the point at infinity.
func (t *Table) Mul(s Scalar) (Point, bool) {
	return horner(func(k int, column []Point) []Point { return t.addColumn(column, &s, k) })
}

// MulAdd returns s times the point of t plus u times the point of v. It reports false if that is
// the point at infinity. Both products share the doublings.
func (t *Table) MulAdd(s Scalar, v *Table, u Scalar) (Point, bool) {
	return horner(func(k int, column []Point) []Point {
		return v.addColumn(t.addColumn(column, &s, k), &u, k)
	})
}

// addColumn appends the points that column k of a scalar selects from the table: up to one a block.
func (t *Table) addColumn(column []Point, s *Scalar, k int) []Point {
	for j := range t.points {
		if c := s.n.column(j, k); c != 0 {
			column = append(column, t.points[j][c-1])
		}
	}
	return column
}

// horner adds up each column, and then computes r = 2r + column from the last to the first.
func horner(points func(k int, column []Point) []Point) (Point, bool) {
	columns := make([][]Point, combWidth)
	for k := range columns {
		columns[k] = points(k, make([]Point, 0, 2*combBlocks))
	}
	sumAll(columns)
	var r jacobian
	for _, column := range slices.Backward(columns) {
		r.double(&r)
		for i := range column {
			r.addAffine(&r, &column[i])
		}
	}
	return r.affine()
}

// sumAll adds up each column, until at most one point is left in it. It adds the points of all
// columns in pairs, so that a few inversions serve for all additions, which then take six
// multiplications and not eleven.
func sumAll(columns [][]Point) {
	for {
		var differences []element
		for _, column := range columns {
			for i := 1; i < len(column); i += 2 {
				differences = append(differences, xDifference(&column[i-1], &column[i]))
			}
		}
		if differences == nil {
			return
		}
		invert(differences)
		for k, column := range columns {
			columns[k] = column[:0]
			for i := 1; i < len(column); i += 2 {
				if sum, ok := addPoints(&column[i-1], &column[i], &differences[0]); ok {
					columns[k] = append(columns[k], sum)
				}
				differences = differences[1:]
			}
			if len(column)%2 == 1 {
				columns[k] = append(columns[k], column[len(column)-1])
			}
		}
	}
}

// xDifference returns the number whose inverse addPoints takes.
func xDifference(p, q *Point) (d element) {
	if p.x == q.x {
		return fieldOne
	}
	return *d.sub(&q.x, &p.x)
}

// addPoints returns p + q. It reports false if that is the point at infinity:
//
//	m = (qy − py) / (qx − px),   x = m² − px − qx,   y = m(px − x) − py
func addPoints(p, q *Point, inverse *element) (sum Point, ok bool) {
	if p.x == q.x {
		return p.Add(*q)
	}
	var m element
	m.sub(&q.y, &p.y)
	m.mul(&m, inverse)
	sum.x.square(&m)
	sum.x.sub(&sum.x, &p.x)
	sum.x.sub(&sum.x, &q.x)
	sum.y.sub(&p.x, &sum.x)
	sum.y.mul(&sum.y, &m)
	sum.y.sub(&sum.y, &p.y)
	return sum, true
}
