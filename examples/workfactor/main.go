// Workfactor shows how one message of Lotus Notes International, 1996, could be read by the United
// States government, and what that costs it and everybody else.
//
//	go run ./examples/workfactor
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"doormat/escrow/workfactor"
	"doormat/examples/internal/cli"
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

type options struct {
	bits   int
	resume string
	price  float64
	seeded bool
}

func main() { cli.Main("workfactor", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{}
	f := cli.NewFlags("workfactor", usage)
	f.IntVar(&o.bits, "bits", workfactor.DefaultBits, "")
	f.StringVar(&o.resume, "resume", "", "")
	f.Float64Var(&o.price, "price", workfactor.PricePerCoreHour, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	if o.bits < 1 || o.bits > workfactor.FullBits {
		return cli.BadInput("-bits: expected 1 to %d, found %d", workfactor.FullBits, o.bits)
	}
	if !(o.price > 0) || math.IsInf(o.price, 1) {
		return cli.BadInput("-price: expected dollars, more than 0, found %g", o.price)
	}
	bitsGiven := false
	f.Visit(func(f *flag.Flag) { bitsGiven = bitsGiven || f.Name == "bits" })
	o.seeded = f.Seeded()
	defer f.Deterministic()()
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	p := &printer{stdout: stdout, stderr: stderr, bar: bar, options: o}
	if o.resume != "" {
		c, err := readCase(o.resume)
		if err == nil && bitsGiven && c.residual.Bits != o.bits {
			err = fmt.Errorf("the search in %s is one of 2^%d keys, expected 2^%d", o.resume, c.residual.Bits, o.bits)
		}
		if err == nil {
			return p.goOn(ctx, c)
		}
		if !os.IsNotExist(err) {
			return cli.BadInput("-resume: %v", err)
		}
	}
	return p.all(ctx)
}

// printer writes the lesson.
type printer struct {
	options
	stdout, stderr io.Writer
	bar            *cli.Progress
}

func (p *printer) line(format string, args ...any) {
	p.bar.Clear()
	fmt.Fprintf(p.stdout, format+"\n", args...)
}

func (p *printer) all(ctx context.Context) error {
	c, bob, err := p.message()
	if err != nil {
		return err
	}
	if err := p.check(c, bob); err != nil {
		return err
	}
	rates, err := p.wiretap(ctx, c)
	if err != nil {
		return err
	}
	if err := p.authority(ctx, c, rates.AllCores); err != nil {
		return err
	}
	p.costs(rates)
	return p.early(ctx)
}

// goOn goes on with a search that was interrupted.
func (p *printer) goOn(ctx context.Context, c *escrowCase) error {
	p.line("Going on with key %s of 2^%d.", thousands(c.checkpoint.Next), c.residual.Bits)
	rates, _, err := p.measure(ctx, c)
	if err != nil {
		return err
	}
	return p.search(ctx, c, rates.AllCores)
}
