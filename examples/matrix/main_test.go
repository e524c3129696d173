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
	"strings"
	"sync"
	"testing"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

// printed is the run with -seed 1, made once: the text and the page.
var printed = sync.OnceValues(func() (text, page string) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err.Error(), ""
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "page.html")
	var stdout bytes.Buffer
	if err := run(context.Background(), []string{"-seed", "1", "-html", name}, &stdout, io.Discard); err != nil {
		return err.Error(), ""
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error(), ""
	}
	return stdout.String(), string(b)
})

func TestGolden(t *testing.T) {
	text, page := printed()
	clitest.Golden(t, "matrix.txt", text)
	clitest.Golden(t, "matrix.html", page)
}

// The README's table of schemes has what this run has printed.
func TestReadme(t *testing.T) {
	text, _ := printed()
	table := ""
	for _, s := range []struct{ scheme, folder, program, stolen, system, theft string }{
		{"Clipper, 1993", "clipper", "clipper", "two agents' halves of each chip's key", "Clipper", "both agents"},
		{"Export RC4, 1995", "weakcipher", "weakcipher", "nothing: 40 bits are searched", "export RC4", "wiretap"},
		{"Lotus Notes, 1996", "workfactor", "workfactor", "a key to 24 bits; 40 are searched", "Lotus Notes", "escrow key"},
		{"TETRA TEA1, 1996", "weakcipher", "weakcipher", "nothing: 32 of 80 bits are searched", "TEA1", "wiretap"},
		{"PGP's ADK, 1997", "adk", "adk", "a company's key", "PGP 5.5-6.5.3", "ADK stolen"},
		{"GEA-1, 1998", "weakcipher", "weakcipher", "nothing: 40 of 64 bits are searched", "GEA-1", "wiretap"},
		{"Dual EC, 2006", "dualec", "dualec", "the number behind two points", "Dual EC", "trapdoor"},
		{"MIKEY-SAKKE, 2012", "sakke", "sakke", "the key server's master secret", "MIKEY-SAKKE", "master secret"},
		{"Threshold agents", "threshold", "threshold", "three agents' shares of five", "threshold agents", "t shares"},
	} {
		table += fmt.Sprintf("| [%s](escrow/%s) | %s | %s | [%s](examples/%[5]s) |\n", s.scheme, s.folder, s.stolen, cells(t, text, s.system, s.theft), s.program)
	}
	clitest.Readme(t, "|---|---|---|---|---|", "", table)
}

// cells is what was printed of a theft: what opens, and who could notice.
func cells(t *testing.T, text, system, theft string) string {
	t.Helper()
	_, rest, ok1 := strings.Cut(text, "\n"+system+"\n")
	_, rest, ok2 := strings.Cut("\n"+rest, "\n  "+theft+" ")
	line, _, _ := strings.Cut(rest, "\n")
	m := regexp.MustCompile(`([0-9]+ of [0-9]+)  \S+ +(.*)$`).FindStringSubmatch(line)
	if !ok1 || !ok2 || m == nil {
		t.Fatalf("the run has no theft %q of %s", theft, system)
	}
	return m[1] + " | " + m[2]
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"-nothing":                    "-nothing",
		"extra":                       `"extra"`,
		"-html " + dir:                "new file",
		"-html " + dir + "/none/page": "no such file",
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

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
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
	if err := run(ctx, nil, &stdout, io.Discard); !errors.Is(err, context.Canceled) || stdout.Len() > 0 {
		t.Errorf("%v, %s", err, &stdout)
	}
}
