package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/examples/internal/cli"
)

// answer makes the go command take a file for lesson 04's answer.go.
func answer(t *testing.T, file string) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	list, mine := filepath.Join(temp, "overlay.json"), filepath.Join(temp, "answer.go")
	overlay, _ := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(dir, "04-leaf", "answer.go"): mine}})
	if err := errors.Join(os.WriteFile(list, overlay, 0o666), os.WriteFile(mine, source, 0o666)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-vet=off -overlay="+list)
}

// The board says how far a lesson is, and what is wrong with it.
func TestBoard(t *testing.T) {
	t.Setenv("DOORMAT_STUDENT", "anna")
	for _, c := range []struct {
		file string
		want []string
	}{
		{"04-leaf/answer.go", []string{"puzzles are those of anna", "not begun            30 min", "Next: read 04-leaf/README.md"}},
		{"04-leaf/testdata/answers/right.go", []string{"solved               30 min", "All is solved."}},
		{"04-leaf/testdata/answers/wrong-one-try.go", []string{"puzzle 1 of 3        30 min", "  got   0000", "\n  why   the 16-bit checksum", "\n  hint  ", "Next: read"}},
		{"grade/testdata/cheats/returns-too-little.go", []string{"does not compile     30 min", "answer.go:6:9: not enough return values"}},
		{"grade/testdata/cheats/panics.go", []string{"panics               30 min", "panic: oops"}},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			answer(t, c.file)
			var out bytes.Buffer
			if err := printBoard(t.Context(), &out, []string{"04-leaf"}); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the board lacks %q:\n%s", want, out.String())
				}
			}
		})
	}
}

// What the compiler says is followed by the lesson's hints for it.
func TestCompilersHints(t *testing.T) {
	s := stateOf("04-leaf", "# doormat\n04-leaf/answer.go:7:3: undefined: binary\nFAIL\tx [build failed]\n", false)
	if s.text != "does not compile" || !strings.Contains(s.more, "answer.go:7:3: undefined: binary\n  hint  import \"encoding/binary\"") {
		t.Errorf("%q, %q", s.text, s.more)
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-hint 04", "What can the receiving chip check"},
		{"-hint 04.2", "16 bits"},
		{"-hint 04-leaf.3", "One in 65,536"},
		{"-hint 04.4", ""},
		{"-hint 04.0", ""},
		{"-hint 4", ""},
		{"-hint 04.x", ""},
		{"-hint 99", ""},
		{"-nothing", ""},
	} {
		var out bytes.Buffer
		err := run(t.Context(), strings.Fields(c.args), &out, io.Discard)
		if c.want == "" {
			if !errors.Is(err, cli.ErrInput) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: expected an error of one line, found %v", c.args, err)
			}
		} else if err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: expected %q, found %q, %v", c.args, c.want, out.String(), err)
		}
	}
}
