package transparency

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// What is looked up is what was set, in each epoch, under both labellings: the last value, or none.
func TestLookup(t *testing.T) {
	for _, l := range []Labelling{VRFLabels, HashedLabels} {
		w := newTown(t, l, 1, 1)
		c := w.client()
		for day := range byte(9) {
			w.set("Ana", identity(day))
			if day == 4 {
				w.set("Ben", identity(100))
			}
			w.next()
			b, err := lookup(c, w.d, "Ana", w.now)
			check(t, err)
			if b.Versions != uint32(day)+1 || !bytes.Equal(b.Value, identity(day)) || b.Number != int64(day) || !b.At.Equal(w.now) || b.Cosigned != 1 {
				t.Errorf("day %d: %+v", day, b)
			}
			b, err = lookup(c, w.d, "Ben", w.now)
			check(t, err)
			if (b.Versions == 1) != (day >= 4) || (b.Value != nil) != (day >= 4) {
				t.Errorf("day %d: %+v", day, b)
			}
		}
	}
}

// Two values that were set in one epoch are two versions.
func TestTwoInOneEpoch(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	w.set("Ana", identity(1))
	w.set("Ana", identity(2))
	w.next()
	b, err := lookup(w.client(), w.d, "Ana", w.now)
	check(t, err)
	if b.Versions != 2 || !bytes.Equal(b.Value, identity(2)) {
		t.Errorf("%+v", b)
	}
}

// Every bit of an answer counts, and every byte.
func TestSpoiltLookup(t *testing.T) {
	w := newTown(t, VRFLabels, 2, 2)
	w.set("Ana", identity(1))
	w.set("Ben", identity(2))
	w.next()
	c := w.client()
	data, err := w.d.Lookup("Ana", 0)
	check(t, err)
	before := state(t, c)
	step := 2
	if testing.Short() {
		step = 7
	}
	for i := 0; i < len(data); i += step {
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		if _, err := c.Lookup("Ana", bad, w.now); err == nil || !strings.HasPrefix(err.Error(), "transparency: ") {
			t.Errorf("byte %d can be changed: %v", i, err)
		}
		if _, err := c.Lookup("Ana", data[:i], w.now); err == nil {
			t.Errorf("%d bytes are enough", i)
		}
	}
	if _, err := c.Lookup("Ana", append(bytes.Clone(data), 0), w.now); err == nil {
		t.Error("a byte more is accepted")
	}
	if _, err := c.Lookup("Ben", data, w.now); err == nil {
		t.Error("an answer about Ana is taken for one about Ben")
	}
	if state(t, c) != before {
		t.Error("an answer that is refused changes the client")
	}
	if _, err := c.Lookup("Ana", data, w.now); err != nil {
		t.Fatal(err)
	}
}

// A directory that claims too few versions, or too many, has no ladder for it.
func TestVersionsCannotBeHidden(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	for n := range byte(6) {
		w.set("Ana", identity(n))
	}
	w.next()
	for claimed := range uint32(9) {
		a, err := w.d.s.lookup("Ana", 0)
		check(t, err)
		a.versions = claimed
		indexes, proofs := w.d.s.steps("Ana", claimed)
		a.proofs, a.tree = proofs, w.d.s.tree.prove(indexes)
		if claimed > 0 && claimed <= 6 {
			a.opened = w.d.s.values["Ana"][claimed-1].opened
		}
		b, err := w.client().Lookup("Ana", a.bytes(), w.now)
		if claimed != 6 {
			refused(t, err, "versions")
		} else if err != nil || b.Versions != 6 {
			t.Errorf("%+v, %v", b, err)
		}
	}
}

