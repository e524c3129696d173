package pdq

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"doormat/internal/drawing"
)

// sample is a part of a picture.
func sample() image.Image { return drawing.Boat(1).SubImage(image.Rect(40, 40, 200, 160)) }

func samples(t testing.TB) map[string][]byte {
	m := sample()
	grey := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range grey.Pix {
		grey.Pix[i] = byte(i * i / 99)
	}
	all := map[string][]byte{}
	for name, encode := range map[string]func(*bytes.Buffer) error{
		"jpeg":      func(w *bytes.Buffer) error { return jpeg.Encode(w, m, nil) },
		"grey jpeg": func(w *bytes.Buffer) error { return jpeg.Encode(w, grey, nil) },
		"png":       func(w *bytes.Buffer) error { return png.Encode(w, m) },
		"grey png":  func(w *bytes.Buffer) error { return png.Encode(w, grey) },
		"gif":       func(w *bytes.Buffer) error { return gif.Encode(w, m, nil) },
	} {
		var w bytes.Buffer
		if err := encode(&w); err != nil {
			t.Fatal(err)
		}
		all[name] = w.Bytes()
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "alpha.webp"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = file
	}
	return all
}

func TestRead(t *testing.T) {
	files := samples(t)
	for name, size := range map[string]image.Point{"jpeg": {160, 120}, "grey jpeg": {40, 30}, "png": {160, 120}, "grey png": {40, 30},
		"gif": {160, 120}, "lossy.webp": {80, 60}, "lossless.webp": {80, 60}, "alpha.webp": {80, 60}} {
		m, err := Read(files[name])
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if m.Bounds().Size() != size {
			t.Errorf("%s is %v, want %v", name, m.Bounds(), size)
		}
	}
	want, _ := Sum(sample())
	for name, within := range map[string]int{"png": 0, "jpeg": 10, "gif": 16} {
		m, err := Read(files[name])
		if err != nil {
			t.Fatal(err)
		}
		h, _ := Sum(m)
		if d := h.Distance(want); d > within {
			t.Errorf("%s is %d bits from the picture, expected at most %d", name, d, within)
		}
	}
	lossy, _ := Read(files["lossy.webp"])
	lossless, _ := Read(files["lossless.webp"])
	a, _ := Sum(lossy)
	if b, quality := Sum(lossless); a.Distance(b) > 12 || quality < MinQuality {
		t.Errorf("lossy and lossless WebP of a picture of quality %d are %d bits apart", quality, a.Distance(b))
	}
}

// A file that is cut short, or is none, is an error and no more. Only what follows the picture may be cut: the
// decoders of the standard library ask for no more of a GIF, and WebP for no padding.
func TestReadCut(t *testing.T) {
	for name, file := range samples(t) {
		for _, n := range []int{0, 1, 2, 3, 7, 8, 11, 12, 15, 20, 29, 30, 40, len(file) / 4, len(file) / 2, len(file) - 40} {
			m, err := Read(file[:n])
			if err == nil || m != nil || !strings.HasPrefix(err.Error(), "pdq: ") || strings.Contains(err.Error()[4:], "pdq: ") {
				t.Errorf("%d of %d bytes of %s: %v, %v", n, len(file), name, m, err)
			}
		}
	}
	for _, file := range []string{"", "GIF", "BM      ", "<svg/>", "II*\x00", "RIFF1234WAVE", "\x89PNG\n\r\x1a\n", strings.Repeat("\x00", 99)} {
		if m, err := Read([]byte(file)); err == nil || m != nil {
			t.Errorf("%q is a picture", file)
		}
	}
}

// pngOf returns a PNG of one bit a pixel, all black, whose data may have fewer rows than its header says.
func pngOf(width, height, rows int) []byte {
	out := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		binary.Write(out, binary.BigEndian, uint32(len(data)))
		out.WriteString(name)
		out.Write(data)
		binary.Write(out, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(name), data...)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	chunk("IHDR", append(header, 1, 0, 0, 0, 0))
	var data bytes.Buffer
	w := zlib.NewWriter(&data)
	for range rows {
		w.Write(make([]byte, 1+(width+7)/8))
	}
	w.Close()
	chunk("IDAT", data.Bytes())
	chunk("IEND", nil)
	return out.Bytes()
}

// Sizes are read from the places of each format, so that a small file can name a large picture.
func named(file []byte, at int, order binary.ByteOrder, width, height uint16) []byte {
	file = bytes.Clone(file)
	order.PutUint16(file[at:], width)
	order.PutUint16(file[at+2:], height)
	return file
}

