// Franking proves to a provider what was sent, without a key that reads. It shows a report, what is not
// one, what a thief of the provider's key can do, and the ciphertext that is two pictures.
//
//	go run ./examples/franking
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: franking [-seed N]

Franking sends a threat, end to end encrypted. The person who received it
reports it, and the provider can tell that it was sent, and by whom. Then
somebody lies in each of the ways that there are: the reporter, a thief of the
provider's key, and a sender whose picture is another one to the provider.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/franking
`

func main() { cli.Main("franking", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("franking", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := new(world)
		return []page.Part{w.send, w.report, w.lies, w.theft, w.salamander, w.committing}, nil
	})
}
