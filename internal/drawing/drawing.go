// Package drawing draws the pictures that the people of an experiment send each other: a leaflet, a boat at
// sunset, a receipt. They are drawn by code and show nothing else. All arithmetic is in integers, so that
// each machine draws the same pixels.
package drawing

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// Width and Height are the size of each picture in pixels.
const (
	Width  = 320
	Height = 240
)

// canvas is a picture, and the chance that it is drawn from.
type canvas struct {
	*image.RGBA
	chance *rand.Rand
}

func newCanvas(kind, seed uint64) canvas {
	return canvas{image.NewRGBA(image.Rect(0, 0, Width, Height)), rand.New(rand.NewPCG(seed, kind))}
}

// between returns a number from low to high, both included.
func (c canvas) between(low, high int) int { return low + c.chance.IntN(high-low+1) }

func rgb(r, g, b int) color.RGBA { return color.RGBA{clamp(r), clamp(g), clamp(b), 255} }

func clamp(v int) uint8 { return uint8(min(max(v, 0), 255)) }

// mix returns the colour at t of n parts of the way from a to b.
func mix(a, b color.RGBA, t, n int) color.RGBA {
	m := func(a, b uint8) int { return (int(a)*(n-t) + int(b)*t) / n }
	return rgb(m(a.R, b.R), m(a.G, b.G), m(a.B, b.B))
}

// box fills a rectangle. What lies outside the picture is not drawn, here and in all that follows.
func (c canvas) box(x, y, w, h int, with color.RGBA) {
	for j := y; j < y+h; j++ {
		for i := x; i < x+w; i++ {
			c.SetRGBA(i, j, with)
		}
	}
}

// disc fills a circle.
func (c canvas) disc(x, y, r int, with color.RGBA) {
	for j := -r; j <= r; j++ {
		for i := -r; i <= r; i++ {
			if i*i+j*j <= r*r {
				c.SetRGBA(x+i, y+j, with)
			}
		}
	}
}

// triangle fills what lies between three corners.
func (c canvas) triangle(ax, ay, bx, by, cx, cy int, with color.RGBA) {
	side := func(px, py, qx, qy, x, y int) int { return (qx-px)*(y-py) - (qy-py)*(x-px) }
	for y := min(ay, by, cy); y <= max(ay, by, cy); y++ {
		for x := min(ax, bx, cx); x <= max(ax, bx, cx); x++ {
			s, t, u := side(ax, ay, bx, by, x, y), side(bx, by, cx, cy, x, y), side(cx, cy, ax, ay, x, y)
			if s >= 0 && t >= 0 && u >= 0 || s <= 0 && t <= 0 && u <= 0 {
				c.SetRGBA(x, y, with)
			}
		}
	}
}

// shade adds to each channel of a pixel.
func (c canvas) shade(x, y, by int) {
	p := c.RGBAAt(x, y)
	c.SetRGBA(x, y, rgb(int(p.R)+by, int(p.G)+by, int(p.B)+by))
}

// grain makes each pixel lighter or darker by up to the given amount, as a sensor does.
func (c canvas) grain(by int) {
	for y := range Height {
		for x := range Width {
			c.shade(x, y, c.between(-by, by))
		}
	}
}

// clouds adds soft patches of light and dark of the given height above the bottom row, of which each is about
// size pixels across.
func (c canvas) clouds(bottom, size, strength int) {
	columns := Width/size + 2
	corners := make([]int, columns*(bottom/size+2))
	for i := range corners {
		corners[i] = c.between(-strength, strength)
	}
	for y := range bottom {
		for x := range Width {
			at := y/size*columns + x/size
			u, v := x%size, y%size
			above := corners[at]*(size-u) + corners[at+1]*u
			below := corners[at+columns]*(size-u) + corners[at+columns+1]*u
			c.shade(x, y, (above*(size-v)+below*v)/(size*size))
		}
	}
}
