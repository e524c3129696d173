// Threshold is key escrow done with more care: agents share the key, want a warrant for each
// message, and keep a public log. It shows what that is worth, and what it is not.
//
//	go run ./examples/threshold
package main

import (
	"context"
	"io"

	"doormat/escrow/threshold"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: threshold [-t N] [-n N] [-seed N]

Threshold shares an escrow key among n agents, of whom t must agree, sends a
short conversation, and opens it: by warrant, with stolen shares, by a warrant
for everyone, and behind the back of the public.

  -t N     how many agents must agree (3)
  -n N     how many agents there are (5)
  -seed N  draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/threshold
  go run ./examples/threshold -t 2 -n 3
`

func main() { cli.Main("threshold", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("threshold", usage)
	t, n := f.Int("t", 3, ""), f.Int("n", 5, "")
	return page.Run(ctx, f, args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		if *t < 1 || *t > *n || *n > threshold.MaxAgents {
			return nil, cli.BadInput("expected -t from 1 to -n, and -n up to %d, found -t %d -n %d", threshold.MaxAgents, *t, *n)
		}
		w := new(world)
		deal := func(p *page.Page) error { return w.deal(p, *t, *n) }
		return []page.Part{deal, w.converse, w.lawful, w.refused, w.oneShare, w.tShares, w.bulk, w.split}, nil
	})
}
