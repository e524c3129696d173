package page_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

func Example() {
	p := page.New(os.Stdout)
	p.Title("A key for each call")
	p.Say(`Ana's telephone draws a session key, which is used for one call and
		then forgotten. It has 80 bits, and the chip has %s units.`, page.Thousands(65536))
	p.Part("On the wire")
	p.Table(-5, 10)
	p.Row("from", "what", "octets")
	p.Row(0, "sealed key", bytes.Repeat([]byte{0x2e, 0x31}, 21))
	p.Row(42, "LEAF", []byte{0x92, 0xdc, 0x75, 0xe8})
	p.Table(10)
	p.Row("sealed key", "Ben's telephone opens it. The wiretap cannot, and needs the LEAF, or so it seems.")
	// Output:
	// A key for each call
	// ===================
	//
	// Ana's telephone draws a session key, which is used for one call and then
	// forgotten. It has 80 bits, and the chip has 65,536 units.
	//
	// 1. On the wire
	// --------------
	//
	//    from  what        octets
	//       0  sealed key  2e312e312e312e312e312e312e312e312e312e312e312e312e312e31
	//                      2e312e312e312e312e312e312e31
	//      42  LEAF        92dc75e8
	//
	//   sealed key  Ben's telephone opens it. The wiretap cannot, and needs the LEAF,
	//               or so it seems.
}

// Lines are as long as they may be, and no longer.
func TestWrap(t *testing.T) {
	word := strings.Repeat("é", 39)
	for _, c := range []struct{ say, want string }{
		{"", "\n"},
		{"one", "one\n"},
		{" one\n\ttwo ", "one two\n"},
		{"one\n\ntwo\n\nthree", "one\n\ntwo\n\nthree\n"},
		{word + " " + word + "é", word + " " + word + "é\n"},
		{word + " " + word + "éé", word + "\n" + word + "éé\n"},
		{word + word + word + " one", word + word + word + "\none\n"},
	} {
		var b bytes.Buffer
		page.New(&b).Say("%s", c.say)
		if b.String() != c.want {
			t.Errorf("%q: %q, expected %q", c.say, &b, c.want)
		}
	}
}

func TestRow(t *testing.T) {
	for _, c := range []struct {
		widths []int
		cells  []any
		want   string
	}{
		{nil, []any{"one"}, "  one\n"},
		{nil, []any{"   a drawing --'  "}, "     a drawing --'\n"},
		{[]int{4, 4}, []any{"a", "b", "c"}, "  a     b     c\n"},
		{[]int{-4, -4}, []any{"a", "χ²", "c"}, "     a    χ²  c\n"},
		{[]int{-4, -4}, []any{"a", "b"}, "     a     b\n"},
		{[]int{-4, -4}, []any{"a", "b c d"}, "     a  b c d\n"},
		{[]int{4, 4}, []any{"a", "", ""}, "  a\n"},
		{[]int{4, 4}, []any{"a", "all that is left"}, "  a     all that is left\n"},
		{[]int{4, 4}, []any{"a", "b c d", 7}, "  a     b c   7\n        d\n"},
		{[]int{4, -4}, []any{"a", "b c d", 7}, "  a      b c  7\n           d\n"},
		{[]int{4}, []any{"eleven", "next"}, "  eleven  next\n"},
		{[]int{4}, []any{[]byte{1, 2, 3}, "next"}, "  0102  next\n  03\n"},
		{[]int{10}, []any{[]byte{1, 2, 3, 4, 5, 6}, "next"}, "  01020304    next\n  0506\n"},
		{[]int{10}, []any{[]byte{1, 2, 3, 4, 5}, "next"}, "  0102030405  next\n"},
		{nil, []any{make([]byte, 39)}, "  " + strings.Repeat("00", 39) + "\n"},
		{nil, []any{make([]byte, 40)}, "  " + strings.Repeat("00", 36) + "\n  00000000\n"},
		{[]int{4}, []any{[]byte{}, "next"}, "        next\n"},
		{[]int{74}, []any{"a", []byte{1, 2}}, "  a" + strings.Repeat(" ", 75) + "01\n" + strings.Repeat(" ", 78) + "02\n"},
	} {
		var b bytes.Buffer
		p := page.New(&b)
		p.Table(c.widths...)
		p.Row(c.cells...)
		if b.String() != c.want {
			t.Errorf("%v %q: %q, expected %q", c.widths, c.cells, &b, c.want)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(line) - 1; n > page.Width {
				t.Errorf("%d columns: %q", n, line)
			}
		}
	}
}

// A narrow writer is a terminal of some columns.
type narrow struct {
	bytes.Buffer
	columns int
}

func (n *narrow) Columns() int { return n.columns }

