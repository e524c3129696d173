package mutants

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Most of a mutant's time went to the compiler: so one tree has all that change nothing but bodies of
// functions. Each of these is put at the head of the function that it changes,
//
//	func (k *Key) Open(box []byte) ([]byte, error) {
//		if mutantSwitchedOn == 17 {
//			the mutant's body
//		}
//		the body
//	}
//
// and an environment variable switches one on. That a mutant compiles by itself go/types says
// beforehand: the compiler, which sees it beside the original, would not miss what it no longer uses
// or returns.
const (
	environment = "DOORMAT_MUTANT"
	switchFile  = "mutant_switch.go"
	switchCode  = `package %s

import (
	"os"
	"strconv"
)

var mutantSwitchedOn, _ = strconv.Atoi(os.Getenv("` + environment + `"))
`
)

// A folder puts mutants into one tree.
type folder struct {
	root    string
	checker *checker
	inserts map[string][]insert // by file
	names   map[string]string   // the packages' names, by file
	folded  int
}

type insert struct {
	at   int // bytes from the file's start
	text string
}

// A body is what stands between the braces of a function that is declared in a file.
type body struct {
	start, end int
	results    bool // the function returns something
	labels     bool // it has labels, of which a function has no two alike
}

// errNoFold says that a mutant changes more than bodies: a constant, an import, a type.
var errNoFold = errors.New("it changes more than bodies of functions")

// add folds one mutant, whose files are now the given sources, and returns its number. The error is
// errNoFold, or says why the mutant does not compile.
func (f *folder) add(sources map[string][]byte) (number int, err error) {
	inserts, names := map[string][]insert{}, map[string]string{}
	for file, mutated := range sources {
		if filepath.Ext(file) != ".go" {
			return 0, errNoFold // a template, or a text
		}
		original, err := os.ReadFile(filepath.Join(f.root, file))
		if err != nil {
			return 0, err
		}
		inserts[file], names[file], err = difference(original, mutated, f.folded+1)
		if err != nil {
			return 0, err
		}
	}
	if err := f.checker.check(sources); err != nil {
		return 0, fmt.Errorf("it does not compile: %w", err)
	}
	for file, list := range inserts {
		f.inserts[file], f.names[file] = append(f.inserts[file], list...), names[file]
	}
	f.folded++
	return f.folded, nil
}

// difference returns what must be inserted into a file so that a number switches its mutant on, and
// the name of its package.
func difference(original, mutated []byte, number int) (list []insert, name string, err error) {
	name, rest, before, err := bodies(original)
	if err != nil {
		return nil, "", err
	}
	_, mutatedRest, after, err := bodies(mutated)
	if err != nil || len(before) != len(after) || !bytes.Equal(rest, mutatedRest) {
		return nil, "", errNoFold // and if it does not even parse, go test says so better
	}
	for i, b := range after {
		text := mutated[b.start:b.end]
		if bytes.Equal(text, original[before[i].start:before[i].end]) {
			continue
		}
		if b.labels {
			return nil, "", errNoFold
		}
		end := "\n}\n"
		if !b.results {
			end = "\nreturn\n}\n"
		}
		list = append(list, insert{before[i].start, fmt.Sprintf("\nif mutantSwitchedOn == %d {", number) + string(text) + end})
	}
	if len(list) == 0 {
		return nil, "", errNoFold
	}
	return list, name, nil
}

func TestDifference(t *testing.T) {
	const original = "package p\n\nconst c = 1\n\nfunc f() { g() }\n\nfunc g() int {\n\treturn c\n}\n"
	for _, c := range []struct{ old, new, want string }{
		{"return c", "return 2", "func g() int {\nif mutantSwitchedOn == 7 {\n\treturn 2\n\n}\n\n\treturn c\n}\n"},
		{"{ g() }", "{}", "func f() {\nif mutantSwitchedOn == 7 {\nreturn\n}\n g() }\n"},
		{"return c", "l: for { break l }; return 2", ""}, // a label
		{"c = 1", "c = 2", ""},
		{"func f()", "func f(int)", ""},
		{"return c", "return c +", ""},
		{"", "", ""},
	} {
		list, name, err := difference([]byte(original), []byte(strings.Replace(original, c.old, c.new, 1)), 7)
		if c.want == "" {
			if !errors.Is(err, errNoFold) {
				t.Errorf("%s for %s: %v, %v", c.new, c.old, list, err)
			}
			continue
		}
		if err != nil || name != "p" || len(list) != 1 {
			t.Errorf("%s for %s: %q, %v, %v", c.new, c.old, name, list, err)
			continue
		}
		if got := original[:list[0].at] + list[0].text + original[list[0].at:]; !strings.Contains(got, c.want) {
			t.Errorf("%s for %s:\n%s", c.new, c.old, got)
		}
	}
}

