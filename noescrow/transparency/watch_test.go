package transparency

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func tlogProve(d *Directory, number int64) ([]tlog.Hash, error) {
	return tlog.ProveRecord(int64(len(d.s.epochs)), number, d.s.log)
}

// An owner who sets and looks finds nothing, whenever the look comes.
func TestMonitorFindsNothing(t *testing.T) {
	for every := 1; every < 6; every++ {
		w := newTown(t, VRFLabels, 1, 1)
		w.next()
		c := w.client()
		looked := 0
		for day := range 20 {
			if day%4 == 1 {
				v := identity(byte(day))
				check(t, c.Own("Ana", v))
				w.set("Ana", v)
			}
			w.set("Ben", identity(byte(day)))
			w.next()
			if day%every == 0 && day > 0 {
				n, err := monitor(c, w.d, "Ana", w.now)
				check(t, err)
				looked += n
			}
			if day%3 == 0 {
				_, err := lookup(c, w.d, "Ben", w.now)
				check(t, err)
			}
		}
		n, err := monitor(c, w.d, "Ana", w.now)
		check(t, err)
		if n += looked; n != 19 {
			t.Errorf("every %d days: %d epochs were looked at", every, n)
		}
	}
}

// The directory swaps a key. It was there for one day, and the owner looks after a week: the owner finds it,
// has evidence, and finds it again at the next look.
func TestSwapIsFound(t *testing.T) {
	for _, l := range []Labelling{VRFLabels, HashedLabels} {
		w := newTown(t, l, 3, 2)
		c, ben := w.client(), w.client()
		check(t, c.Own("Ana", identity(1)))
		w.set("Ana", identity(1))
		w.next()
		_, err := monitor(c, w.d, "Ana", w.now)
		check(t, err)
		w.set("Ana", identity(66))
		w.next()
		b, err := lookup(ben, w.d, "Ana", w.now)
		check(t, err)
		if !bytes.Equal(b.Value, identity(66)) {
			t.Fatal("the directory has not lied: the test proves nothing")
		}
		w.set("Ana", identity(1)) // and puts the right one back
		for range 5 {
			w.next()
		}
		before := state(t, c)
		for range 2 {
			_, err = monitor(c, w.d, "Ana", w.now)
			found, ok := isIntrusion(err)
			if !ok {
				t.Fatalf("%v, expected an intrusion", err)
			}
			if found.Versions != 2 || found.Own != 1 || !bytes.Equal(found.Value, identity(66)) || found.Number != 1 || !found.At.Equal(b.At) {
				t.Errorf("%+v", found)
			}
			if !strings.Contains(err.Error(), `since 2026-03-04 08:00:00 that "Ana" has value number 2`) {
				t.Errorf("%v", err)
			}
			proved, err := Verify(w.p, "Ana", found.Evidence)
			if err != nil || !bytes.Equal(proved.Value, identity(66)) || proved.Number != 1 || proved.Versions != 2 || proved.Cosigned != 3 {
				t.Errorf("the evidence: %+v, %v", proved, err)
			}
			for i := 0; i < len(found.Evidence); i += 9 {
				bad := bytes.Clone(found.Evidence)
				bad[i] ^= 1
				if p, err := Verify(w.p, "Ana", bad); err == nil && p.Cosigned == 3 {
					t.Fatalf("byte %d of the evidence can be changed", i)
				}
			}
		}
		if state(t, c) != before {
			t.Error("an intrusion moves the client: the next look would not find it")
		}
	}
}

