package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestEnding(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{nil, 0, ""},
		{flag.ErrHelp, 0, ""},
		{errors.New("no space"), 1, "no space"},
		{BadInput("expected %d, found %d", 1, 2), 2, "expected 1, found 2"},
		{context.Canceled, 130, "interrupted"},
		{fmt.Errorf("package: %w after 512 keys", context.Canceled), 130, "interrupted after 512 keys"},
	} {
		if status, text := ending(c.err); status != c.status || text != c.text {
			t.Errorf("%v: %d, %q", c.err, status, text)
		}
	}
}

func TestColor(t *testing.T) {
	for _, c := range []struct {
		noColor, term string
		want          bool
	}{{"", "xterm", true}, {"1", "xterm", false}, {"", "dumb", false}} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		if got := WantsColor(); got != c.want {
			t.Errorf("NO_COLOR=%q TERM=%s: %v", c.noColor, c.term, got)
		}
	}
}

// brittle is a writer that fails at its second write, and again.
type brittle struct{ writes int }

func (w *brittle) Write(b []byte) (int, error) {
	if w.writes++; w.writes > 1 {
		return 0, errors.New("no space")
	}
	return len(b), nil
}

// What a program prints and cannot be written is an error, whatever the program makes of it, and ends its
// work.
func TestFullDisk(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context) error{
		"nothing is wrong": func(context.Context) error { return nil },
		"help":             func(context.Context) error { return flag.ErrHelp },
		"bad input":        func(context.Context) error { return BadInput("expected another file") },
		"interrupted":      func(ctx context.Context) error { return ctx.Err() },
	} {
		var stderr bytes.Buffer
		stdout := new(brittle)
		status := execute(t.Context(), "example", func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
			for range 5 {
				fmt.Fprintln(stdout, "a line")
			}
			if ctx.Err() == nil {
				t.Error("the work goes on")
			}
			return end(ctx)
		}, nil, stdout, &stderr)
		if status != 1 || stderr.String() != "example: no space\n" || stdout.writes != 2 {
			t.Errorf("%s: status %d, %q, after %d writes", name, status, &stderr, stdout.writes)
		}
	}
}

func TestExecute(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{{nil, 0, ""}, {flag.ErrHelp, 0, ""}, {BadInput("expected 1"), 2, "example: expected 1\n"}, {errors.New("no"), 1, "example: no\n"}} {
		var stdout, stderr bytes.Buffer
		status := execute(t.Context(), "example", func(_ context.Context, args []string, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, args)
			return c.err
		}, []string{"-x"}, &stdout, &stderr)
		if status != c.status || stdout.String() != "[-x]\n" || stderr.String() != c.text {
			t.Errorf("%v: %d, %q, %q", c.err, status, &stdout, &stderr)
		}
	}
}

// A file is no terminal: no progress.
func TestFileIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if NewProgress(f).w != nil {
		t.Error("progress goes to a file")
	}
	if Terminal(f) != 0 {
		t.Error("a file has a width")
	}
	if o := TextOptions(f); o.Color || o.Width != 80 {
		t.Errorf("a report to a file gets %+v", o)
	}
}

// A terminal that cannot clear a line gets no line to clear.
func TestDumbTerminal(t *testing.T) {
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no terminal to open")
	}
	defer f.Close()
	t.Setenv("NO_COLOR", "")
	for _, c := range []struct {
		term string
		want bool
	}{{"xterm", true}, {"dumb", false}} {
		t.Setenv("TERM", c.term)
		if draws := NewProgress(f).w != nil; draws != c.want {
			t.Errorf("TERM=%s: progress is drawn: %v", c.term, draws)
		}
		if o := TextOptions(&output{Writer: f}); o.Color != c.want || o.Width == 0 {
			t.Errorf("TERM=%s: a report gets %+v", c.term, o)
		}
	}
}

func TestBar(t *testing.T) {
	const half = "[###############...............]  50 % of é"
	for width, want := range map[int]string{80: half, 44: half, 43: half[:len(half)-len("é")], 10: half[:9], 1: "", 0: ""} {
		if got := bar("of é", 1, 2, width); got != want {
			t.Errorf("%d columns: %q, expected %q", width, got, want)
		}
	}
	if got := bar("", 3, 2, 80); got != "["+strings.Repeat("#", 30)+"] 100 % " {
		t.Errorf("more than all: %q", got)
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args, want string
	}{{"-nothing", "-nothing"}, {"-seed x", "-seed"}, {"extra", `"extra"`}} {
		f := NewFlags("example", "Usage: example\n")
		f.Seed()
		var stdout bytes.Buffer
		err := f.Parse(strings.Fields(c.args), &stdout)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), c.want) || stdout.Len() > 0 {
			t.Errorf("%s: %v", c.args, err)
		}
	}
	var stdout bytes.Buffer
	if err := NewFlags("example", "Usage: example\n").Parse([]string{"-h"}, &stdout); !errors.Is(err, flag.ErrHelp) || stdout.String() != "Usage: example\n" {
		t.Errorf("-h: %v, %q", err, &stdout)
	}
}

func TestDeterministic(t *testing.T) {
	before := rand.Reader
	draw := func(args ...string) string {
		f := NewFlags("example", "")
		f.Seed()
		if err := f.Parse(args, nil); err != nil {
			t.Fatal(err)
		}
		defer f.Deterministic()()
		return rand.Text()
	}
	one := draw("-seed", "1")
	if one != draw("-seed", "1") {
		t.Error("the same seed gives another run")
	}
	if one == draw("-seed", "2") {
		t.Error("another seed gives the same run")
	}
	if first := draw(); first == draw() {
		t.Error("two runs without a seed are equal")
	}
	if rand.Reader != before {
		t.Error("the seeded reader stays behind")
	}
}

