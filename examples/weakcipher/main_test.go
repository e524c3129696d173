package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

// few are sizes whose searches take no time.
var few = []string{"-export-bits", "14", "-des-bits", "18", "-tea1-bits", "17", "-gea1-bits", "24"}

func TestProgram(t *testing.T) {
	clitest.Program(t, run, "weakcipher.txt", append([]string{"-seed", "1"}, few...)...)
}

// A run that is not seeded says what was measured, and is as wide as a terminal.
func TestMeasured(t *testing.T) {
	out := clitest.Output(t, run, few...)
	for _, want := range []string{"million a second on ", "all 2^32 take ", "all 2^40 take ", "this machine", "Deep Crack"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "it opens     MIME-Version: 1.0 The boiler man comes on Thursday.\n"); n != 3 {
		t.Errorf("the line opens %d times, want 3:\n%s", n, out)
	}
	clitest.Width(t, out)
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, strings.Repeat("x", 300)) // which can be no file
	for args, want := range map[string]string{
		"-export-bits 41":                       "expected -export-bits from 8 to 40, found 41",
		"-des-bits 7":                           "expected -des-bits from 8 to 40, found 7",
		"-tea1-bits 33":                         "expected -tea1-bits from 11 to 32, found 33",
		"-gea1-bits 65":                         "expected -gea1-bits from 8 to 64, found 65",
		"-resume " + bad:                        "expected -seed beside -resume",
		"-seed 1 -resume " + bad:                bad + ": expected a checkpoint of this search: ",
		"-seed 1 -resume " + dir:                "is a directory",
		"-seed 1 -resume " + dir + "/none/file": "no such file",
		"-seed 1 -resume " + empty:              "expected a checkpoint of 1 to 65,536 bytes",
		"-seed 1 -resume /dev/zero":             "expected a checkpoint of 1 to 65,536 bytes",
		"-seed 1 -resume " + long:               "file name too long",
		"-seed 1 -resume=":                      "expected -resume with a name, found an empty one",
	} {
		if !strings.Contains(args, "-bits") {
			args += " " + strings.Join(few, " ") // so that a search, if there is one, takes no time
		}
		clitest.BadInput(t, run, args, want)
	}
}

// interrupt is a writer that cancels a context when TEA1's search begins.
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
	file := filepath.Join(t.TempDir(), "the search")
	args := append([]string{"-seed", "3", "-resume", file}, few...)
	bits := "26"
	if testing.Short() {
		bits = "20"
	}
	args = append(args, "-tea1-bits", bits)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout := &interrupt{cancel: cancel}
	err := run(ctx, args, stdout, io.Discard)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), " keys; ") {
		t.Fatalf("%v at the end of\n%s", err, stdout)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	resumed := clitest.Output(t, run, clitest.GoOn(t, err, "weakcipher")...)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file of a search that is done stays behind: %v", err)
	}
	if whole := clitest.Output(t, run, args...); resumed != whole {
		t.Errorf("resumed:\n%s\nat a stretch:\n%s", resumed, whole)
	}
}

func TestOriginsAndFalls(t *testing.T) {
	for _, o := range origins() {
		if o.cipher == "" || o.by == "" || o.known == "" || o.disclosed == "" || o.source == "" {
			t.Errorf("%+v", o)
		}
	}
	if len(origins()) != 4 || len(falls()) != 4 {
		t.Errorf("%d origins, %d falls", len(origins()), len(falls()))
	}
	for _, f := range falls() {
		if f.when == "" || f.who == "" || f.cipher == "" || f.took == "" || f.source == "" || f.bits < 40 {
			t.Errorf("%+v", f)
		}
	}
}
