package pdq

import "image"

// Variant names a picture turned or mirrored, in the reference's words.
type Variant int

// The eight symmetries of a square. A rotation is counter-clockwise by so many degrees. FlipX turns the
// picture upside down, FlipY exchanges left and right, FlipPlus1 exchanges rows and columns, FlipMinus1 does
// so along the other diagonal.
const (
	Original Variant = iota
	Rotate90
	Rotate180
	Rotate270
	FlipX
	FlipY
	FlipPlus1
	FlipMinus1
	NumVariants
)

// variants says what becomes of the coefficients: whether rows and columns are exchanged, and which change
// their sign, by the parity of the row and of the column from which they come.
var variants = [NumVariants]struct {
	transposed bool
	negative   func(i, j int) bool
}{
	Original:   {false, func(i, j int) bool { return false }},
	Rotate90:   {true, func(i, j int) bool { return j%2 == 0 }},
	Rotate180:  {false, func(i, j int) bool { return (i+j)%2 == 1 }},
	Rotate270:  {true, func(i, j int) bool { return i%2 == 0 }},
	FlipX:      {false, func(i, j int) bool { return i%2 == 0 }},
	FlipY:      {false, func(i, j int) bool { return j%2 == 0 }},
	FlipPlus1:  {true, func(i, j int) bool { return false }},
	FlipMinus1: {true, func(i, j int) bool { return (i+j)%2 == 1 }},
}

// Variant returns the coefficients of the picture turned or mirrored.
func (c *Coefficients) Variant(v Variant) *Coefficients {
	var out Coefficients
	for i := range c {
		for j, x := range c[i] {
			if variants[v].negative(i, j) {
				x = -x
			}
			if variants[v].transposed {
				out[j][i] = x
			} else {
				out[i][j] = x
			}
		}
	}
	return &out
}

// Variants returns the hashes of a picture in all eight orientations, and its quality. It costs little more
// than [Sum]: a mirrored wave is the same wave or its negative.
func Variants(m image.Image) (all [NumVariants]Hash, quality int) {
	c, quality := Transform(m)
	for v := range NumVariants {
		all[v] = c.Variant(v).Hash()
	}
	return all, quality
}
