// Ghost adds a third party to a chat that is encrypted end to end, without a word: by the provider's
// directory, as GCHQ has proposed, and by the app's maker, as ANOM was. Then it tries the same with a
// group of MLS.
//
//	go run ./examples/ghost
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: ghost [-seed N]

Ghost has a provider add one device more to a chat, and clients that do not
show it. Then the key for it is stolen. It shows ANOM, an app that sends copies
to its maker, and what the same provider can do against a group of MLS.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/ghost
`

func main() { cli.Main("ghost", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("ghost", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w, err := newWorld()
		return []page.Part{w.fanOut, w.order, w.screens, w.copied, w.anom, w.thefts, w.group}, err
	})
}
