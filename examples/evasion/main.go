// Evasion climbs a ladder of ways to hide from an authority that has every key, up to messages inside honest
// messages, and then lets a phone's maker do the same to the phone's owner.
//
//	go run ./examples/evasion
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: evasion [-seed N]

Evasion sends messages through an escrowed system in seven ways, from the
honest one to one where the authority opens every message, reads every text,
and does not see the conversation that two people have inside them. Then it
lets the maker of a phone leak its key in the same way, and shows what stops
both, and its price.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/evasion
`

func main() { cli.Main("evasion", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("evasion", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := newWorld()
		return []page.Part{w.ladder, w.envelope, w.test, w.channels, w.leak, w.chain}, nil
	})
}
