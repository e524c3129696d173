package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func breach(t *testing.T, args ...string) string {
	t.Helper()
	return clitest.Output(t, run, args...)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	clitest.Golden(t, name, got)
}

func TestTownGolden(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.html")
	golden(t, "town.txt", breach(t, "-seed", "1", "-html", page))
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "town.html", string(html))
}

// The sizes that the issue of a town was written to.
func TestTown(t *testing.T) {
	in, err := readTown()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(in.conversation.People); n < 12 {
		t.Errorf("%d people", n)
	}
	if in.conversation.Len < 300 || len(in.shown) != 3 {
		t.Errorf("%d messages, %d shown", in.conversation.Len, len(in.shown))
	}
	last := attacks.Message{}
	for m := range in.conversation.Messages {
		if !m.At.After(last.At) || m.From == m.To || m.Text == "" {
			t.Errorf("after %v: %v", last, m)
		}
		last = m
	}
}

func TestSeedIsReproducible(t *testing.T) {
	var dirs [2]string
	var texts [2]string
	for i := range dirs {
		t.Chdir(t.TempDir()) // the evidence names its folder
		dirs[i], _ = os.Getwd()
		texts[i] = breach(t, "-seed", "7", "-out", "evidence", "-html", "page.html")
	}
	if texts[0] != texts[1] {
		t.Error("the texts differ")
	}
	files := 0
	err := filepath.WalkDir(dirs[0], func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		rel, _ := filepath.Rel(dirs[0], path)
		a, err1 := os.ReadFile(path)
		b, err2 := os.ReadFile(filepath.Join(dirs[1], rel))
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs", rel)
		}
		return nil
	})
	if err != nil || files < 15 {
		t.Errorf("%d files, %v", files, err)
	}
	if breach(t, "-seed", "8") == texts[0] {
		t.Error("another seed gives the same run")
	}
}

func TestWithoutSeedRandomnessIsTheSystems(t *testing.T) {
	before := rand.Reader
	breach(t, "-seed", "1")
	if rand.Reader != before {
		t.Error("the seeded reader stays behind")
	}
	if first := breach(t); first == breach(t) {
		t.Error("two runs without a seed are equal")
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	note := write("note.txt", "dear diary\n")
	chat := write("chat.txt", "31/12/2025, 21:05 - Ana: hello\n31/12/2025, 21:06 - Ben: hello\n")
	alone := write("alone.txt", "31/12/2025, 21:05 - Ana: hello\n")
	for _, c := range []struct {
		args string
		want string // part of the one line
	}{
		{"-nothing", "-nothing"},
		{"-seed x", "-seed"},
		{"extra", `"extra"`},
		{"-chat " + chat + " -mbox " + chat, "both"},
		{"-chat " + dir + "/none", "no such file"},
		{"-chat " + dir, "folder"},
		{"-chat " + note, "dear diary"},
		{"-mbox " + note, "dear diary"},
		{"-chat " + write("empty.txt", ""), "empty"},
		{"-chat " + alone, "at least two people"},
		{"-html " + note, "-f overwrites"},
		{"-out " + dir, "-f overwrites"},
		{"-out " + note, "not a directory"},
		{"-html " + dir + "/none/page.html", "no such file"},
		{"-out " + note + "/sub", "not a directory"},
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), strings.Fields(c.args), &stdout, &stderr)
		if !errors.Is(err, cli.ErrInput) {
			t.Errorf("breach %s: %v, expected an error of exit status 2", c.args, err)
			continue
		}
		line, _, _ := strings.Cut(err.Error(), "\n")
		if !strings.Contains(line, c.want) || len(line) > 300 {
			t.Errorf("breach %s: %q, expected %q in it", c.args, line, c.want)
		}
		if stdout.Len() > 0 {
			t.Errorf("breach %s wrote results: %s", c.args, &stdout)
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, nil); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"Usage: breach", "Examples:", "-chat FILE", "-seed N"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the help does not say %q", want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{nil, {"-chat", "testdata/chat.txt"}, {"-mbox", "testdata/list.mbox"}} {
		var stdout, stderr bytes.Buffer
		if err := run(ctx, args, &stdout, &stderr); !errors.Is(err, context.Canceled) {
			t.Errorf("breach %v: %v", args, err)
		}
		if stdout.Len() > 0 {
			t.Errorf("breach %v wrote results: %s", args, &stdout)
		}
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}

func TestChatAndMboxGolden(t *testing.T) {
	golden(t, "chat.golden", breach(t, "-seed", "1", "-chat", "testdata/chat.txt"))
	golden(t, "list.golden", breach(t, "-seed", "1", "-mbox", "testdata/list.mbox"))
}

// A group chat of three carries each message to the two others.
func TestGroupChat(t *testing.T) {
	in, err := (&options{chat: "testdata/chat.txt"}).read(t.Context(), cli.NewProgress(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer in.close()
	count := map[string]int{}
	for m, err := range in.conversation.Messages {
		if err != nil {
			t.Fatal(err)
		}
		count[m.From+" to "+m.To]++
	}
	if len(in.conversation.People) != 3 || count["Ana to Ben"] == 0 || count["Ana to Ben"] != count["Ana to Cas Ó"] {
		t.Errorf("%v: %v", in.conversation.People, count)
	}
}

// A file is no terminal: no colour, 80 columns.
func TestFileIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if o := textOptions(f); o.Color || o.Width != 80 {
		t.Errorf("a file gets %+v", o)
	}
}
