package scanning

import (
	"image"
	"strings"
	"testing"

	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

// Each picture can be given the hash of each other, every bit, and stays what it was to look at. A trial on
// photographs succeeded in 24 of 24 pairs, in 2 to 6 steps at 17 to 42 dB.
func TestCollide(t *testing.T) {
	for i, drawn := range draws {
		m := drawn(1)
		for j, other := range draws {
			if i == j {
				continue
			}
			target := other(1)
			h, _ := pdq.Sum(target)
			a, err := Collide(m, h, 0)
			if err != nil {
				t.Fatal(err)
			}
			measured(t, m, a, h)
			if got, quality := pdq.Sum(a.Picture); got != h || quality < pdq.MinQuality {
				t.Errorf("%d as %d: %s, quality %d, want %s", i, j, got, quality, h)
			}
			if a.PSNR < 17 || a.Steps < 2 || a.Steps > 8 {
				t.Errorf("%d as %d: %.1f dB, %d steps", i, j, a.PSNR, a.Steps)
			}
			if same, like := Likeness(a.Picture, m), Likeness(a.Picture, target); same < 0.8 || like > 0.5 {
				t.Errorf("%d as %d: likeness to what it was %.2f, to the target %.2f", i, j, same, like)
			}
		}
	}
}

// To stop at the distance that a list allows saves a step or two, and hardly a decibel. A picture that is near
// is not touched.
func TestCollideNear(t *testing.T) {
	h, _ := pdq.Sum(drawing.Leaflet(2))
	m := part(drawing.Boat(2))
	exact, err := Collide(m, h, 0)
	if err != nil {
		t.Fatal(err)
	}
	near, err := Collide(m, h, pdq.MaxDistance)
	if err != nil {
		t.Fatal(err)
	}
	if near.Distance == 0 || near.Distance > pdq.MaxDistance || near.Steps >= exact.Steps || near.PSNR < exact.PSNR || near.PSNR > exact.PSNR+1 {
		t.Errorf("%d bits away after %d steps at %.2f dB, exact after %d at %.2f", near.Distance, near.Steps, near.PSNR, exact.Steps, exact.PSNR)
	}
	again, err := Collide(near.Picture, h, pdq.MaxDistance)
	if err != nil || again.Steps != 0 || again.Largest != 0 {
		t.Errorf("a picture that is near: %+v, %v", again, err)
	}
}

func TestCollideRefuses(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	set := func(n int) (h [32]byte) {
		for k := range n {
			h[k/8] |= 1 << (k % 8)
		}
		return h
	}
	for _, c := range []struct {
		m        image.Image
		target   [32]byte
		distance int
		want     string
	}{
		{m, set(128), -1, "expected a distance of 0 to 256 bits, found -1"},
		{m, set(128), 257, "expected a distance of 0 to 256 bits, found 257"},
		{m, set(0), 0, "expected a hash of 128 bits that are set, give or take 0, found 0"},
		{m, set(127), 0, "give or take 0, found 127"},
		{m, set(160), 31, "give or take 31, found 160"},
		{image.NewGray(image.Rect(0, 0, 64, 63)), set(128), 0, "found 64 × 63"},
	} {
		if a, err := Collide(c.m, c.target, c.distance); a != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func BenchmarkCollide(b *testing.B) {
	m := drawing.Boat(1)
	h, _ := pdq.Sum(drawing.Leaflet(1))
	for b.Loop() {
		if _, err := Collide(m, h, 0); err != nil {
			b.Fatal(err)
		}
	}
}
