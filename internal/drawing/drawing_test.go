package drawing

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/draw"
	"testing"

	"doormat/internal/pdq"
)

var kinds = []struct {
	name string
	draw func(uint64) *image.RGBA
	want string
}{
	{"leaflet", Leaflet, "e5147b3a62212299"},
	{"boat", Boat, "6717d26213b459f9"},
	{"receipt", Receipt, "5f730e594099e2c9"},
}

// A seed draws the same pixels everywhere, all of them.
func TestPixels(t *testing.T) {
	for _, k := range kinds {
		m := k.draw(1)
		if m.Rect != image.Rect(0, 0, Width, Height) || !m.Opaque() {
			t.Errorf("%s is %v, opaque: %v", k.name, m.Rect, m.Opaque())
		}
		sum := sha256.Sum256(m.Pix)
		if got := hex.EncodeToString(sum[:8]); got != k.want {
			t.Errorf("the pixels of %s 1 have the hash %s, want %s", k.name, got, k.want)
		}
	}
}

// PDQ takes each picture seriously, and no two for the same.
func TestPicturesDiffer(t *testing.T) {
	hashes := map[string]pdq.Hash{}
	for _, k := range kinds {
		for seed := range uint64(12) {
			name := fmt.Sprintf("%s %d", k.name, seed)
			h, quality := pdq.Sum(k.draw(seed))
			if quality < pdq.MinQuality {
				t.Errorf("%s has quality %d", name, quality)
			}
			for other, g := range hashes {
				if d := h.Distance(g); d <= pdq.MaxDistance {
					t.Errorf("%s and %s are %d bits apart", name, other, d)
				}
			}
			hashes[name] = h
		}
	}
}

// Each character that a picture writes has a shape of its own.
func TestLetters(t *testing.T) {
	seen := map[uint16]rune{}
	for r, bits := range letters {
		if other, ok := seen[bits]; ok {
			t.Errorf("%q and %q look the same", r, other)
		}
		seen[bits] = r
	}
	for _, r := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.! " {
		if _, ok := letters[r]; !ok {
			t.Errorf("%q has no shape", r)
		}
	}
}

// What lies partly outside is drawn in part.
func TestEdges(t *testing.T) {
	c := newCanvas(0, 0)
	white := rgb(300, 255, 999)
	c.box(-5, -5, 10, 10, white)
	c.disc(Width, Height, 5, white)
	c.triangle(Width-4, -4, Width+9, -4, Width+9, 9, white)
	c.write(-3, Height-3, 2, "E", white)
	for _, p := range []image.Point{{0, 0}, {4, 4}, {Width - 1, Height - 1}, {0, Height - 3}} {
		if c.RGBAAt(p.X, p.Y) != white {
			t.Errorf("%v is not drawn", p)
		}
	}
	if c.RGBAAt(5, 5) == white {
		t.Error("(5,5) is drawn")
	}
	draw.Draw(c, c.Rect, image.Black, image.Point{}, draw.Src)
	if c.RGBAAt(0, 0) == white {
		t.Error("the picture is not the canvas")
	}
}

func BenchmarkBoat(b *testing.B) {
	for b.Loop() {
		Boat(1)
	}
}
