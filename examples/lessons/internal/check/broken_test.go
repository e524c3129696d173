package check

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The mutants of this module. The root's tests do not reach into it, so theirs is another folder, with
// patches of the same form.
const broken = "testdata/broken"

var (
	sentence = regexp.MustCompile(`^[A-Z].* .*\.$`)
	kills    = regexp.MustCompile(`^Kills: (\./\S+) (Test\w+)$`)
	touched  = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)
)

// Each mutant is killed by its test.
func TestBroken(t *testing.T) {
	patches, err := filepath.Glob(broken + "/*.patch")
	if err != nil || len(patches) < 12 {
		t.Fatalf("found %d patches, %v", len(patches), err)
	}
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			text, err := os.ReadFile(patch)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitN(string(text), "\n", 3)
			header := kills.FindStringSubmatch(lines[1])
			if !sentence.MatchString(lines[0]) || header == nil {
				t.Fatalf("the first two lines are %q", lines[:2])
			}
			o := apply(t, patch, touched.FindAllStringSubmatch(lines[2], -1))
			if !*long {
				return // it applies
			}
			cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-ldflags=-s -w", "-timeout=5m", "-overlay", o.write(t), "-run", "^"+header[2]+"$", header[1])
			cmd.Dir = root
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: "+header[2]+" (") {
				t.Errorf("%s survives %s %s: %v\n%s", filepath.Base(patch), header[1], header[2], err, out)
			}
		})
	}
}

// apply applies a patch to copies of the files that it touches.
func apply(t *testing.T, patch string, files [][]string) overlay {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("it changes no file")
	}
	scratch := t.TempDir()
	o := overlay{map[string]string{}}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(root, f[1]))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(scratch, f[1])
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o666); err != nil {
			t.Fatal(err)
		}
		o.Replace[abs(t, filepath.Join(root, f[1]))] = to
	}
	cmd := exec.Command("git", "apply", abs(t, patch))
	cmd.Dir = scratch // which is no repository, whatever lies above it
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("GIT_CEILING_DIRECTORIES=%s", filepath.Dir(scratch)))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("it does not apply: %v\n%s", err, out)
	}
	return o
}
