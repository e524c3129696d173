package partial

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// MaxTable is the largest size of a table, in steps of 24 to 48 bytes. It is the best size for
// MaxBits.
const MaxTable = 1 << 24

var errNotFound = errors.New("expected g^a for an a of the target's bits, found another element")

// Target is g^a, with the number of bits of a.
type Target struct {
	point *edwards25519.Point
	bits  int
}

// Table holds the baby steps of Shanks's algorithm: g^j for 0 ≤ j ≤ m. It depends on no user's key,
// so it can be made in advance and used for all of them.
//
// The giant steps are T / g^((2i+1) m). A point and its inverse have the same y, so a giant step that
// equals g^j or g^-j in the table gives a = (2i+1) m ± j. There are m baby steps, and at most
// 2^Bits / 2m giant ones.
type Table struct {
	m     uint64
	keys  []uint64 // the lower half of y
	steps []uint32 // j + 1; 0 where there is none
}

// NewTable makes a table of m steps, 1 to MaxTable, with m group operations. The best m for one key
// is about 2^(bits/2).
func NewTable(m int) (*Table, error) {
	if m < 1 || m > MaxTable {
		return nil, fmt.Errorf("partial: expected a table of 1 to %d steps, found %d", MaxTable, m)
	}
	size := 2
	for size < 2*(m+1) {
		size *= 2
	}
	t := &Table{uint64(m), make([]uint64, size), make([]uint32, size)}
	j := uint32(0)
	w := newWalk(edwards25519.NewIdentityPoint(), edwards25519.NewGeneratorPoint())
	for j <= uint32(m) {
		for _, key := range w.next(m + 1 - int(j)) {
			j++
			t.add(key, j)
		}
	}
	return t, nil
}

func (t *Table) add(key uint64, step uint32) {
	i := t.slot(key)
	for t.steps[i] != 0 {
		i = (i + 1) % len(t.steps)
	}
	t.keys[i], t.steps[i] = key, step
}

func (t *Table) slot(key uint64) int { return int(key % uint64(len(t.steps))) }

// Operations returns the cost of the table, in group operations.
func (t *Table) Operations() int64 { return int64(t.m) }

// Search returns a, and the number of giant steps taken, one group operation each. It returns an
// error if the target is not g^a for an a of its number of bits, or the context's if that ends. It
// uses one core.
func (t *Table) Search(ctx context.Context, target Target) (a uint64, operations int64, err error) {
	giants := (uint64(1)<<target.bits + 2*t.m - 1) / (2 * t.m)
	first := new(edwards25519.Point).Subtract(target.point, power(t.m))
	w := newWalk(first, new(edwards25519.Point).Negate(power(2*t.m)))
	for i := uint64(0); i < giants; {
		if err := ctx.Err(); err != nil {
			return 0, operations, err
		}
		for _, key := range w.next(int(min(giants-i, walkLength))) {
			operations++
			if a, ok := t.meet(key, (2*i+1)*t.m, target); ok {
				return a, operations, nil
			}
			i++
		}
	}
	return 0, operations, fmt.Errorf("partial: %w", errNotFound)
}

// meet looks a giant step up in the table, and returns the a that it gives. Keys are half of y, so
// each candidate is checked.
func (t *Table) meet(key, middle uint64, target Target) (a uint64, ok bool) {
	for i := t.slot(key); t.steps[i] != 0; i = (i + 1) % len(t.steps) {
		if t.keys[i] != key {
			continue
		}
		j := uint64(t.steps[i] - 1)
		for _, a := range []uint64{middle - j, middle + j} {
			if a < 1<<target.bits && power(a).Equal(target.point) == 1 {
				return a, true
			}
		}
	}
	return 0, false
}

func power(n uint64) *edwards25519.Point {
	return new(edwards25519.Point).ScalarBaseMult(scalar(n))
}

// walkLength is the number of points that share one inversion.
const walkLength = 256

// walk is the sequence at, at + step, at + 2 step, ….
type walk struct {
	at, step *edwards25519.Point
	y, z     [walkLength]field.Element
	product  [walkLength]field.Element // of the z before, for Montgomery's trick
	keys     [walkLength]uint64
}

func newWalk(at, step *edwards25519.Point) *walk { return &walk{at: at, step: step} }

// next returns the lower half of y for the next points, n or walkLength, whichever is less. A
// point's y is Y/Z, and the inverses of all Z cost one inversion:
//
//	1/z_i = (z_0 … z_(i-1)) · 1/(z_0 … z_i)
func (w *walk) next(n int) []uint64 {
	n = min(n, walkLength)
	all := new(field.Element).One()
	for i := range n {
		_, y, z, _ := w.at.ExtendedCoordinates()
		w.y[i], w.z[i], w.product[i] = *y, *z, *all
		all.Multiply(all, z)
		w.at.Add(w.at, w.step)
	}
	inverse := all.Invert(all)
	for i := n - 1; i >= 0; i-- {
		y := new(field.Element).Multiply(inverse, &w.product[i])
		y.Multiply(y, &w.y[i])
		w.keys[i] = binary.LittleEndian.Uint64(y.Bytes())
		inverse.Multiply(inverse, &w.z[i])
	}
	return w.keys[:n]
}
