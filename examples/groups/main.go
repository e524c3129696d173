// Groups sends one conversation of a choir pairwise, as most messengers do, and in one group of MLS (RFC 9420).
// It shows what each sends, what each theft opens, who ends it, and what a court can have.
//
//	go run ./examples/groups
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: groups [-seed N]

Groups sends the conversation of a choir pairwise, with an envelope to each
member, and in a group of MLS (RFC 9420), with one to all. Then thieves come:
one copies a phone, one was a member until yesterday, one has a quantum
computer. A court sends an officer.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/groups
`

func main() { cli.Main("groups", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("groups", usage), args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		w := new(world)
		return []page.Part{sizes, w.thefts, w.healing, removed, infiltrated}, nil
	})
}