// What the directory may not do, though the log has it: take a version back, change one, or give a
// label that had none a value.
func TestIntrusions(t *testing.T) {
	for what, evil := range map[string]func(d *directory){
		"rolled back": func(d *directory) { d.values["Ana"], d.tree = d.values["Ana"][:1], d.epochs[0].tree },
		"erased":      func(d *directory) { delete(d.values, "Ana"); d.tree = new(node) },
	} {
		w := newTown(t, VRFLabels, 0, 0)
		c := w.client()
		for day := range byte(2) {
			check(t, c.Own("Ana", identity(day)))
			w.set("Ana", identity(day))
			w.next()
			_, err := monitor(c, w.d, "Ana", w.now)
			check(t, err)
		}
		evil(w.d.s.directory)
		w.next()
		_, err := monitor(c, w.d, "Ana", w.now)
		if found, ok := isIntrusion(err); !ok || found.Versions >= 2 {
			t.Errorf("%s: %v", what, err)
		} else if _, err := Verify(w.p, "Ana", found.Evidence); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	w := newTown(t, VRFLabels, 0, 0)
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.next()
	first, err := w.d.s.monitor("Ana", 0)
	check(t, err)
	delete(w.d.s.values, "Ana")
	w.d.s.tree = new(node)
	w.next()
	both, err := w.d.s.monitor("Ana", 0) // given and taken between two looks
	check(t, err)
	both.epochs[0] = first.epochs[0]
	maps.Copy(both.proofs, first.proofs)
	maps.Copy(both.values, first.values)
	_, erased := c.Monitor("Ana", both.bytes(), w.now)
	if found, ok := isIntrusion(erased); !ok || found.Versions != 0 || found.Value != nil || !strings.Contains(erased.Error(), "has no value") {
		t.Errorf("%v", erased)
	}
	w = newTown(t, VRFLabels, 0, 0)
	c = w.client()
	check(t, c.Own("Ana", identity(1)))
	w.set("Ana", identity(2)) // in the place of the first
	w.next()
	_, err = monitor(c, w.d, "Ana", w.now)
	if found, ok := isIntrusion(err); !ok || found.Versions != 1 || found.Own != 1 {
		t.Errorf("%v", err)
	}
}

func TestSpoiltMonitor(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	w.next()
	w.set("Ana", identity(1))
	w.next()
	_, err := lookup(c, w.d, "Ana", w.now) // so that a tree stands between
	check(t, err)
	w.next()
	data, err := w.d.Monitor("Ana", 0)
	check(t, err)
	before := state(t, c)
	step := 3
	if testing.Short() {
		step = 11
	}
	for i := 0; i < len(data); i += step {
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		_, err := c.Monitor("Ana", bad, w.now)
		if _, found := isIntrusion(err); err == nil || found {
			t.Errorf("byte %d can be changed: %v", i, err)
		}
		if _, err := c.Monitor("Ana", data[:i], w.now); err == nil {
			t.Errorf("%d bytes are enough", i)
		}
	}
	if _, err := c.Monitor("Ana", append(bytes.Clone(data), 0), w.now); err == nil {
		t.Error("a byte more is accepted")
	}
	_, err = c.Monitor("Ben", data, w.now)
	refused(t, err, "a label that the client owns")
	if state(t, c) != before {
		t.Error("an answer that is refused changes the client")
	}
	if _, err := c.Monitor("Ana", data, w.now.Add(DefaultMaxAge+time.Minute)); !errors.Is(err, ErrStale) {
		t.Errorf("an old answer: %v", err)
	}
	if n, err := c.Monitor("Ana", data, w.now); err != nil || n != 3 {
		t.Fatal(n, err)
	}
}

// A fork that leaves out an epoch which the client has seen by a look-up is refused by its monitor.
func TestMonitorKeepsToWhatWasSeen(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.next()
	_, err := monitor(c, w.d, "Ana", w.now)
	check(t, err)
	other := fork(t, w.d)
	w.set("Ben", identity(2))
	w.next()
	_, err = lookup(c, w.d, "Ben", w.now)
	check(t, err)
	_, err = other.Publish(w.now)
	check(t, err)
	_, err = other.Publish(w.now.Add(time.Hour))
	check(t, err)
	_, err = monitor(c, other, "Ana", w.now)
	refused(t, err, "records that continue")
}

func TestClientIsDurable(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.next()
	_, err := monitor(c, w.d, "Ana", w.now)
	check(t, err)
	saved := state(t, c)
	again := w.client()
	check(t, again.UnmarshalBinary([]byte(saved)))
	if state(t, again) != saved {
		t.Error("it is not what was saved")
	}
	w.set("Ana", identity(66))
	w.next()
	_, err = monitor(again, w.d, "Ana", w.now)
	if _, ok := isIntrusion(err); !ok {
		t.Errorf("%v", err)
	}
	whole := 0 // cuts that leave a state: behind the checkpoints, without the label
	for i := range saved {
		if again.UnmarshalBinary([]byte(saved[:i])) == nil {
			whole++
		}
	}
	if whole != 1 {
		t.Errorf("%d cuts are accepted, expected 1", whole)
	}
	refused(t, again.UnmarshalBinary(append([]byte(saved), 0)), "state of a client")
	other, err := NewClient(newTownNamed(t, "example.net/other"))
	check(t, err)
	refused(t, other.UnmarshalBinary([]byte(saved)), "of this directory")
}

func newTownNamed(t testing.TB, name string) Parameters {
	t.Helper()
	d, err := NewDirectory(name, VRFLabels)
	check(t, err)
	return d.Parameters()
}

// A client that has seen one history takes no answer from another, though its checkpoint is signed and
// newer.
func TestLookupKeepsToWhatWasSeen(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	w.set("Ana", identity(1))
	w.next()
	other := fork(t, w.d)
	c := w.client()
	w.set("Ben", identity(2))
	w.next()
	_, err := lookup(c, w.d, "Ana", w.now)
	check(t, err)
	for hour := range 2 {
		_, err = other.Publish(w.now.Add(time.Duration(hour) * time.Hour))
		check(t, err)
	}
	before := state(t, c)
	_, err = lookup(c, other, "Ana", w.now.Add(time.Hour))
	refused(t, err, "continues that of 2")
	if state(t, c) != before {
		t.Error("the client has moved")
	}
}

// A directory shows an owner no new epoch, while it shows others a false key in the same log. Every proof is
// right, and honest witnesses have signed all of it: only the age tells.
func TestOwnerIsNotKeptInThePast(t *testing.T) {
	w := newTown(t, VRFLabels, 3, 2)
	c, never := w.client(), w.client()
	check(t, c.Own("Ana", identity(1)))
	check(t, never.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.next()
	_, err := monitor(c, w.d, "Ana", w.now)
	check(t, err)
	frozen := fork(t, w.d)
	w.set("Ana", identity(66))
	w.next()
	for day := range 3 {
		again := w.client() // as it was stored
		check(t, again.UnmarshalBinary([]byte(state(t, c))))
		n, err := monitor(again, frozen, "Ana", w.now)
		if n != 0 || (day == 0) != (err == nil) || err != nil && !errors.Is(err, ErrStale) {
			t.Errorf("day %d: %d epochs, %v", day, n, err)
		}
		w.next()
	}
	// A log without records is of no time.
	key, err := note.NewSigner(skey(origin, w.d.s.key))
	check(t, err)
	empty := tree{origin, 0, emptyRoot}
	head, err := note.Sign(&note.Note{Text: empty.text()}, key)
	check(t, err)
	for _, one := range w.witnesses {
		liar := newWitness(one.key)
		check(t, liar.Trust(w.p.Log))
		line, err := liar.AddCheckpoint(append([]byte("old 0\n\n"), head...), w.now)
		check(t, err)
		head = append(head, line...)
	}
	if _, err := never.Monitor("Ana", (&watched{head: head}).bytes(), w.now); !errors.Is(err, ErrStale) {
		t.Errorf("an empty log: %v", err)
	}
	_, err = monitor(c, w.d, "Ana", w.now)
	if _, ok := isIntrusion(err); !ok {
		t.Errorf("the control: %v", err)
	}
}

// A directory that does not publish a new key shows no false one. Its owner sees that it is missing.
func TestWithheldKeyIsMissing(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	c := w.client()
	for day, want := range []int{1, 0, 1, 1, 0} {
		switch day {
		case 0: // set, and withheld
			check(t, c.Own("Ana", identity(1)))
		case 1:
			w.set("Ana", identity(1))
		case 2: // a new phone, and the directory keeps the old one's key
			check(t, c.Own("Ana", identity(2)))
		case 4:
			w.set("Ana", identity(2))
		}
		w.next()
		_, err := monitor(c, w.d, "Ana", w.now)
		check(t, err)
		if n := c.Missing("Ana"); n != want {
			t.Errorf("day %d: %d are missing, expected %d", day, n, want)
		}
	}
	if c.Missing("Ben") != 0 {
		t.Error("a stranger's value is missing")
	}
}