// A client takes the newest checkpoint only, of its time, with enough cosignatures.
func TestFreshness(t *testing.T) {
	w := newTown(t, VRFLabels, 3, 2)
	w.set("Ana", identity(1))
	w.next()
	old, err := w.d.Lookup("Ana", 0)
	check(t, err)
	c := w.client()
	for _, c := range []struct {
		late time.Duration
		want error
	}{{DefaultMaxAge, nil}, {DefaultMaxAge + time.Second, ErrStale}, {-MaxAhead, nil}, {-MaxAhead - time.Second, ErrStale}} {
		if _, err := w.client().Lookup("Ana", old, w.now.Add(c.late)); !errors.Is(err, c.want) {
			t.Errorf("%v late: %v, expected %v", c.late, err, c.want)
		}
	}
	w.next()
	if _, err := lookup(c, w.d, "Ana", w.now); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lookup("Ana", old, w.now); !errors.Is(err, ErrStale) {
		t.Errorf("a checkpoint from before: %v", err)
	}
	// An earlier entry of the newest log is good evidence, and no answer.
	a, err := w.d.s.lookup("Ana", 0)
	check(t, err)
	first := evidenceOf(t, w.d, "Ana", 0)
	if b, err := Verify(w.p, "Ana", first); err != nil || b.Number != 0 || b.Versions != a.versions {
		t.Errorf("%+v, %v", b, err)
	}
	_, err = w.client().Lookup("Ana", first, w.now)
	refused(t, err, "last entry")

	// One witness of three is too few, and one who signs twice is one.
	w.now = w.now.Add(24 * time.Hour)
	_, err = w.d.Publish(w.now)
	check(t, err)
	for i, want := range []bool{false, false, true, true} {
		_, err := lookup(w.client(), w.d, "Ana", w.now)
		if (err == nil) != want || err != nil && !errors.Is(err, ErrQuorum) {
			t.Errorf("%d cosignatures: %v", i, err)
		}
		if i < 3 {
			check(t, cosign(w.d, w.witnesses[i], w.now))
		}
		if i == 0 {
			again := newWitness(w.witnesses[0].key)
			check(t, again.Trust(w.p.Log))
			body, err := w.d.WitnessRequest(0)
			check(t, err)
			line, err := again.AddCheckpoint(body, w.now.Add(time.Second))
			check(t, err)
			w.d.s.head = append(w.d.s.head, line...) // as a directory that cheats
			if _, err := lookup(w.client(), w.d, "Ana", w.now); !errors.Is(err, ErrQuorum) {
				t.Errorf("one witness has signed twice: %v", err)
			}
		}
	}
}

// evidenceOf makes an answer of an earlier epoch.
func evidenceOf(t testing.TB, d *Directory, label string, number int64) []byte {
	t.Helper()
	w, err := d.s.monitor(label, 0)
	check(t, err)
	a, err := d.s.lookup(label, 0)
	check(t, err)
	e := w.epochs[number]
	a.number, a.entry, a.versions, a.tree = number, e.entry, e.versions, e.tree
	_, a.proofs = d.s.steps(label, e.versions)
	a.inclusion, err = tlogProve(d, number)
	check(t, err)
	return a.bytes()
}

