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
	"doormat/attacks/conversation"
	attack "doormat/attacks/escrow"
	"doormat/attacks/noescrow"
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
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // the page names the command
	text := breach(t, "-seed", "1", "-html", "town.html")
	html, err := os.ReadFile("town.html")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	golden(t, "town.txt", text)
	golden(t, "town.html", string(html))
}

func TestSeedIsReproducible(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var dirs [2]string
	var texts [2]string
	for i := range dirs {
		t.Chdir(t.TempDir())
		dirs[i], _ = os.Getwd()
		texts[i] = breach(t, "-seed", "7", "-limit", "40", "-out", "evidence", "-html", "page.html")
	}
	if texts[0] != texts[1] {
		t.Error("the texts differ")
	}
	files := 0
	err = filepath.WalkDir(dirs[0], func(path string, d os.DirEntry, err error) error {
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
		if !bytes.Equal(bytes.ReplaceAll(a, []byte(dirs[0]), nil), bytes.ReplaceAll(b, []byte(dirs[1]), nil)) {
			t.Errorf("%s differs", rel)
		}
		return nil
	})
	if err != nil || files < 15 {
		t.Errorf("%d files, %v", files, err)
	}
	const chat = "testdata/chat.txt"
	t.Chdir(here)
	if breach(t, "-chat", chat, "-seed", "8", "-show", "1") == breach(t, "-chat", chat, "-seed", "7", "-show", "1") {
		t.Error("another seed gives the same run")
	}
}

func TestWithoutSeedRandomnessIsTheSystems(t *testing.T) {
	before := rand.Reader
	const chat = "testdata/chat.txt"
	breach(t, "-chat", chat, "-seed", "1")
	if rand.Reader != before {
		t.Error("the seeded reader stays behind")
	}
	if first := breach(t, "-chat", chat, "-show", "1"); first == breach(t, "-chat", chat, "-show", "1") {
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
		{"-chat " + dir, "one chat, found 2"},
		{"-chat " + note, "dear diary"},
		{"-mbox " + note, "dear diary"},
		{"-chat " + write("empty.txt", ""), "empty"},
		{"-chat " + alone, "at least two people"},
		{"-victim Bob", "Marta Lind"},
		{"-at 21.3.2026", "2026-03-21"},
		{"-show 0", "-show from 1"},
		{"-show 417", "1 to 416"},
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
	clitest.Width(t, stdout.String())
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
	c, err := (&options{chat: "testdata/chat.txt"}).read(t.Context(), cli.NewProgress(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	count := map[string]int{}
	for m, err := range c.Messages {
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range m.Recipients() {
			count[m.From+" to "+to]++
		}
	}
	if len(c.People) != 3 || c.Len != 6 || c.Envelopes != 12 || count["Ana to Ben"] == 0 || count["Ana to Ben"] != count["Ana to Cas Ó"] {
		t.Errorf("%v: %v", c.People, count)
	}
}

// Another victim and another moment change whose device opens what, and when.
func TestVictimAndMoment(t *testing.T) {
	text := breach(t, "-seed", "1", "-limit", "200", "-victim", "Ines Calder", "-at", "2026-03-10T07:00")
	for _, want := range []string{"is Ines Calder's.", "warrant for Ines", "29 of 29"} {
		if !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	c := conversation.Town()
	for at, want := range map[string]int{"2026-03-02": 0, "2026-03-03": 0, "2030-01-01": c.Len} {
		o := &options{at: at}
		if _, err := o.choose(c); err != nil || c.Moment < want || want == c.Len && c.Moment != want || at == "2026-03-03" && c.Moment == 0 {
			t.Errorf("%s: before message %d, %v", at, c.Moment, err)
		}
	}
	if text := breach(t, "-chat", "testdata/chat.txt", "-at", "2030-01-01"); !strings.Contains(text, " 6/6      -") {
		t.Errorf("a theft after the last message:\n%s", text)
	}
}

// An envelope is explained to its last byte: sizes add up, and the parts are where the formats say.
func TestShow(t *testing.T) {
	golden(t, "show.txt", breach(t, "-seed", "1", "-limit", "60", "-show", "1"))
	c := conversation.Town()
	defer c.Close()
	short, err := c.First(60)
	if err != nil {
		t.Fatal(err)
	}
	table, err := attacks.Matrix(t.Context(), short.Conversation, "Marta Lind", []attacks.System{attack.New(), noescrow.New()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for i, parts := range []func([]byte) []part{outer, func(b []byte) []part { return inner(b, 0, "") }} {
		for r, err := range table.Results[i].Transcript.All() {
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for _, p := range parts(r.Bytes) {
				if p.at != at || !bytes.HasPrefix(r.Bytes[at:], p.bytes) || len(p.bytes) == 0 {
					t.Fatalf("envelope %d: %q of %d bytes at %d, expected %d", r.Index, p.what, len(p.bytes), p.at, at)
				}
				at += len(p.bytes)
			}
			if at != len(r.Bytes) {
				t.Fatalf("envelope %d: %d bytes are explained, of %d", r.Index, at, len(r.Bytes))
			}
		}
	}
}
