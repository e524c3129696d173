package mutants

import (
	"context"
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

// A runner has one copy of the module with all the mutants that fold, and for the others as many
// copies without any as run at once.
type runner struct {
	root      string
	folded    string
	binaries  string            // the folder of what the folded tests compile to
	patched   map[string]source // by mutant's name
	baselines map[string]error  // by package: its killers pass without a mutant, or why not
	trees     chan string
	mu        sync.Mutex // guards baselines, done and the progress line
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
		root:      root,
		folded:    t.TempDir(),
		binaries:  t.TempDir(),
		patched:   map[string]source{},
		baselines: map[string]error{},
		trees:     make(chan string, runtime.GOMAXPROCS(0)),
		all:       len(mutants),
	}
	for range cap(r.trees) {
		tree := t.TempDir()
		if err := copyTree(tree, root); err != nil {
			t.Fatal(err)
		}
		r.trees <- tree
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
			r.baselines[pkg] = err
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

func (r *runner) baseline(ctx context.Context, pkg string, tests []string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-o", r.binary(pkg), pkg)
	cmd.Dir = r.folded
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("with all mutants folded, %s does not compile: %w\n%s", pkg, err, out)
	}
	if out, err := r.foldedTest(ctx, pkg, "^("+strings.Join(tests, "|")+")$", 0); err != nil {
		return fmt.Errorf("without a mutant, %s already fails: %w\n%s", pkg, err, out)
	}
	return nil
}

func (r *runner) run(t *testing.T, m mutant) {
	if err := r.baselines[m.pkg]; err != nil {
		t.Fatal(err)
	}
	s := r.patched[m.name]
	if s.err != nil {
		t.Fatalf("%s: %v", m.path, s.err)
	}
	test := r.foldedTest
	if s.number == 0 {
		test = func(ctx context.Context, pkg, pattern string, _ int) (string, error) {
			return r.aloneTest(ctx, pkg, pattern, s.files)
		}
	}
	out, err := test(t.Context(), m.pkg, "^"+m.test+"$", s.number)
	r.progress()
	switch {
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		t.Errorf("%s does not compile:\n%s", m.path, out)
	case strings.Contains(out, "no tests to run"):
		t.Errorf("%s: no test %s was run:\n%s", m.path, m.test, out)
	case err == nil:
		t.Errorf("%s survives %s %s: %s", m.path, m.pkg, m.test, m.sentence)
	case !strings.Contains(out, "--- FAIL: "+m.test+" ("):
		t.Errorf("%s: %s %s ends, but not as a test that fails: %v\n%s", m.path, m.pkg, m.test, err, out)
	default:
		t.Logf("%s\nkilled by %s %s", m.sentence, m.pkg, m.test)
	}
}

// foldedTest runs tests from the folded tree, with one mutant or, if the number is 0, none.
func (r *runner) foldedTest(ctx context.Context, pkg, pattern string, number int) (string, error) {
	cmd := exec.CommandContext(ctx, r.binary(pkg), "-test.paniconexit0", "-test.timeout=5m", "-test.run", pattern)
	cmd.Dir = filepath.Join(r.folded, pkg)
	cmd.Env = append(cmd.Environ(), environment+"="+strconv.Itoa(number))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// aloneTest runs tests from a tree with a mutant that does not fold.
func (r *runner) aloneTest(ctx context.Context, pkg, pattern string, files map[string][]byte) (string, error) {
	tree := <-r.trees
	defer func() { r.trees <- tree }()
	for file, source := range files {
		if err := os.WriteFile(filepath.Join(tree, file), source, 0o666); err != nil {
			return "", err
		}
		defer func() {
			if err := copyFile(filepath.Join(tree, file), filepath.Join(r.root, file)); err != nil {
				panic(err) // the tree is spoilt
			}
		}()
	}
	// Without vet: what it finds in a mutant is not what the test found.
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-timeout=5m", "-run", pattern, pkg)
	cmd.Dir = tree
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