func TestNumber(t *testing.T) {
	for args, want := range map[string]string{
		"":        "",
		"-n 1":    "",
		"-n 9":    "",
		"-n 0":    "expected -n from 1 to 9, found 0",
		"-n 10":   "expected -n from 1 to 9, found 10",
		"-n many": "expected -n from 1 to 9, found many",
		"-n":      "needs an argument",
		"-m 1":    "-m",
	} {
		f := NewFlags("example", "")
		n := f.Number("n", 3, 1, 9)
		err := f.Parse(strings.Fields(args), nil)
		if want == "" && (err != nil || args == "" && *n != 3 || args == "-n 9" && *n != 9) {
			t.Errorf("%q: %v, and it is %d", args, err, *n)
		}
		if want != "" && (!errors.Is(err, ErrInput) || !strings.HasPrefix(err.Error(), "expected ") && want[0] == 'e' || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, expected %q", args, err, want)
		}
	}
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // "" if it is refused
	}{{nil, "none"}, {[]string{"-out", "a b"}, "a b"}, {[]string{"-out", ""}, ""}, {[]string{"-out="}, ""}, {[]string{"-out"}, ""}} {
		f := NewFlags("example", "")
		name := "none"
		f.Path(&name, "out")
		err := f.Parse(c.args, nil)
		if c.want != "" && (err != nil || name != c.want) || c.want == "" && (!errors.Is(err, ErrInput) || name != "none") {
			t.Errorf("%q: %q, %v", c.args, name, err)
		}
		if len(c.args) == 2 && c.want == "" && err.Error() != "expected -out with a name, found an empty one" {
			t.Errorf("%q: %v", c.args, err)
		}
	}
}

func TestOperands(t *testing.T) {
	for args, want := range map[string]string{
		"a b": "", "-seed 1 a b": "",
		"": "expected KEY and FILE, found 0 of 2", "a": "found 1 of 2", "a b c": "found 3 of 2", "-x a b": "-x",
	} {
		f := NewFlags("example", "")
		f.Seed()
		f.Operands("KEY", "FILE")
		err := f.Parse(strings.Fields(args), nil)
		if want == "" && (err != nil || f.Arg(1) != "b") || want != "" && (!errors.Is(err, ErrInput) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, expected %q", args, err, want)
		}
	}
}

// What is printed as a command does the same when a shell reads it.
func TestCommand(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	for _, args := range [][]string{
		nil, {"-n", "4"}, {"-f", "-out", "a folder/it's"}, {"-seed", "7", "-n", "9", "-out", "$HOME;#*"},
	} {
		var parsed [2]string
		for i := range parsed {
			f := NewFlags("example", "")
			f.Seed()
			n, force, out := f.Number("n", 3, 1, 9), f.Bool("f", false, ""), ""
			f.Path(&out, "out")
			if err := f.Parse(args, nil); err != nil {
				t.Fatal(err)
			}
			parsed[i] = fmt.Sprint(f.seed, *n, *force, out)
			rest, ok := strings.CutPrefix(f.Command(), "go run ./examples/example")
			if !ok {
				t.Fatal(f.Command())
			}
			if args = nil; rest != "" {
				shell, err := exec.Command("sh", "-c", "printf '%s\\n'"+rest).Output()
				if err != nil {
					t.Fatalf("%s: %v", rest, err)
				}
				args = strings.Split(strings.TrimSuffix(string(shell), "\n"), "\n")
			}
		}
		if parsed[0] != parsed[1] {
			t.Errorf("%q comes back as %q", parsed[0], parsed[1])
		}
	}
}

func TestQuote(t *testing.T) {
	for arg, want := range map[string]string{
		"evidence/key.txt": "evidence/key.txt", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "a\nb": "'a\nb'", "~": "'~'",
	} {
		if got := Quote(arg); got != want {
			t.Errorf("%q: %s, expected %s", arg, got, want)
		}
	}
}

// What several draw at once is drawn once, and what comes after it is the same every time.
func TestDeterministicTogether(t *testing.T) {
	f := NewFlags("example", "")
	f.Seed()
	if err := f.Parse([]string{"-seed", "1"}, nil); err != nil {
		t.Fatal(err)
	}
	draw := func(one func()) string {
		defer f.Deterministic()()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(one)
		}
		wg.Wait()
		return rand.Text()
	}
	one := func() { rand.Read(make([]byte, 1000)) }
	if first := draw(one); first != draw(one) {
		t.Error("what is drawn after eight draws at once differs")
	}
}

// The progress of several systems is one bar: it never goes back, and says which system of how many.
func TestProgressOfSystems(t *testing.T) {
	p := NewProgress(nil)
	var shown []float64
	var said []string
	p.draw = func(what string, done, total int) {
		shown, said = append(shown, float64(done)/float64(total)), append(said, what)
	}
	show := p.Systems(3)
	for _, system := range []string{"a", "b", "c"} {
		for _, step := range []string{"enrolling", "sending", "wiretap", "device keys"} {
			for done := range 11 {
				show(system+": "+step, done, 10)
			}
		}
	}
	for i := 1; i < len(shown); i++ {
		if shown[i] < shown[i-1] || shown[i] > 1 {
			t.Fatalf("from %v to %v at %q", shown[i-1], shown[i], said[i])
		}
	}
	if said[44] != "2 of 3 systems, b: enrolling" || shown[43] < 0.3 || shown[len(shown)-1] < 0.95 {
		t.Errorf("%q, %v after the first system, %v at the end", said[44], shown[43], shown[len(shown)-1])
	}
}
