package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/conversation"
	"doormat/attacks/escrow"
	"doormat/attacks/noescrow"
	"doormat/attacks/report"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

var long = flag.Bool("long", false, "run the program whole, which takes half a minute")

// TestGolden compares what the program prints of the first messages of the town and, with -long, of all.
func TestGolden(t *testing.T) {
	beginning(t)
	clitest.Golden(t, "beginning.txt", begun.text)
	if !*long {
		return
	}
	t.Chdir(t.TempDir()) // the page names the command
	text := clitest.Output(t, run, "-seed", "1", "-html", "matrix.html")
	page, err := os.ReadFile("matrix.html")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	clitest.Golden(t, "matrix.txt", text)
	clitest.Golden(t, "matrix.html", string(page))
}

// here is the folder of the test.
var here, _ = os.Getwd()

// begun is the experiment with the first messages of the town: two tests look at it.
var begun struct {
	text  string
	table *attacks.Table
}

// beginning runs that once.
func beginning(t *testing.T) {
	t.Helper()
	if begun.table != nil {
		return
	}
	town := conversation.Town()
	var first []attacks.Message
	for m, err := range town.Messages {
		if err != nil {
			t.Fatal(err)
		}
		if first = append(first, m); len(first) == 20 {
			break
		}
	}
	town.Conversation, town.Title = attacks.NewConversation(first), "The beginning of it"
	begun.text, begun.table = measured(t, town, all.Systems(town.Busiest))
}

