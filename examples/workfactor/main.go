// Workfactor shows how one message of Lotus Notes International, 1996, could be read by the United
// States government, and what that costs it and everybody else.
//
//	go run ./examples/workfactor
package main

import (
	"context"
	"flag"
	"io"

	"doormat/escrow/workfactor"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: workfactor [-bits N] [-resume FILE] [-price DOLLARS] [-seed N]

Workfactor sends a message as Lotus Notes International did in 1996, with 24
bits of its key encrypted to the government, lets the government search for
the others, and says what that costs.

  -bits N         bits of the key that are left to search, 1 to 40 (default 24;
                  the history has 40, which take hours)
  -resume FILE    keep in FILE how far the search is, and go on from there
  -price DOLLARS  price of an hour of one core (default 0.04)
  -seed N         draw randomness from the number N, and leave times out

Examples:
  go run ./examples/workfactor
  go run ./examples/workfactor -bits 32
  go run ./examples/workfactor -bits 40 -resume search.tape
`

func main() { cli.Main("workfactor", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("workfactor", usage)
	o := options{
		bits:    f.Number("bits", workfactor.DefaultBits, 1, workfactor.FullBits),
		price:   f.Float64("price", pricePerCoreHour, ""),
		command: f.Command,
	}
	f.Path(&o.resume, "resume")
	return page.Run(ctx, f, args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		f.Visit(func(f *flag.Flag) { o.bitsGiven = o.bitsGiven || f.Name == "bits" })
		w, err := newWorld(o)
		if err != nil {
			return nil, err
		}
		if w.message != nil {
			return []page.Part{w.resumed}, nil
		}
		return []page.Part{w.wire, w.check, w.wiretap, w.authority, w.costs, w.early}, nil
	})
}
