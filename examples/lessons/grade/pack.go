package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"doormat/examples/internal/cli"
)

// packed says whether a file of the module is in a student's zip, by its path with slashes: the lessons
// without the answers, what they need, and neither this program nor the tests of the lessons. It is a list of what
// goes in, so that class.key and what students have handed in stay out wherever they lie.
func packed(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	top, _, inside := strings.Cut(path, "/")
	switch {
	case !inside:
		return slices.Contains([]string{"go.mod", "go.sum", "main.go", "LICENSE-TEXT", "README.md", "README.de.md",
			"GLOSSARY.md", "GLOSSARY.de.md", "READING.md", "READING.de.md"}, base)
	case strings.HasPrefix(path, "internal/frame/"), top == "lesson":
		return strings.HasSuffix(base, ".go")
	case !isLesson.MatchString(top), strings.Contains(path, "/testdata/answers/"), strings.Contains(path, "/testdata/mutants/"):
		return false
	}
	return strings.HasSuffix(base, ".go") || strings.HasSuffix(base, ".md") || strings.HasPrefix(path, top+"/testdata/")
}

var isLesson = regexp.MustCompile(`^\d\d-`)

// writePack writes the zip. What the lessons import is in its folder vendor, so that neither the library nor a
// network is needed.
func writePack(ctx context.Context, root, file string) error {
	f, err := cli.CreateFile(file, true)
	if err != nil {
		return err
	}
	defer f.Discard()
	temp, err := os.MkdirTemp("", "grade-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	class := filepath.Join(temp, "lessons")
	if err := copyPacked(class, root); err != nil {
		return err
	}
	if err := vendor(ctx, root, class); err != nil {
		return err
	}
	return f.Write(func(w io.Writer) error { return writeZip(w, class) })
}

// copyPacked copies what a student gets of the module.
func copyPacked(dst, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel := relative(root, path)
		if !packed(rel) {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Base(rel) == "answer.go" && !isStub(b) {
			return cli.BadInput("%s is solved here, and students would get it: put the file of the repository back", rel)
		}
		to := filepath.Join(dst, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o666)
	})
}

// vendor copies what the packages in class import to its folder vendor. While it does, the library is found by its
// absolute path, which does not stay in the files.
func vendor(ctx context.Context, root, class string) error {
	library := filepath.Dir(filepath.Dir(root))
	for _, args := range [][]string{
		{"mod", "edit", "-replace", "doormat=" + library},
		{"mod", "tidy"},
		{"mod", "vendor"},
		{"mod", "edit", "-replace", "doormat=../.."},
	} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = class
		cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %s", strings.Join(args, " "), line(string(out)))
		}
	}
	list := filepath.Join(class, "vendor", "modules.txt")
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	return os.WriteFile(list, bytes.ReplaceAll(text, []byte("=> "+filepath.ToSlash(library)+"\n"), []byte("=> ../..\n")), 0o666)
}

// writeZip packs a folder, under its own name, without times: the same class gives the same bytes.
func writeZip(w io.Writer, folder string) error {
	z := zip.NewWriter(w)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		to, err := z.Create(relative(filepath.Dir(folder), path))
		if err == nil {
			_, err = to.Write(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}
