package report

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"doormat/attacks"
)

func TestTextSample(t *testing.T) {
	got := asText(t, sample(t), Options{})
	golden(t, "sample.txt", got)
	golden(t, "sample-60.txt", asText(t, sample(t), Options{Width: 60}))
	golden(t, "listed.txt", asText(t, listed(t), Options{}))
	golden(t, "listed-40.txt", asText(t, listed(t), Options{Width: 40}))
	if strings.Count(got[:strings.Index(got, "Who writes to")], "\n") > 36 {
		t.Error("header and table do not fit a screen")
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]+m")

// No line is wider than the terminal, in runes, and colours add nothing but colours.
func TestTextFits(t *testing.T) {
	for name, r := range everyReport(t) {
		for _, width := range []int{40, 60, 80, 100} {
			plain := asText(t, r, Options{Width: width})
			if strings.ContainsAny(plain, "\x1b\x00\r\u202e") || !utf8.ValidString(plain) {
				t.Errorf("%s: control characters without colour", name)
			}
			for l := range strings.Lines(plain) {
				l = strings.TrimSuffix(l, "\n")
				if n := utf8.RuneCountInString(l); n > width {
					t.Errorf("%s: a line of %d in a terminal of %d: %q", name, n, width, l)
				}
				if strings.TrimRight(l, " ") != l {
					t.Errorf("%s: a line ends with spaces: %q", name, l)
				}
			}
			if strings.Contains(plain, "\n\n\n") {
				t.Errorf("%s at %d: two empty lines", name, width)
			}
			coloured := asText(t, r, Options{Width: width, Color: true})
			if ansi.ReplaceAllString(coloured, "") != plain {
				t.Errorf("%s: colours change the text", name)
			}
			if name == "sample" && coloured == plain {
				t.Error("no colours")
			}
		}
	}
	r := longReport(t)
	for width, as := range map[int]int{0: 80, 1: 40, 400: 100} {
		if asText(t, r, Options{Width: width}) != asText(t, r, Options{Width: as}) {
			t.Errorf("width %d is not taken for %d", width, as)
		}
	}
}

func TestTextEmpty(t *testing.T) {
	if got, want := asText(t, empty(t), Options{}), "0 messages, 0 people.\n\nNot shown: "; !strings.HasPrefix(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

// missing is a table of two systems, one of which knows no theft. The conversation is empty.
func missing() *attacks.Table {
	return newTable(nil, "", &attacks.Result{System: "a", Exposures: []attacks.Exposure{{Theft: "short"}}}, &attacks.Result{System: "b"})
}

// A theft without a cell does not exist; one without messages opens none of none.
func TestTextMissing(t *testing.T) {
	got := asText(t, newReport(t, missing()), Options{})
	for _, want := range []string{
		"  short             no messages               does not exist\n",
		"  a       -      -       -  -        nobody\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if got := asText(t, newReport(t, newTable(nil, "", &attacks.Result{System: "a"})), Options{}); strings.Contains(got, "before") {
		t.Errorf("a table of nothing:\n%s", got)
	}
}

func TestTextTime(t *testing.T) {
	table := sampleTable()
	table.Results[1].Exposures[0].Time = 1356866 * time.Nanosecond
	r := newReport(t, table)
	if got := asText(t, r, Options{}); strings.Contains(got, "tries") || strings.Contains(got, " ms") {
		t.Error("times that are not to be shown")
	}
	r.Times = true
	if got, want := asText(t, r, Options{}), "no escrow: 60 tries in 1.36 ms\n"; !strings.Contains(got, want) {
		t.Errorf("%q is missing", want)
	}
}

// What the thief read is shown as he read it, and what was written where nobody read just that.
func TestTextWritten(t *testing.T) {
	r := empty(t)
	r.Samples = []Sample{{attacks.Message{From: "Ana", To: "Bo", Text: "noon"}, []Sealed{{System: "s", Read: "moon"}}}}
	got := asText(t, r, Options{})
	if want := "Ana to Bo\n  written: noon\n  s: read\n  moon\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, expected %q at the end", got, want)
	}
	r.Samples[0].Sealed[0].Read = "noon"
	if got := asText(t, r, Options{}); strings.Contains(got, "written") {
		t.Errorf("the same text twice: %q", got)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrors(t *testing.T) {
	if err := Text(brokenWriter{}, sample(t), Options{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if err := HTML(brokenWriter{}, sample(t)); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

// Where a thief has not tried all, every rendering of the count says how little it was.
func TestOnlySoMuchWasTried(t *testing.T) {
	table := sampleTable()
	for i := range table.Results {
		for j := range table.Results[i].Exposures {
			if e := &table.Results[i].Exposures[j]; e.Theft == "wiretap" {
				e.Only = "2^10 of 2^36 keys"
			}
		}
	}
	for _, bySystem := range []bool{false, true} {
		r := newReport(t, table)
		r.BySystem = bySystem
		renderings := map[string]string{"page": asHTML(t, r)}
		for _, width := range []int{40, 60, 80, 100} {
			renderings[fmt.Sprint("text of ", width)] = asText(t, r, Options{Width: width})
		}
		for what, rendered := range renderings {
			const want = "2^10 of 2^36 keys tried"
			n := strings.Count(strings.Join(strings.Fields(rendered), " "), want)
			bars := 2 // one a system; where columns are narrow the words are on several lines
			if what == "text of 40" && !bySystem {
				bars = 1
			}
			if n < bars {
				t.Errorf("%s, by system %v: it says %d times what was tried, expected %d or more", what, bySystem, n, bars)
			}
		}
	}
	if strings.Contains(asText(t, sample(t), Options{}), "keys tried") {
		t.Error("of thieves who have tried all it says what was tried")
	}
}
