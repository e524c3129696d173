package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"doormat/attacks"
	"doormat/escrow/workfactor"
	"doormat/examples/internal/cli"
)

// options are the flags.
type options struct {
	bits      *int
	bitsGiven bool
	resume    string
	command   func() string // of cli.Flags
	price     *float64
}

// A world is the flags, one message, its receiver, and how fast this machine tries keys.
type world struct {
	options options
	message *escrowCase
	ben     *workfactor.Device
	rates   rates
}

// newWorld returns a world without a message, or one with the message of a search that was
// interrupted.
func newWorld(o options) (*world, error) {
	w := &world{options: o}
	if !(*o.price > 0) || math.IsInf(*o.price, 1) {
		return nil, cli.BadInput("expected -price of more than 0 dollars, found %g", *o.price)
	}
	if o.resume == "" {
		return w, nil
	}
	c, err := readCase(o.resume)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, cli.BadInput("-resume: %v", err)
	}
	if err == nil && o.bitsGiven && c.bits != *o.bits {
		return nil, cli.BadInput("expected a search of 2^%d keys in %s, found one of 2^%d", *o.bits, o.resume, c.bits)
	}
	w.message = c
	return w, cli.MayWrite(o.resume)
}

// escrowCase is one message, and the authority whose field is in it.
type escrowCase struct {
	authority  *workfactor.Authority
	envelope   []byte
	bits       int    // of the key that are left to search
	checkpoint []byte // of a search that was interrupted, or nil
	done       uint64 // keys that it has tried
}

// newCase fails if the authority cannot open the envelope's field.
func newCase(authority *workfactor.Authority, envelope []byte) (*escrowCase, error) {
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	if _, err := authority.OpenField(e.Field); err != nil {
		return nil, err
	}
	return &escrowCase{authority: authority, envelope: envelope, bits: e.Bits}, nil
}

// keys returns how many keys are left to search in all.
func (c *escrowCase) keys() uint64 { return 1 << c.bits }

// save writes the case: the authority's private key, the envelope, the checkpoint.
func (c *escrowCase) save(name string, checkpoint []byte) error {
	tape := new(attacks.Tape)
	for _, record := range [][]byte{c.authority.RecoveryKey(), c.envelope, checkpoint} {
		if err := tape.Append(record); err != nil {
			return err
		}
	}
	return cli.WriteFile(name, func(w io.Writer) error {
		_, err := tape.WriteTo(w)
		return err
	})
}

// readCase reads what save wrote. The error is fs.ErrNotExist if there is no such file.
func readCase(name string) (*escrowCase, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tape, err := attacks.ReadTape(f)
	if err != nil {
		return nil, fmt.Errorf("%s: expected a search that was interrupted: %w", name, err)
	}
	defer tape.Close()
	c, err := parseCase(tape)
	if err != nil {
		return nil, fmt.Errorf("%s: expected a search that was interrupted: %w", name, err)
	}
	return c, nil
}

func parseCase(tape *attacks.Tape) (*escrowCase, error) {
	var records [][]byte
	for record, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		records = append(records, append([]byte(nil), record...))
	}
	if len(records) != 3 {
		return nil, fmt.Errorf("expected 3 records, found %d", len(records))
	}
	authority, err := workfactor.ParseAuthority(records[0])
	if err != nil {
		return nil, err
	}
	c, err := newCase(authority, records[1])
	if err != nil {
		return nil, err
	}
	c.checkpoint = records[2]
	stopped, stop := context.WithCancel(context.Background()) // the checkpoint is read, and nothing is searched
	stop()
	_, work, err := authority.RecoverKey(stopped, c.envelope, workfactor.Options{Resume: c.checkpoint})
	if errors.Is(err, workfactor.ErrResume) {
		return nil, err
	}
	c.done = c.keys() - work.Of
	return c, nil
}
