package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A runner has one copy of the module with all the mutants that fold. The others overlay the module itself, so that
// the compiler has seen before what they do not change. One that survives that, as it may where a test reads the
// sources, is written into another copy.
type runner struct {
	root      string
	folded    string
	binaries  string            // the folder of what the folded tests compile to
	patched   map[string]source // by mutant's name
	short     map[string]error  // by package: its killers pass without a mutant and with -short, or why not
	whole     sync.Map          // by package and test: a func() error, the same without -short
	tree      string            // the folder of that other copy, which is made when it is needed
	treeMu    sync.Mutex        // guards what is in it
	mu        sync.Mutex        // guards short, done and the progress line
	done, all int
}

// source is a mutant once it is applied.
type source struct {
	files  map[string][]byte
	number int   // what switches it on in the folded tree, or 0: it does not fold
	err    error // it does not apply, or does not compile
}

func newRunner(t *testing.T, root string, mutants []mutant) *runner {
	t.Helper()
	r := &runner{
		root:     root,
		folded:   t.TempDir(),
		binaries: t.TempDir(),
		tree:     t.TempDir(),
		patched:  map[string]source{},
		short:    map[string]error{},
		all:      len(mutants),
	}
	if err := r.fold(t.TempDir(), mutants); err != nil {
		t.Fatal(err)
	}
	killers := map[string][]string{}
	for _, m := range mutants {
		if !slices.Contains(killers[m.pkg], m.test) {
			killers[m.pkg] = append(killers[m.pkg], m.test)
		}
	}
	var all sync.WaitGroup
	free := make(chan bool, runtime.GOMAXPROCS(0))
	for _, pkg := range slices.Sorted(maps.Keys(killers)) {
		free <- true
		all.Go(func() {
			err := r.baseline(t.Context(), pkg, killers[pkg])
			r.mu.Lock()
			r.short[pkg] = err
			r.mu.Unlock()
			<-free
		})
	}
	all.Wait()
	return r
}

// fold applies all mutants, and writes the tree with those that fold.
func (r *runner) fold(scratch string, mutants []mutant) error {
	c, err := newChecker(r.root)
	if err != nil {
		return err
	}
	f := &folder{root: r.root, checker: c, inserts: map[string][]insert{}, names: map[string]string{}}
	for _, m := range mutants {
		var s source
		s.files, s.err = r.patch(scratch, m)
		if s.err == nil {
			s.number, s.err = f.add(s.files)
		}
		if errors.Is(s.err, errNoFold) {
			s.err = nil
		}
		r.patched[m.name] = s
	}
	if err := copyTree(r.folded, r.root); err != nil {
		return err
	}
	return f.write(r.folded)
}

// foldedCount counts the mutants that share the folded tree.
func (r *runner) foldedCount() (n int) {
	for _, s := range r.patched {
		if s.number != 0 {
			n++
		}
	}
	return n
}

// patch returns the files that a mutant changes as they are with it.
func (r *runner) patch(scratch string, m mutant) (map[string][]byte, error) {
	for _, file := range m.files {
		if err := copyFile(filepath.Join(scratch, file), filepath.Join(r.root, file)); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("git", "apply", filepath.Join(r.root, m.path))
	cmd.Dir = scratch // which is no repository, whatever lies above it
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(scratch))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("it does not apply: %w\n%s", err, out)
	}
	files := map[string][]byte{}
	for _, file := range m.files {
		source, err := os.ReadFile(filepath.Join(scratch, file))
		if err != nil {
			return nil, err
		}
		files[file] = source
	}
	return files, nil
}

// copyTree copies all regular files but git's.
func copyTree(dst, src string) error {
	return filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		local, err := filepath.Rel(src, path)
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return copyFile(filepath.Join(dst, local), path)
	})
}

// copyFile copies one file, and makes the folders that it lies in.
func copyFile(dst, src string) error {
	data, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o777); err != nil {
		return err
	}
	return os.WriteFile(dst, data, 0o666)
}

// binary is the name of a package's tests, compiled from the folded tree.
func (r *runner) binary(pkg string) string {
	return filepath.Join(r.binaries, strings.ReplaceAll(pkg, "/", "-")+".test")
}

// baseline compiles the tests of a package, and runs the killers among them with -short.
func (r *runner) baseline(ctx context.Context, pkg string, tests []string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-o", r.binary(pkg), pkg)
	cmd.Dir = r.folded
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("with all mutants folded, %s does not compile: %w\n%s", pkg, err, out)
	}
	return r.passes(ctx, pkg, "^("+strings.Join(tests, "|")+")$", "-test.short")
}

// passes returns an error unless tests pass without a mutant.
func (r *runner) passes(ctx context.Context, pkg, pattern string, short ...string) error {
	if out, err := r.foldedTest(ctx, pkg, pattern, 0, short...); err != nil {
		return fmt.Errorf("without a mutant, %s already fails: %w\n%s", pkg, err, out)
	}
	return nil
}