func TestDirectoryRefuses(t *testing.T) {
	for _, name := range []string{"", "a b", "a+b", "a\nb", strings.Repeat("a", 256)} {
		_, err := NewDirectory(name, VRFLabels)
		refused(t, err, "expected a name")
	}
	_, err := NewDirectory(origin, 2)
	refused(t, err, "labelling")
	w := newTown(t, VRFLabels, 0, 0)
	_, err = w.d.Lookup("Ana", 0)
	refused(t, err, "no checkpoint")
	_, err = w.d.Audit(0)
	refused(t, err, "no checkpoint")
	refused(t, w.d.Set("", nil), "expected a label")
	refused(t, w.d.Set(strings.Repeat("a", 256), nil), "found 256")
	refused(t, w.d.Set("Ana", make([]byte, MaxValue+1)), "at most 1024 bytes")
	c := w.client()
	refused(t, c.Own("", nil), "expected a label")
	refused(t, c.Own("Ana", make([]byte, MaxValue+1)), "at most 1024 bytes")
	check(t, c.Own("Ana", make([]byte, MaxValue)))
	state(t, c)
	check(t, w.d.Set(strings.Repeat("a", 255), make([]byte, MaxValue)))
	full := newTown(t, HashedLabels, 0, 0)
	full.d.s.values["Ana"] = make([]version, MaxVersions-2)
	full.set("Ana", nil)
	full.set("Ana", nil)
	refused(t, full.d.Set("Ana", nil), "too many values") // the last has not been published
	full.set("Ben", nil)
	for _, at := range []time.Time{{}, time.UnixMilli(-1), time.UnixMilli(maxTime)} { // no state could be read again
		_, err = w.d.Publish(at)
		refused(t, err, "after 1970")
	}
	w.next()
	_, err = w.d.Publish(w.now)
	refused(t, err, "time after")
	for _, since := range []int64{-1, 2} {
		_, err = w.d.Lookup("Ana", since)
		refused(t, err, "at most 1")
		_, err = w.d.Monitor("Ana", since)
		refused(t, err, "at most 1")
		_, err = w.d.Audit(since)
		refused(t, err, "at most 1")
		_, err = w.d.WitnessRequest(since)
		refused(t, err, "at most 1")
		_, err = w.d.Consistency(since, 1)
		refused(t, err, "two sizes")
	}
	if b, err := lookup(w.client(), w.d, strings.Repeat("a", 255), w.now); err != nil || len(b.Value) != MaxValue {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestParameters(t *testing.T) {
	w := newTown(t, VRFLabels, 2, 2)
	good := w.p
	_, err := NewClient(good)
	check(t, err)
	for what, change := range map[string]func(p *Parameters){
		"no log":                      func(p *Parameters) { p.Log = "" },
		"a witness's key for a log's": func(p *Parameters) { p.Log = p.Witnesses[0] },
		"a log's key for a witness's": func(p *Parameters) { p.Witnesses = []string{p.Log} },
		"a quorum of three of two":    func(p *Parameters) { p.Quorum = 3 },
		"a quorum below 0":            func(p *Parameters) { p.Quorum = -1 },
		"a quorum of half":            func(p *Parameters) { p.Quorum = 1 },
		"witnesses and no quorum":     func(p *Parameters) { p.Quorum = 0 },
		"one witness twice":           func(p *Parameters) { p.Witnesses = []string{p.Witnesses[0], p.Witnesses[0]} },
		"a VRF key that is none":      func(p *Parameters) { p.VRF = make([]byte, 32) },
		"an age below 0":              func(p *Parameters) { p.MaxAge = -1 },
	} {
		p := good
		change(&p)
		_, err := NewClient(p)
		if _, errA := NewAuditor(p); err == nil || errA == nil {
			t.Errorf("%s: no error", what)
		}
		if _, errV := Verify(p, "Ana", nil); errV == nil {
			t.Errorf("%s: no error", what)
		}
	}
	// One key under two names is one witness: a cosignature does not name its witness.
	again := newWitness(w.witnesses[0].key)
	again.key.name = "other"
	p := good
	p.Witnesses = []string{w.witnesses[0].VerifierKey(), again.VerifierKey()}
	if _, err := NewClient(p); err == nil {
		t.Error("one key is two witnesses")
	}
}

// A directory that was stored answers as it did, and is refused when it was damaged.
func TestDirectoryIsDurable(t *testing.T) {
	for _, l := range []Labelling{VRFLabels, HashedLabels} {
		w := newTown(t, l, 1, 1)
		w.set("Ana", identity(1))
		w.next()
		w.set("Ana", identity(2))
		w.next()
		w.set("Ben", identity(3))
		copied := fork(t, w.d)
		for _, label := range []string{"Ana", "Ben"} {
			want, err := w.d.Lookup(label, 1)
			check(t, err)
			got, err := copied.Lookup(label, 1)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: another answer, %v", label, err)
			}
		}
		w.d = copied
		w.next()
		if b, err := lookup(w.client(), w.d, "Ben", w.now); err != nil || b.Versions != 1 {
			t.Errorf("what was pending is lost: %+v, %v", b, err)
		}
		state, err := w.d.MarshalBinary()
		check(t, err)
		for i := 0; i < len(state); i += 1 + i/50 {
			refused(t, w.d.UnmarshalBinary(state[:i]), "state of a directory")
		}
		refused(t, w.d.UnmarshalBinary(append(state, 0)), "state of a directory")
	}
}
