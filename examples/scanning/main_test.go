package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/attacks"
	attack "doormat/attacks/scanning"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "scanning.txt", "-seed", "1") }

// The page has all pictures, the figures of the text, and what the user's folder holds; what is no picture is
// named, and nothing of a name is markup.
func TestPage(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string][]byte{
		"a <b>.jpg": attack.File(attack.Boat), "copy.jpg": attack.File(attack.Boat), "other.jpg": attack.File(attack.Receipt), "text.txt": []byte("words"), "red\x1b[31m.txt": nil,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	html := filepath.Join(t.TempDir(), "page.html")
	got := clitest.Output(t, run, "-html", html, "-photos", dir)
	page, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	for text, n := range map[string]int{
		"data:image/jpeg;base64,": int(attack.Subjects) + 2 + 2 + 3, "data:image/png;base64,": 4, "<b>": 0, "a &lt;b&gt;.jpg": 2, "the first: yes": 2, "the first: no": 1,
		"The list grows by one entry": 1, "BKA, Germany": 3, "ZgotmplZ": 0, "what its hash says: correlation ": 4, "bits off, PSNR ": 4, "jmason.ie, 2024": 1, "(source not read)": 5, "99.9 %, as critics read it": 1,
	} {
		if c := bytes.Count(page, []byte(text)); c != n {
			t.Errorf("%q is on the page %d times, expected %d", text, c, n)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("a name of a file is printed as it is")
	}
	for _, want := range []string{"text.txt", "red\uFFFD[31m.txt", "none: no picture", "Who evades it, and who is framed"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not printed", want)
		}
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-html", html}, &out, &out); !errors.Is(err, cli.ErrInput) {
		t.Errorf("it overwrites a page: %v", err)
	}
	for _, bad := range []string{t.TempDir(), filepath.Join(dir, "none")} {
		if err := run(t.Context(), []string{"-photos", bad}, &out, &out); !errors.Is(err, cli.ErrInput) {
			t.Errorf("-photos %s: %v", bad, err)
		}
	}
}

// A share that is not all is not written as all.
func TestPercent(t *testing.T) {
	for share, want := range map[string]string{
		"1": "100.0 %", "0": "0 %", "0.99999998": "> 99.9999 %", "0.99999949": "99.9999 %", "0.999": "99.9 %", "0.9995": "99.9500 %", "0.4444": "44.4 %", "0.0008": "0.08 %",
	} {
		r, _ := new(big.Rat).SetString(share)
		if got := percent(r); got != want {
			t.Errorf("%s is %q, expected %q", share, got, want)
		}
	}
	if got := percent(nil); got != "–" {
		t.Errorf("of nothing: %q", got)
	}
}

// A bar of all that there is is full.
func TestBar(t *testing.T) {
	for _, c := range []struct{ n, of, others, wanted, rest int }{{62, 62, 46, 25, 75}, {0, 62, 0, 0, 0}, {3, 3, 2, 33, 67}, {0, 0, 0, 0, 0}} {
		if b := newBar("", attacks.Count{N: c.n, Of: c.of}, c.others); b.Wanted != c.wanted || b.Others != c.rest {
			t.Errorf("%+v is %+v", c, b)
		}
	}
}

// Files that are left out are counted.
func TestLeftOut(t *testing.T) {
	dir := t.TempDir()
	for i := range mostPhotos + 2 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(filepath.Join(dir, "000"), longestPhoto+1); err != nil {
		t.Fatal(err)
	}
	got := clitest.Output(t, run, "-photos", dir)
	if want := "larger than 32 MiB: 2."; !strings.Contains(got, want) {
		t.Errorf("%q is not printed", want)
	}
}
