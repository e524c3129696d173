package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"doormat/examples/internal/cli"
)

// The stolen line opens the one backup and not the other, as the evidence's README says.
func TestEvidence(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	breach(t, "-seed", "1", "-limit", "150", "-victim", "Marta Lind", "-out", dir)
	line, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others read the key: %v, %v", info.Mode(), err)
	}
	identity, err := age.ParseHybridIdentity(strings.TrimSpace(string(line)))
	if err != nil {
		t.Fatal(err)
	}
	decrypt := func(name string) (string, error) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := age.Decrypt(f, identity)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(r)
		return string(text), err
	}
	text, err := decrypt("escrow/backup.age")
	if err != nil || strings.Count(text, "\n") != 31 || !strings.Contains(text, "to Marta Lind: morning") {
		t.Errorf("the escrow backup: %d lines, %v", strings.Count(text, "\n"), err)
	}
	if text, err := decrypt("no-escrow/backup.age"); err == nil {
		t.Errorf("the other backup opens: %.80q", text)
	}

	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(readme), "age 1.3 or later"); n != 2 {
		t.Errorf("the README says %d times which age reads the key", n)
	}
	for _, name := range []string{"escrow-key.txt", "escrow/transcript.tape", "escrow/published.tape", "escrow/backup.age"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil || !strings.Contains(string(readme), name) {
			t.Errorf("%s is not there, or not in the README: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "no-escrow", "loot", "escrow-key.tape")); err == nil {
		t.Error("an escrow key was stolen where there is none")
	}
}

// Only the user reads what breach writes: the evidence has a key and texts in it, and the page has texts.
func TestOnlyTheUserReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "all")
	breach(t, "-chat", "testdata/chat.txt", "-out", dir+"/evidence", "-html", filepath.Join(filepath.Dir(dir), "page.html"))
	n := 0
	for _, root := range []string{dir, filepath.Join(filepath.Dir(dir), "page.html")} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			n++
			info, err := d.Info()
			want := fs.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if err == nil && info.Mode().Perm() != want {
				t.Errorf("%s: mode %o, expected %o", path, info.Mode().Perm(), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 20 {
		t.Errorf("%d files and folders", n)
	}
}

// What breach cannot write it says before the run, and leaves nothing behind.
func TestUnwritableBeforeTheRun(t *testing.T) {
	dir := t.TempDir()
	note := filepath.Join(dir, "note")
	if err := os.WriteFile(note, []byte("dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-html", dir + "/new.html", "-out", note},
		{"-out", dir + "/new", "-html", note},
		{"-out", dir + "/new", "-html", dir},
		{"-out", dir + "/new", "-html", dir + "/none/page.html"},
		{"-out", dir + "/new", "-html", dir + "/new"},
		{"-html", ""}, {"-out", ""}, {"-chat", ""}, {"-mbox="},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a run would be interrupted
		var stdout bytes.Buffer
		if err := run(ctx, args, &stdout, io.Discard); !errors.Is(err, cli.ErrInput) || stdout.Len() > 0 {
			t.Errorf("breach %q: %v, and %d bytes of results", args, err, stdout.Len())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := run(ctx, []string{"-html", dir + "/new/page.html", "-out", dir + "/new"}, io.Discard, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("the folder has %v, %v", left, err)
	}
}

// A remover removes a folder when something is printed: after the run, before the evidence is written.
type remover struct {
	printed bytes.Buffer
	dir     string
}

func (r *remover) Write(b []byte) (int, error) {
	os.RemoveAll(r.dir)
	os.WriteFile(r.dir, nil, 0o600)
	return r.printed.Write(b)
}

// A result that cannot be written in one place after all is still in the others.
func TestResultIsNotLost(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	w := &remover{dir: filepath.Join(dir, "evidence")}
	err := run(t.Context(), []string{"-seed", "1", "-chat", "testdata/chat.txt", "-out", w.dir, "-html", page}, w, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "evidence") {
		t.Errorf("%v", err)
	}
	golden(t, "chat.golden", w.printed.String())
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte("</html>")) {
		t.Errorf("the page has %d bytes, %v", len(b), err)
	}
	page += "2"
	err = run(t.Context(), []string{"-chat", "testdata/chat.txt", "-html", page}, failing{}, io.Discard)
	if !errors.Is(err, errFailing) {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte("</html>")) {
		t.Errorf("where nothing can be printed, the page has %d bytes, %v", len(b), err)
	}
}

var errFailing = errors.New("no space")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFailing }

// The README's commands do what it says, as they are printed, in a checkout, for a folder with blanks in
// its name.
func TestEvidenceReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("the commands compile two programs")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	dir := filepath.Join(t.TempDir(), "what was taken")
	t.Chdir(t.TempDir())
	relative, err := filepath.Rel(must(os.Getwd()), dir)
	if err != nil {
		t.Fatal(err)
	}
	breach(t, "-seed", "1", "-limit", "60", "-victim", "Marta Lind", "-out", relative)
	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^  (go run .*)$`).FindAllStringSubmatch(string(readme), -1)
	if len(commands) != 4 {
		t.Fatalf("the README has %d commands", len(commands))
	}
	for i, want := range []struct{ output, end string }{
		{"to Marta Lind: ", ""},
		{"no identity matched any of the recipients", "exit status 1"},
		{"to Marta Lind: ", "60 of 60 messages opened\n"},
		{"0 of 60 messages opened\n", "60 stay shut: they have no field that an authority could open\n"},
	} {
		cmd := exec.Command("sh", "-c", commands[i][1])
		cmd.Dir = checkout
		out, err := cmd.CombinedOutput()
		if (err != nil) != (i == 1) || !strings.Contains(string(out), want.output) || !strings.HasSuffix(strings.TrimSpace(string(out)), strings.TrimSpace(want.end)) {
			t.Errorf("%s: %v\n%.2000s", commands[i][1], err, out)
		}
	}
}

// checkout is the module's root, before a test goes elsewhere.
var checkout = must(filepath.Abs("../.."))

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestOverwrite(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	const chat = "testdata/chat.txt"
	breach(t, "-chat", chat, "-seed", "1", "-out", dir+"/evidence", "-html", page)
	before, _ := os.ReadFile(page)
	if err := run(t.Context(), []string{"-chat", chat, "-seed", "2", "-html", page}, io.Discard, io.Discard); err == nil {
		t.Error("the page was overwritten")
	}
	breach(t, "-chat", chat, "-seed", "2", "-f", "-out", dir+"/evidence", "-html", page)
	if after, _ := os.ReadFile(page); string(after) == string(before) {
		t.Error("with -f, the page was not overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".doormat-*")); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}
