package clipper

import (
	"bytes"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"
)

// Misuse gives an error that says what was expected and what was found.
func TestAgentsRefuse(t *testing.T) {
	w, far := newWorld(t, 2), newWorld(t, 3)
	for _, c := range []struct {
		name  string
		agent *Agent
		unit  UnitID
		w     Warrant
		at    time.Time
		want  string
	}{
		{"somebody else's warrant", w.nist, 1, warrant(2), day, `clipper: agent "NIST" expected a warrant for unit 00000001, found 00000002`},
		{"no warrant", w.nist, 1, Warrant{}, day, `clipper: agent "NIST" expected a warrant for unit 00000001, found 00000000`},
		{"too early", w.nist, 1, warrant(1), first.Add(-1), `clipper: agent "NIST" expected a day from 1994-02-01 until before 1994-03-02, found 1994-01-31`},
		{"too late", w.other, 1, warrant(1), last, `clipper: agent "Treasury" expected a day from 1994-02-01 until before 1994-03-02, found 1994-03-02`},
		{"without dates", w.nist, 1, Warrant{Unit: 1}, day, `clipper: agent "NIST" expected a day from 0001-01-01 until before 0001-01-01, found 1994-02-09`},
		{"a unit that is not", w.nist, 3, warrant(3), day, `clipper: agent "NIST" holds no half of unit 00000003`},
		{"another family's agent", w.other, 3, warrant(3), day, `clipper: agent "Treasury" holds no half of unit 00000003`},
	} {
		if h, err := c.agent.Release(c.unit, c.w, c.at); err == nil || err.Error() != c.want || h != (Half{}) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, at := range []time.Time{first, day, last.Add(-1)} {
		if h, err := far.nist.Release(3, warrant(3), at); err != nil || h.Unit != 3 || h.Agent != "NIST" {
			t.Errorf("on %v: %v, %v", at, h, err)
		}
	}
}

func TestNewAgentRefuses(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("x", 256)} {
		if a, err := NewAgent(name); err == nil || a != nil {
			t.Errorf("an agent with a name of %d bytes", len(name))
		}
	}
	if _, err := NewAgent(strings.Repeat("x", 255)); err != nil {
		t.Error(err)
	}
}

func TestProgramRefuses(t *testing.T) {
	w, far := newWorld(t, 1), NewFamily()
	twin := agent(t, "NIST")
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"a unit twice", second(w.family.Program(1, w.nist, w.other)), "clipper: unit 00000001 has been programmed already"},
		{"a unit twice, other agents", second(w.family.Program(1, agent(t, "a"), agent(t, "b"))), "clipper: unit 00000001 has been programmed already"},
		{"a unit of another family", second(far.Program(1, w.nist, agent(t, "b"))), `clipper: agent "NIST" holds a half of unit 00000001 already`},
		{"the second agent's", second(far.Program(1, agent(t, "a"), w.other)), `clipper: agent "Treasury" holds a half of unit 00000001 already`},
		{"one agent", second(w.family.Program(2, w.nist, w.nist)), "clipper: expected two agents with different names"},
		{"one name", second(w.family.Program(2, w.nist, twin)), "clipper: expected two agents with different names"},
		{"no agent", second(w.family.Program(2, nil, w.nist)), "clipper: expected two agents with different names"},
		{"no key", second(new(Family).Program(2, w.nist, w.other)), "clipper: the family has no key: make one with NewFamily"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, c.err, c.want)
		}
	}
	// What was refused left nothing behind.
	a := agent(t, "a")
	if _, err := far.Program(1, a, w.other); err == nil || len(a.files) != 0 {
		t.Errorf("%d halves are left of a chip that was not made, %v", len(a.files), err)
	}
	if _, err := w.family.Program(2, w.nist, w.other); err != nil {
		t.Errorf("unit 2, which was refused for other reasons: %v", err)
	}
}

// At rest there are only encrypted halves; with the storage key they are those that are released.
func TestDatabase(t *testing.T) {
	w := newWorld(t, 3)
	db := w.nist.Database()
	halves, err := RecoverHalves(db, w.nist.RecoveryKey())
	if err != nil || len(halves) != 3 {
		t.Fatalf("%d halves, %v", len(halves), err)
	}
	for _, h := range halves {
		want, _ := w.halves(t, h.Unit)
		if h != want || h.Agent != "NIST" {
			t.Errorf("%v in the database, %v released", h, want)
		}
		for _, form := range [][]byte{h.Key[:], []byte(hex.EncodeToString(h.Key[:]))} {
			if bytes.Contains(db, form) {
				t.Errorf("%v is in the database in clear", h)
			}
		}
	}
	for name, key := range map[string]string{
		"another's": w.other.RecoveryKey(), "none": "", "the recipient": w.nist.key.String(),
		"with an end of line": w.nist.RecoveryKey() + "\n",
	} {
		if halves, err := RecoverHalves(db, key); err == nil || halves != nil || strings.Contains(err.Error(), w.other.RecoveryKey()) {
			t.Errorf("%s key: %v, %v", name, halves, err)
		}
	}
	if halves, err := RecoverHalves(agent(t, "new").Database(), w.nist.RecoveryKey()); err != nil || len(halves) != 0 {
		t.Errorf("an empty database: %v, %v", halves, err)
	}
}

