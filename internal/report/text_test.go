package report

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTextSample(t *testing.T) {
	got := text(t, readSample(t), Options{})
	golden(t, "sample.txt", []byte(got))
	golden(t, "sample-60.txt", []byte(text(t, readSample(t), Options{Width: 60})))
	if strings.Count(got[:strings.Index(got, "before, after:")], "\n") > 36 {
		t.Error("header and tables do not fit a screen")
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9]+m")

// No line is wider than the terminal, in runes, and colours add nothing but colours.
func TestTextFits(t *testing.T) {
	for name, r := range map[string]*Report{"sample": readSample(t), "evil": evilReport(), "long": longReport(), "empty": {}} {
		for _, width := range []int{40, 60, 80, 100} {
			plain := text(t, r, Options{Width: width})
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
			coloured := text(t, r, Options{Width: width, Color: true})
			if ansi.ReplaceAllString(coloured, "") != plain {
				t.Errorf("%s: colours change the text", name)
			}
			if name == "sample" && coloured == plain {
				t.Error("no colours")
			}
		}
	}
	r := longReport()
	for width, as := range map[int]int{0: 80, 1: 40, 400: 100} {
		if text(t, r, Options{Width: width}) != text(t, r, Options{Width: as}) {
			t.Errorf("width %d is not taken for %d", width, as)
		}
	}
}

func TestTextEmpty(t *testing.T) {
	if got, want := text(t, &Report{}, Options{}), "0 messages, 0 people.\n"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
}

// A theft without a cell does not exist; one without messages opens none of none.
func TestTextMissing(t *testing.T) {
	r := &Report{
		Messages: 1, People: 1, Systems: []string{"a", "b"},
		Rows: []Row{{Theft: "none"}, {Theft: "short", Cells: []*Cell{{}}}},
	}
	got := text(t, r, Options{})
	for _, want := range []string{
		"none              does not exist            does not exist\n",
		"short             no messages               does not exist\n",
		"  a       -      -       -  -        -\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	r.Rows = r.Rows[:1]
	if got := text(t, r, Options{}); strings.Contains(got, "before") {
		t.Errorf("a table of nothing:\n%s", got)
	}
}

func TestTextTime(t *testing.T) {
	r := readSample(t)
	if got := text(t, r, Options{}); strings.Contains(got, "tries") || strings.Contains(got, " ms") {
		t.Error("times that are not to be shown")
	}
	r.Rows[0].Cells[1].Time = 1356866 * time.Nanosecond
	want := "  no escrow: 832 tries in 1.36 ms\n"
	if got := text(t, r, Options{}); !strings.Contains(got, want) {
		t.Errorf("%q is missing", want)
	}
}

// What the thief read is shown as he read it, and what was written where nobody read just that.
func TestTextWritten(t *testing.T) {
	r := &Report{Samples: []Sample{{From: "Ana", To: "Bo", Text: "noon", Sealed: []Sealed{{System: "s", Read: "moon"}}}}}
	got := text(t, r, Options{})
	if want := "Ana to Bo\n  written: noon\n  s: read\n  moon\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, expected %q at the end", got, want)
	}
	r.Samples[0].Sealed[0].Read = "noon"
	if got := text(t, r, Options{}); strings.Contains(got, "written") {
		t.Errorf("the same text twice: %q", got)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrors(t *testing.T) {
	if err := Text(brokenWriter{}, readSample(t), Options{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if err := HTML(brokenWriter{}, readSample(t)); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