// A picture that says that it is enormous is not decoded, nor is anything of its size allocated.
func TestBombs(t *testing.T) {
	files := samples(t)
	jpg := bytes.Index(files["jpeg"], []byte{0xff, 0xc0}) + 5
	vp8 := bytes.Index(files["lossy.webp"], []byte{0x9d, 0x01, 0x2a}) + 3
	lossless := bytes.Clone(files["lossless.webp"])
	binary.LittleEndian.PutUint32(lossless[21:], 16383|16383<<14)
	// A frame of 16 × 16 pixels in 70 bytes, which says that 16 MiB follow.
	frame := append([]byte("RIFF\x5c\x00\x00\x01WEBPVP8 \xf0\xff\xff\x00\x30\x00\x00\x9d\x01\x2a\x10\x00\x10\x00"), make([]byte, 40)...)
	canvas := bytes.Clone(files["alpha.webp"])
	copy(canvas[24:], "\xff\x7f\x00\xff\x7f\x00")
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"long file", make([]byte, MaxFile+1), ErrTooLarge},
		{"jpeg", named(files["jpeg"], jpg, binary.BigEndian, 65535, 65535), ErrTooLarge},
		{"png", pngOf(1<<13, 1<<13, 0), ErrTooLarge},
		{"wide png", pngOf(MaxPixels+1, 1, 0), ErrTooLarge},
		{"png of five rows", pngOf(MaxSide+1, 5, 5), ErrTooLarge},
		{"png of five columns", pngOf(5, MaxSide+1, MaxSide+1), ErrTooLarge},
		{"gif", named(files["gif"], 6, binary.LittleEndian, 65535, 65535), ErrTooLarge},
		{"lossy webp", named(files["lossy.webp"], vp8, binary.LittleEndian, 16383, 16383), ErrTooLarge},
		{"lossless webp", lossless, ErrTooLarge},
		{"canvas of a webp", canvas, ErrTooLarge},
		{"webp that is cut", frame, io.ErrUnexpectedEOF},
		{"empty png", pngOf(5000, 5000, 0), ErrBomb},
		{"jpeg of 16 million", named(files["jpeg"], jpg, binary.BigEndian, 4000, 4000)[:2000], ErrBomb},
		{"gif of 33 million", named(files["gif"], 6, binary.LittleEndian, 5792, 5792)[:6000], ErrBomb},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := Read(c.file)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) || m != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s took %d bytes", c.name, n)
		}
	}
	// Just below the limits.
	for name, file := range map[string][]byte{"full black png": pngOf(2048, 512, 512), "black png": pngOf(1024, 1025, 1025)} {
		if _, err := Read(file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(pngOf(2048, 512, 511)); err == nil || errors.Is(err, ErrBomb) {
		t.Errorf("a png without its last row: %v", err)
	}
}

// What Sum allocates does not depend on a picture's shape by more than some rows.
func TestLongPictures(t *testing.T) {
	for _, size := range [][2]int{{MaxSide, 5}, {5, MaxSide}} {
		m, err := Read(pngOf(size[0], size[1], size[1]))
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Sum(m)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
			t.Errorf("%d × %d pixels took %d bytes", size[0], size[1], n)
		}
	}
}

// A JPEG that goes over its pixels again and again costs time by the file's length and the pixels' number.
func TestScans(t *testing.T) {
	file := samples(t)["grey jpeg"]
	end := bytes.Index(file, []byte{0xff, 0xda})
	again := func(n int) []byte { return append(file[:end:end], bytes.Repeat(file[end:len(file)-2], n)...) }
	if _, err := Read(again(maxScans + 1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d scans: %v", maxScans+1, err)
	}
	if _, err := Read(again(maxScans)); errors.Is(err, ErrTooLarge) {
		t.Errorf("%d scans: %v", maxScans, err)
	}
}

// A GIF is its first frame, wherever on its screen.
func TestFirstFrame(t *testing.T) {
	palette := color.Palette{color.Black, color.White}
	first, second := image.NewPaletted(image.Rect(10, 20, 30, 50), palette), image.NewPaletted(image.Rect(0, 0, 90, 90), palette)
	first.SetColorIndex(12, 24, 1)
	var w bytes.Buffer
	all := &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{0, 0}, Config: image.Config{Width: 90, Height: 90}}
	if err := gif.EncodeAll(&w, all); err != nil {
		t.Fatal(err)
	}
	m, err := Read(w.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds() != first.Rect {
		t.Errorf("the frame is %v, want %v", m.Bounds(), first.Rect)
	}
	want, _ := Sum(first)
	if h, _ := Sum(m); h != want || h == (Hash{}) {
		t.Errorf("%s, want %s", h, want)
	}
}

// FuzzRead reads what a stranger may send, and hashes what is a picture.
func FuzzRead(f *testing.F) {
	for _, file := range samples(f) {
		f.Add(file)
	}
	f.Add(pngOf(64, 64, 64))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		m, err := Read(file)
		if err != nil {
			return
		}
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		if w*h > MaxPixels || w*h > allowance+perByte*len(file) {
			t.Fatalf("read %d × %d pixels of %d bytes", w, h, len(file))
		}
		if w*h > 1<<16 {
			return // would be slow, no more
		}
		all, quality := Variants(m)
		if quality < 0 || quality > 100 {
			t.Errorf("quality %d", quality)
		}
		for _, h := range all {
			if n := h.Distance(Hash{}); n > 128 {
				t.Errorf("%d bits are set", n)
			}
		}
	})
}
