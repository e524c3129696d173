package escrow

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"

	"filippo.io/age"
)

var long = flag.Bool("long", false, "change every bit of every format, which takes half a minute")

// spoilt yields data with one bit changed, cut short, and with bytes behind it. Every step-th
// bit is changed, and every one with -long; 7 reaches each byte, and 31 one of four.
func spoilt(data []byte, step int) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if *long {
			step = 1
		} else if testing.Short() {
			step = 61
		}
		for bit := 0; bit < 8*len(data); bit += step {
			bad := bytes.Clone(data)
			bad[bit/8] ^= 1 << (bit % 8)
			if !yield(fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bad) {
				return
			}
		}
		for n := 0; n < len(data); n += (step + 7) / 8 {
			if !yield(fmt.Sprintf("%d bytes of it", n), bytes.Clone(data[:n])) {
				return
			}
		}
		for _, n := range []int{1, 2, len(data)} {
			if !yield(fmt.Sprintf("%d bytes behind it", n), slices.Concat(data, make([]byte, n))) {
				return
			}
		}
	}
}

// An envelope in which anything was changed does not open, and moves no state. The authority
// cannot check the ratchet's part, and needs of it the names only.
func TestSpoiltEnvelope(t *testing.T) {
	t.Run("initial", func(t *testing.T) {
		t.Parallel()
		authority, a, b := pair(t)
		refuseEnvelope(t, authority, a, b, 31)
	})
	t.Run("ordinary", func(t *testing.T) {
		t.Parallel()
		authority, a, b := pair(t)
		send(t, a, b, "")
		send(t, b, a, "")
		refuseEnvelope(t, authority, a, b, 7)
	})
}

func refuseEnvelope(t *testing.T, authority *Authority, a, b *Device, step int) {
	e := seal(t, a, b, "text")
	before := state(t, b)
	if _, got, err := load(t, before).OpenChecked(e, nil); err != nil || string(got) != "text" {
		t.Fatalf("%q, %v", got, err)
	}
	recovers(t, authority, e, a, b, "text")
	parsed, err := parseEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	inner := len(parsed.head)
	names := inner + 2 + 32 + 32 // version, kind, from, to
	unchecked := 0
	for name, bad := range spoilt(e, step) {
		for _, open := range []func([]byte, []byte) (Identity, []byte, error){b.Open, b.OpenChecked} {
			if from, got, err := open(bad, nil); err == nil || errors.Is(err, ErrField) || got != nil || from != (Identity{}) {
				t.Errorf("%s: %q from %v, %v", name, got, from, err)
			}
		}
		if !bytes.Equal(state(t, b), before) {
			t.Fatalf("%s: a refusal moved the state", name)
		}
		from, to, got, err := authority.Recover(bad)
		switch {
		case len(bad) > names && bytes.Equal(bad[:names], e[:names]):
			unchecked++ // only the ratchet's part has changed: too short for any, or all the same
			if err == nil && (string(got) != "text" || from != a.Identity() || to != b.Identity()) {
				t.Errorf("%s: Recover is %q from %v to %v", name, got, from, to)
			}
		case err == nil || got != nil || from != to:
			t.Errorf("%s: Recover is %q from %v to %v, %v", name, got, from, to, err)
		}
	}
	if unchecked == 0 {
		t.Error("no case has touched the ratchet's part alone")
	}
	if _, got, err := b.OpenChecked(e, nil); err != nil || string(got) != "text" {
		t.Errorf("after it all: %q, %v", got, err)
	}
	before = state(t, b)
	for _, open := range []func([]byte, []byte) (Identity, []byte, error){b.Open, b.OpenChecked} {
		if _, got, err := open(e, nil); !errors.Is(err, ErrReplay) || got != nil {
			t.Errorf("a second time: %q, %v", got, err)
		}
	}
	if !bytes.Equal(state(t, b), before) {
		t.Error("a replay moved the state")
	}
}

// A publication is signed whole: a spoilt one is refused, by a new shelf and by one that has the
// publication before.
func TestSpoiltPublication(t *testing.T) {
	t.Parallel()
	authority, a, b := pair(t)
	shelf, err := NewShelf(publish(t, b))
	if err != nil {
		t.Fatal(err)
	}
	p := publish(t, b)
	for name, bad := range spoilt(p, 31) {
		if s, err := NewShelf(bad); err == nil || s != nil {
			t.Errorf("%s: NewShelf takes it", name)
		}
		if err := shelf.Add(bad); err == nil {
			t.Errorf("%s: Add takes it", name)
		}
	}
	if err := shelf.Add(p); err != nil {
		t.Error(err)
	}
	for range 3 {
		if err := a.Start(b.Identity(), shelf.Bundle()); err != nil {
			t.Error(err)
		}
		recovers(t, authority, send(t, a, b, "text"), a, b, "text")
	}
}

