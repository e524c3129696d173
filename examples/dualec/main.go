// Dualec shows the back door of Dual_EC_DRBG: from 32 bytes that a device says in public, whoever
// chose the generator's points computes what it draws in private.
//
//	go run ./examples/dualec
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: dualec [-seed N]

Dualec shows the back door of Dual_EC_DRBG, a random number generator of NIST
SP 800-90A from 2006 to 2014: a state recovered from one nonce, a session read,
the lock changed as in Juniper's firewalls, what tests of the output see of it,
and the same by hand on a tiny curve. It takes some two seconds.

  -seed N  draw randomness from the number N: the same run, without the time

Example:
  go run ./examples/dualec -seed 1
`

func main() { cli.Main("dualec", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("dualec", usage), args, stdout, stderr, parts)
}

func parts(*page.Page) ([]page.Part, error) {
	return []page.Part{nonce, session, juniper, tests, byHand}, nil
}
