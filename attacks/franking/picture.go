package franking

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
)

// encodeJPEG writes a picture as JPEG.
func encodeJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return b.Bytes()
}

// bmpHeader is the length of both headers of a BMP file, in bytes.
const bmpHeader = 54

// encodeBMP writes a picture as BMP: 24 bits a pixel, the lowest row first, rows padded to four bytes.
func encodeBMP(m image.Image) []byte {
	r := m.Bounds()
	row := (3*r.Dx() + 3) &^ 3
	b := make([]byte, bmpHeader+row*r.Dy())
	copy(b, "BM")
	le := binary.LittleEndian
	le.PutUint32(b[2:], uint32(len(b)))
	le.PutUint32(b[10:], bmpHeader)
	le.PutUint32(b[14:], 40) // of the second header
	le.PutUint32(b[18:], uint32(r.Dx()))
	le.PutUint32(b[22:], uint32(r.Dy()))
	le.PutUint16(b[26:], 1)  // plane
	le.PutUint16(b[28:], 24) // bits a pixel
	for y := range r.Dy() {
		line := b[bmpHeader+(r.Dy()-1-y)*row:]
		for x := range r.Dx() {
			red, green, blue, _ := m.At(r.Min.X+x, r.Min.Y+y).RGBA()
			line[3*x], line[3*x+1], line[3*x+2] = byte(blue>>8), byte(green>>8), byte(red>>8)
		}
	}
	return b
}

var errPicture = errors.New("attacks: expected a JPEG or BMP picture, found something else")

// DecodePicture reads a JPEG file, or a BMP file as encodeBMP writes it. It ignores what is behind the
// picture, as viewers do.
func DecodePicture(file []byte) (image.Image, error) {
	if bytes.HasPrefix(file, []byte{0xff, 0xd8}) {
		m, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, errPicture
		}
		return m, nil
	}
	if len(file) < bmpHeader || !bytes.HasPrefix(file, []byte("BM")) {
		return nil, errPicture
	}
	le := binary.LittleEndian
	at, width, height := le.Uint32(file[10:]), le.Uint32(file[18:]), le.Uint32(file[22:])
	const most = 1 << 12
	if at < bmpHeader || at > most || width == 0 || width > most || height == 0 || height > most || le.Uint16(file[28:]) != 24 || le.Uint32(file[30:]) != 0 {
		return nil, errPicture
	}
	row := (3*int(width) + 3) &^ 3
	if len(file)-int(at) < row*int(height) {
		return nil, errPicture
	}
	m := image.NewRGBA(image.Rect(0, 0, int(width), int(height)))
	for y := range int(height) {
		line := file[int(at)+(int(height)-1-y)*row:]
		for x := range int(width) {
			m.Set(x, y, color.RGBA{line[3*x+2], line[3*x+1], line[3*x], 0xff})
		}
	}
	return m, nil
}
