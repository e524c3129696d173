package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

// few are sizes that take no time.
var few = []string{"-export-bits", "14", "-des-bits", "18", "-tea1-bits", "17", "-gea1-bits", "24"}

func TestGolden(t *testing.T) {
	clitest.Golden(t, "weakcipher.txt", clitest.Output(t, run, append([]string{"-seed", "1"}, few...)...))
}

// A run that is not seeded says what was measured, and is as wide as a terminal.
func TestMeasured(t *testing.T) {
	out := clitest.Output(t, run, few...)
	for _, want := range []string{"million a second on ", "all 2^32 take ", "all 2^40 take ", "this machine", "Deep Crack"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "it opens    MIME-Version: 1.0 The boiler man comes on Thursday.\n"); n != 3 {
		t.Errorf("the line opens %d times, want 3:\n%s", n, out)
	}
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, &stderr); !errors.Is(err, flag.ErrHelp) || stdout.String() != usage {
		t.Errorf("%v, %s", err, &stdout)
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"-export-bits 41", "expected -export-bits from 8 to 40, found 41"},
		{"-des-bits 7", "expected -des-bits from 8 to 40, found 7"},
		{"-tea1-bits 33", "expected -tea1-bits from 11 to 32, found 33"},
		{"-gea1-bits 65", "expected -gea1-bits from 8 to 64, found 65"},
		{"-tea1-bits x", "-tea1-bits"},
		{"-nothing", "-nothing"},
		{"extra", "extra"},
		{"-resume " + bad, "expected -seed beside -resume"},
		{"-seed 1 -resume " + bad, bad + ": weakcipher: expected a checkpoint of this search: "},
		{"-seed 1 -resume " + dir, "is a directory"},
	} {
		args := strings.Fields(c.args)
		if len(args) != 2 { // the others are found out before anything is searched
			args = append(args, few...)
		}
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), args, &stdout, &stderr)
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("weakcipher %s: %v, expected %q", c.args, err, c.want)
		}
	}
}

// interrupt is a context that is cancelled when TEA1's search begins.
type interrupt struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (w *interrupt) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("slot ")) {
		w.cancel()
	}
	return w.Buffer.Write(p)
}

func TestInterruptAndResume(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tea1.search")
	args := append([]string{"-seed", "3", "-resume", file}, few...)
	bits := "26"
	if testing.Short() {
		bits = "20"
	}
	args = append(args, "-tea1-bits", bits)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout, stderr := &interrupt{cancel: cancel}, new(bytes.Buffer)
	if err := run(ctx, args, stdout, stderr); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v\n%s", err, stdout)
	}
	if want := "The same command goes on from " + file; !strings.Contains(stdout.String(), want) {
		t.Errorf("no %q in\n%s", want, stdout)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	resumed := clitest.Output(t, run, args...)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file of a search that is done stays behind: %v", err)
	}
	if whole := clitest.Output(t, run, args...); resumed != whole {
		t.Errorf("resumed:\n%s\nat a stretch:\n%s", resumed, whole)
	}
}

// A pipe that is closed ends the program with an error.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	if err := run(t.Context(), few, w, new(bytes.Buffer)); err == nil {
		t.Error("writing to a closed pipe is no error")
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 4294967296: "4,294,967,296"} {
		if got := count(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
