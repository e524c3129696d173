package scanning

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"doormat/internal/pdq"
)

// Altered is a picture that was changed to move its PDQ hash, and how much was changed.
type Altered struct {
	Picture  *image.RGBA
	Distance int     // bits between its hash and that of the picture before, or the one aimed at
	Steps    int     // times that the picture was changed
	PSNR     float64 // peak signal-to-noise ratio in dB, over red, green and blue: +Inf if nothing was changed
	Largest  int     // largest change of a channel, of 255
}

const (
	// MinAltered is the smallest side of a picture, in pixels, that the attacks change.
	MinAltered = 64
	maxSteps   = 40 // two to six do
	// gain is what a wave of amplitude 1 adds to its coefficient: 64 × 64 / 4 by the scale of both
	// transforms, 2/64.
	gain = 32
	// caution is the part of the way that a step goes, as other waves and the rounding move the rest.
	caution = 0.9
)

// numBits is the number of bits of a hash.
const numBits = 256

// Evade changes a picture until its PDQ hash is at least the given number of bits away from what it was: a
// list that has the picture misses it from 32 on. It uses no optimiser: the coefficients of PDQ are linear in
// the pixels, so it moves those that are nearest the median, as many up as down, to its other side. Each is one
// wave across the whole picture. The number is from 1 to 128: at 128, half the bits, the hash says nothing.
func Evade(m image.Image, distance int) (*Altered, error) {
	if distance < 1 || distance > numBits/2 {
		return nil, fmt.Errorf("attacks: expected a distance of 1 to %d bits, found %d", numBits/2, distance)
	}
	s, err := newSteering(m)
	if err != nil {
		return nil, err
	}
	c, _ := pdq.Transform(s.now)
	before := c.Hash()
	aim := before
	median := c.Median()
	var above, below []int
	for k := range numBits {
		if before.Bit(k) {
			above = append(above, k)
		} else {
			below = append(below, k)
		}
	}
	for _, side := range [][]int{above, below} {
		slices.SortFunc(side, func(k, l int) int { return cmp.Compare(off(at(c, k), median), off(at(c, l), median)) })
		for _, k := range side[:min(distance/2+1, len(side))] {
			aim[31-k/8] ^= 1 << (k % 8)
		}
	}
	return s.until(aim, 3, func(h pdq.Hash) (int, bool) { d := h.Distance(before); return d, d >= distance })
}

func at(c *pdq.Coefficients, k int) float32 { return c[k/16][k%16] }

func off(v, median float32) float32 { return max(v-median, median-v) }

// steering is a picture whose hash is being moved.
type steering struct {
	from, now    *image.RGBA
	down, across [16][]float64   // the waves, by rows and by columns
	amplitude    [16][16]float64 // of each wave that is added
}

// newSteering copies a picture: what is transparent becomes black, as PDQ takes it.
func newSteering(m image.Image) (*steering, error) {
	size := m.Bounds().Size()
	if size.X < MinAltered || size.Y < MinAltered {
		return nil, fmt.Errorf("attacks: expected a picture of at least %d × %[1]d pixels, found %d × %d", MinAltered, size.X, size.Y)
	}
	bounds := image.Rectangle{Max: size}
	s := &steering{from: image.NewRGBA(bounds), now: image.NewRGBA(bounds)}
	draw.Draw(s.from, bounds, image.Black, image.Point{}, draw.Src)
	draw.Draw(s.from, bounds, m, m.Bounds().Min, draw.Over)
	copy(s.now.Pix, s.from.Pix)
	wave := func(i, n int) []float64 {
		w := make([]float64, n)
		for x := range w {
			w[x] = math.Cos(math.Pi * float64(i+1) * float64(2*x+1) / float64(2*n))
		}
		return w
	}
	for i := range 16 {
		s.down[i], s.across[i] = wave(i, size.Y), wave(i, size.X)
	}
	return s, nil
}

// errSteps is the error of a picture that does not get there in maxSteps.
var errSteps = errors.New("attacks: expected the hash to get there, found that it does not")

// until moves the coefficients whose bit is not the one aimed at, to the given margin beyond the median, until
// the hash is there. Clipping and rounding move others a little, hence the steps.
func (s *steering) until(aim pdq.Hash, margin float64, there func(pdq.Hash) (int, bool)) (*Altered, error) {
	for step := range maxSteps + 1 {
		c, _ := pdq.Transform(s.now)
		h := c.Hash()
		if distance, ok := there(h); ok {
			a := &Altered{Picture: s.now, Distance: distance, Steps: step}
			a.PSNR, a.Largest = compare(s.from, s.now)
			return a, nil
		}
		median := float64(c.Median())
		for k := range numBits {
			if h.Bit(k) == aim.Bit(k) {
				continue
			}
			want := median - margin
			if aim.Bit(k) {
				want = median + margin
			}
			s.amplitude[k/16][k%16] += caution * (want - float64(at(c, k))) / gain
		}
		s.render()
	}
	return nil, errSteps
}

// render adds the waves to the picture as it was:
//
//	Δ(x, y) = Σ a[i][j] cos(π (i+1) (2y+1) / 2H) cos(π (j+1) (2x+1) / 2W)
func (s *steering) render() {
	size := s.now.Rect.Size()
	row := make([]float64, size.X)
	for y := range size.Y {
		clear(row)
		for j, wave := range s.across {
			a := 0.0
			for i := range s.down {
				a += s.amplitude[i][j] * s.down[i][y]
			}
			for x, v := range wave {
				row[x] += a * v
			}
		}
		for x, d := range row {
			p := s.from.RGBAAt(x, y)
			move := func(v uint8) uint8 { return uint8(min(max(math.Round(float64(v)+d), 0), 255)) }
			s.now.SetRGBA(x, y, color.RGBA{move(p.R), move(p.G), move(p.B), 255})
		}
	}
}

// compare returns the peak signal-to-noise ratio of two pictures of one size in dB, which is
// 10 log10(255² / mean square of the change), and the largest change.
func compare(a, b *image.RGBA) (psnr float64, largest int) {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i]) // 0 for alpha
		sum += d * d
		largest = max(largest, d, -d)
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix)/4*3)/float64(sum)), largest
}
