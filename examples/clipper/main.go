// Clipper walks one call through the Clipper chip, byte by byte: it is made, tapped by warrant, and
// then made again in the ways that Blaze and Frankel and Yung found, in which the tap fails.
//
//	go run ./examples/clipper
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
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

func main() { cli.Main("clipper", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("clipper", usage)
	n := f.Number("n", 20, 1, 1000)
	return page.Run(ctx, f, args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w, err := newWorld()
		forging := func(p *page.Page) error { return w.showForging(p, *n) }
		return []page.Part{w.holders, w.showCall, w.showTap, forging, w.showTable}, err
	})
}
