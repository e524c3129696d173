//go:build !js

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "test that each mutant is found")

// TestMutants breaks the program in copies of the checkout, and runs the tests that should find it. A mutant is
// a patch, of which the first line says what is broken, and the second which test finds it: "Kills: TestLiar".
func TestMutants(t *testing.T) {
	if !*mutants {
		t.Skip("builds the program for each mutant: -mutants")
	}
	patches, err := filepath.Glob("testdata/broken/*.patch")
	if err != nil || len(patches) == 0 {
		t.Fatalf("no mutants, %v", err)
	}
	from := checkout(t)
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			t.Parallel() // some find theirs by waiting
			text, err := os.ReadFile(patch)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitN(string(text), "\n", 3)
			test, ok := strings.CutPrefix(lines[1], "Kills: ")
			if !ok {
				t.Fatalf("the second line is %q", lines[1])
			}
			overlay, err := patched(t.TempDir(), from, lines[2])
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("go", "test", "-overlay", overlay, "-count=1", "-vet=off", "-timeout", "5m", "-run", "^"+test+"$", ".")
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: "+test) {
				t.Errorf("%s\nis not found: %v\n%s", lines[0], err, out)
			}
		})
	}
}

// patched applies a patch to a copy of the checkout, and writes a file for -overlay that puts what it changes in the
// place of the checkout's, so that the compiler has seen all else before.
func patched(folder, from, patch string) (overlay string, err error) {
	git := func(input string, args ...string) (out []byte, err error) {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = folder, strings.NewReader(input)
		if out, err = cmd.Output(); err != nil {
			return nil, fmt.Errorf("git %v: %w", args, err)
		}
		return out, nil
	}
	if _, err := git("", "clone", "-q", from, "."); err != nil {
		return "", err
	}
	if _, err := git(patch, "apply", "-"); err != nil {
		return "", err
	}
	files, err := git("", "diff", "--name-only")
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for file := range strings.FieldsSeq(string(files)) {
		replace[filepath.Join(from, file)] = filepath.Join(folder, file)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// checkout returns the folder with all of the repository.
func checkout(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
