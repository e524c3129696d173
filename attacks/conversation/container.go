package conversation

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

const (
	maxPacked   = 256 << 20 // bytes of a zip whose reader cannot seek
	maxUnpacked = 16 << 30  // bytes that a packed file becomes
	maxLayers   = 4         // of containers in one another
)

// unpack looks at the first bytes of a file. It returns a reader of the text in it, or the folder that it
// is if it is a zip. It undoes gzip and UTF-16.
func unpack(r io.Reader, want *wanted) (text io.Reader, folder fs.FS, err error) {
	for range maxLayers {
		b := bufio.NewReaderSize(r, sniffed)
		head, err := b.Peek(sniffed)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, fmt.Errorf("conversation: %w", err)
		}
		switch {
		case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
			folder, err := openZip(r, b)
			if err != nil {
				return nil, nil, fmt.Errorf("conversation: not %s: a zip that cannot be read: %w", want.kind, err)
			}
			return nil, folder, nil
		case bytes.HasPrefix(head, []byte("\x1f\x8b")):
			z, err := gzip.NewReader(b)
			if err != nil {
				return nil, nil, fmt.Errorf("conversation: not %s: %w", want.kind, err)
			}
			r = &limited{z, maxUnpacked}
		default:
			if wide := wideCharacters(head); wide != nil {
				return wide.NewDecoder().Reader(b), nil, nil
			}
			if bytes.HasPrefix(head, []byte("\uFEFF")) {
				b.Discard(len("\uFEFF"))
			}
			return b, nil, nil
		}
	}
	return nil, nil, fmt.Errorf("conversation: not %s: expected at most %d containers in one another, found more", want.kind, maxLayers)
}

// sniffed is how many bytes of a file tell what it is.
const sniffed = 4096

// wideCharacters returns the decoder of UTF-16, if that is what head is: it has a byte order mark, or a zero
// in every other byte, as Latin letters have.
func wideCharacters(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case len(head) < 8:
		return nil
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch many := len(head) * 3 / 10; {
	case zeros[1] > many && zeros[0] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeros[0] > many && zeros[1] == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

// openZip opens a zip. Its directory is at its end, so that a reader that cannot seek is read into memory.
func openZip(r io.Reader, buffered io.Reader) (fs.FS, error) {
	if f, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		size, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, err
		}
		return zip.NewReader(f, size)
	}
	data, err := io.ReadAll(io.LimitReader(buffered, maxPacked+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxPacked {
		return nil, fmt.Errorf("expected at most %d bytes, found more; unpack it first", maxPacked)
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

// limited is a reader that fails beyond a number of bytes.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("expected at most %d bytes unpacked, found more", int64(maxUnpacked))
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
