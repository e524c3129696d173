package escrow

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/kept anew")

// What is kept in testdata/kept was written once and is read for ever: a change of format shows
// here. It is also where fuzzing starts, in each of its processes from the same bytes.
type kept struct {
	authority   *Authority
	line        []byte
	bob         []byte // his state, in a session with Alice, and with prekeys out
	alice       []byte // an envelope to him, ordinary
	carol       []byte // another, initial
	publication []byte // his
}

func (k *kept) files() map[string]*[]byte {
	return map[string]*[]byte{"authority.key": &k.line, "bob.state": &k.bob, "alice.envelope": &k.alice,
		"carol.envelope": &k.carol, "bob.publication": &k.publication}
}

const keptAlice, keptCarol = "kept, from Alice", "kept, from Carol"

func readKept(t testing.TB) *kept {
	t.Helper()
	k := new(kept)
	for name, b := range k.files() {
		var err error
		if *b, err = os.ReadFile(filepath.Join("testdata", "kept", name)); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if k.authority, err = ParseAuthority(strings.TrimSuffix(string(k.line), "\n")); err != nil {
		t.Fatal(err)
	}
	return k
}

func writeKept(t *testing.T) {
	authority, alice, bob := pair(t)
	k := &kept{authority: authority, line: []byte(authority.RecoveryKey() + "\n")}
	send(t, alice, bob, "")
	send(t, bob, alice, "")
	k.alice = seal(t, alice, bob, keptAlice)
	carol := enrol(t, authority)
	start(t, carol, bob)
	k.carol = seal(t, carol, bob, keptCarol)
	k.publication = publish(t, bob)
	k.bob = state(t, bob)
	if err := os.MkdirAll(filepath.Join("testdata", "kept"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, b := range k.files() {
		if err := os.WriteFile(filepath.Join("testdata", "kept", name), *b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKept(t *testing.T) {
	if *update {
		writeKept(t)
	}
	k := readKept(t)
	bob := load(t, k.bob)
	if !bytes.Equal(state(t, bob), k.bob) {
		t.Error("Bob's state is not written as it was")
	}
	for want, e := range map[string][]byte{keptAlice: k.alice, keptCarol: k.carol} {
		from, to, got, err := k.authority.Recover(e)
		if err != nil || string(got) != want || to != bob.Identity() {
			t.Errorf("Recover is %q to %v, %v; want %q", got, to, err, want)
		}
		if f, got, err := bob.OpenChecked(e, nil); err != nil || string(got) != want || f != from {
			t.Errorf("OpenChecked is %q from %v, %v; want %q from %v", got, f, err, want, from)
		}
	}
	s, err := NewShelf(k.publication)
	if err != nil {
		t.Fatal(err)
	}
	a := enrol(t, k.authority)
	if err := a.Start(bob.Identity(), s.Bundle()); err != nil {
		t.Fatal(err)
	}
	recovers(t, k.authority, send(t, a, bob, "text"), a, bob, "text")
}

func add(f *testing.F, k *kept) {
	files := k.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f.Add(*files[name])
	}
}

// Only the two envelopes that Bob was sent open. What does not leaves his state as it was.
func FuzzOpen(f *testing.F) {
	k := readKept(f)
	add(f, k)
	bob := load(f, k.bob)
	f.Fuzz(func(t *testing.T, e []byte) {
		_, got, err := bob.OpenChecked(e, nil)
		if errors.Is(err, ErrField) {
			t.Errorf("a forged field: %x", e)
		}
		if err == nil {
			if !bytes.Equal(e, k.alice) && !bytes.Equal(e, k.carol) {
				t.Errorf("opens: %q", got)
			}
			bob = load(t, k.bob)
		} else if got != nil || !bytes.Equal(state(t, bob), k.bob) {
			t.Error("a refusal moved the state")
		}
	})
}

// The authority cannot check the ratchet's part of an envelope. The rest is as it was sealed.
func FuzzRecover(f *testing.F) {
	k := readKept(f)
	add(f, k)
	f.Fuzz(func(t *testing.T, e []byte) {
		from, to, got, err := k.authority.Recover(e)
		if err != nil {
			if got != nil || from != (Identity{}) || to != (Identity{}) {
				t.Errorf("%q from %v to %v beside an error", got, from, to)
			}
			return
		}
		for _, genuine := range [][]byte{k.alice, k.carol} {
			wantFrom, wantTo, want, _ := k.authority.Recover(genuine)
			if from == wantFrom && to == wantTo && bytes.Equal(got, want) {
				return
			}
		}
		t.Errorf("recovers %q from %v to %v", got, from, to)
	})
}

// A state has one form. What is refused leaves the device as it was.
func FuzzUnmarshalBinary(f *testing.F) {
	k := readKept(f)
	add(f, k)
	d := load(f, k.bob)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := d.UnmarshalBinary(data); err != nil {
			if !bytes.Equal(state(t, d), k.bob) {
				t.Error("a refusal moved the state")
			}
			return
		}
		if !bytes.Equal(state(t, d), data) {
			t.Errorf("another form of %x", state(t, d))
		}
		_, err := d.Seal(Identity{}, nil, nil)
		if err == nil {
			t.Error("there is a session with nobody")
		}
		d = load(t, k.bob)
	})
}

// Whatever bundle comes from a shelf that was opened can be started from.
func FuzzNewShelf(f *testing.F) {
	k := readKept(f)
	add(f, k)
	a, bob := enrol(f, k.authority), load(f, k.bob).Identity()
	f.Fuzz(func(t *testing.T, publication []byte) {
		s, err := NewShelf(publication)
		if err != nil {
			if s != nil {
				t.Error("a shelf beside an error")
			}
			return
		}
		for range 2 {
			if err := a.Start(bob, s.Bundle()); err != nil {
				t.Errorf("a bundle of it is refused: %v", err)
			}
		}
	})
}

// A key has one line.
func FuzzParseAuthority(f *testing.F) {
	k := readKept(f)
	for _, line := range []string{"", "AGE-SECRET-KEY-PQ-1", k.authority.RecoveryKey(), k.authority.Recipient(),
		strings.ToLower(k.authority.RecoveryKey())} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a, err := ParseAuthority(line)
		if err != nil {
			if a != nil {
				t.Error("an authority beside an error")
			}
			return
		}
		if a.RecoveryKey() != line {
			t.Errorf("%q is read as %q", line, a.RecoveryKey())
		}
		if _, err := NewDevice(a.Recipient()); err != nil {
			t.Error(err)
		}
	})
}