// arrives reports whether b opens a message that a makes from a bundle.
func arrives(t *testing.T, a, b *Device, bundle []byte) bool {
	t.Helper()
	a, b = load(t, state(t, a)), load(t, state(t, b))
	if err := a.Start(b.Identity(), bundle); err != nil {
		return false
	}
	_, _, err := b.Open(seal(t, a, b, "text"), nil)
	return err == nil
}

func TestSpoiltBundle(t *testing.T) {
	t.Parallel()
	_, a, b := pair(t)
	good := bundle(t, b)
	before := state(t, a)
	taken := 0
	for name, bad := range spoilt(good, 31) {
		if err := a.Start(b.Identity(), bad); err == nil {
			taken++
			a = load(t, before)
			if arrives(t, a, b, bad) {
				t.Errorf("%s: makes no difference", name)
			}
		} else if !bytes.Equal(state(t, a), before) {
			t.Fatalf("%s: a refusal moved the state", name)
		}
	}
	t.Logf("%d of the spoilt bundles are taken", taken)
	if err := a.Start(a.Identity(), good); err == nil {
		t.Error("another's bundle is taken")
	}
	if err := a.Start(b.Identity(), good); err != nil {
		t.Error(err)
	}
	send(t, a, b, "text")
}

// A device's state is in clear, so that a changed key is another key. What is taken is written
// again as it was read; what is not leaves the device as it was.
func TestSpoiltState(t *testing.T) {
	t.Parallel()
	_, a, b := pair(t)
	publish(t, a)
	start(t, b, a)
	send(t, b, a, "")
	good := state(t, b)
	d := enrol(t, NewAuthority())
	before := state(t, d)
	taken := 0
	for name, bad := range spoilt(good, 31) {
		if err := d.UnmarshalBinary(bad); err != nil {
			if !bytes.Equal(state(t, d), before) {
				t.Fatalf("%s: a refusal moved the state", name)
			}
			continue
		}
		taken++
		if len(bad) != len(good) {
			t.Errorf("%s: is taken", name)
		}
		if !bytes.Equal(state(t, d), bad) {
			t.Errorf("%s: the state has two forms", name)
		}
		d = load(t, before)
	}
	t.Logf("%d of the spoilt states are taken", taken)
	if err := d.UnmarshalBinary(good); err != nil || !bytes.Equal(state(t, d), good) {
		t.Errorf("the state itself: %v", err)
	}
}

// Locked by age itself with little work, so that many can be tried: what a file asks for is in
// the file.
func TestSpoiltLockedState(t *testing.T) {
	t.Parallel()
	d := enrol(t, NewAuthority())
	good := lockFast(t, state(t, enrol(t, NewAuthority())), "passphrase")
	before := state(t, d)
	for name, bad := range spoilt(good, 31) {
		if err := d.Unlock(bad, "passphrase"); err == nil {
			t.Fatalf("%s: is taken", name)
		}
		if !bytes.Equal(state(t, d), before) {
			t.Fatalf("%s: a refusal moved the state", name)
		}
	}
	for _, wrong := range []string{"", "Passphrase", "passphrase "} {
		if err := d.Unlock(good, wrong); err == nil || !bytes.Equal(state(t, d), before) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
	if err := d.Unlock(good, "passphrase"); err != nil || bytes.Equal(state(t, d), before) {
		t.Errorf("the file itself: %v", err)
	}
}

func lockFast(t testing.TB, data []byte, passphrase string) []byte {
	t.Helper()
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(1)
	return encryptAge(t, data, r)
}

func TestLock(t *testing.T) {
	if testing.Short() {
		t.Skip("scrypt takes about a second")
	}
	t.Parallel()
	_, a, b := pair(t)
	locked, err := b.Lock("passphrase")
	if err != nil {
		t.Fatal(err)
	}
	other := new(Device)
	if err := other.Unlock(locked, "passphrase"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(state(t, other), state(t, b)) {
		t.Error("another state")
	}
	send(t, a, other, "text")
	if _, err := b.Lock(""); err == nil {
		t.Error("an empty passphrase is taken")
	}
}

func TestSpoiltFile(t *testing.T) {
	t.Parallel()
	authority := NewAuthority()
	d := enrol(t, authority)
	var file bytes.Buffer
	if err := d.SealFile(&file, bytes.NewReader([]byte("a file")), d.Recipient()); err != nil {
		t.Fatal(err)
	}
	good := file.Bytes()
	before := state(t, d)
	for name, bad := range spoilt(good, 31) {
		var dst bytes.Buffer
		if err := d.OpenFile(&dst, bytes.NewReader(bad)); err == nil {
			t.Errorf("%s: opens", name)
		}
		if dst.Len() != 0 {
			t.Errorf("%s: writes %q", name, dst.Bytes())
		}
	}
	if err := d.OpenFile(io.Discard, bytes.NewReader(good)); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(state(t, d), before) {
		t.Error("files move the state")
	}
}
