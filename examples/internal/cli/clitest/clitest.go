// Package clitest has what the tests of the example programs share. [Program] is the test of a whole
// program.
package clitest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"doormat/examples/internal/cli"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

// Program tests what all programs have in common: with args the program prints what the golden file
// of that name has, on lines of at most 80 columns, and on a narrow terminal the same on shorter
// lines; -h prints a usage with an example; a bad flag is
// one line and nothing else; an interruption and a full disk are errors.
func Program(t *testing.T, run Run, golden string, args ...string) {
	t.Helper()
	var got string
	t.Run("golden", func(t *testing.T) {
		got = Output(t, run, args...)
		Golden(t, golden, got)
		Width(t, got)
		for _, other := range []string{"Alice", "Bob", "Carol"} {
			if regexp.MustCompile(`\b` + other + `\b`).MatchString(got) {
				t.Errorf("%s appears; the people of all programs are Ana, Ben and Cas", other)
			}
		}
	})
	t.Run("narrow", func(t *testing.T) {
		terminal := &narrow{columns: 60}
		if err := run(t.Context(), args, terminal, io.Discard); err != nil {
			t.Fatal(err)
		}
		text := terminal.printed.String()
		for line := range strings.SplitSeq(text, "\n") {
			if n := utf8.RuneCountInString(line); n > terminal.columns || strings.HasSuffix(line, " ") {
				t.Errorf("%d columns of %d: %q", n, terminal.columns, line)
			}
		}
		if letters(text) != letters(got) {
			t.Errorf("on %d columns it says something else:\n%s", terminal.columns, text)
		}
	})
	t.Run("help", func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		if err := run(t.Context(), []string{"-h"}, &stdout, &stderr); !errors.Is(err, flag.ErrHelp) || stderr.Len() > 0 {
			t.Errorf("%v, %s", err, &stderr)
		}
		Width(t, stdout.String())
		for _, want := range []string{"Usage: ", "\n  -seed N ", "\nExample", "  go run ./examples/"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("no %q in\n%s", want, &stdout)
			}
		}
	})
	t.Run("bad flags", func(t *testing.T) {
		BadInput(t, run, "-nothing", "-nothing")
		BadInput(t, run, "-seed x", "-seed")
		BadInput(t, run, "extra", `expected flags only, found "extra"`)
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout bytes.Buffer
		if err := run(ctx, args, &stdout, io.Discard); !errors.Is(err, context.Canceled) || stdout.Len() > 0 {
			t.Errorf("%v, %s", err, &stdout)
		}
	})
	t.Run("full disk", func(t *testing.T) {
		if err := run(t.Context(), args, full{}, io.Discard); !errors.Is(err, errFull) {
			t.Error(err)
		}
	})
}

// A narrow writer is a terminal of some columns.
type narrow struct {
	printed bytes.Buffer
	columns int
}

func (n *narrow) Write(b []byte) (int, error) { return n.printed.Write(b) }
func (n *narrow) Columns() int                { return n.columns }

// letters counts each letter and digit of a text, wherever it stands.
func letters(text string) (count [0x3000]int) {
	for _, r := range text {
		if int(r) < len(count) && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			count[r]++
		}
	}
	return count
}

// BadInput tests that a program refuses args with one line that contains want, and prints nothing.
func BadInput(t *testing.T, run Run, args, want string) {
	t.Helper()
	var stdout bytes.Buffer
	err := run(t.Context(), strings.Fields(args), &stdout, io.Discard)
	if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || stdout.Len() > 0 {
		t.Errorf("%s: %v, expected %q; it printed %q", args, err, want, &stdout)
	}
}

// GoOn returns the arguments of the command that an error says goes on, as a shell reads it. The command
// must be one of the program of that name.
func GoOn(t *testing.T, err error, name string) (args []string) {
	t.Helper()
	_, command, ok := strings.Cut(err.Error(), "; go on with: go run ./examples/"+name+" ")
	if !ok {
		t.Fatalf("no command of %s in %v", name, err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	out, err := exec.Command("sh", "-c", `printf '%s\n' `+command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// Width tests that no line has more than 80 columns, or a blank at its end.
func Width(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		if n := utf8.RuneCountInString(line); n > 80 || strings.HasSuffix(line, " ") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

var errFull = errors.New("no space")

// full is a writer whose disk is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

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

// Readme compares a block of the README with block, or writes it with -update. The block consists of
// the lines between the first line that equals open and the next line that equals end.
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
	if lines := strings.Count(want, "\n"); lines > 160 {
		t.Errorf("README.md has %d lines", lines)
	}
}
