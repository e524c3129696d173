package p256

// table has 32 rows of odd multiples of Q: row i has 1, 3, …, 255 times 2^(8i)·Q. Every odd number
// below 2^256 is a sum of 32 digits, one for each row, that are odd and from −255 to 255. No digit is
// 0, so every lane adds one point for each row.
//
//	s = Σ ±2^i, with + for the ones of (s + 2^256 − 1)/2 and − for its zeros
//	  = Σ (2B_i − 255)·256^i, where B_i are the bytes of (s + 2^256 − 1)/2, the lowest first
type table [32]points

const rowSize = 128

func newTable(q []byte) *table {
	t := new(table)
	doubles, sum := newPoints(len(t)), newPoints(len(t)) // of each row: twice the first, and the last
	first := decodePoint(q)
	l := newLanes(len(t))
	for i := range t {
		t[i] = newPoints(rowSize)
		sum.x[i], sum.y[i] = first.x[0], first.y[0]
		for range 8 {
			l.double(first)
		}
	}
	doubles.set(sum)
	l.double(doubles)
	for j := range rowSize {
		for i := range t {
			t[i].x[j], t[i].y[j] = sum.x[i], sum.y[i]
		}
		if j < rowSize-1 {
			l.add(sum, doubles)
		}
	}
	return t
}

// tableIndex returns the bytes B_i for ±state. If state is even it takes n − state, which is odd; that
// changes the sign of the point, and not its x-coordinate.
func tableIndex(state num) (index num) {
	if r, borrow := state.minus(&p256N); borrow == 0 {
		state = r
	}
	if state[0]&1 == 0 {
		state, _ = p256N.minus(&state)
	}
	for i := range index[:3] {
		index[i] = state[i]>>1 | state[i+1]<<63
	}
	index[3] = state[3]>>1 | 1<<63
	return index
}

// pick sets lane i of a to the point of a row that its byte of index selects.
func (t *table) pick(a points, i, row int, index *num) {
	b := byte(index[row/8] >> (8 * (row % 8)))
	if b >= rowSize {
		b -= rowSize
		a.x[i], a.y[i] = t[row].x[b], t[row].y[b]
		return
	}
	b = rowSize - 1 - b
	a.x[i] = t[row].x[b]
	sub(&a.y[i], &num{}, &t[row].y[b])
}
