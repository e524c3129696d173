// Package clitest is what the tests of the example programs share.
package clitest

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Updating reports whether golden files are being written anew.
func Updating() bool { return *update }

// Run is a program's run function.
type Run func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// Output runs a program that must succeed and be silent on standard error, and returns what it
// printed.
func Output(t *testing.T, run Run, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), args, &stdout, &stderr); err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	if stderr.Len() > 0 {
		t.Errorf("%s wrote to standard error: %s", strings.Join(args, " "), &stderr)
	}
	return stdout.String()
}

// Golden compares got with the file of that name in testdata, or writes it with -update.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date; go test with -update writes it anew. Now it is:\n%s", name, got)
	}
}

// Readme compares a block of the README with what it is to be, or writes it with -update: the
// lines between the first that is open and the next that is end.
func Readme(t *testing.T, open, end, block string) {
	t.Helper()
	const name = "../../README.md"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(b), "\n"+open+"\n")
	_, after, ok2 := strings.Cut("\n"+rest, "\n"+end+"\n")
	if !ok1 || !ok2 {
		t.Fatalf("README.md has no block %q", open)
	}
	want := before + "\n" + open + "\n" + block + end + "\n" + after
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(b) {
		t.Errorf("README.md is out of date; go test with -update writes it anew")
	}
	if lines := strings.Count(want, "\n"); lines > 110 {
		t.Errorf("README.md has %d lines", lines)
	}
}
