// Classroom is a page for a class: steal the key in the browser, and count what opens. It builds the library for
// browsers from this checkout, and serves the page on this computer, or writes it to a file or a folder.
//
//	go run ./examples/classroom
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"doormat/examples/classroom/desk"
	"doormat/examples/classroom/relay"
	"doormat/examples/classroom/web"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/qr"
)

const usage = `Usage: classroom [-listen ADDRESS | -o NAME] [-f]

Classroom builds a page that runs this library in a browser: a conversation goes
through a messenger with key escrow and through one without, the class steals
keys, and the page counts what opens. It serves the page on this computer until
it is interrupted, and prints its address. The page sends nothing anywhere, but
for the class network: with -listen, a class can write to each other through
this computer, sealed in their own browsers.

  -listen ADDRESS  serve on that address, as 192.168.1.10:8093, or :8093 for all
                   networks that this computer is in, with the class network
  -o NAME          write the page and serve nothing: NAME.html is one file that
                   opens by double click, any other name a folder for a web
                   server
  -f               overwrite what -o names

Examples:
  go run ./examples/classroom
  go run ./examples/classroom -listen :8093
  go run ./examples/classroom -o page.html
`

// address is where the page is served without -listen. If something listens there, any port is taken.
const address = "127.0.0.1:8093"

func main() { cli.Main("classroom", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("classroom", usage)
	var listen, out string
	f.Path(&listen, "listen")
	f.Path(&out, "o")
	force := f.Bool("f", false, "")
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	if listen != "" && out != "" {
		return cli.BadInput("expected one of -listen and -o, found both")
	}
	switch {
	case strings.HasSuffix(out, ".html"):
		return writeFile(ctx, out, *force, stdout, stderr)
	case out != "":
		return writeFolder(ctx, out, *force, stdout, stderr)
	}
	return serve(ctx, listen, stdout, stderr)
}

// writeFile writes the page as one file.
func writeFile(ctx context.Context, name string, force bool, stdout, stderr io.Writer) error {
	file, err := cli.CreateFile(name, force)
	if err != nil {
		return err
	}
	defer file.Discard()
	l, err := build(ctx, stderr)
	if err != nil {
		return err
	}
	o := l.options()
	o.Inline = &web.Inline{Wasm: l.wasm, WasmExec: l.wasmExec}
	page, err := web.Page(o)
	if err != nil {
		return err
	}
	err = file.Write(func(w io.Writer) error {
		_, err := w.Write(page)
		return err
	})
	if err == nil {
		fmt.Fprintf(stdout, "%s: %.1f MB. It opens by double click.\n", name, float64(len(page))/1e6)
	}
	return err
}

// writeFolder writes the page and the files that it loads.
func writeFolder(ctx context.Context, name string, force bool, stdout, stderr io.Writer) error {
	discard, err := cli.CreateFolder(name, force)
	if err != nil {
		return err
	}
	defer discard()
	l, err := build(ctx, stderr)
	if err != nil {
		return err
	}
	files, err := l.files(nil)
	if err != nil {
		return err
	}
	// Nothing in it is secret, and a web server runs as somebody else.
	if err := os.Chmod(name, 0o755); err != nil {
		return err
	}
	for base, content := range files {
		if err := os.WriteFile(filepath.Join(name, base), content, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "%s: %d files, for a web server that sends desk.wasm as application/wasm.\n", name, len(files))
	return nil
}

// serve serves the page until ctx is done.
func serve(ctx context.Context, listen string, stdout, stderr io.Writer) error {
	var listener net.Listener
	var err error
	if listen == "" {
		if listener, err = net.Listen("tcp", address); err != nil {
			listener, err = net.Listen("tcp", "127.0.0.1:0")
		}
	} else {
		listener, err = net.Listen(family(listen), listen)
	}
	if err != nil {
		return cli.BadInput("expected an address that is free: %v", err)
	}
	defer listener.Close()
	l, err := build(ctx, stderr)
	if err != nil {
		return err
	}
	addresses := urls(listener.Addr())
	for _, url := range addresses {
		fmt.Fprintln(stdout, url)
	}
	var network *relay.Relay
	if listen == "" {
		addresses = nil
	} else if network, err = openNetwork(addresses, stdout, stderr); err != nil {
		return err
	}
	files, err := l.files(addresses)
	if err != nil {
		return err
	}
	return serveFiles(ctx, listener, files, network)
}

// family returns the network of an address. In all networks this computer is reached by IPv4 alone, as only such addresses
// are printed: what the class network counts by address would be for nothing with IPv6, where one computer can have
// thousands.
func family(listen string) string {
	if strings.HasPrefix(listen, ":") {
		return "tcp4"
	}
	return "tcp"
}

// openNetwork opens the class network, and says how it is reached.
func openNetwork(addresses []string, stdout, stderr io.Writer) (*relay.Relay, error) {
	// Two codes: of 150 million, a stranger finds none during a lesson.
	code, teacher := desk.DrawCode()+"-"+desk.DrawCode(), rand.Text()
	fmt.Fprintln(stderr, "Everyone in this network can load the page, without encryption. What is written in it comes here only from")
	fmt.Fprintln(stderr, "the station of the class network, and only sealed.")
	class := "#at=network&class=" + code
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		q, err := qr.Encode(addresses[0] + class)
		if err != nil {
			return nil, err
		}
		fmt.Fprint(stderr, q.Text())
	}
	fmt.Fprintln(stdout, "Class code:", code)
	fmt.Fprintln(stdout, "The teacher's page:", addresses[0]+class+"&teacher="+teacher)
	return relay.New(code, teacher), nil
}
