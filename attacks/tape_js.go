package attacks

import (
	"bytes"
	"fmt"
	"io"
)

// tapeMemory is how long a tape may grow where there are no files, in bytes.
const tapeMemory = 1 << 28

// A disk is missing in a browser.
type disk struct{}

func (disk) append([]byte) error {
	return fmt.Errorf("expected at most %d bytes in a tape, as a browser has no files", tapeMemory)
}

func (disk) reader(int64) io.Reader { return bytes.NewReader(nil) }
func (disk) close() error           { return nil }
func (disk) used() bool             { return false }
