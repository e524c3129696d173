package scanning

import (
	"image"
	"image/color"
	"math"

	"doormat/internal/pdq"
)

// ThumbnailSide is the width and height of a thumbnail, in pixels.
const ThumbnailSide = 64

// Thumbnail draws what a PDQ hash says of its picture, in grey. A bit is the sign of a wave, nearly. Its strength
// is taken to fall with the frequency, as in most pictures; nothing else is learned from other pictures. The
// hash has no wave that is constant along rows or columns, so that brightness is missing, and a plain
// horizon. [Likeness] measures how far this goes.
func Thumbnail(hash [32]byte) *image.Gray {
	h := pdq.Hash(hash)
	var sum [ThumbnailSide][ThumbnailSide]float64
	wave := func(i, x int) float64 {
		return math.Cos(math.Pi * float64(i+1) * float64(2*x+1) / (2 * ThumbnailSide))
	}
	energy := 0.0
	for k := range numBits {
		i, j := k/16, k%16
		strength := 1 / math.Hypot(float64(i+1), float64(j+1))
		energy += strength * strength / 4
		if !h.Bit(k) {
			strength = -strength
		}
		for y := range ThumbnailSide {
			a := strength * wave(i, y)
			for x := range ThumbnailSide {
				sum[y][x] += a * wave(j, x)
			}
		}
	}
	m := image.NewGray(image.Rect(0, 0, ThumbnailSide, ThumbnailSide))
	for y := range sum {
		for x, v := range sum[y] {
			v = 128 + 60*v/math.Sqrt(energy)
			m.SetGray(x, y, color.Gray{uint8(min(max(math.Round(v), 0), 255))})
		}
	}
	return m
}

// Likeness returns the correlation of two pictures, each shrunk to 64 × 64 in grey: 1 for the same, about 0 for
// pictures that have nothing to do with each other, -1 for a negative.
func Likeness(a, b image.Image) float64 {
	p, q := shrink(a), shrink(b)
	var pq, pp, qq float64
	for i := range p {
		pq += p[i] * q[i]
		pp += p[i] * p[i]
		qq += q[i] * q[i]
	}
	if pp == 0 || qq == 0 {
		return 0
	}
	return pq / math.Sqrt(pp*qq)
}

// shrink returns 64 × 64 means of a picture, less the mean of all.
func shrink(m image.Image) []float64 {
	out := make([]float64, ThumbnailSide*ThumbnailSide)
	b := m.Bounds()
	mean := 0.0
	for i := range out {
		left, right := share(i%ThumbnailSide, b.Dx())
		top, bottom := share(i/ThumbnailSide, b.Dy())
		sum := 0
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				sum += int(color.GrayModel.Convert(m.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y)
			}
		}
		out[i] = float64(sum) / float64((bottom-top)*(right-left))
		mean += out[i] / float64(len(out))
	}
	for i := range out {
		out[i] -= mean
	}
	return out
}

// share returns the pixels, of n in a row, that become pixel i of a thumbnail: at least one.
func share(i, n int) (from, to int) {
	from = i * n / ThumbnailSide
	return from, max((i+1)*n/ThumbnailSide, from+1)
}
