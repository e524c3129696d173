package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var long = flag.Bool("long", false, "import the module from another one, for which go may download modules")

// The README's command and its code make a program in another module.
func TestImport(t *testing.T) {
	if !*long {
		t.Skip("-long imports the module from another one")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "\n    go mod edit ")
	command, _, ok := strings.Cut(rest, "\n")
	if !ok {
		t.Fatal("the README does not say how to import the module")
	}
	dir := t.TempDir()
	source := "package main\n\nimport (\n\"fmt\"\n\n\"doormat/noescrow\"\n)\n\nfunc main() {\n" + exampleBody(t) + "}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	script := "go mod init example && go mod edit " + strings.Replace(command, "PATH", "'"+root+"'", 1) + " && go run ."
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "Bob reads \"see you at nine\".\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
