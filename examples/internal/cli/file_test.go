package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func put(t *testing.T, name, text string, mode fs.FileMode) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return name
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// content is what a file has, and its mode; "none" if there is none.
func content(t *testing.T, name string) (string, fs.FileMode) {
	t.Helper()
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "none", 0
	}
	info, err2 := os.Stat(name)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return string(b), info.Mode().Perm()
}

func alone(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err != nil || strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %q, expected %q; %v", names, want, err)
	}
}

// A file is written whole, so that only its owner reads it, or it stays as it was.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "page")
	f, err := CreateFile(name, false)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := content(t, name); got != "none" {
		t.Errorf("before it is written it has %q", got)
	}
	if err := f.Write(text("one")); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if got, mode := content(t, name); got != "one" || runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("%q, mode %o", got, mode)
	}

	if _, err := CreateFile(name, false); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "-f overwrites it") {
		t.Errorf("a file that is there: %v", err)
	}
	put(t, name, "one", 0o644)
	os.Chmod(name, 0o644)
	failure := errors.New("no result")
	f, err = CreateFile(name, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write(func(w io.Writer) error { io.WriteString(w, "half"); return failure }); !errors.Is(err, failure) || err.Error() != name+": no result" {
		t.Errorf("%v", err)
	}
	if got, _ := content(t, name); got != "one" {
		t.Errorf("after a failure it has %q", got)
	}
	f, _ = CreateFile(name, true)
	f.Discard()
	if err := MayWrite(name); err != nil {
		t.Error(err)
	}
	if got, _ := content(t, name); got != "one" {
		t.Errorf("after a discard it has %q", got)
	}
	other := filepath.Join(dir, "other") // which is taken while the work is done
	if f, err = CreateFile(other, false); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(other, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(text("one")); err == nil || !strings.HasPrefix(err.Error(), other+": ") || strings.Contains(err.Error(), ".doormat-") {
		t.Errorf("%v", err)
	}
	os.RemoveAll(other)
	if err := WriteFile(name, text("two")); err != nil {
		t.Fatal(err)
	}
	if got, mode := content(t, name); got != "two" || runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("overwritten: %q, mode %o", got, mode)
	}
	alone(t, dir, "page")

	none, err := CreateFile("", false)
	if none != nil || err != nil || none.Write(nil) != nil {
		t.Errorf("no name: %v, %v", none, err)
	}
	none.Discard()
}

// What cannot be written is known before the work, and named.
func TestCannotWrite(t *testing.T) {
	dir := t.TempDir()
	file := put(t, filepath.Join(dir, "file"), "", 0o644)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ name, want string }{
		{dir, "found a folder"},
		{link, "found a link"},
		{dir + "/none/new", "no such file or directory"},
		{file + "/new", "not a directory"},
		{os.DevNull, "found a device"},
		{strings.Repeat("x", 5000), "too long"},
	} {
		for _, err := range []error{MayWrite(c.name), WriteFile(c.name, text("x"))} {
			if !errors.Is(err, ErrInput) || !strings.HasPrefix(err.Error(), c.name+": expected ") || !strings.Contains(err.Error(), c.want) ||
				strings.Contains(err.Error(), ".doormat-") {
				t.Errorf("%.80s: %.200v, expected %q", c.name, err, c.want)
			}
		}
	}
	if os.Geteuid() == 0 {
		return // who may write everywhere
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := MayWrite(filepath.Join(closed, "new")); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a folder that is closed: %v", err)
	}
	if _, err := CreateFolder(closed, true); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a folder that is closed: %v", err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "above", "evidence")
	discard, err := CreateFolder(name, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{name, filepath.Dir(name)} {
		if info, err := os.Stat(folder); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode %o, %v", folder, info.Mode().Perm(), err)
		}
	}
	alone(t, name)
	discard()
	alone(t, filepath.Dir(name))

	discard, err = CreateFolder(name, false)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(name, "key"), "one", 0o600)
	discard()
	alone(t, name, "key")
	if _, err := CreateFolder(name, false); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "found files in it; -f overwrites them") {
		t.Errorf("a folder with a file: %v", err)
	}
	if _, err := CreateFolder(name, true); err != nil {
		t.Errorf("a folder with a file, to be overwritten: %v", err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	if discard, err = CreateFolder(empty, false); err != nil {
		t.Fatal(err)
	}
	discard()
	alone(t, empty) // it was there, and still is
	file := put(t, filepath.Join(dir, "file"), "", 0o600)
	for _, bad := range []string{file, file + "/sub"} {
		if _, err := CreateFolder(bad, true); !errors.Is(err, ErrInput) || !strings.HasPrefix(err.Error(), bad+": expected a folder") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