func TestRecoverHalvesRefuses(t *testing.T) {
	w := newWorld(t, 2)
	db, key := w.nist.Database(), w.nist.RecoveryKey()
	files, err := parseDatabase(db)
	if err != nil {
		t.Fatal(err)
	}
	whole := map[int]bool{1: true, 1 + 4 + 2 + len(files[0].file): true}
	for n := range db {
		if halves, err := parseDatabase(db[:n]); (err == nil) != whole[n] {
			t.Errorf("%d bytes of a database are %d halves, %v", n, len(halves), err)
		}
	}
	step := 1 + len(db)/200
	if testing.Short() {
		step = 1 + len(db)/20
	}
	for i := 0; i < len(db); i += step {
		bad := bytes.Clone(db)
		bad[i] ^= 1 << (i % 8)
		if halves, err := RecoverHalves(bad, key); err == nil {
			t.Errorf("byte %d damaged: %v", i, halves)
		}
	}
	one, two := files[0].file, files[1].file
	entry := func(unit byte, file []byte) []byte {
		return append([]byte{0, 0, 0, unit, byte(len(file) >> 8), byte(len(file))}, file...)
	}
	join := func(entries ...[]byte) []byte { return append([]byte{1}, bytes.Join(entries, nil)...) }
	if _, err := RecoverHalves(join(entry(1, one), entry(2, two)), key); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"exchanged":          join(entry(1, two), entry(2, one)),
		"twice":              join(entry(1, one), entry(1, one)),
		"in the wrong order": join(entry(2, two), entry(1, one)),
		"an empty file":      join(entry(1, nil)),
		"another version":    append([]byte{2}, db[1:]...),
		"a trailing byte":    append(bytes.Clone(db), 0),
		"nothing":            nil,
	} {
		if halves, err := RecoverHalves(bad, key); err == nil {
			t.Errorf("%s: %v", name, halves)
		} else if !strings.HasPrefix(err.Error(), "clipper: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseHalf(t *testing.T) {
	w := newWorld(t, 1)
	h, _ := w.halves(t, 1)
	b := h.Bytes()
	if got, err := ParseHalf(b); err != nil || got != h {
		t.Errorf("%v, %v", got, err)
	}
	for n := range b {
		if _, err := ParseHalf(b[:n]); err == nil {
			t.Errorf("%d bytes are a half", n)
		}
	}
	for name, bad := range map[string][]byte{
		"a trailing byte": append(bytes.Clone(b), 0), "another version": append([]byte{2}, b[1:]...),
		"no name": append([]byte{1, 0}, b[2+len(h.Agent):]...),
	} {
		if _, err := ParseHalf(bad); err == nil || err.Error() != "clipper: expected a half of a unit key, found something else" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A half has one form.
func FuzzParseHalf(f *testing.F) {
	f.Add([]byte("\x01\x04NIST\x00\x00\x00\x01ten bytes."))
	f.Add([]byte("\x01\x00\x00\x00\x00\x01ten bytes."))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHalf(b)
		if err != nil {
			if h != (Half{}) {
				t.Errorf("%v beside an error", h)
			}
			return
		}
		if !bytes.Equal(h.Bytes(), b) {
			t.Errorf("%x is read and written as %x", b, h.Bytes())
		}
	})
}

// A database has one form, and nothing in it opens that its agent did not write.
func FuzzRecoverHalves(f *testing.F) {
	seeded(f, 4)
	w := newWorld(f, 2)
	db, key := w.nist.Database(), w.nist.RecoveryKey()
	halves, err := RecoverHalves(db, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(db)
	f.Add([]byte{1})
	f.Add([]byte{1, 0, 0, 0, 1, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := parseDatabase(b)
		if err != nil {
			return
		}
		all := map[UnitID][]byte{}
		for _, f := range files {
			all[f.unit] = f.file
		}
		if again := marshalDatabase(all); !bytes.Equal(again, b) {
			t.Errorf("%x is read and written as %x", b, again)
		}
		got, err := RecoverHalves(b, key)
		for _, h := range got {
			if h != halves[h.Unit-1] {
				t.Errorf("%v is nobody's, %v", h, err)
			}
		}
	})
}

// A header has one form.
func FuzzParseHeader(f *testing.F) {
	f.Add(make([]byte, HeaderSize))
	f.Add(make([]byte, HeaderSize-1))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if (err == nil) != (len(b) == HeaderSize) || err == nil && !bytes.Equal(h.Bytes(), b) {
			t.Errorf("%x is %v, %v", b, h, err)
		}
	})
}

// For the race detector: chips are made while agents release, and write what they hold.
func TestConcurrency(t *testing.T) {
	w := newWorld(t, 1)
	var all sync.WaitGroup
	for i := range UnitID(8) {
		all.Go(func() {
			chip, err := w.family.Program(10+i, w.nist, w.other)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := chip.Load(SessionKey{}).GenerateIV(); err != nil {
				t.Error(err)
			}
			if _, err := w.chips[1].Load(SessionKey{}).GenerateIV(); err != nil {
				t.Error(err)
			}
			if _, err := w.nist.Release(10+i, warrant(10+i), day); err != nil {
				t.Error(err)
			}
			if _, err := parseDatabase(w.nist.Database()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if halves, err := RecoverHalves(w.nist.Database(), w.nist.RecoveryKey()); err != nil || len(halves) != 9 {
		t.Errorf("%d halves, %v", len(halves), err)
	}
}
