package supersingular

import "math/bits"

// addRows is the inner loop of this package and takes nine tenths of the time of a pairing. It adds
// two rows of a product to sixteen limbs, and returns the two limbs above them:
//
//	top1 ‖ top0 ‖ z = z + x·(y1·2⁶⁴ + y0)
//
// It adds two rows at once, because each alone waits for its own carry, and is unrolled, because
// that is a fifth faster than a loop. It cannot overflow.
//
// Functions that access only a few numbers of their callers are marked norace: the race detector
// still checks the callers, and tests take a twentieth of the time.
//
//go:norace
func addRows(z, x *nat, y0, y1 uint64) (top0, top1 uint64) {
	var a, b, t uint64 // the carry of either row, and a limb between the two
	a, z[0] = mulAdd(x[0], y0, z[0], 0)
	a, t = mulAdd(x[1], y0, z[1], a)
	b, z[1] = mulAdd(x[0], y1, t, b)
	a, t = mulAdd(x[2], y0, z[2], a)
	b, z[2] = mulAdd(x[1], y1, t, b)
	a, t = mulAdd(x[3], y0, z[3], a)
	b, z[3] = mulAdd(x[2], y1, t, b)
	a, t = mulAdd(x[4], y0, z[4], a)
	b, z[4] = mulAdd(x[3], y1, t, b)
	a, t = mulAdd(x[5], y0, z[5], a)
	b, z[5] = mulAdd(x[4], y1, t, b)
	a, t = mulAdd(x[6], y0, z[6], a)
	b, z[6] = mulAdd(x[5], y1, t, b)
	a, t = mulAdd(x[7], y0, z[7], a)
	b, z[7] = mulAdd(x[6], y1, t, b)
	a, t = mulAdd(x[8], y0, z[8], a)
	b, z[8] = mulAdd(x[7], y1, t, b)
	a, t = mulAdd(x[9], y0, z[9], a)
	b, z[9] = mulAdd(x[8], y1, t, b)
	a, t = mulAdd(x[10], y0, z[10], a)
	b, z[10] = mulAdd(x[9], y1, t, b)
	a, t = mulAdd(x[11], y0, z[11], a)
	b, z[11] = mulAdd(x[10], y1, t, b)
	a, t = mulAdd(x[12], y0, z[12], a)
	b, z[12] = mulAdd(x[11], y1, t, b)
	a, t = mulAdd(x[13], y0, z[13], a)
	b, z[13] = mulAdd(x[12], y1, t, b)
	a, t = mulAdd(x[14], y0, z[14], a)
	b, z[14] = mulAdd(x[13], y1, t, b)
	a, t = mulAdd(x[15], y0, z[15], a)
	b, z[15] = mulAdd(x[14], y1, t, b)
	return mulAddTop(x[15], y1, a, b)
}

// mulAdd returns x·y + z + a, which fits into two limbs.
//
//go:norace
func mulAdd(x, y, z, a uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(x, y)
	var c uint64
	lo, c = bits.Add64(lo, z, 0)
	hi, _ = bits.Add64(hi, 0, c)
	lo, c = bits.Add64(lo, a, 0)
	hi, _ = bits.Add64(hi, 0, c)
	return hi, lo
}

//go:norace
func mulAddTop(x, y, z, a uint64) (lo, hi uint64) {
	hi, lo = mulAdd(x, y, z, a)
	return lo, hi
}
