// Sakke is a call in MIKEY-SAKKE: two phones that get new keys each month, the one message that
// sets the call up, and what becomes of it when the service that issues the keys loses one of
// its own two.
//
//	go run ./examples/sakke
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: sakke [-seed N]

Sakke shows MIKEY-SAKKE, which encrypts calls to a telephone number: how a key
management service issues everybody's keys, a call octet by octet, and what a
thief of each of the service's two secrets can do. Nothing leaves this machine.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/sakke
`

func main() { cli.Main("sakke", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return page.Run(ctx, cli.NewFlags("sakke", usage), args, stdout, stderr, parts)
}

func parts(*page.Page) ([]page.Part, error) {
	w, err := newWorld()
	return []page.Part{w.keys, w.call, w.rotation, w.interception, beside}, err
}
