// Threshold is key escrow done with more care: agents share the key, want a warrant for each
// message, and keep a public log. It shows what that is worth, and what it is not.
//
//	go run ./examples/threshold
package main

import (
	"context"
	"fmt"
	"io"

	"doormat/escrow/threshold"
	"doormat/examples/internal/cli"
)

const usage = `Usage: threshold [-t N] [-n N] [-seed N]

Threshold shares an escrow key among n agents, of whom t must agree, sends a
short conversation, and opens it: by warrant, with stolen shares, by a warrant
for everyone, and behind the back of the public.

  -t N     how many agents must agree (3)
  -n N     how many agents there are (5)
  -seed N  draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/threshold
  go run ./examples/threshold -t 2 -n 3
`

func main() { cli.Main("threshold", run) }

func run(ctx context.Context, args []string, stdout, _ io.Writer) error {
	f := cli.NewFlags("threshold", usage)
	t, n := f.Int("t", 3, ""), f.Int("n", 5, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	if *t < 1 || *t > *n || *n > threshold.MaxAgents {
		return cli.BadInput("expected -t from 1 to -n, and -n up to %d, found -t %d -n %d", threshold.MaxAgents, *t, *n)
	}
	defer f.Deterministic()()
	s := &story{w: stdout}
	chapters := []func(){
		func() { s.deal(*t, *n) }, s.converse, s.lawful, s.refused, s.oneShare, s.tShares, s.bulk, s.split,
	}
	for _, chapter := range chapters {
		if err := ctx.Err(); err != nil {
			return err
		}
		chapter()
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

// story is what the chapters share. After an error the rest of a chapter is skipped.
type story struct {
	w   io.Writer
	err error

	agents  *threshold.Agents
	shares  []threshold.Share
	issuer  *threshold.Issuer
	log     *threshold.Log
	public  *threshold.Reader
	court   []*threshold.Agent
	people  map[string]*person
	letters []*letter
	warrant []byte
}

func (s *story) printf(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

// ok remembers the first error.
func (s *story) ok(err error) bool {
	if s.err == nil {
		s.err = err
	}
	return s.err == nil
}

// refusal is what should fail, and its error.
func (s *story) refusal(err error) string {
	if err == nil {
		s.ok(fmt.Errorf("what must be refused was taken"))
		return ""
	}
	return err.Error()
}
