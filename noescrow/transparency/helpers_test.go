package transparency

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"doormat/noescrow"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const origin = "example.com/directory"

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that an error says what it should.
func refused(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "transparency: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, expected an error with %q", err, want)
	}
}

func identity(n byte) []byte { id := noescrow.Identity{n}; return id[:] }

// A town is a directory with witnesses, and a day a call of next.
type town struct {
	t         testing.TB
	d         *Directory
	witnesses []*Witness
	p         Parameters
	now       time.Time
}

func newTown(t testing.TB, l Labelling, witnesses, quorum int) *town {
	t.Helper()
	d, err := NewDirectory(origin, l)
	check(t, err)
	w := &town{t: t, d: d, p: d.Parameters(), now: monday}
	for i := range witnesses {
		one, err := NewWitness(fmt.Sprintf("example.org/witness%d", i))
		check(t, err)
		check(t, one.Trust(w.p.Log))
		w.witnesses = append(w.witnesses, one)
		w.p.Witnesses = append(w.p.Witnesses, one.VerifierKey())
	}
	w.p.Quorum = quorum
	return w
}

// next is a day later: the directory publishes, and the witnesses sign.
func (w *town) next() {
	w.t.Helper()
	w.now = w.now.Add(24 * time.Hour)
	_, err := w.d.Publish(w.now)
	check(w.t, err)
	for _, one := range w.witnesses {
		check(w.t, cosign(w.d, one, w.now))
	}
}

func cosign(d *Directory, w *Witness, now time.Time) error {
	body, err := d.WitnessRequest(w.Size(origin))
	if err != nil {
		return err
	}
	line, err := w.AddCheckpoint(body, now)
	if err != nil {
		return err
	}
	return d.AddCosignature(w.VerifierKey(), line)
}

func (w *town) set(label string, value []byte) {
	w.t.Helper()
	check(w.t, w.d.Set(label, value))
}

func (w *town) client() *Client {
	w.t.Helper()
	c, err := NewClient(w.p)
	check(w.t, err)
	return c
}

func lookup(c *Client, d *Directory, label string, now time.Time) (*Binding, error) {
	data, err := d.Lookup(label, c.Since())
	if err != nil {
		return nil, err
	}
	return c.Lookup(label, data, now)
}

func monitor(c *Client, d *Directory, label string, now time.Time) (int, error) {
	data, err := d.Monitor(label, c.SinceOwn(label))
	if err != nil {
		return 0, err
	}
	return c.Monitor(label, data, now)
}

// fork is a copy of the directory, made by who has its state.
func fork(t testing.TB, d *Directory) *Directory {
	t.Helper()
	state, err := d.MarshalBinary()
	check(t, err)
	copied := new(Directory)
	check(t, copied.UnmarshalBinary(state))
	return copied
}

func state(t testing.TB, c *Client) string {
	t.Helper()
	b, err := c.MarshalBinary()
	check(t, err)
	return string(b)
}

func isIntrusion(err error) (found *Intrusion, ok bool) {
	ok = errors.As(err, &found)
	return found, ok
}
