// Targeted looks for one person's messages where nobody has a third key: by a friend, a witness, a phone, an implant, and
// by the key that signs updates. It counts what each opens, and of whom else.
//
//	go run ./examples/targeted
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: targeted [-seed N]

Targeted sends the conversation of a small town through the messenger without
escrow, with escrow, and in groups of two. Then it looks for one person's
messages in the ways that Europol and ENISA proposed in 2016, and by an update
of the app with an implant in it, for everyone. It counts what each opens, and
how far each reaches beyond that person.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/targeted
`

// measure is newWorld, but in tests, which run the program several times.
var measure = newWorld

func main() { cli.Main("targeted", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("targeted", usage), args, stdout, stderr, func(p *page.Page) ([]page.Part, error) {
		w, err := measure(p)
		if err != nil {
			return nil, err
		}
		return []page.Part{w.ways, w.phone, w.witness, w.update, w.reach, w.cases}, nil
	})
}
