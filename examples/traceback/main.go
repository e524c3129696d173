// Traceback names who wrote a forwarded message first, in the three ways that have been proposed, and
// counts who else is named, and what is stolen with it.
//
//	go run ./examples/traceback
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: traceback [-seed N]

Traceback sends rumours through a town of sixteen people, end to end
encrypted, and has a provider find out who wrote them first: with an encrypted
tag, with a table of hashes, and with two forms of traceback. Then each of
their stores and keys is stolen, a client forges, and a person types a text
again.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/traceback
`

func main() { cli.Main("traceback", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("traceback", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := newWorld()
		return []page.Part{w.rumours, w.tag, w.table, w.path, w.tree, w.retyped, w.cost, w.sources}, nil
	})
}
