package scanning

import (
	"encoding/binary"
	"math/bits"
)

// The detectable hash function of the paper tells the shares of real matches from those of synthetic
// vouchers, once there are more than t of the real ones, and before that to no one. Each voucher carries
//
//	r = K·v(x), v(x) = (1, x, …, x^(t-1))     K a secret matrix of s rows and t columns
//
// where x belongs to the voucher's share. Any t of the r are uniform and independent. More than t lie in a
// space of t dimensions, and what is random does not: the kernel of the matrix whose columns are all r has
// vectors that are zero in each synthetic column, and not in a real one. That needs s ≥ t and as many rows
// more as there are synthetic columns.
//
// Here t is the threshold less one, since package scanning counts the matches at which a voucher opens.

// fp is an element of the field of 2^61-1 elements, reduced.
type fp uint64

const fpModulus = 1<<61 - 1

// reduceFP reduces any 64 bits.
func reduceFP(x uint64) fp {
	x = x&fpModulus + x>>61
	if x >= fpModulus {
		x -= fpModulus
	}
	return fp(x)
}

func (a fp) add(b fp) fp { return reduceFP(uint64(a) + uint64(b)) }
func (a fp) sub(b fp) fp { return reduceFP(uint64(a) + fpModulus - uint64(b)) }

func (a fp) mul(b fp) fp {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return reduceFP(lo & fpModulus).add(reduceFP(hi<<3 | lo>>61))
}

// inv returns 1/a by Fermat, and 0 for 0.
func (a fp) inv() fp {
	result := fp(1)
	for e := uint64(fpModulus - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			result = result.mul(a)
		}
		a = a.mul(a)
	}
	return result
}

// A dhf is the matrix K, by rows.
type dhf [][]fp

// at returns K·v(x).
func (k dhf) at(x fp) []fp {
	r := make([]fp, len(k))
	for i, row := range k {
		power := fp(1)
		for _, c := range row {
			r[i] = r[i].add(c.mul(power))
			power = power.mul(x)
		}
	}
	return r
}

// detect returns, for each column, whether a vector of the kernel is not zero there: whether it is a real
// one. All columns have the same length.
func detect(columns [][]fp) []bool {
	n := len(columns)
	detected := make([]bool, n)
	if n == 0 {
		return detected
	}
	rows := make([][]fp, len(columns[0]))
	for i := range rows {
		rows[i] = make([]fp, n)
		for j := range columns {
			rows[i][j] = columns[j][i]
		}
	}
	pivotOf := eliminate(rows, n)
	isPivot := make([]bool, n)
	for _, j := range pivotOf {
		isPivot[j] = true
	}
	for j := range n { // a free column gives one vector: 1 there, -rows[i][j] at each pivot
		if isPivot[j] {
			continue
		}
		detected[j] = true
		for i, p := range pivotOf {
			detected[p] = detected[p] || rows[i][j] != 0
		}
	}
	return detected
}

// eliminate brings rows into reduced echelon form, and returns the column of each row's pivot.
func eliminate(rows [][]fp, n int) (pivotOf []int) {
	for j := 0; j < n && len(pivotOf) < len(rows); j++ {
		r := len(pivotOf)
		p := r
		for p < len(rows) && rows[p][j] == 0 {
			p++
		}
		if p == len(rows) {
			continue
		}
		rows[r], rows[p] = rows[p], rows[r]
		inv := rows[r][j].inv()
		for k := j; k < n; k++ {
			rows[r][k] = rows[r][k].mul(inv)
		}
		for i := range rows {
			if c := rows[i][j]; i != r && c != 0 {
				for k := j; k < n; k++ {
					rows[i][k] = rows[i][k].sub(c.mul(rows[r][k]))
				}
			}
		}
		pivotOf = append(pivotOf, j)
	}
	return pivotOf
}

// appendFP appends each element in 8 bytes, big-endian.
func appendFP(b []byte, r []fp) []byte {
	for _, x := range r {
		b = binary.BigEndian.AppendUint64(b, uint64(x))
	}
	return b
}

// parseFP reads what appendFP writes. It reports false for what is not reduced.
func parseFP(b []byte) (r []fp, ok bool) {
	if len(b)%8 != 0 {
		return nil, false
	}
	for ; len(b) > 0; b = b[8:] {
		x := binary.BigEndian.Uint64(b)
		if x >= fpModulus {
			return nil, false
		}
		r = append(r, fp(x))
	}
	return r, true
}
