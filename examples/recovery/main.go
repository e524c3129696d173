// Recovery brings a history back after a lost phone: from a provider that holds the key, and from a PIN and
// a vault, from friends, and from a sheet of paper. Then each is robbed.
//
//	go run ./examples/recovery
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: recovery [-seed N]

Recovery loses a phone, and restores its history on a new one in four ways:
from a backup whose key the provider holds, with a PIN and a vault of three
servers, with shares from friends, and with one line on paper. Then it steals
from each, and counts what opens.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/recovery
`

func main() { cli.Main("recovery", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("recovery", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := new(world)
		return []page.Part{w.history, w.provider, w.vault, w.guesses, w.friends, w.sheet, w.thefts, w.price}, nil
	})
}
