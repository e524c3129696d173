package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

// breached writes what breach -out writes: the stolen key, and both transcripts.
func breached(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	at := time.Date(2026, 3, 2, 8, 14, 0, 0, time.UTC)
	c := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Is the boiler on?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "Since six."},
	})
	table, err := attacks.Matrix(t.Context(), c, "Ana", []attacks.System{attack.New(), noescrow.New()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for _, r := range table.Results {
		write(t, dir, r.System+".tape", r.Transcript.Tape)
		if err := os.MkdirAll(filepath.Join(dir, r.System), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, dir, r.System+"/transcript.tape", r.Transcript.Tape)
		write(t, dir, r.System+"/published.tape", r.Loot[messenger.Relay])
	}
	line, err := table.Result(attack.Name).Loot[attack.Key].First()
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
	dir := breached(t)
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{dir + "/key.txt", dir + "/escrow.tape"}, &stdout, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-03-02 08:14  ", ": Is the boiler on?\n", ": Since six.\n", "2 of 2 messages opened\n"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
	stdout.Reset()
	if err := run(t.Context(), []string{dir + "/key.txt", dir + "/no escrow.tape"}, &stdout, nil); err != nil {
		t.Fatal(err)
	}
	if got := stdout.String(); got != "0 of 2 messages opened\n2 stay shut: they have no field that an authority could open\n" {
		t.Errorf("without escrow: %s", got)
	}
}

// People have their names where published.tape has them, and else the first digits of their keys.
func TestNames(t *testing.T) {
	dir := breached(t)
	with := clitest.Output(t, run, dir+"/key.txt", dir+"/escrow/transcript.tape")
	for _, want := range []string{"2026-03-02 08:14  Ana to Ben: Is the boiler on?\n", "2026-03-02 08:15  Ben to Ana: Since six.\n"} {
		if !strings.Contains(with, want) {
			t.Errorf("no %q in\n%s", want, with)
		}
	}
	without := clitest.Output(t, run, dir+"/key.txt", dir+"/escrow.tape")
	if !regexp.MustCompile(`^2026-03-02 08:14  [0-9a-f]{8} to [0-9a-f]{8}: Is the boiler on\?\n`).MatchString(without) {
		t.Error(without)
	}
	for _, record := range []string{"", "Ana", strings.Repeat("x", 2000)} {
		if _, ok := publisher([]byte(record)); ok {
			t.Errorf("%.10q is a publication", record)
		}
	}
}

// Where nothing opens, the program says why.
func TestSaysWhy(t *testing.T) {
	dir := breached(t)
	other := filepath.Join(dir, "other.txt")
	if err := os.WriteFile(other, []byte(escrow.NewAuthority().RecoveryKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	for tape, want := range map[string]string{
		"escrow":    "2 stay shut: their fields are for another authority's key, or hold noise\n",
		"no escrow": "2 stay shut: they have no field that an authority could open\n",
	} {
		if got := clitest.Output(t, run, other, filepath.Join(dir, tape, "transcript.tape")); got != "0 of 2 messages opened\n"+want {
			t.Errorf("%s: %s", tape, got)
		}
	}
}

func TestHelpAndInterruption(t *testing.T) {
	dir := breached(t)
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, nil); !errors.Is(err, flag.ErrHelp) || stdout.String() != usage {
		t.Errorf("%v, %s", err, &stdout)
	}
	clitest.Width(t, usage)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stdout.Reset()
	if err := run(ctx, []string{dir + "/key.txt", dir + "/escrow.tape"}, &stdout, nil); !errors.Is(err, context.Canceled) || stdout.Len() > 0 {
		t.Errorf("%v, %s", err, &stdout)
	}
}

func TestBadInput(t *testing.T) {
	dir := breached(t)
	if err := os.Mkdir(filepath.Join(dir, "broken"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"empty":  "",
		"key2":   escrow.NewAuthority().Recipient(),
		"cut":    "\x00\x00\x00\x09short",
		"small":  "\x00\x00\x00\x01x",
		"giant":  "\xff\xff\xff\xff",
		"prose":  "dear diary, today",
		"nokeys": "AGE-SECRET-KEY-1ABC",
		"long":   strings.Repeat(" ", 4097),
		"loot":   "\x00\x00\x00\x14" + strings.Repeat("x", 20), // one record, long enough for a date

		"broken/published.tape": "\x00\x00\x00\x09short",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(filepath.Join(dir, "escrow.tape"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "broken", "transcript.tape"), whole, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	key, tape := dir+"/key.txt", dir+"/escrow.tape"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "expected KEYFILE and TRANSCRIPT, found 0 of 2"},
		{[]string{key}, "found 1 of 2"},
		{[]string{key, tape, tape}, "found 3 of 2"},
		{[]string{"-x", key, tape}, "-x"},
		{[]string{dir + "/long", tape}, "expected a key file of one line, found more than 4,096 bytes"},
		{[]string{"/dev/zero", tape}, "expected a key file of one line, found more than 4,096 bytes"},
		{[]string{dir + "/none", tape}, "no such file"},
		{[]string{key, dir + "/none"}, "no such file"},
		{[]string{dir + "/empty", tape}, "expected a line"},
		{[]string{dir + "/key2", tape}, "expected a line"},
		{[]string{dir + "/nokeys", tape}, "expected a line"},
		{[]string{tape, key}, "expected a key file of one line"},
		{[]string{key, dir + "/cut"}, "expected a tape: "},
		{[]string{key, dir + "/giant"}, "expected a tape: "},
		{[]string{key, dir + "/prose"}, "expected a tape: "},
		{[]string{key, dir + "/small"}, "expected a transcript, found something else: "},
		{[]string{key, dir + "/empty"}, "expected a transcript, found something else: it is empty"},
		{[]string{key, dir + "/escrow/published.tape"}, "expected a transcript, found something else: "},
		{[]string{key, dir + "/loot"}, "record 1 is no envelope of either system"},
		{[]string{key, dir + "/broken/transcript.tape"}, "published.tape: expected a tape: "},
		{[]string{key, dir}, "directory"},
	} {
		err := run(t.Context(), c.args, &bytes.Buffer{}, nil)
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("recover %q: %v, expected %q", c.args, err, c.want)
		}
	}
}
