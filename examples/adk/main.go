// Adk is the additional decryption key of PGP 5.5, and what Ralf Senderek did to it in 2000: a
// certificate octet by octet, a company that recovers a message, an edit of 24 octets that no
// fingerprint shows, and what three generations of programs make of it.
//
//	go run ./examples/adk
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: adk [-seed N]

Adk shows the additional decryption key of PGP: how a company reads its
people's mail with it, and how anybody could, by an edit of their certificates
that no fingerprint shows. Nothing leaves this machine.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/adk
`

func main() { cli.Main("adk", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("adk", usage), args, stdout, stderr, parts)
}

func parts(*page.Page) ([]page.Part, error) {
	w, err := newWorld()
	return []page.Part{w.certificate, w.recovery, w.edit, w.programs, company}, err
}
