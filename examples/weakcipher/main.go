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

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
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

func main() { cli.Main("weakcipher", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("weakcipher", usage)
	o := options{
		export:  f.Number("export-bits", 24, 8, 40),
		des:     f.Number("des-bits", 26, 8, 40),
		tea1:    f.Number("tea1-bits", 26, 11, 32),
		gea1:    f.Number("gea1-bits", 40, 8, 64),
		command: f.Command,
	}
	f.Path(&o.resume, "resume")
	return page.Run(ctx, f, args, stdout, stderr, func(p *page.Page) ([]page.Part, error) {
		if o.resume != "" && !p.Seeded {
			return nil, cli.BadInput("expected -seed beside -resume, so that both runs look for the same key; found none")
		}
		w, err := newWorld(p, o)
		return []page.Part{w.export40, w.des40, w.tea1, w.gea1, w.history}, err
	})
}
