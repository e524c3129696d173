package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
	"doormat/internal/keysearch"
)

func TestGolden(t *testing.T) {
	clitest.Golden(t, "seed-1996.txt", clitest.Output(t, run, "-seed", "1996", "-bits", "16"))
}

func TestSeed(t *testing.T) {
	one := clitest.Output(t, run, "-seed", "1", "-bits", "12")
	if one != clitest.Output(t, run, "-seed", "1", "-bits", "12") {
		t.Error("the same seed, another run")
	}
	if one == clitest.Output(t, run, "-seed", "2", "-bits", "12") {
		t.Error("another seed, the same run")
	}
}

// A measured run says the same but for what is drawn and what is measured.
func TestMeasured(t *testing.T) {
	out := clitest.Output(t, run, "-bits", "10", "-price", "0.5")
	for _, want := range []string{`  "The bridge, at six."`, "Here it has 34 bits", "An hour of a core costs $0.5.",
		"million keys a second on one core", "2^10 keys are left to try"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, line := range strings.Split(out, "\n") {
		if n := utf8.RuneCountInString(line); n > 80 || strings.HasSuffix(line, " ") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged")
	if err := os.WriteFile(damaged, []byte("\x00\x00\x00\x01x"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	interrupted(t, "-bits", "40", "-resume", other)
	for args, want := range map[string]string{
		"-bits 0":                      "expected 1 to 40, found 0",
		"-bits 41":                     "expected 1 to 40, found 41",
		"-bits x":                      "-bits",
		"-price 0":                     "found 0",
		"-price -1":                    "found -1",
		"-price NaN":                   "found NaN",
		"-price +Inf":                  "found +Inf",
		"message":                      `found "message"`,
		"-nothing":                     "-nothing",
		"-resume " + damaged:           "found 1 records, expected 3",
		"-resume " + dir:               "directory",
		"-bits 39 -resume " + other:    "one of 2^40 keys, expected 2^39",
		"-resume " + damaged + "/none": "not a directory",
	} {
		var stdout bytes.Buffer
		err := run(t.Context(), strings.Fields(args), &stdout, &bytes.Buffer{})
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || stdout.Len() > 0 {
			t.Errorf("%s: %v, expected %q; %s", args, err, want, &stdout)
		}
	}
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, &bytes.Buffer{}); !errors.Is(err, flag.ErrHelp) || stdout.String() != usage {
		t.Errorf("-h: %v", err)
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

// interrupted runs the program until its search begins.
func interrupted(t *testing.T, args ...string) (stderr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var errs bytes.Buffer
	err := run(ctx, args, &until{text: "keys are left to try", cancel: cancel}, &errs)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	return errs.String()
}

func TestInterrupted(t *testing.T) {
	got := interrupted(t, "-bits", "40", "-seed", "1")
	if !regexp.MustCompile(`^[\d,]+ of 1,099,511,627,776 keys tried, 0.0 %, without the right one.\nThey were not kept: -resume FILE would have.\n$`).MatchString(got) {
		t.Error(got)
	}
	file := filepath.Join(t.TempDir(), "search.tape")
	if got := interrupted(t, "-bits", "40", "-seed", "1", "-resume", file); !strings.HasSuffix(got, "To go on: workfactor -resume "+file+"\n") {
		t.Error(got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the authority's key in it: %v, %v", info.Mode(), err)
	}
}

// The search goes on where it was: here, just before the key.
func TestResume(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.tape")
	interrupted(t, "-bits", "16", "-seed", "1996", "-resume", file)
	whole := clitest.Output(t, run, "-bits", "16", "-seed", "1996")
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
	for next, want := range map[uint64]bool{0: true, number: true, number + 1: false} {
		if err := c.save(file, keysearch.Checkpoint{Next: next}); err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		err := run(t.Context(), []string{"-resume", file}, &stdout, &bytes.Buffer{})
		if ok := err == nil && strings.Contains(stdout.String(), found[0]); ok != want {
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
	data, err := keysearch.Checkpoint{Next: 5}.Marshal(c.residual.Description())
	if err != nil {
		t.Fatal(err)
	}
	beyond, err := keysearch.Checkpoint{Next: 1<<40 + 1}.Marshal(c.residual.Description())
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
	key := c.authority.Bytes()
	if _, err := parseCase(tape(key, c.envelope, data)); err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string]*attacks.Tape{
		"key":        tape(key[1:], c.envelope, data),
		"envelope":   tape(key, c.envelope[1:], data),
		"checkpoint": tape(key, c.envelope, data[1:]),
		"beyond":     tape(key, c.envelope, beyond),
		"four":       tape(key, c.envelope, data, nil),
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
		if c, err := parseCase(tape); err == nil && c.checkpoint.Next > c.residual.Search().End {
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
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1 << 40: "1,099,511,627,776"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
