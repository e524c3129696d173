// Weakcipher breaks four ciphers that were made weak on purpose, at a reduced size, and says what
// the full size would take this machine.
//
//	go run ./examples/weakcipher
//
// TEA1 falls at full size too, in a minute or so:
//
//	go run ./examples/weakcipher -tea1-bits 32
package main

import (
	"context"
	"io"

	"doormat/escrow/weakcipher"
	"doormat/examples/internal/cli"
)

const usage = `Usage: weakcipher [-export-bits N] [-des-bits N] [-tea1-bits N] [-gea1-bits N]
                  [-resume FILE] [-seed N]

Weakcipher encrypts a line with each of four ciphers that were weakened on
purpose, and finds the key from what a wiretap has: the ciphertext, and the
words that every mail begins with. Nothing leaves this machine.

  -export-bits N  unknown bits of the RC4 key, 8 to 40 (24)
  -des-bits N     unknown bits of the DES key, 8 to 40 (26)
  -tea1-bits N    unknown bits of TEA1's register, 11 to 32 (26)
  -gea1-bits N    unknown bits of GEA-1's first state, 8 to 64 (40)
  -resume FILE    where TEA1's search is kept if ctrl-C stops it, and goes on
                  from; with -seed, so that it is the same search
  -seed N         draw randomness from the number N: the same run, to the byte,
                  without times

Examples:
  go run ./examples/weakcipher
  go run ./examples/weakcipher -tea1-bits 32
  go run ./examples/weakcipher -tea1-bits 32 -resume tea1.search -seed 1
`

type options struct {
	export, des, tea1, gea1 int
	resume                  string
	seeded                  bool
}

func main() { cli.Main("weakcipher", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{}
	f := cli.NewFlags("weakcipher", usage)
	f.IntVar(&o.export, "export-bits", 24, "")
	f.IntVar(&o.des, "des-bits", 26, "")
	f.IntVar(&o.tea1, "tea1-bits", 26, "")
	f.IntVar(&o.gea1, "gea1-bits", 40, "")
	f.StringVar(&o.resume, "resume", "", "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	o.seeded = f.Seeded()
	if err := o.check(); err != nil {
		return err
	}
	defer f.Deterministic()()
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	d := &demo{options: o, ctx: ctx, bar: bar, stdout: stdout, rates: map[string]float64{}}
	return d.all()
}

func (o *options) check() error {
	for _, c := range []struct {
		flag              string
		bits, least, most int
	}{
		{"-export-bits", o.export, 8, 40}, {"-des-bits", o.des, 8, 40},
		{"-tea1-bits", o.tea1, 11, 32}, {"-gea1-bits", o.gea1, 8, 64},
	} {
		if c.bits < c.least || c.bits > c.most {
			return cli.BadInput("expected %s from %d to %d, found %d", c.flag, c.least, c.most, c.bits)
		}
	}
	if o.resume != "" && !o.seeded {
		return cli.BadInput("expected -seed beside -resume, so that both runs look for the same key")
	}
	return nil
}

// demo is one run. What it prints is the same for the same seed, but for what is measured.
type demo struct {
	options
	ctx    context.Context
	bar    *cli.Progress
	stdout io.Writer
	err    error
	rates  map[string]float64 // keys per second, by cipher
}

func (d *demo) all() error {
	d.print("Four ciphers that were made weak, so that somebody could read along. Nothing is\n"+
		"stolen here: a wiretap has the ciphertext, and knows how every mail begins:\n\n"+
		"  %q\n\n", known)
	for i, show := range []func() error{d.export40, d.des40, d.tetra, d.gprs} {
		d.origin(weakcipher.Origins()[i])
		if err := show(); err != nil {
			return err
		}
		d.print("\n")
	}
	d.history()
	return d.err
}
