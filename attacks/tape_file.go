//go:build !js

package attacks

import (
	"bytes"
	"io"
	"os"
)

// tapeMemory is how much of a tape stays in memory before it moves to a temporary file, in bytes.
const tapeMemory = 1 << 20

// A disk is a temporary file that has no name, made when it is first written to.
type disk struct{ file *os.File }

func (d *disk) append(b []byte) error {
	if d.file == nil {
		f, err := os.CreateTemp("", "doormat-tape-")
		if err != nil {
			return err
		}
		os.Remove(f.Name()) // it lives until it is closed; where this fails, close removes it
		d.file = f
	}
	_, err := d.file.Write(b)
	return err
}

// reader reads the first size bytes: all that has been written.
func (d *disk) reader(size int64) io.Reader {
	if d.file == nil {
		return bytes.NewReader(nil)
	}
	return io.NewSectionReader(d.file, 0, size)
}

func (d *disk) close() error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	os.Remove(d.file.Name())
	return err
}

func (d *disk) used() bool { return d.file != nil }