// passesWhole is passes for one test without -short, and runs it once only.
func (r *runner) passesWhole(ctx context.Context, pkg, pattern string) error {
	once := sync.OnceValue(func() error { return r.passes(ctx, pkg, pattern) })
	f, _ := r.whole.LoadOrStore(pkg+" "+pattern, once)
	return f.(func() error)()
}

func (r *runner) run(t *testing.T, m mutant) {
	if err := r.short[m.pkg]; err != nil {
		t.Fatal(err)
	}
	s := r.patched[m.name]
	if s.err != nil {
		t.Fatalf("%s: %v", m.path, s.err)
	}
	pattern := "^" + m.test + "$"
	few := func() (string, error) { return r.foldedTest(t.Context(), m.pkg, pattern, s.number, "-test.short") }
	whole := func() (string, error) { return r.foldedTest(t.Context(), m.pkg, pattern, s.number) }
	if s.number == 0 {
		few = func() (string, error) { return r.overlaidTest(t.Context(), t.TempDir(), m.pkg, pattern, s.files) }
		whole = func() (string, error) { return r.aloneTest(t.Context(), m.pkg, pattern, s.files) }
	}
	// Most are killed by what is left of a test with -short.
	failed := "--- FAIL: " + m.test + " ("
	out, err := few()
	if err == nil || !strings.Contains(out, failed) {
		if err := r.passesWhole(t.Context(), m.pkg, pattern); err != nil {
			t.Fatal(err)
		}
		out, err = whole()
	}
	r.progress()
	switch {
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		t.Errorf("%s does not compile:\n%s", m.path, out)
	case strings.Contains(out, "no tests to run"):
		t.Errorf("%s: no test %s was run:\n%s", m.path, m.test, out)
	case err == nil:
		t.Errorf("%s survives %s %s: %s", m.path, m.pkg, m.test, m.sentence)
	case !strings.Contains(out, failed):
		t.Errorf("%s: %s %s ends, but not as a test that fails: %v\n%s", m.path, m.pkg, m.test, err, out)
	default:
		t.Logf("%s\nkilled by %s %s", m.sentence, m.pkg, m.test)
	}
}

// foldedTest runs tests from the folded tree, with one mutant or, if the number is 0, none. They begin no subtest
// once one has failed.
func (r *runner) foldedTest(ctx context.Context, pkg, pattern string, number int, short ...string) (string, error) {
	args := append(short, "-test.failfast", "-test.paniconexit0", "-test.timeout=5m", "-test.run", pattern)
	cmd := exec.CommandContext(ctx, r.binary(pkg), args...)
	cmd.Dir = filepath.Join(r.folded, pkg)
	cmd.Env = append(cmd.Environ(), environment+"="+strconv.Itoa(number))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// overlaidTest runs tests with -short and with a mutant that does not fold, whose files are written to a scratch folder.
func (r *runner) overlaidTest(ctx context.Context, scratch, pkg, pattern string, files map[string][]byte) (string, error) {
	replace := map[string]string{}
	for file, source := range files {
		to := filepath.Join(scratch, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(to, source, 0o666); err != nil {
			return "", err
		}
		replace[filepath.Join(r.root, file)] = to
	}
	overlay := filepath.Join(scratch, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(overlay, text, 0o666)
	}
	if err != nil {
		return "", err
	}
	return goTest(ctx, r.root, pkg, pattern, "-overlay="+overlay, "-short")
}

// aloneTest runs tests from a tree with a mutant that does not fold.
func (r *runner) aloneTest(ctx context.Context, pkg, pattern string, files map[string][]byte) (string, error) {
	r.treeMu.Lock()
	defer r.treeMu.Unlock()
	if _, err := os.Stat(filepath.Join(r.tree, "go.mod")); err != nil {
		if err := copyTree(r.tree, r.root); err != nil {
			return "", err
		}
	}
	for file, source := range files {
		if err := os.WriteFile(filepath.Join(r.tree, file), source, 0o666); err != nil {
			return "", err
		}
		defer func() {
			if err := copyFile(filepath.Join(r.tree, file), filepath.Join(r.root, file)); err != nil {
				panic(err) // the tree is spoilt
			}
		}()
	}
	return goTest(ctx, r.tree, pkg, pattern)
}

// goTest runs go test in a folder, without vet: what that finds in a mutant is not what the test found.
func goTest(ctx context.Context, folder, pkg, pattern string, flags ...string) (string, error) {
	args := append([]string{"test", "-count=1", "-vet=off", "-timeout=5m", "-failfast", "-run", pattern}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// progress counts the mutants that are done, if somebody looks on.
func (r *runner) progress() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r%d of %d mutants", r.done, r.all)
		if r.done == r.all {
			fmt.Fprintln(os.Stderr)
		}
	}
}
