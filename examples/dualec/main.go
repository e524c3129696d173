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
       dualec -tiny [-answer] [-seed N]

Dualec shows the back door of Dual_EC_DRBG, a random number generator of NIST
SP 800-90A from 2006 to 2014: a state recovered from one nonce, a session read,
the lock changed as in Juniper's firewalls, what tests of the output see of it,
and the same by hand on a tiny curve. It takes some two seconds.

  -tiny    print a page of homework instead: the attack on the tiny curve, to be
           done with a pencil, with d, P and Q of its own
  -answer  add the answers to that page
  -seed N  draw randomness from the number N: the same run, without the time, or
           the same page

Examples:
  go run ./examples/dualec -seed 1
  go run ./examples/dualec -tiny -seed 2026
  go run ./examples/dualec -tiny -seed 2026 -answer
`

func main() { cli.Main("dualec", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("dualec", usage)
	tiny, answer := f.Bool("tiny", false, ""), f.Bool("answer", false, "")
	return page.Run(ctx, f, args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		if *answer && !*tiny {
			return nil, cli.BadInput("expected -tiny with -answer, found -answer alone")
		}
		if !*tiny {
			return []page.Part{nonce, session, juniper, tests, byHand}, nil
		}
		s, err := newSheet()
		if err != nil {
			return nil, err
		}
		parts := []page.Part{s.generator, s.tables, s.tasks}
		if *answer {
			parts = append(parts, s.answers)
		}
		return parts, nil
	})
}
