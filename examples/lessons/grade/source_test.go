package main

import (
	"fmt"
	"strings"
	"testing"

	"doormat/examples/lessons/internal/all"
)

const harmless = "package leaf\n\nimport (\n\t\"os\"\n\n\t\"doormat/escrow\"\n\t\"doormat/examples/lessons/lesson\"\n)\n"

// What no answer may import is refused by its name, however it is written.
func TestForbidden(t *testing.T) {
	if refusal := examine([]byte(harmless), all.Lesson{}); refusal != "" {
		t.Fatalf("a harmless answer is refused: %s", refusal)
	}
	for _, path := range []string{
		"C", "embed", "net", "net/http", "os/exec", "plugin", "syscall", "syscall/js", "unsafe", "golang.org/x/sys/unix",
		"doormat/attacks", "doormat/attacks/clipper", "doormat/internal/skipjack", "doormat/examples/lessons/04-leaf/deal",
		"doormat/examples/lessons/03-one-way", "doormat/examples/lessons/internal/frame",
	} {
		for _, spec := range []string{`"` + path + `"`, "`" + path + "`", `_ "` + path + `"`, `. "` + path + `"`, `x "` + path + `"`, fmt.Sprintf(`"\x%x%s"`, path[0], path[1:])} {
			for _, source := range []string{
				"package leaf\n\nimport " + spec + "\n",
				strings.Replace(harmless, "\n)", "\n\t"+spec+"\n)", 1),
				harmless + "import " + spec + "\n",
				harmless + "import(" + spec + ");import \"fmt\"\n",
			} {
				if refusal := examine([]byte(source), all.Lesson{}); refusal != "it imports "+path {
					t.Errorf("%s: expected a refusal that names it, found %q", spec, refusal)
				}
			}
		}
	}
	// Names that only begin so are others'.
	for _, path := range []string{"nets", "embedded", "doormat/attacksome"} {
		if refusal := examine([]byte("package leaf\n\nimport \""+path+"\"\n"), all.Lesson{}); refusal != "" {
			t.Errorf("%s: %s", path, refusal)
		}
	}
}

func TestForbiddenByLesson(t *testing.T) {
	l := all.Lesson{Forbid: []string{"doormat/escrow"}}
	for _, path := range []string{"doormat/escrow", "doormat/escrow/clipper"} {
		source := []byte("package leaf\n\nimport \"" + path + "\"\n")
		if refusal := examine(source, l); refusal != "it imports "+path {
			t.Errorf("%s: expected a refusal, found %q", path, refusal)
		}
	}
}

// Directives are refused wherever they stand.
func TestDirectives(t *testing.T) {
	for _, d := range []string{
		"//go:build ignore", "//go:embed x", "//go:linkname a b", "//go:wasmimport a b", "//go:noinline", "//line x.go:1", "/*line x.go:1*/",
		"//export x", "// +build ignore",
	} {
		for _, source := range []string{d + "\n\n" + harmless, harmless + d + "\n", harmless + "\nfunc f() {\n\t" + d + "\n}\n", d + "\nnot Go at all"} {
			if refusal := examine([]byte(source), all.Lesson{}); !strings.HasPrefix(refusal, "it has the directive ") {
				t.Errorf("%s: expected a refusal, found %q", d, refusal)
			}
		}
	}
	for _, c := range []string{"// go:build ignore", "// line 4 says so", "/* line */", "// See //go:build.", "var s = \"//go:build ignore\""} {
		if refusal := examine([]byte(harmless+c+"\n"), all.Lesson{}); refusal != "" {
			t.Errorf("%s: %s", c, refusal)
		}
	}
}
