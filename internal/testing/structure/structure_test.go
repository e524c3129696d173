package structure

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A pkg is what go list says of a package. Paths are from the module's root, without its name.
type pkg struct {
	ImportPath, Export                 string
	Imports, TestImports, XTestImports []string
}

const module = "doormat"

func list(t *testing.T, args ...string) (all []pkg) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Export,Imports,TestImports,XTestImports"}, args...)...)
	cmd.Dir = "../../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// local returns the path of a package of this module from its root.
func local(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func top(path string) string { first, _, _ := strings.Cut(path, "/"); return first }

// floors are the folders at the top from below: a package imports from its own floor and from those
// below it.
var floors = []string{"internal", "noescrow", "escrow", "attacks", "examples"}

// room returns the part of a path of attacks that names a package of a scheme, or "".
func room(path string) string {
	rest, ok := strings.CutPrefix(path, "attacks/")
	if !ok {
		return ""
	}
	return top(rest)
}

// shared are the folders below attacks that are not a scheme's, and that a scheme's package may import.
var shared = []string{"messenger", "attackstest"}

// wrong says why a package may not import another, or returns "". Test says that only a test does.
func wrong(from, to string, test bool) string {
	if under(to, "internal/testing") {
		if !test && !under(from, "internal/testing") {
			return "only tests import internal/testing"
		}
		return ""
	}
	if slices.Index(floors, top(to)) > slices.Index(floors, top(from)) {
		return "an arrow runs up"
	}
	switch {
	case from == "attacks" && !test && to != "internal/secret":
		return "attacks imports no scheme, and of internal/ at most secret"
	case from == "attacks" && to != "attacks" && to != "internal/secret" && to != "attacks/attackstest":
		return "the tests of attacks import no scheme"
	case room(from) == "attackstest" && to != "attacks":
		return "attackstest knows no scheme"
	case slices.Contains([]string{"report", "conversation"}, room(from)) && to != "attacks" && !under(to, from) && !test:
		return "report and conversation import attacks and nothing else of this module"
	case room(from) == "all" || room(from) == "":
	case room(to) != "" && room(to) != room(from) && !slices.Contains(shared, room(to)):
		return "a package below attacks imports of its neighbours only messenger"
	case room(to) == "attackstest" && !test:
		return "only tests import attackstest"
	}
	if top(from) == "examples" && top(to) == "internal" {
		return "examples import nothing of the module's internal/, so that a copy compiles elsewhere"
	}
	return ""
}

func TestArrows(t *testing.T) {
	seen := 0
	for _, p := range list(t, "./...") {
		from, ok := local(p.ImportPath)
		if !ok {
			continue
		}
		for i, imports := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
			for _, path := range imports {
				to, ok := local(path)
				if !ok {
					continue
				}
				seen++
				if why := wrong(from, to, i > 0); why != "" {
					t.Errorf("%s imports %s: %s", from, to, why)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("looked at %d imports, expected more", seen)
	}
}

// Each rule of wrong refuses something, and takes what it should.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		from, to string
		test, ok bool
	}{
		{"noescrow", "internal/ratchet", false, true},
		{"noescrow", "escrow", false, false},
		{"escrow/clipper", "internal/skipjack", false, true},
		{"escrow/clipper", "attacks", true, false},
		{"internal/ratchet", "noescrow", true, false},
		{"attacks", "internal/secret", false, true},
		{"attacks", "internal/hpke", false, false},
		{"attacks", "escrow", false, false},
		{"attacks", "attacks/clipper", false, false},
		{"attacks", "attacks/attackstest", false, false},
		{"attacks", "attacks/attackstest", true, true},
		{"attacks", "attacks/escrow", true, false},
		{"attacks/clipper", "attacks", false, true},
		{"attacks/clipper", "escrow/clipper", false, true},
		{"attacks/clipper", "attacks/messenger", false, true},
		{"attacks/clipper", "attacks/escrow", false, false},
		{"attacks/clipper", "attacks/escrow", true, false},
		{"attacks/clipper", "attacks/attackstest", true, true},
		{"attacks/clipper", "attacks/attackstest", false, false},
		{"attacks/all", "attacks/clipper", false, true},
		{"attacks/report", "attacks", false, true},
		{"attacks/report", "attacks/messenger", false, false},
		{"attacks/report", "internal/padme", false, false},
		{"attacks/conversation", "attacks", false, true},
		{"attacks/attackstest", "attacks/messenger", false, false},
		{"examples/breach", "attacks/all", false, true},
		{"examples/breach", "examples/internal/page", false, true},
		{"examples/breach", "internal/x25519", false, false},
		{"examples/breach", "internal/x25519", true, false},
		{"examples/breach", "internal/testing/printed", true, true},
		{"escrow", "internal/testing/printed", false, false},
		{"escrow", "internal/testing/printed", true, true},
	} {
		if why := wrong(c.from, c.to, c.test); (why == "") != c.ok {
			t.Errorf("%s imports %s, in a test: %v: %q", c.from, c.to, c.test, why)
		}
	}
}

// No public signature shows a type of internal/: an importer could call it and not name the result. A
// type may embed one of internal/secret, which has methods and nothing to name.
func TestNoInternalTypes(t *testing.T) {
	exports := map[string]string{}
	var public []string
	for _, p := range list(t, "-export", "-deps", "./...") {
		exports[p.ImportPath] = p.Export
		if path, ok := local(p.ImportPath); ok && !strings.Contains("/"+path+"/", "/internal/") && top(path) != "examples" {
			public = append(public, p.ImportPath)
		}
	}
	if len(public) < 15 {
		t.Fatalf("found the public packages %q only", public)
	}
	from := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, path := range public {
		p, err := from.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range internals(p) {
			t.Error(shown)
		}
	}
}

// internals lists where the exported names of a package show types of the module's internal/.
func internals(p *types.Package) (all []string) {
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		say := func(what string, t types.Type) {
			if inside := find(t, map[types.Type]bool{}); inside != "" {
				all = append(all, fmt.Sprintf("%s.%s shows %s", p.Path(), what, inside))
			}
		}
		named, ok := types.Unalias(o.Type()).(*types.Named)
		if _, isType := o.(*types.TypeName); !isType || !ok || named.Obj() != o {
			say(name, o.Type())
			continue
		}
		for m := range named.Methods() {
			if m.Exported() {
				say(name+"."+m.Name(), m.Type())
			}
		}
		s, ok := named.Underlying().(*types.Struct)
		if !ok {
			say(name, named.Underlying())
			continue
		}
		for f := range s.Fields() {
			if redaction := f.Embedded() && strings.Contains(f.Type().String(), module+"/internal/secret."); f.Exported() && !redaction {
				say(name+"."+f.Name(), f.Type())
			}
		}
	}
	return all
}

// find returns a type of internal/ that t shows, or "".
func find(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	first := func(all ...types.Type) string {
		for _, t := range all {
			if inside := find(t, seen); inside != "" {
				return inside
			}
		}
		return ""
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil && strings.HasPrefix(p.Path(), module+"/internal/") {
			return t.String()
		}
		return first(slices.Collect(t.TypeArgs().Types())...)
	case *types.Map:
		return first(t.Key(), t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		return first(t.Elem())
	case *types.Signature:
		return first(t.Params(), t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if inside := first(v.Type()); inside != "" {
				return inside
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if inside := first(f.Type()); inside != "" && f.Exported() {
				return inside
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if inside := first(m.Type()); inside != "" {
				return inside
			}
		}
	}
	return ""
}
