package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
)

// The stolen line opens the one backup and not the other, as the evidence's README says.
func TestEvidence(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	breach(t, "-seed", "1", "-out", dir)
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
	if err != nil || strings.Count(text, "\n") != 90 || !strings.Contains(text, "to Marta Lind: morning") {
		t.Errorf("the escrow backup: %d lines, %v", strings.Count(text, "\n"), err)
	}
	if text, err := decrypt("no-escrow/backup.age"); err == nil {
		t.Errorf("the other backup opens: %.80q", text)
	}

	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
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

func TestOverwrite(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	breach(t, "-seed", "1", "-out", dir+"/evidence", "-html", page)
	before, _ := os.ReadFile(page)
	if err := run(t.Context(), []string{"-seed", "2", "-html", page}, io.Discard, io.Discard); err == nil {
		t.Error("the page was overwritten")
	}
	breach(t, "-seed", "2", "-f", "-out", dir+"/evidence", "-html", page)
	if after, _ := os.ReadFile(page); string(after) == string(before) {
		t.Error("with -f, the page was not overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".breach-*")); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}
