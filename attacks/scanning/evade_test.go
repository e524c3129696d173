package scanning

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

var draws = []func(uint64) *image.RGBA{drawing.Leaflet, drawing.Boat, drawing.Receipt}

// measured fails if what a picture is said to be is not so.
func measured(t *testing.T, before image.Image, a *Altered, to pdq.Hash) {
	t.Helper()
	if h, _ := pdq.Sum(a.Picture); h.Distance(to) != a.Distance {
		t.Errorf("the picture is %d bits away, said to be %d", h.Distance(to), a.Distance)
	}
	if a.Picture.Bounds().Size() != before.Bounds().Size() || !a.Picture.Opaque() {
		t.Errorf("the picture has become %v, opaque: %v", a.Picture.Bounds(), a.Picture.Opaque())
	}
	largest := 0
	for y := range before.Bounds().Dy() {
		for x := range before.Bounds().Dx() {
			r, g, b, _ := before.At(before.Bounds().Min.X+x, before.Bounds().Min.Y+y).RGBA()
			p := a.Picture.RGBAAt(x, y)
			for _, d := range []int{int(r>>8) - int(p.R), int(g>>8) - int(p.G), int(b>>8) - int(p.B)} {
				largest = max(largest, d, -d)
			}
		}
	}
	if largest != a.Largest {
		t.Errorf("the largest change is %d, said to be %d", largest, a.Largest)
	}
}

// A picture leaves the reach of a list in at most two steps, and nothing of it is to be seen: 44 dB, and no
// channel moves by more than 6 of 255. A trial on photographs measured 45 to 57 dB and 6.
func TestEvade(t *testing.T) {
	for i, draw := range draws {
		for seed := range uint64(2) {
			m := draw(seed)
			before, _ := pdq.Sum(m)
			list := pdq.NewIndex([]pdq.Hash{before})
			a, err := Evade(m, pdq.MaxDistance+1)
			if err != nil {
				t.Fatal(err)
			}
			measured(t, m, a, before)
			if h, quality := pdq.Sum(a.Picture); list.Within(h, pdq.MaxDistance) != nil || quality < pdq.MinQuality {
				t.Errorf("the list finds picture %d, %d, of quality %d", i, seed, quality)
			}
			if list.Within(before, pdq.MaxDistance) == nil {
				t.Errorf("the list does not find picture %d, %d, as it was", i, seed)
			}
			if a.PSNR < 44 || a.PSNR > 60 || a.Largest > 6 || a.Steps < 1 || a.Steps > 2 || a.Distance > 36 {
				t.Errorf("picture %d, %d: %.1f dB, largest change %d, %d steps, %d bits", i, seed, a.PSNR, a.Largest, a.Steps, a.Distance)
			}
		}
	}
}

// More bits cost more: up to half of them, at a price that is seen.
func TestEvadeFar(t *testing.T) {
	m := part(drawing.Boat(3))
	before, _ := pdq.Sum(m)
	last := math.Inf(1)
	for _, bits := range []int{1, 32, 60, 90, 128} {
		a, err := Evade(m, bits)
		if err != nil {
			t.Fatal(err)
		}
		measured(t, m, a, before)
		if a.Distance < bits || a.PSNR >= last || a.PSNR < 25 {
			t.Errorf("%d bits: found %d, at %.1f dB after %.1f", bits, a.Distance, a.PSNR, last)
		}
		last = a.PSNR
	}
}

// part is a part of a picture, whose corner is not at 0, 0, of another type.
func part(m *image.RGBA) image.Image {
	out := image.NewNRGBA(image.Rect(-20, 7, 108, 103))
	for y := range 96 {
		for x := range 128 {
			out.Set(x-20, y+7, m.RGBAAt(60+x, 90+y))
		}
	}
	return out
}

func TestEvadeRefuses(t *testing.T) {
	for _, c := range []struct {
		m    image.Image
		bits int
		want string
	}{
		{drawing.Boat(0), 0, "expected a distance of 1 to 128 bits, found 0"},
		{drawing.Boat(0), 129, "expected a distance of 1 to 128 bits, found 129"},
		{image.NewGray(image.Rect(0, 0, 63, 64)), 32, "expected a picture of at least 64 × 64 pixels, found 63 × 64"},
		{image.NewGray(image.Rectangle{}), 32, "found 0 × 0"},
	} {
		if a, err := Evade(c.m, c.bits); a != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// A hash that does not get there is given up.
func TestStepsEnd(t *testing.T) {
	s, err := newSteering(part(drawing.Boat(1)))
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	a, err := s.until(pdq.Hash{}, 3, func(pdq.Hash) (int, bool) { looked++; return 0, false })
	if a != nil || err != errSteps || looked != maxSteps+1 {
		t.Errorf("%v, %v after %d steps", a, err, looked-1)
	}
}

// By hand: each channel one off is 10 log10(255²) = 48.13 dB, one of two pixels one off in one channel is six
// times less.
func TestCompare(t *testing.T) {
	a, b := image.NewRGBA(image.Rect(0, 0, 2, 1)), image.NewRGBA(image.Rect(0, 0, 2, 1))
	if psnr, largest := compare(a, b); !math.IsInf(psnr, 1) || largest != 0 {
		t.Errorf("equal pictures: %v dB, %d", psnr, largest)
	}
	b.SetRGBA(0, 0, color.RGBA{R: 1})
	if psnr, largest := compare(a, b); math.Abs(psnr-55.91) > 0.01 || largest != 1 {
		t.Errorf("one channel: %v dB, %d", psnr, largest)
	}
	b.SetRGBA(0, 0, color.RGBA{R: 1, G: 1, B: 1})
	b.SetRGBA(1, 0, color.RGBA{R: 1, G: 1, B: 1})
	if psnr, largest := compare(a, b); math.Abs(psnr-48.13) > 0.01 || largest != 1 {
		t.Errorf("each channel: %v dB, %d", psnr, largest)
	}
}

func BenchmarkEvade(b *testing.B) {
	m := drawing.Boat(1)
	for b.Loop() {
		if _, err := Evade(m, 32); err != nil {
			b.Fatal(err)
		}
	}
}
