// Careful shows two proposals of 2018 that tried to be careful: a phone that shows its passcode to its maker, and
// messages that anyone can open who pays. Each is run as it was meant, and then as its critics ran it.
//
//	go run ./examples/careful
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: careful [-seed N]

Careful runs two proposals that tried to do it better: CLEAR, where a seized
phone shows its passcode to its maker and stops for good, and crumple zones,
where each message has a price. Then it runs what their critics said of them,
and counts what opens.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/careful
`

func main() { cli.Main("careful", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("careful", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := new(world)
		return []page.Part{w.seizure, w.flash, w.oracle, w.proof, w.message, w.prices, w.thefts}, nil
	})
}
