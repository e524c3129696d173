package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/escrow"
)

// evidence writes what breach -out writes: the stolen key, and both transcripts.
func evidence(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	at := time.Date(2026, 3, 2, 8, 14, 0, 0, time.UTC)
	c := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Is the boiler on?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "Since six."},
	})
	table, err := attacks.Matrix(t.Context(), c, "Ana", []attacks.System{attacks.NewEscrow(), attacks.NewNoEscrow()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for _, r := range table.Results {
		write(t, dir, r.System+".tape", r.Transcript.Tape)
	}
	line, err := table.Results[0].Loot["escrow key"].First()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.txt"), append(line, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, dir, name string, tape *attacks.Tape) {
	t.Helper()
	var b bytes.Buffer
	if _, err := tape.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRecover(t *testing.T) {
	dir := evidence(t)
	var stdout bytes.Buffer
	if err := run([]string{dir + "/key.txt", dir + "/escrow.tape"}, &stdout); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-03-02 08:14  ", ": Is the boiler on?\n", ": Since six.\n", "2 of 2 messages opened\n"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
	stdout.Reset()
	if err := run([]string{dir + "/key.txt", dir + "/no escrow.tape"}, &stdout); err != nil {
		t.Fatal(err)
	}
	if got := stdout.String(); got != "0 of 2 messages opened\n" {
		t.Errorf("without escrow: %s", got)
	}
}

func TestBadInput(t *testing.T) {
	dir := evidence(t)
	for name, data := range map[string]string{
		"empty":  "",
		"key2":   escrow.NewAuthority().Recipient(),
		"cut":    "\x00\x00\x00\x09short",
		"small":  "\x00\x00\x00\x01x",
		"giant":  "\xff\xff\xff\xff",
		"prose":  "dear diary, today",
		"nokeys": "AGE-SECRET-KEY-1ABC",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	key, tape := dir+"/key.txt", dir+"/escrow.tape"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "found 0 arguments"},
		{[]string{key}, "found 1 arguments"},
		{[]string{key, tape, tape}, "found 3 arguments"},
		{[]string{dir + "/none", tape}, "no such file"},
		{[]string{key, dir + "/none"}, "no such file"},
		{[]string{dir + "/empty", tape}, "expected a line"},
		{[]string{dir + "/key2", tape}, "expected a line"},
		{[]string{dir + "/nokeys", tape}, "expected a line"},
		{[]string{tape, key}, "expected a line"},
		{[]string{key, dir + "/cut"}, "expected a transcript"},
		{[]string{key, dir + "/giant"}, "expected a transcript"},
		{[]string{key, dir + "/prose"}, "expected a transcript"},
		{[]string{key, dir + "/small"}, "not a transcript"},
		{[]string{key, dir}, "directory"},
	} {
		err := run(c.args, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("recover %q: %v, expected %q", c.args, err, c.want)
		}
	}
}
