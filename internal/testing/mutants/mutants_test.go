package mutants

import (
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
	"slices"
	"strings"
	"testing"
)

var run = flag.Bool("mutants", false, "apply each mutant and run the test that must kill it")

// A mutant is one patch.
type mutant struct {
	path     string // from the module's root
	name     string // the package's folder and the patch's name
	sentence string
	pkg      string   // ./escrow
	test     string   // TestNamesSpliced
	files    []string // that it changes, from the module's root
}

func TestMutants(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
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
	mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return !asked("TestMutants/" + m.name) })
	r := newRunner(t, root, mutants)
	t.Logf("%d mutants, of which %d are folded into one tree", len(mutants), r.foldedCount())
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			r.run(t, m)
		})
	}
}

// asked reports whether -run asks for a subtest.
func asked(name string) bool {
	patterns := strings.Split(flag.Lookup("test.run").Value.String(), "/")
	for i, element := range strings.Split(name, "/") {
		if i < len(patterns) && !regexp.MustCompile(patterns[i]).MatchString(element) {
			return false
		}
	}
	return true
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
	m = mutant{path: path, name: name, sentence: lines[0], pkg: header[1], test: header[2]}
	for _, f := range files {
		m.files = append(m.files, f[1])
	}
	return m, m.findTest(root)
}

// findTest checks that the package's tests define the one that must fail.
func (m *mutant) findTest(root string) error {
	if defined[m.pkg] == nil {
		defined[m.pkg] = map[string]bool{}
		paths, err := filepath.Glob(filepath.Join(root, m.pkg, "*_test.go"))
		if err != nil {
			return err
		}
		for _, path := range paths {
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, decl := range f.Decls {
				if decl, ok := decl.(*ast.FuncDecl); ok && decl.Recv == nil {
					defined[m.pkg][decl.Name.Name] = true
				}
			}
		}
	}
	if !defined[m.pkg][m.test] {
		return fmt.Errorf("%s has no test %s", m.pkg, m.test)
	}
	return nil
}

// defined has the functions of each package's tests that were looked at.
var defined = map[string]map[string]bool{}
