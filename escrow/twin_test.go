package escrow

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doormat/noescrow"
)

// The twins differ in these names and in no other.
var (
	extraMethods = []string{"Device.OpenChecked"}
	extraNames   = []string{"Authority", "Envelope", "ErrField", "NewAuthority", "NewDeviceFor", "ParseAuthority", "PublicKey", "Scheme"}
	otherNames   = []string{"NewDevice"} // has the authority for a parameter
	extraFiles   = []string{"authority.go", "field.go", "scheme.go"}
	missingFiles = []string{"sessions.go"}
	// Limits hold inside noescrow, and do not depend on the caller.
	missingNames = []string{"MaxArchivedSessions", "MaxForwardJump", "MaxLastResort",
		"MaxOneTimePrekeys", "MaxReceivingChains", "MaxSkippedKeys", "MaxUnanswered", "MaxUnansweredKeys", "MaxWalk"}
)

func TestTwinMethods(t *testing.T) {
	ours, theirs := map[string]string{}, map[string]string{}
	addMethods(ours, "Device", (*Device)(nil))
	addMethods(ours, "Shelf", (*Shelf)(nil))
	addMethods(theirs, "Device", (*noescrow.Device)(nil))
	addMethods(theirs, "Shelf", (*noescrow.Shelf)(nil))
	compareTwins(t, "methods", ours, theirs, extraMethods, nil, nil)
}

func addMethods(set map[string]string, name string, of any) {
	for m := range reflect.TypeOf(of).Methods() {
		f := m.Func.Type()
		var in, out []string
		for i := 1; i < f.NumIn(); i++ { // the receiver is first
			in = append(in, f.In(i).String())
		}
		for p := range f.Outs() {
			out = append(out, p.String())
		}
		set[name+"."+m.Name] = fmt.Sprint(in, out, f.IsVariadic())
	}
}

func TestTwinNames(t *testing.T) {
	ours, ourFiles := exported(t, ".")
	theirs, theirFiles := exported(t, filepath.Join("..", "noescrow"))
	delete(ours, "Identity") // an alias of the other, which TestTwinMethods relies on
	delete(theirs, "Identity")
	compareTwins(t, "names", ours, theirs, extraNames, missingNames, otherNames)
	compareTwins(t, "files", ourFiles, theirFiles, extraFiles, missingFiles, nil)
}

// exported returns the exported package-level names of the package in dir, each with the kind
// of thing it is and a function's signature, and the names of its files, of which the package's
// own is called package.go here.
func exported(t *testing.T, dir string) (names, files map[string]string) {
	t.Helper()
	names, files = map[string]string{}, map[string]string{}
	for _, f := range parseDir(t, dir) {
		name := strings.Replace(f.name, f.ast.Name.Name, "package", 1)
		files[name] = ""
		for _, decl := range f.ast.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Name.IsExported() {
					var signature strings.Builder
					printer.Fprint(&signature, token.NewFileSet(), decl.Type)
					names[decl.Name.Name] = signature.String()
				}
			case *ast.GenDecl:
				for name := range declared(decl) {
					names[name] = decl.Tok.String()
				}
			}
		}
	}
	return names, files
}

func declared(decl *ast.GenDecl) map[string]bool {
	names := map[string]bool{}
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names[spec.Name.Name] = spec.Name.IsExported()
		case *ast.ValueSpec:
			for _, n := range spec.Names {
				names[n.Name] = n.IsExported()
			}
		}
	}
	maps.DeleteFunc(names, func(_ string, isExported bool) bool { return !isExported })
	return names
}

type sourceFile struct {
	name string
	ast  *ast.File
}

func parseDir(t *testing.T, dir string) (files []sourceFile) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, sourceFile{filepath.Base(path), f})
	}
	return files
}

// compareTwins holds two sets against each other: ours must have extra beside all of theirs but
// missing, and other must be the only ones that are in both and differ.
func compareTwins(t *testing.T, what string, ours, theirs map[string]string, extra, missing, other []string) {
	t.Helper()
	var gotExtra, gotMissing, gotOther []string
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		signature, ok := theirs[name]
		switch {
		case !ok:
			gotExtra = append(gotExtra, name)
		case signature != ours[name]:
			gotOther = append(gotOther, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if _, ok := ours[name]; !ok {
			gotMissing = append(gotMissing, name)
		}
	}
	t.Logf("%s: %d in escrow, %d in noescrow; only in escrow %v, only in noescrow %v, different %v",
		what, len(ours), len(theirs), gotExtra, gotMissing, gotOther)
	for _, c := range []struct {
		text      string
		got, want []string
	}{
		{"only in escrow", gotExtra, extra},
		{"only in noescrow", gotMissing, missing},
		{"different", gotOther, other},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s %s: %v, want %v", what, c.text, c.got, c.want)
		}
	}
}

// All that a thief reads here and not there is due to the field: the handshake and the
// ratchet are reached through noescrow only.
func TestBuiltOnPublicAPI(t *testing.T) {
	allowed := []string{"doormat/noescrow", "doormat/internal/agekey", "doormat/internal/hpke", "doormat/internal/padme", "doormat/internal/secret"}
	for _, f := range parseDir(t, ".") {
		for _, spec := range f.ast.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if strings.HasPrefix(path, "doormat/") && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", f.name, path)
			}
		}
	}
}
