package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"doormat/examples/classroom/web"
	"doormat/examples/internal/cli"
)

// A library is what a browser runs.
type library struct{ wasm, wasmExec []byte }

// bridge is the package that is built for browsers.
const bridge = "doormat/examples/classroom/wasm"

// build builds the library for browsers with the go command, from the checkout in which it runs. The same sources and
// the same Go give the same bytes, wherever the checkout is.
func build(ctx context.Context, stderr io.Writer) (l library, err error) {
	if _, err := exec.LookPath("go"); err != nil {
		return l, cli.BadInput("expected the go command, which builds the page: https://go.dev/dl/")
	}
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return l, err
	}
	for _, folder := range []string{"lib", "misc"} { // lib from Go 1.24 on
		l.wasmExec, err = os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), folder, "wasm", "wasm_exec.js"))
		if err == nil {
			break
		}
	}
	if err != nil {
		return l, cli.BadInput("expected wasm_exec.js in the folder of Go, found none")
	}
	folder, err := os.MkdirTemp("", "doormat-")
	if err != nil {
		return l, err
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "desk.wasm")
	fmt.Fprintln(stderr, "Building the library for browsers. The first time takes half a minute.")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", name, bridge)
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWASM=", "CGO_ENABLED=0")
	if _, err := output(c); err != nil {
		return l, err
	}
	l.wasm, err = os.ReadFile(name)
	return l, err
}

// output returns what a command prints. Its error has what the command says.
func output(c *exec.Cmd) ([]byte, error) {
	out, err := c.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(c.Args[:2], " "), err, strings.TrimSpace(string(exit.Stderr)))
	}
	return out, err
}

// options are what the page is made of, in both forms.
func (library) options() web.Options {
	m := held()
	return web.Options{Matrix: m.Systems, Made: m.Made}
}

// files returns the page and all that it loads, by name.
func (l library) files() (map[string][]byte, error) {
	page, err := web.Page(l.options())
	if err != nil {
		return nil, err
	}
	files, err := web.Files()
	if err != nil {
		return nil, err
	}
	files["index.html"], files["desk.wasm"] = page, l.wasm
	files["worker.js"] = slices.Concat(l.wasmExec, []byte("\n"), files["worker.js"])
	return files, nil
}
