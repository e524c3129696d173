// Package pdq computes PDQ, the perceptual hash of pictures that Meta published in 2019 ("The TMK+PDQF
// Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", and the reference implementation, pdq/cpp of
// https://github.com/facebook/ThreatExchange), and searches lists of such hashes.
//
// A perceptual hash is not a cryptographic one: pictures that look alike have hashes that are close, anyone
// can make a picture that has a given hash, and the hash shows what the picture looks like. Package scanning
// uses it.
//
//	picture ──> luma ──> box filter, ──> 64 × 64 ──> DCT ──> 16 × 16 ──> above the ──> 256 bits
//	            float32   twice along     pixels             waves        median?
//	                      rows, columns      └──> quality, 0 to 100
//
// The 256 values are the strengths of 16 × 16 waves, 1 to 16 half periods across the picture and as many down.
// Everything before the median is linear in the pixels, which is what the attacks on it use.
//
// The core of the reference is followed to the last bit: every sum is a float32 and has the same order. The
// reference's command-line tool shrinks what is larger than 512 pixels beforehand; its core and this package
// do not. Read this file first, then box.go.
package pdq

import (
	"encoding/hex"
	"fmt"
	"image"
	"math"
	"math/bits"
	"slices"
)

const (
	// MaxDistance is the number of differing bits up to which the reference calls two pictures the same.
	MaxDistance = 31
	// MinQuality is the quality from which the reference takes a hash seriously: it discards 49 and less.
	MinQuality = 50
	// MinSide is the length in pixels of the smallest side that is hashed. Smaller pictures have the
	// hash zero and quality 0.
	MinSide = 5
)

// side is the width and height to which each picture is reduced, waves the number of frequencies in each
// direction.
const (
	side  = 64
	waves = 16
)

// Hash is a PDQ hash of 256 bits in the order in which the reference prints them: bit k, of the wave of
// k/16 + 1 half periods down and k%16 + 1 across, is bit k%8 of byte 31 - k/8.
type Hash [32]byte

// String returns 64 hexadecimal digits, as the reference prints a hash.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Parse reads what String writes, in lower or upper case.
func Parse(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return Hash{}, fmt.Errorf("pdq: expected a hash of %d hexadecimal digits, found %.80q", 2*len(h), s)
	}
	return Hash(b), nil
}

// Bit returns bit k.
func (h *Hash) Bit(k int) bool { return h[31-k/8]>>(k%8)&1 == 1 }

// Distance returns the number of bits in which two hashes differ, 0 to 256.
func (h Hash) Distance(other Hash) (n int) {
	for i := range h {
		n += bits.OnesCount8(h[i] ^ other[i])
	}
	return n
}

// Sum returns the hash of a picture and its quality, 0 to 100. Transparent pixels count as black, as the
// methods of [image.Image] give them. The orientation that a file may note beside its picture is not
// looked at.
func Sum(m image.Image) (Hash, int) {
	c, quality := Transform(m)
	return c.Hash(), quality
}

// Coefficients are the strengths of a picture's waves, before they become bits. The first index counts half
// periods down, less one, the second across.
type Coefficients [waves][waves]float32

// Transform returns the coefficients of a picture, and its quality.
func Transform(m image.Image) (*Coefficients, int) {
	if m.Bounds().Dx() < MinSide || m.Bounds().Dy() < MinSide {
		return new(Coefficients), 0
	}
	small := reduce(m)
	return small.transform(), small.quality()
}

// square is a picture reduced to 64 × 64 values of luma, 0 to 255.
type square [side][side]float32

// quality sums the differences between neighbours, each in hundredths of the full range without its
// fraction, and makes 100 of 9,000 and more.
func (s *square) quality() int {
	sum := 0
	for i := range side {
		for j := range side {
			if i > 0 {
				sum += gradient(s[i-1][j], s[i][j])
			}
			if j > 0 {
				sum += gradient(s[i][j-1], s[i][j])
			}
		}
	}
	return min(sum/90, 100)
}

func gradient(u, v float32) int {
	d := int((u - v) * 100 / 255)
	return max(d, -d)
}

// matrix holds row i of the discrete cosine transform at i: the wave of i + 1 half periods. The wave of none,
// which is the mean, is not there.
var matrix = func() (d [waves][side]float32) {
	scale := float64(float32(math.Sqrt(2.0 / side)))
	for i := range d {
		for j := range d[i] {
			d[i][j] = float32(scale * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*j+1)))
		}
	}
	return d
}()

// transform returns D S D^T, each sum in ascending order. The conversions keep a compiler from fusing
// multiplication and addition, which rounds once less.
func (s *square) transform() *Coefficients {
	var c Coefficients
	for i := range c {
		var t [side]float32
		for k := range s {
			d := matrix[i][k]
			for j, v := range &s[k] {
				t[j] += float32(d * v)
			}
		}
		for j := range c[i] {
			sum := float32(0)
			for k, v := range &matrix[j] {
				sum += float32(t[k] * v)
			}
			c[i][j] = sum
		}
	}
	return &c
}

// Median returns the 128th of the 256 coefficients in ascending order.
func (c *Coefficients) Median() float32 {
	var all [waves * waves]float32
	for i := range c {
		copy(all[i*waves:], c[i][:])
	}
	slices.Sort(all[:])
	return all[len(all)/2-1]
}

// Hash sets bit 16 i + j where c[i][j] exceeds the median: at most 128 bits, and 128 unless coefficients are
// equal.
func (c *Coefficients) Hash() (h Hash) {
	median := c.Median()
	for k := range waves * waves {
		if c[k/waves][k%waves] > median {
			h[31-k/8] |= 1 << (k % 8)
		}
	}
	return h
}
