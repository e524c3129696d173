package scanning

import (
	"image"
	"image/color"
	"math"
	"testing"

	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

// A hash alone says which of several pictures it belongs to, by the eye or by correlation. How alike they are is
// modest: 0.3 on the average of drawings, of which much is plain lines that the hash leaves out.
func TestThumbnail(t *testing.T) {
	var pictures []image.Image
	for seed := range uint64(2) {
		for _, draw := range draws {
			pictures = append(pictures, draw(seed))
		}
	}
	own, others := 0.0, 0.0
	for i, m := range pictures {
		h, _ := pdq.Sum(m)
		thumbnail := Thumbnail(h)
		if thumbnail.Rect != image.Rect(0, 0, ThumbnailSide, ThumbnailSide) {
			t.Fatalf("a thumbnail is %v", thumbnail.Rect)
		}
		best, which := -1.0, 0
		for j, other := range pictures {
			l := Likeness(thumbnail, other)
			if l > best {
				best, which = l, j
			}
			if i == j {
				own += l / float64(len(pictures))
			} else {
				others += math.Abs(l) / float64(len(pictures)*(len(pictures)-1))
			}
		}
		if which != i || best < 0.2 {
			t.Errorf("the thumbnail of %d is most like %d, %.2f", i, which, best)
		}
	}
	if own < 0.3 || own > 0.6 || others > 0.12 {
		t.Errorf("a thumbnail is %.2f like its picture, and %.2f like others", own, others)
	}
}

// The thumbnail of a hash has that hash, or nearly: all that the hash says is in it.
func TestThumbnailIsHashed(t *testing.T) {
	for seed := range uint64(3) {
		h, _ := pdq.Sum(drawing.Boat(seed))
		if g, _ := pdq.Sum(Thumbnail(h)); g.Distance(h) > 16 {
			t.Errorf("a thumbnail is %d bits away from its hash", g.Distance(h))
		}
	}
}

func TestLikeness(t *testing.T) {
	m := drawing.Boat(1)
	negative, half := image.NewRGBA(m.Rect), image.NewRGBA(image.Rect(3, 5, 163, 125))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			p := m.RGBAAt(x, y)
			negative.SetRGBA(x, y, color.RGBA{255 - p.R, 255 - p.G, 255 - p.B, 255})
			half.SetRGBA(3+x/2, 5+y/2, p)
		}
	}
	for name, c := range map[string]struct {
		m         image.Image
		low, high float64
	}{
		"itself":           {m, 0.9999, 1.0001},
		"half":             {half, 0.97, 1.0001},
		"its own negative": {negative, -1.0001, -0.999},
		"a plain picture":  {image.NewGray(image.Rect(0, 0, 9, 9)), 0, 0},
		"nothing":          {image.NewGray(image.Rectangle{}), 0, 0},
	} {
		if l := Likeness(m, c.m); l < c.low || l > c.high {
			t.Errorf("%s is %.4f alike", name, l)
		}
	}
}
