package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"doormat/attacks/conversation"
	"doormat/examples/internal/cli"
)

// group returns an export of a group in which each of n people has written once.
func group(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "31/12/2025, 21:%02d - Person %d: hello\n", i%60, i)
	}
	return b.String()
}

// What a conversation is in size, and what a limit leaves of it.
func TestSize(t *testing.T) {
	for _, c := range []struct {
		limit int
		want  size
	}{{0, size{89_700, 44_850, 300, 300}}, {1000, size{992, 496, 32, 32}}} {
		talk, err := conversation.ReadChat(t.Context(), strings.NewReader(group(300)))
		if err != nil {
			t.Fatal(err)
		}
		if c.limit > 0 {
			if talk, err = talk.First(c.limit); err != nil {
				t.Fatal(err)
			}
		}
		got, err := sizeOf(talk.Conversation)
		if err != nil || got != c.want {
			t.Errorf("limit %d: %v, want %v; %v", c.limit, got, c.want, err)
		}
		talk.Close()
	}
}

// A long run is announced in one line, with a number each; a short one is not.
func TestWarning(t *testing.T) {
	const want = "89700 envelopes between 44850 pairs of 300 people: about 6 minutes and 900 MB; -limit N takes the first N envelopes only"
	if got := warning(size{89_700, 44_850, 300, 44_850}, 372*time.Second, 900<<20); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const groups = want + " (these systems send one to each member; MLS, in examples/groups, would send 300)"
	if got := warning(size{89_700, 44_850, 300, 300}, 372*time.Second, 900<<20); got != groups {
		t.Errorf("got  %s\nwant %s", got, groups)
	}
	town := conversation.Town()
	var w bytes.Buffer
	if err := warn(t.Context(), &w, town); err != nil || w.Len() > 0 {
		t.Errorf("the town: %q, %v", &w, err)
	}
	c := cost{time.Millisecond, 10 * time.Millisecond, 1000, 100}
	if took, memory := c.estimate(size{2000, 100, 10, 2000}); took != 3*time.Second || memory != base+202_000+2*2000*envelopeBytes {
		t.Errorf("%v, %v", took, memory)
	}
}

// What is measured is no nonsense.
func TestMeasure(t *testing.T) {
	if !*long {
		t.Skip("about a second: -long")
	}
	var c cost
	var err error
	for tries := 0; tries < 10 && err == nil && c.pair <= 0; tries++ { // a machine that is busy may be slower with two people than with many
		c, err = measure(t.Context())
	}
	if err != nil || c.envelope <= 0 || c.pair <= 0 || c.pairBytes <= 0 || c.pairBytes > 1<<20 || c.personBytes > 1<<24 {
		t.Errorf("%+v, %v", c, err)
	}
}

// A limit takes the first messages of a conversation.
func TestLimit(t *testing.T) {
	if err := run(t.Context(), []string{"-limit", "1", "-chat", "testdata/chat.txt"}, io.Discard, io.Discard); !errors.Is(err, cli.ErrInput) {
		t.Errorf("a limit of less than one message: %v", err)
	}
	for limit, want := range map[string]string{"2": "The first 2 envelopes of 12, as -limit says.", "100": "6 messages, 3 people"} {
		if out := breach(t, "-seed", "1", "-limit", limit, "-chat", "testdata/chat.txt"); !strings.Contains(out, want) {
			t.Errorf("-limit %s: %s", limit, out)
		}
	}
}
