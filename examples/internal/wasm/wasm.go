// Package wasm builds a program of this checkout for browsers, with the go command.
package wasm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"doormat/examples/internal/cli"
)

// Build builds a program for browsers, and returns it and the wasm_exec.js that runs it. The same sources and the same
// Go give the same bytes, wherever the checkout is.
func Build(ctx context.Context, program string) (module, script []byte, err error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, nil, cli.BadInput("expected the go command, which builds what a browser runs: https://go.dev/dl/")
	}
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return nil, nil, err
	}
	for _, folder := range []string{"lib", "misc"} { // lib from Go 1.24 on
		script, err = os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), folder, "wasm", "wasm_exec.js"))
		if err == nil {
			break
		}
	}
	if err != nil {
		return nil, nil, cli.BadInput("expected wasm_exec.js in the folder of Go, found none")
	}
	folder, err := os.MkdirTemp("", "doormat-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "program.wasm")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", name, program)
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWASM=", "CGO_ENABLED=0")
	if _, err := output(c); err != nil {
		return nil, nil, err
	}
	module, err = os.ReadFile(name)
	return module, script, err
}

// output returns what a command prints. Its error has what the command says.
func output(c *exec.Cmd) ([]byte, error) {
	out, err := c.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(c.Args[:2], " "), err, strings.TrimSpace(string(exit.Stderr)))
	}
	return out, err
}
