package pdq

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
)

// box filters n values from in to out that are stride apart, as the reference does.
func box(out, in []float32, n, stride, window int) {
	sum, size, half := float32(0), 0, (window+2)/2
	left, right, write := 0, 0, 0
	add := func() { sum += in[right*stride]; right++ }
	drop := func() { sum -= in[left*stride]; left++ }
	put := func() { out[write*stride] = sum / float32(size); write++ }
	for range half - 1 {
		add()
		size++
	}
	for range window - half + 1 {
		add()
		size++
		put()
	}
	for range n - window {
		add()
		drop()
		put()
	}
	for range half - 1 {
		drop()
		size--
		put()
	}
}

// whole is reduce with whole pictures in between: the four filters, then 64 rows and columns.
func whole(a []float32, w, h int) (out square) {
	b := make([]float32, len(a))
	for range 2 {
		for y := range h {
			box(b[y*w:], a[y*w:], w, 1, (w+127)/128)
		}
		for x := range w {
			box(a[x:], b[x:], h, w, (h+127)/128)
		}
	}
	for i := range out {
		for j := range out {
			out[i][j] = a[int((float64(i)+0.5)*float64(h)/64)*w+int((float64(j)+0.5)*float64(w)/64)]
		}
	}
	return out
}

// Rows that pass through the filters one after another give what whole pictures give, to the last bit.
func TestReduce(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 2))
	for _, size := range [][2]int{{5, 5}, {5, 9}, {63, 64}, {65, 66}, {64, 65}, {127, 128}, {129, 130}, {131, 383},
		{257, 40}, {7, 300}, {384, 385}, {513, 129}, {6, 1300}, {1300, 6}} {
		w, h := size[0], size[1]
		m := image.NewGray(image.Rect(-3, 7, w-3, h+7))
		a := make([]float32, w*h)
		for i := range m.Pix {
			m.Pix[i] = byte(r.Uint32())
			a[i] = float32(m.Pix[i])
		}
		if got, want := reduce(m), whole(a, w, h); *got != want {
			t.Errorf("%d × %d differs from the filters one by one", w, h)
		}
	}
}

// opaque hides the type of a picture.
type opaque struct{ image.Image }

// Each type of picture that is read without its methods gives what they give.
func TestReader(t *testing.T) {
	r := rand.New(rand.NewPCG(114, 3))
	bounds := image.Rect(-5, 3, 66, 60)
	fill := func(p []byte) {
		for i := range p {
			p[i] = byte(r.Uint32())
		}
	}
	rgba, nrgba, wide := image.NewRGBA(bounds), image.NewNRGBA(bounds), image.NewNRGBA64(bounds)
	var colours []*image.YCbCr
	for ratio := range image.YCbCrSubsampleRatio410 + 1 {
		m := image.NewYCbCr(bounds, ratio)
		fill(m.Y)
		fill(m.Cb)
		fill(m.Cr)
		colours = append(colours, m)
	}
	palette := image.NewPaletted(bounds, nil)
	cmyk := image.NewCMYK(bounds)
	for _, p := range [][]byte{nrgba.Pix, wide.Pix, palette.Pix, cmyk.Pix} {
		fill(p)
	}
	for range 256 {
		palette.Palette = append(palette.Palette, color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())})
	}
	for i := 3; i < len(nrgba.Pix); i += 8 {
		nrgba.Pix[i] = 255 // every other pixel is opaque
	}
	draw.Draw(rgba, bounds, nrgba, bounds.Min, draw.Src)
	part := image.Rect(0, 10, 60, 55)
	all := []image.Image{rgba, nrgba, wide, palette, cmyk, rgba.SubImage(part), nrgba.SubImage(part), palette.SubImage(part)}
	for _, m := range colours {
		all = append(all, m, m.SubImage(part), m.SubImage(image.Rect(3, 11, 62, 40)))
	}
	for _, m := range all {
		name := fmt.Sprintf("%T, %v", m, m.Bounds())
		fast, slow := reader(m), reader(opaque{m})
		a, b := make([]float32, m.Bounds().Dx()), make([]float32, m.Bounds().Dx())
		seen := map[float32]bool{}
		for y := range m.Bounds().Dy() {
			fast(a, y)
			slow(b, y)
			for x := range a {
				if a[x] != b[x] {
					t.Fatalf("%s: pixel %d of row %d is %v, want %v", name, x, y, a[x], b[x])
				}
				seen[a[x]] = true
			}
		}
		if len(seen) < 100 {
			t.Errorf("%s: only %d values", name, len(seen))
		}
	}
}

// Grey is taken as it is, which differs from its luma in the last bits.
func TestGrey(t *testing.T) {
	bounds := image.Rect(2, 2, 258, 3)
	grey, deep := image.NewGray(bounds), image.NewGray16(bounds)
	for x := range 256 {
		grey.SetGray(2+x, 2, color.Gray{byte(x)})
		deep.SetGray16(2+x, 2, color.Gray16{uint16(x)<<8 | uint16(255-x)})
	}
	for _, m := range []image.Image{grey, deep, grey.SubImage(image.Rect(9, 2, 99, 3)), deep.SubImage(image.Rect(9, 2, 99, 3))} {
		row := make([]float32, m.Bounds().Dx())
		reader(m)(row, 0)
		for x, v := range row {
			if want := float32(m.Bounds().Min.X - 2 + x); v != want {
				t.Fatalf("%T: grey %v is read as %v", m, want, v)
			}
		}
	}
}
