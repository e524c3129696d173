// Agetoken proves that visitors of sites are of age, by documents, by attestations, by blind tokens, and by a
// credential of which a part is shown. Then each is robbed, and visits are counted whose visitor is named.
//
//	go run ./examples/agetoken
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: agetoken [-seed N]

Agetoken proves that visitors of sites are of age in four ways: by uploading a
document, by attestations as in the EU's blueprint, by blind tokens, and by
showing a part of a signed credential. Then it steals from sites, from who
checks for them, and from phones, and counts the visits whose visitor is named.
It takes a few seconds.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/agetoken
`

func main() { cli.Main("agetoken", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("agetoken", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := new(world)
		return []page.Part{w.documents, w.attestations, w.app, w.tokens, w.credentials, w.thefts, w.remains}, nil
	})
}
