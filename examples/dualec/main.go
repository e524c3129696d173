// Dualec shows the back door of Dual_EC_DRBG: from 32 bytes that a device says in public, whoever
// chose the generator's points computes what it draws in private.
//
//	go run ./examples/dualec
package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"

	"doormat/examples/internal/cli"
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

// demonstration is one run: where it prints, and whether it says how long things take.
type demonstration struct {
	ctx   context.Context
	out   strings.Builder
	bar   *cli.Progress
	times bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("dualec", usage)
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	defer f.Deterministic()()
	d := &demonstration{ctx: ctx, bar: cli.NewProgress(stderr), times: !f.Seeded()}
	defer d.bar.Clear()
	for i, part := range []func() error{d.nonce, d.session, d.juniper, d.tests, d.byHand} {
		d.bar.Set("dualec", i, 5)
		if err := part(); err != nil {
			return err
		}
		d.bar.Clear()
		if _, err := io.WriteString(stdout, d.out.String()); err != nil {
			return err
		}
		d.out.Reset()
	}
	return nil
}

// heading begins a part of the output.
func (d *demonstration) heading(text string) { d.say("%s\n%s\n", text, strings.Repeat("-", len(text))) }

func (d *demonstration) say(format string, args ...any) { fmt.Fprintf(&d.out, format+"\n", args...) }

// show prints bytes, 32 in a line.
func (d *demonstration) show(what string, b []byte) {
	for len(b) > 32 {
		d.say("  %-11s %x", what, b[:32])
		what, b = "", b[32:]
	}
	d.say("  %-11s %x", what, b)
}

func cores() string {
	if n := runtime.GOMAXPROCS(0); n != 1 {
		return fmt.Sprintf("%d cores", n)
	}
	return "one core"
}

// thousands is 16,384 for 16384.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
