package pdq

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

const (
	// MaxFile is the largest file that Read looks into, in bytes: 32 MiB.
	MaxFile = 1 << 25
	// MaxPixels is the largest number of pixels that Read decodes: 2^25, and a telephone of 2025 takes
	// pictures of 24 million.
	MaxPixels = 1 << 25
	// MaxSide is the longest side that Read decodes, in pixels: 2^16. Sum takes memory for some rows, and a row of
	// a picture that is five pixels high may be most of it.
	MaxSide = 1 << 16
	// maxScans bounds how often a progressive JPEG may go over its pixels. Ten are usual.
	maxScans = 100
)

var (
	// ErrTooLarge says that a picture would take more memory or time than it is worth: its file is larger
	// than MaxFile, it has more than MaxPixels pixels or a side of more than MaxSide, or it is a JPEG of more than
	// 100 scans.
	ErrTooLarge = errors.New("picture is too large")
	// ErrBomb says that a file names more pixels than its length explains: over 2^20, and over 4,096 for
	// each byte. It may be an honest drawing of one colour; a photograph takes a byte for ten pixels.
	ErrBomb = errors.New("picture unpacks to too much")
)

// allowance is the number of pixels that a file may name whatever its length, and perByte the number that
// each byte adds.
const (
	allowance = 1 << 20
	perByte   = 1 << 12
)

// formats are what Read knows, each by its first bytes; a dot stands for any.
var formats = []struct {
	name, magic string
	config      func(io.Reader) (image.Config, error)
	decode      func(io.Reader) (image.Image, error)
}{
	{"JPEG", "\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"GIF", "GIF8.a", gif.DecodeConfig, gif.Decode},
	{"WebP", "RIFF....WEBPVP8", webp.DecodeConfig, webp.Decode},
}

// Read decodes a picture from a file that may come from a stranger: JPEG, PNG, GIF, of which the first frame,
// or WebP without animation. The size that the file names is checked before anything of that size is
// allocated. At most some 16 bytes a pixel are, 512 MiB in all, if a JPEG of MaxPixels is progressive.
// An error may be ErrTooLarge or ErrBomb: count it, and do not try again.
func Read(file []byte) (image.Image, error) {
	if len(file) > MaxFile {
		return nil, fmt.Errorf("pdq: %w: expected at most %d bytes, found %d", ErrTooLarge, MaxFile, len(file))
	}
	for _, f := range formats {
		if !begins(file, f.magic) {
			continue
		}
		c, err := f.config(bytes.NewReader(file))
		if err == nil {
			err = check(c.Width, c.Height, len(file))
		}
		if scans := bytes.Count(file, []byte{0xff, 0xda}); err == nil && f.name == "JPEG" && scans > maxScans {
			err = fmt.Errorf("%w: expected at most %d scans, found %d", ErrTooLarge, maxScans, scans)
		}
		if err == nil && f.name == "WebP" && int64(binary.LittleEndian.Uint32(file[4:]))+8 > int64(len(file)) {
			err = io.ErrUnexpectedEOF // the decoder takes memory for what is said to come
		}
		if err != nil {
			return nil, fmt.Errorf("pdq: %s: %w", f.name, err)
		}
		m, err := f.decode(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("pdq: %s: %w", f.name, err)
		}
		return m, nil
	}
	return nil, fmt.Errorf("pdq: expected JPEG, PNG, GIF or WebP, found %.16q", file)
}

// check says whether a picture may be decoded from a file of so many bytes.
func check(width, height, length int) error {
	if width <= 0 || height <= 0 {
		return fmt.Errorf("expected a picture, found %d × %d pixels", width, height)
	}
	pixels := int64(width) * int64(height)
	if pixels > MaxPixels {
		return fmt.Errorf("%w: expected at most %d pixels, found %d × %d", ErrTooLarge, MaxPixels, width, height)
	}
	if max(width, height) > MaxSide {
		return fmt.Errorf("%w: expected sides of at most %d pixels, found %d × %d", ErrTooLarge, MaxSide, width, height)
	}
	if pixels > allowance+perByte*int64(length) {
		return fmt.Errorf("%w: found %d × %d pixels in %d bytes", ErrBomb, width, height, length)
	}
	return nil
}

func begins(file []byte, magic string) bool {
	if len(file) < len(magic) {
		return false
	}
	for i := range magic {
		if magic[i] != '.' && magic[i] != file[i] {
			return false
		}
	}
	return true
}
