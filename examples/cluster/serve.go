//go:build !js

package main

import (
	"cmp"
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
)

// alive is the time after which a worker that is not heard has gone.
const alive = 20 * time.Second

// runServe is the command serve.
func runServe(ctx context.Context, f *cli.Flags, args []string, stdout, stderr io.Writer) error {
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
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	t, err := fullSize(*name, *bits)
	if err != nil {
		return err
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
		if err := besideRecover(f); err != nil {
			return err
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
	return serve(ctx, t, *listen, dir, site, stdout, stderr)
}

// fullSize returns the task of -cipher and -bits. Without -bits it is of full size.
func fullSize(name string, bits int) (t task, err error) {
	c, err := cipherOf(name)
	if err != nil {
		return t, cli.BadInput("%v; -h shows what there is", err)
	}
	bits = cmp.Or(bits, c.full)
	if bits < c.least || bits > c.full {
		return t, cli.BadInput("expected -bits from %d to %d for %s, found %d", c.least, c.full, c.name, bits)
	}
	return task{Cipher: name, Bits: bits}, nil
}

// besideRecover returns an error if a flag stands beside -recover that does nothing there.
func besideRecover(f *cli.Flags) (err error) {
	f.Visit(func(g *flag.Flag) {
		switch g.Name {
		case "cipher", "bits":
			err = cli.BadInput("expected no -%s beside -recover, found one", g.Name)
		case "web", "watch":
			err = cli.BadInput("expected no -%s beside -recover, found one: browsers open no records", g.Name)
		}
	})
	return err
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
