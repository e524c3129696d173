package main

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The zip for students works with Go alone: without a network, without modules that were downloaded, and without the
// library beside it. It names no path of the teacher's machine.
func TestPackWorksOffline(t *testing.T) {
	if !*long {
		t.Skip("needs -long")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "class.zip")
	if err := writePack(t.Context(), root(t), file); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if err := os.CopyFS(filepath.Join(dir, "class"), z); err != nil {
		t.Fatal(err)
	}
	class := filepath.Join(dir, "class", "lessons")
	goCommand := func(args ...string) (string, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = class
		cmd.Env = append(cmd.Environ(), "GOPROXY=off", "GOFLAGS=", "GOMODCACHE="+filepath.Join(dir, "none"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := goCommand("list", "-deps", "-test", "./..."); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := goCommand("run", ".", "-hint", "04"); err != nil || !strings.Contains(out, "receiving chip") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := goCommand("test", "./04-leaf"); err == nil || !strings.Contains(out, "not written yet") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, f := range z.File {
		b, err := os.ReadFile(filepath.Join(dir, "class", f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(filepath.Dir(root(t)))) {
			t.Errorf("%s names a folder of this machine", f.Name)
		}
		if strings.Contains(f.Name, "testdata/answers/") || strings.Contains(f.Name, "wazero") {
			t.Errorf("%s is in the zip", f.Name)
		}
	}
}