// measured returns what the program prints of a conversation in these systems, with -seed 1, and the table, closed.
func measured(t *testing.T, c *conversation.Conversation, systems []attacks.System) (string, *attacks.Table) {
	t.Helper()
	f := cli.NewFlags("matrix", usage)
	f.Seed()
	if err := f.Parse([]string{"-seed", "1"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	defer f.Deterministic()()
	table, err := attacks.Matrix(t.Context(), c.Conversation, c.Busiest, systems, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := describe(table, c.Title, []string{"-seed", "1"})
	if err = errors.Join(err, table.Close()); err != nil {
		t.Fatal(err)
	}
	var text, page strings.Builder
	if err := errors.Join(report.Text(&text, r, cli.TextOptions(&text)), report.HTML(&page, r)); err != nil {
		t.Fatal(err)
	}
	return text.String(), table
}

// The README's table of schemes is attacks/all's, and what it says of backdoors is what a run finds.
func TestReadme(t *testing.T) {
	beginning(t)
	table := ""
	for _, s := range all.Schemes {
		if !strings.HasPrefix(s.Package, "escrow/") || s.Worst == attacks.DeviceKeys {
			continue // the control and its twin have a table of their own, and traceback opens names and no texts
		}
		name := s.Name
		years := ""
		if s.Year > 0 {
			years = fmt.Sprintf("%d to %s", s.Year, s.Until)
		}
		guessed := ""
		if s.Guessed != "" {
			guessed = "; a reconstruction of " + s.Guessed
		}
		worst := begun.table.Cell(s.Worst, s.Systems("nobody")[0].Name())
		if worst == nil || worst.Readable().N == 0 {
			t.Fatalf("%s, %s: nothing opens", s.Name, s.Worst)
		}
		table += fmt.Sprintf("| [%s](%s)%s | %s | %s | %s | %s | %s | %v | [%s](examples/%[10]s) |\n",
			name, s.Package, guessed, years, s.Loot, s.Search, s.Found, s.Honest, worst.Finding(), s.Program)
	}
	clitest.Readme(t, "|---|---|---|---|---|---|---|---|", "", table)
}

// The cells of the two twins are those that breach prints: both send the same conversation.
func TestTwinsAreBreachs(t *testing.T) {
	town := conversation.Town()
	systems := slices.DeleteFunc(all.Systems(town.Busiest), func(s attacks.System) bool {
		return s.Name() != escrow.Name && s.Name() != noescrow.Name
	})
	text, _ := measured(t, town, systems)
	breach, err := os.ReadFile("../breach/testdata/town.txt")
	if err != nil {
		t.Fatal(err)
	}
	opens := regexp.MustCompile(`[0-9,]+ of [0-9,]+`)
	rows := 0
	for line := range strings.Lines(string(breach)) {
		theft, bars, ok := strings.Cut(strings.TrimPrefix(line, "  "), "  ")
		cells := opens.FindAllString(bars, -1)
		if !ok || !strings.HasPrefix(line, "  ") || !strings.Contains(bars, " %") || len(cells) == 0 {
			continue
		}
		rows++
		for i, system := range []string{"escrow", "no escrow"}[:len(cells)] {
			_, listed, _ := strings.Cut(text, "\n\n"+system+"\n")
			_, rest, ok := strings.Cut("\n"+listed, "\n  "+theft+" ")
			if space := strings.LastIndexByte(theft, ' '); !ok && space > 0 { // the column is narrower here
				_, rest, ok = strings.Cut("\n"+listed, "\n  "+theft[:space]+" ")
			}
			row, _, _ := strings.Cut(rest, "\n")
			if got := opens.FindString(row); !ok || got != cells[i] {
				t.Errorf("%s, %s: breach says %s, and the matrix %q", system, theft, cells[i], got)
			}
		}
	}
	if rows < 5 {
		t.Errorf("only %d rows of breach were found", rows)
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"-nothing":                    "-nothing",
		"extra":                       `"extra"`,
		"-html " + dir:                "found a folder",
		"-html " + dir + "/none/page": "no such file",
		"-html " + file:               file + ": expected no file of this name, found one; -f overwrites it",
		"-html " + file + "/page":     "not a directory",
		"-html=":                      "expected -html with a name, found an empty one",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var stdout bytes.Buffer
		err := run(ctx, strings.Fields(args), &stdout, io.Discard)
		cancel()
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), want) || stdout.Len() > 0 {
			t.Errorf("matrix %s: %v, and %d bytes of results; expected %q", args, err, stdout.Len(), want)
		}
	}
}

// A result is not lost to an output that fails late: the text is printed if the page cannot be written, and
// the page is written if the text cannot be printed. Both are errors.
func TestResultIsNotLost(t *testing.T) {
	whole := new(bytes.Buffer)
	if err := write(whole, nil, small(t)); err != nil || whole.Len() == 0 {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(folder, "page")
	page, err := cli.CreateFile(name, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	stdout := new(bytes.Buffer)
	if err := write(stdout, page, small(t)); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("a page that cannot be written: %v", err)
	}
	if stdout.String() != whole.String() {
		t.Errorf("without a page it prints %q", stdout)
	}

	name = filepath.Join(t.TempDir(), "page")
	if page, err = cli.CreateFile(name, false); err != nil {
		t.Fatal(err)
	}
	r, closed := io.Pipe()
	r.Close()
	if err := write(closed, page, small(t)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a text that cannot be printed: %v", err)
	}
	if b, err := os.ReadFile(name); err != nil || !bytes.HasSuffix(bytes.TrimSpace(b), []byte("</html>")) {
		t.Errorf("%v, a page of %d bytes", err, len(b))
	}
}

// small returns a report of one system and one message.
func small(t *testing.T) *report.Report {
	t.Helper()
	messages := []attacks.Message{{At: time.Date(2026, 3, 2, 7, 41, 0, 0, time.UTC), From: "Ana", To: "Ben", Text: "Yes."}}
	r, err := report.New(&attacks.Table{
		Conversation: attacks.NewConversation(messages),
		Victim:       "Ana",
		Results: []*attacks.Result{{System: "postcards", Exposures: []attacks.Exposure{{
			Theft: attacks.WiretapName, Takes: "nothing", Before: attacks.Count{N: 1, Of: 1}, People: attacks.Count{N: 2, Of: 2},
			Moment: 1, Forged: attacks.Refused, Opened: []bool{true},
		}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Title, r.Subject, r.BySystem = "One system", "One message", true
	return r
}

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	clitest.Width(t, stdout.String())
	for _, want := range []string{"Usage: matrix", "-html FILE", "Examples:"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the help does not say %q", want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout bytes.Buffer
	dir := t.TempDir()
	if err := run(ctx, []string{"-html", filepath.Join(dir, "page")}, &stdout, io.Discard); !errors.Is(err, context.Canceled) || stdout.Len() > 0 {
		t.Errorf("%v, %s", err, &stdout)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v stays behind", left)
	}
}
