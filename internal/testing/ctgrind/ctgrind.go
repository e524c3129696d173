// Package ctgrind looks for time that depends on secrets, after an idea of Adam Langley's
// ("ctgrind", 2010): memcheck, valgrind's best-known tool, keeps account of which bits are
// uninitialised, follows them through every computation, and reports branches and addresses that
// depend on one. Tell it that secrets are uninitialised, and it reports where they leak by timing.
//
// What it sees is the code that ran, on the processor that valgrind shows it. It knows nothing of
// instructions whose own time varies, and nothing of what another compiler would make.
// Only tests import it.
package ctgrind

import (
	"encoding/xml"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var enabled = flag.Bool("ctgrind", false, "look for time that depends on secrets, with valgrind, which takes minutes")

// Running reports whether the program runs on valgrind.
func Running() bool { return running() }

// Secret marks b as a secret, and what will be computed from it. It does nothing but on valgrind.
func Secret(b []byte) { secret(b) }

// Public ends what Secret has begun: b may be known.
func Public(b []byte) { public(b) }

// Leaks runs a test of the package under test on valgrind and returns the places where its time
// depends on what it has marked, as "package.Function: in", sorted. The second is the function that
// branches or has a secret for an address, the first the innermost of this module that called it.
// Of several callers valgrind reports one. Without the flag -ctgrind the test that calls is skipped.
func Leaks(t *testing.T, test string) []string {
	t.Helper()
	if !*enabled {
		t.Skip("-ctgrind looks for time that depends on secrets")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the marks are for Linux on amd64")
	}
	if _, err := exec.LookPath("valgrind"); err != nil {
		t.Fatal("valgrind is not installed")
	}
	dir := t.TempDir()
	program, report := filepath.Join(dir, "test"), filepath.Join(dir, "report.xml")
	// With this tag the runtime tells valgrind of its heap and its stacks.
	if out, err := exec.Command("go", "test", "-c", "-tags", "valgrind", "-vet=off", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command("valgrind", "-q", "--error-limit=no", "--num-callers=60", "--xml=yes", "--xml-file="+report,
		program, "-test.run", "^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+test) {
		t.Fatalf("on valgrind %s does not pass: %v\n%s", test, err, out)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, data)
}

func parse(t *testing.T, data []byte) (leaks []string) {
	t.Helper()
	var report struct {
		Errors []struct {
			Kind   string `xml:"kind"`
			Stacks []struct {
				Frames []string `xml:"frame>fn"`
			} `xml:"stack"`
		} `xml:"error"`
	}
	if err := xml.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	for _, e := range report.Errors {
		if !strings.HasPrefix(e.Kind, "Uninit") && e.Kind != "SyscallParam" || len(e.Stacks) == 0 {
			continue // valgrind does not know Go's stacks well enough for its other kinds
		}
		frames := e.Stacks[0].Frames
		i := slices.IndexFunc(frames, func(f string) bool { return strings.HasPrefix(f, "doormat/") })
		if i < 0 || strings.HasPrefix(frames[0], "runtime.malloc") { // the allocator reads what it has not written
			continue
		}
		in, _, _ := strings.Cut(frames[0], "[") // without type arguments
		leaks = append(leaks, strings.TrimPrefix(frames[i], "doormat/")+": "+in)
	}
	slices.Sort(leaks)
	return slices.Compact(leaks)
}
