package mutants

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var run = flag.Bool("mutants", false, "apply each mutant and run the test that must kill it")

// A mutant is one patch.
type mutant struct {
	path     string // from the module's root
	name     string // the package's folder and the patch's name
	sentence string
	pkg      string // ./escrow
	test     string // TestNamesSpliced
}

func TestMutants(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := findPatches(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatal("there is no mutant: no testdata/mutants/*.patch in the module")
	}
	var mutants []mutant
	for _, path := range paths {
		m, err := read(root, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		mutants = append(mutants, m)
	}
	if t.Failed() {
		return
	}
	if !*run {
		t.Skipf("the %d mutants have their headers; -mutants runs them", len(mutants))
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("mutants are applied by git, which is not installed")
	}
	r := newRunner(t, root, mutants)
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			r.run(t, m)
		})
	}
}

// findPatches returns the patches' paths from root.
func findPatches(root string) (paths []string, err error) {
	err = fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" { // in a worktree it is a file
			return fs.SkipDir
		}
		if ok, _ := filepath.Match("*/testdata/mutants/*.patch", filepath.ToSlash(shorten(path))); ok {
			paths = append(paths, path)
		}
		return err
	})
	return paths, err
}

// shorten leaves the last four elements of a path.
func shorten(path string) string {
	elements := strings.Split(path, "/")
	return strings.Join(elements[max(0, len(elements)-4):], "/")
}

var (
	sentence = regexp.MustCompile(`^[A-Z].* .*\.$`)
	kills    = regexp.MustCompile(`^Kills: (\./\S+) ((?:Test|Fuzz|Example)\w*)$`)
	touched  = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)
)

// read reads a patch's header, and checks it against the sources.
func read(root, path string) (m mutant, err error) {
	patch, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return m, err
	}
	lines := strings.SplitN(string(patch), "\n", 3)
	if len(lines) < 3 || !sentence.MatchString(lines[0]) {
		return m, errors.New("the first line is not a sentence")
	}
	header := kills.FindStringSubmatch(lines[1])
	if header == nil {
		return m, errors.New(`the second line is not like "Kills: ./escrow TestNamesSpliced"`)
	}
	files := touched.FindAllStringSubmatch(lines[2], -1)
	if len(files) == 0 {
		return m, errors.New("it changes no file")
	}
	for _, f := range files {
		if strings.HasSuffix(f[1], "_test.go") || strings.Contains(f[1], "testdata/") || !filepath.IsLocal(f[1]) {
			return m, fmt.Errorf("it changes %s, which is not the code under test", f[1])
		}
	}
	folder := strings.TrimSuffix(filepath.ToSlash(filepath.Dir(path)), "/testdata/mutants")
	name := folder + "/" + strings.TrimSuffix(filepath.Base(path), ".patch")
	m = mutant{path, name, lines[0], header[1], header[2]}
	return m, m.findTest(root)
}

// findTest checks that the package's tests define the one that must fail.
func (m *mutant) findTest(root string) error {
	tests, err := filepath.Glob(filepath.Join(root, m.pkg, "*_test.go"))
	if err != nil {
		return err
	}
	for _, path := range tests {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Recv == nil && decl.Name.Name == m.test {
				return nil
			}
		}
	}
	return fmt.Errorf("%s has no test %s", m.pkg, m.test)
}

// A runner has as many copies of the module as mutants run at once.
type runner struct {
	root      string
	trees     chan string
	baselines map[string]func() error // by package: its killers pass without a mutant
	mu        sync.Mutex              // guards done and the progress line
	done, all int
}

func newRunner(t *testing.T, root string, mutants []mutant) *runner {
	t.Helper()
	workers := min(runtime.GOMAXPROCS(0), len(mutants))
	r := &runner{root: root, trees: make(chan string, workers), baselines: map[string]func() error{}, all: len(mutants)}
	for range workers {
		tree := t.TempDir()
		if err := copyTree(tree, root); err != nil {
			t.Fatal(err)
		}
		r.trees <- tree
	}
	killers := map[string][]string{}
	for _, m := range mutants {
		if !slices.Contains(killers[m.pkg], m.test) {
			killers[m.pkg] = append(killers[m.pkg], m.test)
		}
	}
	for pkg, tests := range killers {
		r.baselines[pkg] = sync.OnceValue(func() error { return r.baseline(t.Context(), pkg, tests) })
	}
	return r
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
		if err != nil {
			return err
		}
		to := filepath.Join(dst, local)
		if d.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
}

func (r *runner) baseline(ctx context.Context, pkg string, tests []string) error {
	tree := <-r.trees
	defer func() { r.trees <- tree }()
	out, err := goTest(ctx, tree, pkg, "^("+strings.Join(tests, "|")+")$")
	if err != nil {
		return fmt.Errorf("without a mutant, %s already fails: %w\n%s", pkg, err, out)
	}
	return nil
}

func (r *runner) run(t *testing.T, m mutant) {
	if err := r.baselines[m.pkg](); err != nil {
		t.Fatal(err)
	}
	tree := <-r.trees
	defer func() { r.trees <- tree }()
	patch := filepath.Join(r.root, m.path)
	if out, err := apply(tree, patch); err != nil {
		t.Fatalf("%s does not apply: %v\n%s", m.path, err, out)
	}
	out, err := goTest(t.Context(), tree, m.pkg, "^"+m.test+"$")
	if out, err := apply(tree, "--reverse", patch); err != nil {
		panic(fmt.Sprintf("%s does not come off again: %v\n%s", m.path, err, out)) // the tree is spoilt
	}
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

func goTest(ctx context.Context, tree, pkg, pattern string) (string, error) {
	// Without vet: what it finds in a mutant is not what the test found.
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-timeout=5m", "-run", pattern, pkg)
	cmd.Dir = tree
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// apply runs git apply in a tree that is no repository, whatever lies above it.
func apply(tree string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"apply"}, args...)...)
	cmd.Dir = tree
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(tree))
	return cmd.CombinedOutput()
}
