package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

// options are the flags.
type options struct {
	export, des, tea1, gea1 *int
	resume                  string
	command                 func() string // of cli.Flags
}

// A world is the flags, a slot on the air, and what the searches have measured so far.
type world struct {
	options options
	rates   map[string]float64 // keys per second, by cipher
	tetra   tetra
}

// The line that is encrypted, and what the wiretap knows of it.
const (
	known = "MIME-Version: 1.0\r\n"
	line  = known + "\r\nThe boiler man comes on Thursday.\r\n"
)

// tetra is a slot on the air. It is made before everything else, so that a file of a search that was
// stopped is known to be of this search, or not, before the work.
type tetra struct {
	key    weakcipher.TEA1Key
	frame  uint32
	wire   []byte
	resume []byte
}

func newWorld(p *page.Page, o options) (w *world, err error) {
	w = &world{options: o, rates: map[string]float64{}}
	t := &w.tetra
	if t.key, err = weakcipher.NewTEA1Key(*o.tea1); err != nil {
		return nil, err
	}
	t.frame = weakcipher.TEA1Frame(1998, true)
	t.wire = []byte(line)[:weakcipher.TEA1SlotSize]
	t.key.Reduce().XOR(t.frame, t.wire)
	if t.resume, err = w.readResume(); err != nil || t.resume == nil {
		return w, err
	}
	stopped, stop := context.WithCancel(p.Context()) // the file is read first, and nothing is searched
	stop()
	_, _, err = weakcipher.RecoverTEA1(stopped, t.frame, keystream(t.wire), weakcipher.Options{Bits: *o.tea1, Resume: t.resume})
	if errors.Is(err, weakcipher.ErrResume) {
		return nil, cli.BadInput("%s: %s", o.resume, strings.TrimPrefix(err.Error(), "weakcipher: "))
	}
	return w, nil
}

// keystream returns what the known words leave of the ciphertext.
func keystream(wire []byte) []byte {
	out := []byte(known)
	for i := range out {
		out[i] ^= wire[i]
	}
	return out
}

// maxResume is the longest file of a search that was stopped, in bytes. A checkpoint has 76, and 8 for each
// key that fits.
const maxResume = 1 << 16

// readResume returns the file of a search that was stopped, or nil if there is none.
func (w *world) readResume() ([]byte, error) {
	name := w.options.resume
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.MayWrite(name)
	}
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxResume+1))
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	if len(data) == 0 || len(data) > maxResume {
		return nil, cli.BadInput("%s: expected a checkpoint of 1 to %s bytes, found fewer or more", name, page.Thousands(maxResume))
	}
	return data, cli.MayWrite(name)
}

// stopped writes the file of a search that was stopped, and returns the error that says so.
func (w *world) stopped(err error, done weakcipher.Work) error {
	name := w.options.resume
	if name == "" || !errors.Is(err, context.Canceled) || len(done.Checkpoint) == 0 {
		return err
	}
	failed := cli.WriteFile(name, func(w io.Writer) error {
		_, err := w.Write(done.Checkpoint)
		return err
	})
	if failed != nil {
		return failed
	}
	return fmt.Errorf("%w after %s keys; go on with: %s", err, page.Thousands(done.Tried), w.options.command())
}

func (w *world) removeResume() {
	if w.options.resume != "" {
		os.Remove(w.options.resume)
	}
}
