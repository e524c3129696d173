//go:build !js

package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "test that each mutant is found")

// TestMutants breaks the program in a copy of the checkout, and runs the test that should find it. A mutant is
// a patch, of which the first line says what is broken, and the second which test finds it: "Kills: TestLiar".
func TestMutants(t *testing.T) {
	if !*mutants {
		t.Skip("builds the program for each mutant: -mutants")
	}
	patches, err := filepath.Glob("testdata/broken/*.patch")
	if err != nil || len(patches) == 0 {
		t.Fatalf("no mutants, %v", err)
	}
	folder := t.TempDir()
	git := func(input string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = folder, strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	git("", "clone", "-q", filepath.Join(checkout(t)), ".")
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			text, err := os.ReadFile(patch)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitN(string(text), "\n", 3)
			test, ok := strings.CutPrefix(lines[1], "Kills: ")
			if !ok {
				t.Fatalf("the second line is %q", lines[1])
			}
			git(lines[2], "apply", "-")
			defer git("", "checkout", "-q", ".")
			cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-timeout", "5m", "-run", "^"+test+"$", ".")
			cmd.Dir = filepath.Join(folder, "examples", "cluster")
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: "+test) {
				t.Errorf("%s\nis not found: %v\n%s", lines[0], err, out)
			}
		})
	}
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
