package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/jpeg"
	"math/bits"
	"net/http"
	"sync"

	"doormat/attacks/scanning"
)

// A push is a picture that was altered until a detector takes it for another.
type push struct {
	Card, Before, After   template.URL
	BitsBefore, BitsAfter int // of 256, in which its hash differs from the card's
}

// Push makes the pictures of the station of scanning. They are the same in each page.
func (p *page) Push() (*push, error) { return pictures() }

var pictures = sync.OnceValues(func() (*push, error) {
	card, boat := scanning.File(scanning.Known), scanning.File(scanning.Boat)
	aim, _ := scanning.HashPicture(card)
	altered, err := scanning.Collide(scanning.Picture(scanning.Boat), aim, matches)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, altered.Picture, &jpeg.Options{Quality: 90}); err != nil { // a quarter of a PNG's size
		return nil, err
	}
	file := b.Bytes()
	x := &push{Card: dataURL(card), Before: dataURL(boat), After: dataURL(file)}
	for n, picture := range map[*int][]byte{&x.BitsBefore: boat, &x.BitsAfter: file} {
		hash, ok := scanning.HashPicture(picture)
		if !ok {
			return nil, errors.New("web: a picture has no hash")
		}
		for i := range hash {
			*n += bits.OnesCount8(hash[i] ^ aim[i])
		}
	}
	return x, nil
})

// matches is the number of bits that may differ in a match.
const matches = 31

func dataURL(picture []byte) template.URL {
	return template.URL("data:" + http.DetectContentType(picture) + ";base64," + base64.StdEncoding.EncodeToString(picture))
}
