package pdq

import "image"

// lanes is the number of rows that are filtered together. The sums along a row wait for each other; those of
// different rows do not.
const lanes = 4

// reduce returns the picture reduced to 64 × 64. The reference filters the whole picture four times, then
// takes 64 rows and columns of the result. Here the rows pass through the four filters one after another, with
// the same operations in the same order on each value. The columns that are not taken are left out of the
// fourth. Memory is that of height/128 + 20 rows, and not of whole pictures.
func reduce(m image.Image) *square {
	width, height := m.Bounds().Dx(), m.Bounds().Dy()
	read := reader(m)
	var out square
	if width == side && height == side {
		for y := range out {
			read(out[y][:], y)
		}
		return &out
	}
	// The reference's names are the other way round: it filters "along rows" what is a row here.
	along := (width + 127) / 128
	taken := 0
	last := newColumns(side, height, func(y int, row []float32) {
		for ; taken < side && at(taken, height) == y; taken++ {
			copy(out[taken][:], row)
		}
	})
	var picked [side]float32
	second := newRows(width, along, func(row []float32) {
		for j := range picked {
			picked[j] = row[at(j, width)]
		}
		last.push(picked[:])
	})
	first := newColumns(width, height, func(_ int, row []float32) {
		copy(second.next(), row)
	})
	strip := newRows(width, along, first.push)
	for y := range height {
		read(strip.next(), y)
	}
	strip.flush()
	first.flush()
	second.flush()
	last.flush()
	return &out
}

// at returns the row, or column, that becomes row i of 64: the one in the middle of its share.
func at(i, n int) int { return int((float64(i) + 0.5) * float64(n) / side) }

// A box filter replaces each of n values by the mean of those in a window around it. The window is cut off at
// both ends. It is kept as a running sum of float32, which makes other last bits than a new sum for each window:
//
//	half - 1 times       add a value
//	window - half + 1    add a value, write                  while the window grows
//	n - window           add one, subtract the oldest, write
//	half - 1             subtract the oldest, write          while it shrinks
//
// half returns the number of values on one side of the middle, with it.
func half(window int) int { return (window + 2) / 2 }

// rows filters along rows.
type rows struct {
	window  int
	emit    func([]float32)
	in, out [lanes][]float32
	waiting int // rows of in that are filled
}

func newRows(width, window int, emit func([]float32)) *rows {
	r := &rows{window: window, emit: emit}
	for i := range lanes {
		r.in[i], r.out[i] = make([]float32, width), make([]float32, width)
	}
	return r
}

// next returns the place for a row, to be filled before the next call of next or flush.
func (r *rows) next() []float32 {
	if r.waiting == lanes {
		r.flush()
	}
	r.waiting++
	return r.in[r.waiting-1]
}

// flush filters the rows that wait, and passes them on.
func (r *rows) flush() {
	var sums [lanes]float32
	for i := range lanes {
		sums[i] = grow(r.out[i], r.in[i], r.window)
	}
	slide(&r.out, &r.in, &sums, r.window)
	for i, out := range r.out {
		shrink(out, r.in[i], r.window, sums[i])
	}
	n := r.waiting
	r.waiting = 0
	for _, out := range r.out[:n] {
		r.emit(out)
	}
}

// grow writes the window-half+1 first values, and returns the sum.
func grow(out, in []float32, window int) (sum float32) {
	h := half(window)
	for i, v := range in[:window] {
		sum += v
		if i >= h-1 {
			out[i-h+1] = sum / float32(i+1)
		}
	}
	return sum
}

// slide writes the n-window values in the middle, of four rows at once.
func slide(out, in *[lanes][]float32, sums *[lanes]float32, window int) {
	start := window - half(window) + 1
	n := len(in[0]) - window
	a, b, c, d := in[0][window:][:n], in[1][window:][:n], in[2][window:][:n], in[3][window:][:n]
	a0, b0, c0, d0 := in[0][:n], in[1][:n], in[2][:n], in[3][:n]
	ao, bo, co, do := out[0][start:][:n], out[1][start:][:n], out[2][start:][:n], out[3][start:][:n]
	s, t, u, v := sums[0], sums[1], sums[2], sums[3]
	size := float32(window)
	for i := range n {
		s += a[i]
		t += b[i]
		u += c[i]
		v += d[i]
		s -= a0[i]
		t -= b0[i]
		u -= c0[i]
		v -= d0[i]
		ao[i], bo[i], co[i], do[i] = s/size, t/size, u/size, v/size
	}
	*sums = [lanes]float32{s, t, u, v}
}

// shrink writes the half-1 last values.
func shrink(out, in []float32, window int, sum float32) {
	h := half(window)
	n := len(in)
	for i := range h - 1 {
		sum -= in[n-window+i]
		out[n-h+1+i] = sum / float32(window-1-i)
	}
}

// columns filters along columns, of which it sees a row at a time.
type columns struct {
	height, window int
	emit           func(y int, row []float32)
	sums, row      []float32
	ring           [][]float32 // the rows in the window
	seen, written  int
}

func newColumns(width, height int, emit func(int, []float32)) *columns {
	c := &columns{height: height, window: (height + 127) / 128, emit: emit, sums: make([]float32, width), row: make([]float32, width)}
	c.ring = make([][]float32, c.window)
	for i := range c.ring {
		c.ring[i] = make([]float32, width)
	}
	return c
}

// push takes the next row, and keeps a copy.
func (c *columns) push(row []float32) {
	old := c.ring[c.seen%c.window]
	sums := c.sums[:len(row)]
	old = old[:len(row)]
	if c.seen >= c.window {
		for x, v := range row {
			sums[x] += v
			sums[x] -= old[x]
		}
	} else {
		for x, v := range row {
			sums[x] += v
		}
	}
	copy(old, row)
	c.seen++
	if c.seen >= half(c.window) {
		c.write(min(c.seen, c.window))
	}
}

// flush writes the last rows.
func (c *columns) flush() {
	for i := range half(c.window) - 1 {
		for x, v := range c.ring[(c.seen+i)%c.window] {
			c.sums[x] -= v
		}
		c.write(c.window - 1 - i)
	}
}

// write passes a row on: the sums by the number of rows in them.
func (c *columns) write(size int) {
	divisor := float32(size)
	out := c.row[:len(c.sums)]
	for x, sum := range c.sums {
		out[x] = sum / divisor
	}
	c.emit(c.written, out)
	c.written++
}
