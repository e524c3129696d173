package conversation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

// right is what right.json says of an input. A name or an address is right wherever several are given.
type right struct {
	Read     string
	Messages []struct {
		At, From string
		To       []string
		Text     string
	}
	Left map[string]int
}

// TestInputs reads each file of testdata/inputs, which INDEX.md beside them describes, and compares with
// right.json. They are made of reports about readers like this one.
func TestInputs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "inputs", "right.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]right
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 56 {
		t.Fatalf("%d inputs", len(all))
	}
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			c := readInput(t, name)
			if want.Messages != nil {
				checkRight(t, c, want)
			}
			checkTally(t, c.Tally, c.Tally.Carried)
			for reason, n := range want.Left {
				if c.Tally.Left[reason] != n {
					t.Errorf("left out: %v, want %v", c.Tally.Left, want.Left)
				}
			}
			if len(want.Left) == 0 && len(c.Tally.Left) > 0 {
				t.Errorf("left out: %v, want nothing", c.Tally.Left)
			}
		})
	}
}

func readInput(t *testing.T, name string) *Conversation {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "inputs", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read := ReadChat
	if strings.HasPrefix(name, "mb-") {
		read = ReadMbox
	}
	c, err := read(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func checkRight(t *testing.T, c *Conversation, want right) {
	t.Helper()
	var got, expected []string
	for m, err := range c.Messages {
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range m.Recipients() {
			got = append(got, fmt.Sprintf("%s %s to %s: %s", m.At.Format(time.DateTime), m.From, to, m.Text))
		}
	}
	for _, m := range want.Messages {
		to := m.To
		if to == nil {
			to = slices.DeleteFunc(slices.Clone(c.People), func(p string) bool { return p == m.From })
		} else { // one recipient, under one of these names
			to = slices.DeleteFunc(strings.Split(strings.Join(to, "|"), "|"), func(p string) bool { return !slices.Contains(c.People, p) })
		}
		for _, p := range to {
			expected = append(expected, fmt.Sprintf("%s %s to %s: %s", m.At, m.From, p, m.Text))
		}
	}
	if !slices.Equal(got, expected) {
		t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
	}
}

// The device taken is never a mailing list's.
func TestListIsNoDevice(t *testing.T) {
	if c := readInput(t, "mb-list-is-no-device.mbox"); c.Busiest != "Ana" {
		t.Errorf("the device taken is %s's", c.Busiest)
	}
}

// Mail comes in the order of its dates, whatever the order of the file.
func TestNewestFirst(t *testing.T) {
	c := readInput(t, "mb-newest-first.mbox")
	var last attacks.Message
	n := 0
	for m, err := range c.Messages {
		if err != nil {
			t.Fatal(err)
		}
		if m.At.Before(last.At) || m.Text != fmt.Sprint("mail ", n) {
			t.Errorf("%q of %v comes after %q of %v", m.Text, m.At, last.Text, last.At)
		}
		last = m
		n++
	}
	if n != 60 {
		t.Errorf("%d messages", n)
	}
}
