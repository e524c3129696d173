// Package evidence reads what breach -out writes: a stolen key, and a recorded transcript.
package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
	"doormat/noescrow"
)

// maxKeyFile is the longest key file, in bytes. A key has 78.
const maxKeyFile = 4096

// ReadKey reads the file of an authority's key, which has one line. It returns a [cli.ErrInput] if that fails.
func ReadKey(name string) (*escrow.Authority, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	defer f.Close()
	line, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	if len(line) > maxKeyFile {
		return nil, cli.BadInput("%s: expected a key file of one line, found more than %s bytes", name, page.Thousands(maxKeyFile))
	}
	authority, err := escrow.ParseAuthority(string(bytes.TrimSpace(line)))
	if err != nil {
		return nil, cli.BadInput("%s: %v", name, err)
	}
	return authority, nil
}

// ReadTape reads the file of a tape. It returns a [cli.ErrInput] if that fails.
func ReadTape(name string) (*attacks.Tape, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cli.BadInput("%w", err)
	}
	defer f.Close()
	tape, err := attacks.ReadTape(f)
	if err != nil {
		return nil, cli.BadInput("%s: expected a tape: %v", name, err)
	}
	return tape, nil
}

// ReadTranscript reads the file of a transcript, whose records must all be dates and envelopes. It returns a
// [cli.ErrInput] if that fails. Close its tape when it is done.
func ReadTranscript(name string) (*attacks.Transcript, error) {
	tape, err := ReadTape(name)
	if err != nil {
		return nil, err
	}
	transcript := &attacks.Transcript{Tape: tape}
	if err := check(transcript); err != nil {
		tape.Close()
		return nil, cli.BadInput("%s: expected a transcript, found something else: %v", name, err)
	}
	return transcript, nil
}

func check(t *attacks.Transcript) error {
	for e, err := range t.All() {
		if err != nil {
			return err
		}
		if !escrowed(e.Bytes) && !Plain(e.Bytes) {
			return fmt.Errorf("record %s is no envelope of either system", page.Thousands(e.Index+1))
		}
	}
	if t.Tape.Len() == 0 {
		return errors.New("it is empty")
	}
	return nil
}

// escrowed reports whether an envelope is one of escrow.
func escrowed(envelope []byte) bool { _, _, err := escrow.Addresses(envelope); return err == nil }

// Plain reports whether an envelope is one of noescrow, which has no field that an authority could open.
func Plain(envelope []byte) bool { _, _, err := noescrow.Addresses(envelope); return err == nil }