// bodies finds the bodies in a file, and returns the rest of it, and its package's name.
func bodies(source []byte) (name string, rest []byte, list []body, err error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return "", nil, nil, err
	}
	last := 0
	for _, decl := range parsed.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		b := body{
			start:   files.Position(f.Body.Lbrace).Offset + 1,
			end:     files.Position(f.Body.Rbrace).Offset,
			results: f.Type.Results != nil,
		}
		for n := range ast.Preorder(f.Body) {
			_, label := n.(*ast.LabeledStmt)
			b.labels = b.labels || label
		}
		rest = append(rest, source[last:b.start]...)
		last = b.end
		list = append(list, b)
	}
	return parsed.Name.Name, append(rest, source[last:]...), list, nil
}

// write changes the files in a tree.
func (f *folder) write(tree string) error {
	for file, list := range f.inserts {
		source, err := os.ReadFile(filepath.Join(f.root, file))
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b insert) int { return cmp.Compare(a.at, b.at) })
		var out []byte
		last := 0
		for _, in := range list {
			out = append(append(out, source[last:in.at]...), in.text...)
			last = in.at
		}
		out = append(out, source[last:]...)
		if err := os.WriteFile(filepath.Join(tree, file), out, 0o666); err != nil {
			return err
		}
		code := fmt.Sprintf(switchCode, f.names[file])
		if err := os.WriteFile(filepath.Join(tree, filepath.Dir(file), switchFile), []byte(code), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// A checker compiles a package as far as the errors go, from its sources and from what go build keeps of the
// packages that it imports.
type checker struct {
	files    *token.FileSet
	packages map[string]listed // by folder, from the module's root
	importer types.Importer
	parsed   map[string]*ast.File // the files as they are
}

// listed is one line of go list.
type listed struct {
	Dir, ImportPath, Export string
	Standard                bool
	GoFiles                 []string
}

func newChecker(root string) (*checker, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=Dir,ImportPath,Export,Standard,GoFiles", "./...")
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	c := &checker{files: token.NewFileSet(), packages: map[string]listed{}, parsed: map[string]*ast.File{}}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		if dir, err := filepath.Rel(root, p.Dir); err == nil && !strings.HasPrefix(dir, "..") {
			c.packages[filepath.ToSlash(dir)] = p
		}
	}
	c.importer = importer.ForCompiler(c.files, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	return c, nil
}

// check returns the first error in the packages that the sources belong to.
func (c *checker) check(sources map[string][]byte) error {
	folders := map[string]bool{}
	for file := range sources {
		folders[path.Dir(file)] = true
	}
	for folder := range maps.Keys(folders) {
		var files []*ast.File
		p := c.packages[folder]
		for _, name := range p.GoFiles {
			file, err := c.parse(filepath.Join(p.Dir, name), sources[path.Join(folder, name)])
			if err != nil {
				return err
			}
			files = append(files, file)
		}
		config := types.Config{Importer: c.importer}
		if _, err := config.Check(p.ImportPath, c.files, files, nil); err != nil {
			return err
		}
	}
	return nil
}

// parse parses a source, or if there is none a file, which it keeps.
func (c *checker) parse(name string, source []byte) (*ast.File, error) {
	if source != nil {
		return parser.ParseFile(c.files, name, source, parser.SkipObjectResolution)
	}
	if file, ok := c.parsed[name]; ok {
		return file, nil
	}
	file, err := parser.ParseFile(c.files, name, nil, parser.SkipObjectResolution)
	c.parsed[name] = file
	return file, err
}
