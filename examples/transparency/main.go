// Transparency asks a directory whose key is whose, has the directory lie in each way that there is,
// and shows who finds out and by what.
//
//	go run ./examples/transparency
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: transparency [-seed N]

Transparency asks a directory of keys who is who. Then the directory lies: it
swaps a key, shows two histories, and has witnesses who sign both. After each
lie the program shows who finds out, and the evidence. It guesses the names in
a directory, steals an identity provider's key, and counts what each of these
thieves reads.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/transparency
`

func main() { cli.Main("transparency", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("transparency", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w, err := newWorld()
		return []page.Part{w.ask, w.swap, w.histories, w.names, w.provider, w.thefts}, err
	})
}
