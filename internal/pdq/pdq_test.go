package pdq

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/hex"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"

	"doormat/internal/testing/vectors"
)

// A reference is a picture by formula, and what the reference implementation makes of it.
type reference struct {
	Kind, Name           string
	Width, Height, Cells int
	RGB                  string `json:"rgb_sha256"`
	Hash                 string
	Quality              int
	Dihedral             map[string]string
}

// picture returns the pixels, as the file's field "generator" says.
func (r *reference) picture() *image.RGBA {
	w, h, g := r.Width, r.Height, r.Cells
	c := make([]byte, 3*max(w*h, (g+1)*(g+1)))
	x := sha3.NewSHAKE128()
	x.Write([]byte(r.Name))
	x.Read(c)
	value := func(x, y, k int) byte {
		switch r.Kind {
		case "stream":
			return c[3*(y*w+x)+k]
		case "blocks":
			return c[3*((y*g/h)*g+x*g/w)+k]
		}
		fx, fy := x*g*256/w, y*g*256/h
		corner := func(row, col int) int { return int(c[3*(row*(g+1)+col)+k]) }
		across := func(row int) int { return corner(row, fx>>8)*(256-fx&255) + corner(row, fx>>8+1)*(fx&255) }
		return byte((across(fy>>8)*(256-fy&255) + across(fy>>8+1)*(fy&255)) >> 16)
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{value(x, y, 0), value(x, y, 1), value(x, y, 2), 255})
		}
	}
	return m
}

func references(t testing.TB) []reference {
	var file struct{ Cases []reference }
	vectors.Read(t, "testdata/synthetic.json", &file)
	if len(file.Cases) != 20 {
		t.Fatalf("found %d pictures, expected 20", len(file.Cases))
	}
	return file.Cases
}

var names = [NumVariants]string{"original", "rotate90", "rotate180", "rotate270", "flipx", "flipy", "flipplus1", "flipminus1"}

// Every bit of the reference's hashes, and its quality.
func TestReference(t *testing.T) {
	turned := 0
	for _, r := range references(t) {
		m := r.picture()
		sum := sha256.New()
		for i := 0; i < len(m.Pix); i += 4 {
			sum.Write(m.Pix[i : i+3])
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != r.RGB {
			t.Fatalf("%s: the pixels have the hash %s, want %s", r.Name, got, r.RGB)
		}
		h, quality := Sum(m)
		if h.String() != r.Hash || quality != r.Quality {
			t.Errorf("%s: %s, quality %d, want %s, %d", r.Name, h, quality, r.Hash, r.Quality)
		}
		all, _ := Variants(m)
		if r.Dihedral == nil {
			continue
		}
		for v, name := range names {
			if got, want := all[v].String(), r.Dihedral[name]; got != want {
				t.Errorf("%s, %s: %s, want %s", r.Name, name, got, want)
			}
			turned++
		}
	}
	if turned != 19*8 {
		t.Errorf("compared %d variants, expected %d", turned, 19*8)
	}
}

// turn returns a picture in an orientation, by its pixels.
func turn(m *image.Gray, v Variant) *image.Gray {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if variants[v].transposed {
		w, h = h, w
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			from := [NumVariants][2]int{{x, y}, {h - 1 - y, x}, {w - 1 - x, h - 1 - y}, {y, w - 1 - x},
				{x, h - 1 - y}, {w - 1 - x, y}, {y, x}, {h - 1 - y, w - 1 - x}}[v]
			out.SetGray(x, y, m.GrayAt(from[0], from[1]))
		}
	}
	return out
}

// The hash of a picture that is turned is the picture's hash in that orientation. 64 × 64 is not filtered,
// so that nothing but rounding makes a difference.
func TestVariantsAreTurnedPictures(t *testing.T) {
	r := rand.New(rand.NewPCG(2019, 1))
	for range 4 {
		m := image.NewGray(image.Rect(0, 0, 64, 64))
		for i := range m.Pix {
			m.Pix[i] = byte(r.Uint32())
		}
		all, _ := Variants(m)
		for v := range NumVariants {
			if h, _ := Sum(turn(m, v)); h.Distance(all[v]) > 2 {
				t.Errorf("%s: the turned picture has %s, the variant is %s", names[v], h, all[v])
			}
			for other := range v {
				if d := all[v].Distance(all[other]); d < 80 {
					t.Errorf("%s and %s are %d bits apart", names[v], names[other], d)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	h := Hash{0: 0x80, 31: 0x02}
	if !h.Bit(255) || !h.Bit(1) || h.Bit(0) || h.Bit(254) {
		t.Error("bits are not counted from the end")
	}
	text := "80" + strings.Repeat("00", 30) + "02"
	if h.String() != text {
		t.Errorf("%s, want %s", h, text)
	}
	for _, s := range []string{text, strings.Repeat("f", 64), strings.Repeat("AB", 32)} {
		if h, err := Parse(s); err != nil || h.String() != strings.ToLower(s) {
			t.Errorf("Parse(%q) = %v, %v", s, h, err)
		}
	}
	for _, s := range []string{"", text[1:], text + "0", text + "00", text[:62] + "0x", " " + text[1:]} {
		if h, err := Parse(s); err == nil || h != (Hash{}) || !strings.HasPrefix(err.Error(), "pdq: expected") {
			t.Errorf("Parse(%q) = %v, %v", s, h, err)
		}
	}
	if d := h.Distance(Hash{}); d != 2 {
		t.Errorf("two bits are at distance %d", d)
	}
}

// What is too small has no hash, and what has one value everywhere no quality.
func TestSmallAndFlat(t *testing.T) {
	for _, r := range []image.Rectangle{image.Rect(0, 0, 4, 99), image.Rect(3, 3, 99, 7), {}} {
		m := image.NewGray(r)
		for i := range m.Pix {
			m.Pix[i] = byte(i * i)
		}
		if h, q := Sum(m); h != (Hash{}) || q != 0 {
			t.Errorf("%v has the hash %s and quality %d", r, h, q)
		}
	}
	m := image.NewGray(image.Rect(0, 0, 5, 5))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 37)
	}
	if h, q := Sum(m); h == (Hash{}) || q == 0 {
		t.Errorf("5 × 5 has the hash %s and quality %d", h, q)
	}
	if _, q := Sum(image.NewRGBA(image.Rect(0, 0, 100, 100))); q != 0 {
		t.Errorf("black has quality %d", q)
	}
}

// At most half of the bits are set, and the median is the lower one of the two in the middle.
func TestMedian(t *testing.T) {
	var c Coefficients
	for k := range 256 {
		c[k/16][k%16] = float32((k*37 + 11) % 256)
	}
	h := c.Hash()
	if c.Median() != 127 || h.Distance(Hash{}) != 128 {
		t.Errorf("the median of 0 to 255 is %v, and %d are above it", c.Median(), h.Distance(Hash{}))
	}
	for k := range 256 {
		if h.Bit(k) != (c[k/16][k%16] > 127) {
			t.Errorf("bit %d is %v", k, h.Bit(k))
		}
	}
	if h := new(Coefficients).Hash(); h != (Hash{}) {
		t.Errorf("equal coefficients have the hash %s", h)
	}
}
