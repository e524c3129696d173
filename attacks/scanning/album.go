package scanning

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"sync"

	"doormat/escrow/scanning"
	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

// A Subject is what a picture of the album shows. All of them are drawn by code. What the honest list is for
// is a test card: nothing here resembles what such lists hold.
type Subject int

// The subjects.
const (
	Known    Subject = iota // the test card that the honest list is for
	Leaflet                 // for a demonstration
	Boat                    // a boat at sunset
	Receipt                 // from a till
	Holiday                 // a person's own picture
	Subjects                // the number of them
)

// String returns what a picture shows, in two words or three.
func (s Subject) String() string {
	return []string{"test card", "leaflet", "boat at sunset", "receipt", "holiday picture"}[s]
}

// Picture returns a picture.
func Picture(s Subject) image.Image {
	switch s {
	case Known:
		return testCard()
	case Leaflet:
		return drawing.Leaflet(1)
	case Boat:
		return drawing.Boat(1)
	case Receipt:
		return drawing.Receipt(1)
	}
	return drawing.Boat(7) // on another evening
}

// testCard draws forty grey rectangles, on a square of 256 pixels.
func testCard() image.Image {
	const side = 256
	m := image.NewGray(image.Rect(0, 0, side, side))
	rng := rand.New(rand.NewPCG(2021, 8))
	draw.Draw(m, m.Rect, image.NewUniform(color.Gray{Y: 128}), image.Point{}, draw.Src)
	for range 40 {
		x, y := rng.IntN(side), rng.IntN(side)
		shade := image.NewUniform(color.Gray{Y: uint8(rng.IntN(256))})
		draw.Draw(m, image.Rect(x, y, x+16+rng.IntN(60), y+16+rng.IntN(60)), shade, image.Point{}, draw.Src)
	}
	return m
}

// A print is a picture of the album as a file, and what devices make of it.
type print struct {
	file, small []byte
	hash        scanning.Hash
	found       bool
}

// album has each picture as a JPEG file. It is hashed once, and not again by each device that sends it.
var album = sync.OnceValue(func() (prints [Subjects]print) {
	for s := range Subjects {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, Picture(s), &jpeg.Options{Quality: 75}); err != nil {
			panic("attacks: internal error: " + err.Error())
		}
		p := print{file: b.Bytes(), small: SmallCopy(b.Bytes())}
		p.hash, p.found = HashPicture(p.file)
		prints[s] = p
	}
	return prints
})

// printOf returns the print with a file, and false if the album has none.
func printOf(file []byte) (p print, ok bool) {
	for _, p := range album() {
		if bytes.Equal(p.file, file) {
			return p, true
		}
	}
	return p, false
}

// hashKnown is HashPicture, and copyKnown SmallCopy.
func hashKnown(file []byte) (scanning.Hash, bool) {
	if p, ok := printOf(file); ok {
		return p.hash, p.found
	}
	return HashPicture(file)
}

func copyKnown(file []byte) []byte {
	if p, ok := printOf(file); ok {
		return p.small
	}
	return SmallCopy(file)
}

// File returns a picture as a JPEG file.
func File(s Subject) []byte { return bytes.Clone(album()[s].file) }

// SubjectOf returns which picture goes with a text, and false for none. One text in six has one, always the
// same: a quarter of these the test card, a tenth the holiday picture.
func SubjectOf(text string) (s Subject, ok bool) {
	h := fnv.New64a()
	h.Write([]byte(text))
	n := h.Sum64() >> 7
	if text == "" || n%6 != 0 {
		return 0, false
	}
	n = n / 6 % 20
	switch {
	case n < 5:
		return Known, true
	case n < 9:
		return Leaflet, true
	case n < 14:
		return Boat, true
	case n < 18:
		return Receipt, true
	}
	return Holiday, true
}

// Album returns the file that goes with a text, nil for none.
func Album(text string) []byte {
	if s, ok := SubjectOf(text); ok {
		return album()[s].file
	}
	return nil
}

// HashPicture is the hasher of every device here: PDQ, of a picture whose quality is 50 at least
// (facebook/ThreatExchange, pdq/README: discard 49 and less).
func HashPicture(file []byte) (scanning.Hash, bool) {
	m, err := pdq.Read(file)
	if err != nil {
		return scanning.Hash{}, false
	}
	h, quality := pdq.Sum(m)
	return scanning.Hash(h), quality >= 50
}

// HashesOf returns the hashes of pictures of the album, all of which have one (TestAlbum).
func HashesOf(subjects ...Subject) (all []scanning.Hash) {
	for _, s := range subjects {
		all = append(all, album()[s].hash)
	}
	return all
}

// Copies are of this width and height in pixels.
const copySide = 48

// SmallCopy returns what a voucher carries of a picture: a grey JPEG file of 48 by 48 pixels, of less than
// 3,000 bytes, or nil if the file is no picture.
func SmallCopy(file []byte) []byte {
	m, err := pdq.Read(file)
	if err != nil {
		return nil
	}
	r := m.Bounds()
	small := image.NewGray(image.Rect(0, 0, copySide, copySide))
	for y := range copySide {
		for x := range copySide {
			small.Set(x, y, m.At(r.Min.X+(2*x+1)*r.Dx()/(2*copySide), r.Min.Y+(2*y+1)*r.Dy()/(2*copySide)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 60}); err != nil {
		return nil
	}
	return b.Bytes()
}

// Phrase is what the honest list of phrases is for. It stands for the sentences of those who send passwords.
const Phrase = "Change it tonight, please, and delete this message."
