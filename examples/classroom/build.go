package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"doormat/examples/classroom/web"
	"doormat/examples/internal/wasm"
)

// A library is what a browser runs.
type library struct{ wasm, wasmExec []byte }

// bridge is the package that is built for browsers.
const bridge = "doormat/examples/classroom/wasm"

// build builds the library for browsers with the go command.
func build(ctx context.Context, stderr io.Writer) (l library, err error) {
	fmt.Fprintln(stderr, "Building the library for browsers. The first time takes half a minute.")
	l.wasm, l.wasmExec, err = wasm.Build(ctx, bridge)
	return l, err
}

// options are what the page is made of, in both forms.
func (library) options() web.Options {
	m := held()
	return web.Options{Matrix: m.Systems, Made: m.Made}
}

// files returns the page and all that it loads, by name. If there is a class network, it is reached at the addresses.
func (l library) files(addresses []string) (map[string][]byte, error) {
	o := l.options()
	o.Network = addresses
	page, err := web.Page(o)
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
