//go:build !js

// The cluster program finds a key of 40 bits, or of 32, with the machines of a class: one deals a message
// and hands out ranges of keys, the others search them. It also opens a transcript with a stolen key, in the same
// way.
//
//	go run -C examples/cluster . serve -cipher des -bits 34
//	go run -C examples/cluster . join 127.0.0.1:41234 -code JQ3VZ7WLXA
//
// The queue of ranges is JetStream's, of NATS, in the server's own process. README.md has what a teacher
// needs to know.
package main

import (
	"context"
	"fmt"
	"io"

	"doormat/examples/internal/cli"
)

const usage = `Usage: cluster serve [-cipher NAME] [-bits N] [-listen ADDRESS] [-dir DIR]
                     [-web ADDRESS [-watch]] [-nats URL]
       cluster serve -recover TRANSCRIPT -key KEYFILE [-listen ADDRESS]
                     [-dir DIR] [-nats URL]
       cluster join ADDRESS -code CODE

Cluster finds a key with the machines of a class. One serves: it encrypts a
line under a random key, forgets the key, and hands out ranges of keys. The
others join, with all their cores. Or it opens a recorded transcript with a
stolen key: the others get ranges of its records, and the key.

  -cipher NAME     rc4 (export RC4), des (40-bit DES), tea1 or notes (the 40 bits
                   that Lotus Notes left to search) (des)
  -bits N          unknown bits of the key, 8 to 40; for tea1 11 to 32 (all)
  -listen ADDRESS  where to listen (127.0.0.1, or as before); 0.0.0.0:4222 lets
                   other machines in
  -web ADDRESS     serve a page that shows the search, and with which browsers
                   join: 127.0.0.1:8080, or 0.0.0.0:8080 for other machines. The
                   go command builds what they run. When the key is found the
                   page stays until the program is interrupted
  -watch           the page only shows the search; nothing is built
  -nats URL        use a NATS server that runs elsewhere, with JetStream, in the
                   place of -listen: nats://USER:PASSWORD@HOST:4222. This program
                   then limits neither its connections nor its messages, and does
                   not disconnect who floods: README.md has a configuration
  -dir DIR         where the search is kept, also if the server is killed; the
                   same command then goes on with it (DIR/doormat-cluster in the
                   folder for caches)
  -recover TRANSCRIPT, -key KEYFILE
                   count which messages of a transcript the key opens. Both
                   files come from: go run ./examples/breach -out evidence
                   Workers get the key. Browsers take no part: no -web
  -code CODE       the class code that the server prints

Examples:
  go run -C examples/cluster . serve -cipher des -bits 34 -web 127.0.0.1:8080
  go run -C examples/cluster . join 127.0.0.1:41234 -code JQ3VZ7WLXA
  go run -C examples/cluster . serve -key ../../evidence/escrow-key.txt \
      -recover ../../evidence/escrow/transcript.tape
`

func main() { cli.Main("cluster", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("cluster", usage)
	switch {
	case len(args) > 0 && args[0] == "serve":
		return runServe(ctx, f, args[1:], stdout, stderr)
	case len(args) > 1 && args[0] == "join" && args[1] != "" && args[1][0] != '-':
		return runJoin(ctx, f, args[1], args[2:], stdout, stderr)
	}
	found := "nothing"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		found, args = fmt.Sprintf("%q", args[0]), args[1:]
		if found == `"join"` {
			found = "join without an address"
		}
	}
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		return f.Parse(args, stdout)
	}
	return cli.BadInput("expected serve or join ADDRESS, found %s; -h shows an example", found)
}
