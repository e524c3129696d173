package pdq

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// coloured returns a picture as a JPEG decodes to: noise on a slope.
func coloured(w, h int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(512, 4))
	for _, p := range [][]byte{m.Y, m.Cb, m.Cr} {
		for i := range p {
			p[i] = byte(80 + i*90/len(p) + r.IntN(10))
		}
	}
	return m
}

var sizes = [][2]int{{64, 64}, {512, 512}, {1600, 1004}}

func BenchmarkSum(b *testing.B) {
	for _, s := range sizes {
		m := coloured(s[0], s[1])
		b.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(b *testing.B) {
			b.SetBytes(int64(s[0] * s[1]))
			for b.Loop() {
				Sum(m)
			}
		})
	}
}

// BenchmarkRead is what Sum cannot do without: each pixel's luma, once.
func BenchmarkRead(b *testing.B) {
	for _, s := range sizes {
		m := coloured(s[0], s[1])
		row := make([]float32, s[0])
		b.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(b *testing.B) {
			b.SetBytes(int64(s[0] * s[1]))
			for b.Loop() {
				read := reader(m)
				for y := range s[1] {
					read(row, y)
				}
			}
		})
	}
}

// BenchmarkAt reads each pixel through the methods of a picture, as code does that knows no types.
func BenchmarkAt(b *testing.B) {
	m := coloured(512, 512)
	b.SetBytes(512 * 512)
	for b.Loop() {
		sum := uint32(0)
		for y := range 512 {
			for x := range 512 {
				var c color.Color = m.At(x, y)
				r, g, b, _ := c.RGBA()
				sum += r + g + b
			}
		}
		_ = sum
	}
}
