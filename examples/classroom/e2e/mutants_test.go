package e2e

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "test that each mutant of the page is found")

// TestMutants breaks the page in a copy, and runs the test that should find it. A mutant is a patch, of which the first
// line says what is broken, and the second which test finds it and what that test says: "Kills: TestFile: the console says".
func TestMutants(t *testing.T) {
	if !*mutants {
		t.Skip("builds the page for each mutant: -mutants")
	}
	patches, err := filepath.Glob("testdata/broken/*.patch")
	if err != nil || len(patches) == 0 {
		t.Fatalf("no mutants, %v", err)
	}
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			text, err := os.ReadFile(patch)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitN(string(text), "\n", 3)
			test, says, ok := strings.Cut(strings.TrimPrefix(lines[1], "Kills: "), ": ")
			if !ok {
				t.Fatalf("the second line is %q", lines[1])
			}
			folder := copied(t)
			apply := exec.Command("git", "apply", "-")
			apply.Dir, apply.Stdin = folder, strings.NewReader(lines[2])
			if out, err := apply.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			out, err := exec.Command(os.Args[0], "-test.run", "^"+test+"$", "-checkout", folder).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: "+test) || !strings.Contains(string(out), says) {
				t.Errorf("%s\nis not found: %v\n%s", lines[0], err, out)
			}
		})
	}
}

// copied returns a copy of the checkout, as it is.
func copied(t *testing.T) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = *checkout
	names, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		b, err := os.ReadFile(filepath.Join(*checkout, name))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
