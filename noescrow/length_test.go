package noescrow

import (
	"os"
	"strings"
	"testing"

	"doormat/internal/padme"
)

// The sizes that the documentation states.
func TestSizes(t *testing.T) {
	d := NewDevice()
	for _, n := range []int{0, 1, 10} {
		if got, want := len(publish(t, d, n)), 1_460+1_288*n; got != want {
			t.Errorf("Publish(%d) returns %d bytes, expected %d", n, got, want)
		}
	}
	relay := shelf(t, d, 1)
	for _, want := range []int{1_423, 1_387} {
		if got := len(relay.Bundle()); got != want {
			t.Errorf("a bundle has %d bytes, expected %d", got, want)
		}
	}
	d = NewDevice()
	fresh := len(save(t, d))
	publish(t, d, 10)
	if pairs := len(save(t, d)) - fresh; fresh != 244 || pairs != 10*104 {
		t.Errorf("a new device has %d bytes, and %d more with 10 one-time prekey pairs", fresh, pairs)
	}
	a, b := talking(t)
	if n := len(save(t, a)) - fresh; n != 36+481 {
		t.Errorf("a session and its peer take %d bytes", n)
	}
	startLastResort(t, a, b)
	startLastResort(t, a, b)
	if n := len(save(t, a)) - fresh; n != 36+481+2*(481-72+1_132) { // without a receiving chain, with the handshake
		t.Errorf("three sessions and their peer take %d bytes", n)
	}
	if n := len(d.Recipient()); n != 1959 {
		t.Errorf("a recipient has %d characters", n)
	}
}

// All short texts look alike, in every kind of envelope.
func TestShortTextsHaveOneLength(t *testing.T) {
	a, b := pair(t)
	for _, want := range []int{1_298 + 128, 162 + 128} {
		for n := range 128 {
			if e := seal(t, a, b, strings.Repeat("x", n)); len(e) != want {
				t.Fatalf("a text of %d bytes makes an envelope of %d, expected %d", n, len(e), want)
			}
		}
		if e := seal(t, a, b, strings.Repeat("x", 128)); len(e) != want+16 {
			t.Errorf("a text of 128 bytes makes an envelope of %d", len(e))
		}
		send(t, a, b, "")
		send(t, b, a, "")
	}
}

// TestOverhead compares plaintexts and envelopes on the conversation of examples/breach, and
// checks the package comment's figures with it.
func TestOverhead(t *testing.T) {
	a, b := talking(t)
	first, second := pair(t)
	messages, plain, padded, ordinary, initial := 0, 0, 0, 0, 0
	for _, text := range townTexts(t) {
		n := len(text)
		p, e, i := padme.Length(n), len(seal(t, a, b, text)), len(seal(t, first, second, text))
		if e != p+162 || i != p+1_298 {
			t.Fatalf("%d bytes, padded to %d, make envelopes of %d and %d", n, p, e, i)
		}
		if n < 128 && p != 128 || n >= 128 && 8*p > 9*n {
			t.Fatalf("%d bytes are padded to %d", n, p)
		}
		messages, plain, padded, ordinary, initial = messages+1, plain+n, padded+p, ordinary+e, initial+i
	}
	t.Logf("%d messages: plaintexts %d bytes, padded %d, envelopes %d (before the first answer %d)",
		messages, plain, padded, ordinary, initial)
}

// townTexts are the texts of attacks/conversation/town/town.txt.
func townTexts(t *testing.T) (texts []string) {
	t.Helper()
	data, err := os.ReadFile("../attacks/conversation/town/town.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 4 {
			texts = append(texts, fields[3])
		}
	}
	if len(texts) < 100 {
		t.Fatalf("the conversation has %d messages", len(texts))
	}
	return texts
}
