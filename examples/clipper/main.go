// Clipper walks one call through the Clipper chip, byte by byte: it is made, tapped by warrant, and
// then made again in the ways that Blaze and Frankel and Yung found, in which the tap fails.
//
//	go run ./examples/clipper
package main

import (
	"bufio"
	"context"
	"errors"
	"io"

	"doormat/examples/internal/cli"
)

const usage = `Usage: clipper [-n N] [-seed N]

Clipper makes a telephone call with two Clipper chips (1993), taps it with a
warrant, and shows every value on the way. Then the caller forges the field that
the tap needs, feeds it back, and borrows somebody else's.

  -n N     forge N LEAFs, 1 to 1000; it is 20 without
  -seed N  draw randomness from the number N: the same run, to the byte, and
           no times in it

Examples:
  go run ./examples/clipper
  go run ./examples/clipper -n 400
`

const maxForgings = 1000

func main() { cli.Main("clipper", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("clipper", usage)
	n := f.Int("n", 20, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	if *n < 1 || *n > maxForgings {
		return cli.BadInput("expected -n from 1 to %d, found %d", maxForgings, *n)
	}
	defer f.Deterministic()()
	w, err := newWorld()
	if err != nil {
		return err
	}
	p := &page{Writer: bufio.NewWriter(stdout)}
	p.introduction()
	w.holders(p)
	call, err := w.dial(w.ana, w.ben)
	if err != nil {
		return err
	}
	w.showCall(p, call)
	if err := w.showTap(p, call); err != nil {
		return err
	}
	p.Flush()
	forged, err := w.showForging(ctx, p, newCounter(stderr), *n, !f.Seeded())
	if err != nil {
		return err
	}
	return errors.Join(w.showTable(p, call, forged), p.Flush())
}
