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
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
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

// alive is the time after which a worker that is not heard has gone.
const alive = 20 * time.Second

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("cluster", usage)
	switch {
	case len(args) > 0 && args[0] == "serve":
		name := f.String("cipher", "des", "")
		bits := f.Number("bits", 0, 8, 40)
		listen := f.String("listen", "", "")
		webAddress := f.String("web", "", "")
		watch := f.Bool("watch", false, "")
		outside := f.String("nats", "", "")
		var dir, transcript, key string
		f.Path(&dir, "dir")
		f.Path(&transcript, "recover")
		f.Path(&key, "key")
		if err := f.Parse(args[1:], stdout); err != nil {
			return err
		}
		c, err := cipherOf(*name)
		if err != nil {
			return cli.BadInput("%v; -h shows what there is", err)
		}
		if *bits == 0 {
			*bits = c.full
		}
		if *bits < c.least || *bits > c.full {
			return cli.BadInput("expected -bits from %d to %d for %s, found %d", c.least, c.full, c.name, *bits)
		}
		if dir == "" {
			cache, err := os.UserCacheDir()
			if err != nil {
				return cli.BadInput("expected -dir, found no folder for caches: %v", err)
			}
			dir = filepath.Join(cache, "doormat-cluster")
		}
		if *outside != "" {
			if *listen != "" || !strings.HasPrefix(*outside, "nats://") {
				return cli.BadInput("expected -nats with a URL that begins with nats://, and no -listen beside it; -h shows one")
			}
			*listen = *outside
		}
		if (transcript == "") != (key == "") {
			return cli.BadInput("expected -recover and -key together, found one of them; -h shows an example")
		}
		if transcript != "" {
			var extra error
			f.Visit(func(g *flag.Flag) {
				switch g.Name {
				case "cipher", "bits":
					extra = cli.BadInput("expected no -%s beside -recover, found one", g.Name)
				case "web", "watch":
					extra = cli.BadInput("expected no -%s beside -recover, found one: browsers open no records", g.Name)
				}
			})
			if extra != nil {
				return extra
			}
			return serveRecords(ctx, transcript, key, *listen, dir, stdout, stderr)
		}
		if *watch && *webAddress == "" {
			return cli.BadInput("expected -web beside -watch, found none")
		}
		site, err := openSite(ctx, *webAddress, *watch, stderr)
		if err != nil {
			return err
		}
		defer site.close()
		return serve(ctx, task{Cipher: *name, Bits: *bits}, *listen, dir, site, stdout, stderr)
	case len(args) > 1 && args[0] == "join" && args[1] != "" && args[1][0] != '-':
		code := f.String("code", "", "")
		if err := f.Parse(args[2:], stdout); err != nil {
			return err
		}
		if *code == "" {
			return cli.BadInput("expected -code with the class code that the server prints, found none")
		}
		bar := cli.NewProgress(stderr)
		kind := ""
		ranges, err := join(ctx, args[1], *code, func(what string, done, total uint64) {
			kind = what
			bar.Set(what+", this range", int(done*1000/total), 1000)
		})
		bar.Clear()
		switch {
		case err != nil:
		case kind == whatRecords:
			fmt.Fprintf(stdout, "The transcript is done. This machine has opened the records of %s ranges.\n", page.Thousands(ranges))
		default:
			fmt.Fprintf(stdout, "The key is found. This machine has searched %s ranges.\n", page.Thousands(ranges))
		}
		return err
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

// serve deals a message, or goes on with one, until its key is found.
func serve(ctx context.Context, t task, listen, dir string, site *site, stdout, stderr io.Writer) error {
	h, err := open(ctx, dir, listen, t, alive)
	if err != nil {
		return err
	}
	defer h.close()
	address := reachable(h.job.Address)
	fmt.Fprintf(stdout, "address     %s\nclass code  %s\nsearch      %s, %d bits, %s ranges of %s keys, in %s\njoin with   go run -C examples/cluster . join %s -code %s\n",
		address, h.job.Code, t.Cipher, t.Bits, page.Thousands(h.ranges()), page.Thousands(h.job.Size), dir, address, h.job.Code)
	if err := site.serve(h, stdout); err != nil {
		return err
	}
	bar := cli.NewProgress(stderr)
	err = h.run(ctx, func(s state) {
		bar.Set(s.String(), int((s.ranges-min(s.left, s.ranges))*1000/s.ranges), 1000)
		site.show(shown{state: s})
	})
	bar.Clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "key         %x, number %s of %s\nit opens    %q\nliars       %d caught\n",
		h.key, page.Thousands(h.place), page.Thousands(h.job.Task.Limit-h.job.Task.First), h.text, h.caught)
	if err := writeRecords(stdout, h.compared(time.Now())); err != nil {
		return err
	}
	site.found(h)
	if err := h.drop(ctx); err != nil {
		return err
	}
	h.close()
	if err := discard(dir); err != nil {
		return err
	}
	site.wait(ctx, stderr)
	return nil
}

// reachable returns an address under which other machines may reach a server that listens on all of its
// own: the first that is not loopback.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsUnspecified() {
		return address
	}
	all, _ := net.InterfaceAddrs() // without them the address stays as it is
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			return net.JoinHostPort(n.IP.String(), port)
		}
	}
	return address
}

// String returns a state as the line of progress shows it.
func (s state) String() string {
	left := "no worker yet"
	if s.workers > 0 {
		left = span.Span(s.need.Seconds()).String() + " left at most"
	}
	if s.records {
		return fmt.Sprintf("%s opened, %s records a second, workers: %d, %s, liars: %d",
			page.Thousands(s.opened), page.Thousands(uint64(s.rate)), s.workers, left, s.caught)
	}
	return fmt.Sprintf("%.1f million a second, workers: %d, %s, liars: %d", s.rate/1e6, s.workers, left, s.caught)
}

// discard deletes a search that is done.
func discard(dir string) error {
	if err := os.Remove(filepath.Join(dir, jobFile)); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, resultsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, queueFolder))
}
