package conversation

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the .want files of testdata")

// A letter is a message with the names of people in it.
type letter struct {
	At   time.Time
	From string
	To   []string // nil for everyone else
	Text string
}

// readAll reads a whole file, in its order, and checks the sums.
func readAll(t testing.TB, read reader[io.Reader], r io.Reader) ([]letter, Tally) {
	t.Helper()
	var all []letter
	people := newPeople()
	var parts [][]int
	tally, err := read(t.Context(), r, func(m message) error {
		all = append(all, letter{At: m.At, Text: m.Text})
		part := []int{people.add(m.From, true)}
		for _, p := range m.To {
			part = append(part, people.add(p, false))
		}
		parts = append(parts, part)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checkTally(t, tally, len(all))
	names := people.names()
	for i, part := range parts {
		all[i].From = names[part[0]]
		for _, p := range part[1:] {
			all[i].To = append(all[i].To, names[p])
		}
	}
	return all, tally
}

func checkTally(t testing.TB, tally Tally, carried int) {
	t.Helper()
	left := 0
	for reason, n := range tally.Left {
		if reason == "" || n <= 0 {
			t.Errorf("left %d because of %q", n, reason)
		}
		left += n
	}
	if tally.Carried != carried || tally.Found != carried+left {
		t.Errorf("tally %+v doesn't add up: %d were carried and %d left", tally, carried, left)
	}
}

// render writes what was read so that a person can check it.
func render(all []letter, tally Tally) string {
	var b strings.Builder
	for _, m := range all {
		to := "everyone"
		if m.To != nil {
			to = strings.Join(m.To, "; ")
		}
		fmt.Fprintf(&b, "%s  %s -> %s\n", m.At.Format("2006-01-02 15:04:05"), m.From, to)
		for line := range strings.Lines(m.Text) {
			fmt.Fprintf(&b, "\t%q\n", line)
		}
	}
	fmt.Fprintf(&b, "\nfound %d, carried %d, attachments %d\n", tally.Found, tally.Carried, tally.Attachments)
	for _, reason := range slices.Sorted(maps.Keys(tally.Left)) {
		fmt.Fprintf(&b, "left %d: %s\n", tally.Left[reason], reason)
	}
	return b.String()
}

// TestFiles reads each file of testdata and compares with the .want file beside it.
func TestFiles(t *testing.T) {
	for pattern, read := range map[string]reader[io.Reader]{"*.txt": readChat, "*.mbox": readMbox} {
		files, _ := filepath.Glob(filepath.Join("testdata", pattern))
		if len(files) < 5 {
			t.Fatalf("only %d files %s", len(files), pattern)
		}
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				f, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				got := render(readAll(t, read, f))
				if *update {
					if err := os.WriteFile(name+".want", []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(name + ".want")
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}