// On a narrow terminal lines are shorter, columns have less, and nothing is left out.
func TestNarrow(t *testing.T) {
	n := &narrow{columns: 40}
	p := page.New(n)
	p.Title("A title that is longer than forty columns, by")
	p.Say("Some words that are written here and there, on two lines.")
	p.Table(-5, 10, 20)
	p.Row("from", "what", "octets")
	p.Row(0, "sealed key", bytes.Repeat([]byte{0x2e, 0x31}, 8), "")
	p.Row(420, "x", "y")
	if want := `A title that is longer than forty
columns, by
=================================

Some words that are written here and
there, on two lines.

   from  what        octets
      0  sealed key  2e31
                     2e31
                     2e31
                     2e31
                     2e31
                     2e31
                     2e31
                     2e31
    420  x           y
`; n.String() != want {
		t.Errorf("%s", n)
	}
	for _, columns := range []int{1, 30, 31, 79, 80, 81, 200} {
		n := &narrow{columns: columns}
		p := page.New(n)
		p.Say("%s", strings.Repeat("word ", 100))
		p.Table(26, -16, 16)
		p.Row(strings.Repeat("a", 26), strings.Repeat("b", 16), 12345678, strings.Repeat("c", 12))
		longest := 0
		for line := range strings.Lines(n.String()) {
			longest = max(longest, utf8.RuneCountInString(line)-1)
		}
		if most := max(30, min(80, columns)); longest > most || longest < most-5 {
			t.Errorf("on %d columns the longest line has %d", columns, longest)
		}
	}
}

// One blank line is between any two blocks, and none at either end.
func TestBlocks(t *testing.T) {
	blocks := map[string]func(p *page.Page){
		"t\n=\n": func(p *page.Page) { p.Title("t") },
		"s\n":    func(p *page.Page) { p.Say("s") },
		"  a\n  b\n": func(p *page.Page) {
			p.Table()
			p.Row("a")
			p.Row("b")
		},
	}
	for one, first := range blocks {
		for two, second := range blocks {
			var b bytes.Buffer
			p := page.New(&b)
			first(p)
			second(p)
			if want := one + "\n" + two; b.String() != want {
				t.Errorf("%q, expected %q", &b, want)
			}
		}
	}
	var b bytes.Buffer
	p := page.New(&b)
	p.Part("é")
	p.Part("two")
	if want := "1. é\n----\n\n2. two\n------\n"; b.String() != want {
		t.Errorf("%q, expected %q", &b, want)
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[int]string{0: "…", 1: "01…", 2: "0102…", 3: "010203", 4: "010203"} {
		if got := page.Short([]byte{1, 2, 3}, n); got != want {
			t.Errorf("%d: %s, expected %s", n, got, want)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 16384: "16,384", 1 << 40: "1,099,511,627,776", -999: "-999", -1000: "-1,000",
	} {
		if got := page.Thousands(n); got != want {
			t.Errorf("%d: %s, expected %s", n, got, want)
		}
	}
	if got, want := page.Thousands(uint64(1)<<63), "9,223,372,036,854,775,808"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
}

// run runs a program of these parts, and returns what it printed.
func run(ctx context.Context, args []string, parts ...page.Part) (string, error) {
	var stdout, stderr bytes.Buffer
	err := page.Run(ctx, cli.NewFlags("example", "Usage: example\n"), args, &stdout, &stderr,
		func(*page.Page) ([]page.Part, error) { return parts, nil })
	return stdout.String() + stderr.String(), err
}

func say(p *page.Page) error {
	p.Say("seeded: %v", p.Seeded)
	return nil
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		args, want string
		err        error
	}{
		{"", "seeded: false\n\nseeded: false\n", nil},
		{"-seed 0", "seeded: true\n\nseeded: true\n", nil},
		{"-h", "Usage: example\n", flag.ErrHelp},
		{"-nothing", "", cli.ErrInput},
		{"extra", "", cli.ErrInput},
	} {
		got, err := run(t.Context(), strings.Fields(c.args), say, say)
		if !errors.Is(err, c.err) || got != c.want {
			t.Errorf("%q: %q, %v", c.args, got, err)
		}
	}
}

func TestRunStops(t *testing.T) {
	failure := errors.New("it does not work")
	if got, err := run(t.Context(), nil, say, func(*page.Page) error { return failure }, say); !errors.Is(err, failure) || strings.Count(got, "seeded") != 1 {
		t.Errorf("after an error: %q, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err := run(ctx, nil, say, func(p *page.Page) error { cancel(); return say(p) }, say)
	if !errors.Is(err, context.Canceled) || strings.Count(got, "seeded") != 2 {
		t.Errorf("after an interruption: %q, %v", got, err)
	}
	begin := func(*page.Page) ([]page.Part, error) { return []page.Part{say}, failure }
	if err := page.Run(t.Context(), cli.NewFlags("example", ""), nil, io.Discard, nil, begin); !errors.Is(err, failure) {
		t.Errorf("after an error at the beginning: %v", err)
	}
}

// A brittle writer fails at its second write only.
type brittle struct {
	b bytes.Buffer
	n int
}

var errFull = errors.New("no space")

func (w *brittle) Write(b []byte) (int, error) {
	if w.n++; w.n == 2 {
		return 0, errFull
	}
	return w.b.Write(b)
}

func TestFirstError(t *testing.T) {
	var w brittle
	two := false
	begin := func(*page.Page) ([]page.Part, error) {
		return []page.Part{
			func(p *page.Page) error { p.Say("one\n\ntwo\n\nthree"); return nil },
			func(*page.Page) error { two = true; return nil },
		}, nil
	}
	err := page.Run(t.Context(), cli.NewFlags("example", ""), nil, &w, nil, begin)
	if !errors.Is(err, errFull) || two || w.b.String() != "one\n" {
		t.Errorf("%v, %q, another part: %v", err, &w.b, two)
	}
}
