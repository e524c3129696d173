package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/escrow/workfactor"
	"doormat/examples/internal/cli/clitest"
	"doormat/examples/internal/page"
)

func TestProgram(t *testing.T) {
	clitest.Program(t, run, "seed-1996.txt", "-seed", "1996", "-bits", "16")
}

func TestSeed(t *testing.T) {
	if clitest.Output(t, run, "-seed", "1", "-bits", "12") == clitest.Output(t, run, "-seed", "2", "-bits", "12") {
		t.Error("another seed, the same run")
	}
}

// A measured run says the same but for what is drawn and what is measured.
func TestMeasured(t *testing.T) {
	out := clitest.Output(t, run, "-bits", "10", "-price", "0.5")
	for _, want := range []string{`  "The bridge, at six."`, "it has 34 bits", "An hour of a core costs $0.5.",
		"million keys a second on one core", "2^10 keys are left to try"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	clitest.Width(t, out)
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged")
	if err := os.WriteFile(damaged, []byte("\x00\x00\x00\x01x"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	interrupted(t, "-bits", "40", "-resume", other)
	long := filepath.Join(dir, strings.Repeat("x", 300)) // which can be no file
	for args, want := range map[string]string{
		"-bits 0":                       "expected -bits from 1 to 40, found 0",
		"-bits 41":                      "expected -bits from 1 to 40, found 41",
		"-price 0":                      "expected -price of more than 0 dollars, found 0",
		"-price -1":                     "found -1",
		"-price NaN":                    "found NaN",
		"-price +Inf":                   "found +Inf",
		"-price x":                      "-price",
		"-resume " + damaged:            "expected 3 records, found 1",
		"-resume " + dir:                "directory",
		"-resume " + dir + "/none/file": "no such file",
		"-bits 39 -resume " + other:     "expected a search of 2^39 keys in " + other + ", found one of 2^40",
		"-resume " + damaged + "/none":  "not a directory",
		"-resume " + long:               "file name too long",
		"-resume=":                      "expected -resume with a name, found an empty one",
	} {
		clitest.BadInput(t, run, args, want)
	}
}

// until is a writer that cancels a run when it has written something.
type until struct {
	bytes.Buffer
	text   string
	cancel func()
}

func (u *until) Write(b []byte) (int, error) {
	if strings.Contains(string(b), u.text) {
		u.cancel()
	}
	return u.Buffer.Write(b)
}

// interrupted runs the program until its search begins, and returns the error.
func interrupted(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := run(ctx, args, &until{text: "keys are left to try", cancel: cancel}, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	return err.Error()
}

func TestInterrupted(t *testing.T) {
	got := interrupted(t, "-bits", "40", "-seed", "1")
	if !regexp.MustCompile(`canceled after [\d,]+ of 1,099,511,627,776 keys, 0.0 %; -resume FILE would have kept them$`).MatchString(got) {
		t.Error(got)
	}
	file := filepath.Join(t.TempDir(), "the search")
	args := []string{"-bits", "40", "-resume", file, "-seed", "1"}
	if got := clitest.GoOn(t, errors.New(interrupted(t, args...)), "workfactor"); !slices.Equal(got, args) {
		t.Error(got)
	}
	if got := clitest.GoOn(t, errors.New(interrupted(t, args...)), "workfactor"); !slices.Equal(got, args) { // which has gone on
		t.Error(got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the authority's key in it: %v, %v", info.Mode(), err)
	}
}

// The search goes on where it was: here, just before the key. A search of fewer bits could end before
// it notices the interruption.
func TestResume(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.tape")
	interrupted(t, "-bits", "20", "-seed", "1996", "-resume", file)
	whole := clitest.Output(t, run, "-bits", "20", "-seed", "1996")
	found := regexp.MustCompile(`Number ([\d,]+) fits`).FindStringSubmatch(whole)
	if found == nil {
		t.Fatal(whole)
	}
	var number uint64
	fmt.Sscan(strings.ReplaceAll(found[1], ",", ""), &number)
	c, err := readCase(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, next := range []uint64{1, number / 2, number} {
		_, work, err := c.authority.RecoverKey(t.Context(), c.envelope, workfactor.Options{Limit: next})
		if !errors.Is(err, workfactor.ErrNoKey) {
			t.Fatal(err)
		}
		if err := c.save(file, work.Checkpoint); err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		err = run(t.Context(), []string{"-resume", file}, &stdout, &bytes.Buffer{})
		from := fmt.Sprintf("Going on with key %s of 2^20.", page.Thousands(next))
		if err != nil || !strings.Contains(stdout.String(), found[0]) || !strings.Contains(stdout.String(), from) {
			t.Errorf("from %d: %v, %s", next, err, &stdout)
		}
	}
}

func TestCaseRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.tape")
	interrupted(t, "-bits", "40", "-resume", file)
	c, err := readCase(file)
	if err != nil {
		t.Fatal(err)
	}
	tape := func(records ...[]byte) *attacks.Tape {
		tape := new(attacks.Tape)
		for _, r := range records {
			if err := tape.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		return tape
	}
	key := c.authority.RecoveryKey()
	if _, err := parseCase(tape(key, c.envelope, c.checkpoint)); err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string]*attacks.Tape{
		"key":        tape(key[1:], c.envelope, c.checkpoint),
		"envelope":   tape(key, c.envelope[1:], c.checkpoint),
		"checkpoint": tape(key, c.envelope, c.checkpoint[1:]),
		"four":       tape(key, c.envelope, c.checkpoint, nil),
	} {
		if _, err := parseCase(bad); err == nil {
			t.Errorf("%s is not refused", what)
		}
	}
}

func FuzzCase(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01x"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		tape, err := attacks.ReadTape(bytes.NewReader(data))
		if err != nil {
			return
		}
		if c, err := parseCase(tape); err == nil && c.done > c.keys() {
			t.Fatal("beyond the end")
		}
	})
}

func TestFigures(t *testing.T) {
	for x, want := range map[float64]string{
		0: "< 1 cent", 0.02: "2.0 cents", 1.53: "$1.53", 100: "$100", 673.8: "$674", 1500: "$1,500",
		172_400: "$172,400", 4.4e7: "$44 million", 6.724e8: "$672 million", 1e9: "$1 billion", 2.94e12: "$2.9 trillion",
	} {
		if got := dollars(x); got != want {
			t.Errorf("%g: %s, want %s", x, got, want)
		}
	}
}
