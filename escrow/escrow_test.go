package escrow

import (
	"bytes"
	"fmt"
	"testing"
)

func pair(t testing.TB) (authority *Authority, a, b *Device) {
	t.Helper()
	authority = NewAuthority()
	a, b = enrol(t, authority), enrol(t, authority)
	start(t, a, b)
	return authority, a, b
}

func enrol(t testing.TB, authority *Authority) *Device {
	t.Helper()
	d, err := NewDevice(authority.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func start(t testing.TB, a, b *Device) {
	t.Helper()
	if err := a.Start(b.Identity(), bundle(t, b)); err != nil {
		t.Fatal(err)
	}
}

func bundle(t testing.TB, d *Device) []byte {
	t.Helper()
	s, err := NewShelf(publish(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return s.Bundle()
}

func publish(t testing.TB, d interface{ Publish(int) ([]byte, error) }) []byte {
	t.Helper()
	p, err := d.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func seal(t testing.TB, a, b *Device, text string) []byte {
	t.Helper()
	e, err := a.Seal(b.Identity(), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func send(t testing.TB, a, b *Device, text string) []byte {
	t.Helper()
	e := seal(t, a, b, text)
	from, got, err := b.OpenChecked(e, nil)
	if err != nil || from != a.Identity() || string(got) != text {
		t.Fatalf("%q from %v, %v", got, from, err)
	}
	return e
}

func state(t testing.TB, d interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	data, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func load(t testing.TB, data []byte) *Device {
	t.Helper()
	d := new(Device)
	if err := d.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	return d
}

func recovers(t testing.TB, authority *Authority, e []byte, a, b *Device, text string) {
	t.Helper()
	from, to, got, err := authority.Recover(e)
	if err != nil || from != a.Identity() || to != b.Identity() || string(got) != text {
		t.Errorf("Recover(%q) is %q from %v to %v, %v", text, got, from, to, err)
	}
}

// Unwrap gives the key that opens the body, from the field alone; altered, or to another authority, a
// field gives none.
func TestUnwrap(t *testing.T) {
	authority, a, b := pair(t)
	e, err := ownScheme.Parse(seal(t, a, b, "the bridge, at six"))
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := ParseAuthority(authority.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	key, err := stolen.Unwrap(bytes.Clone(e.Field))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := e.Open(key); err != nil || string(text) != "the bridge, at six" {
		t.Errorf("the key opens %q, %v", text, err)
	}
	fails := func(what string, a *Authority, field []byte) {
		t.Helper()
		if key, err := a.Unwrap(field); err != errRecover || key != [32]byte{} {
			t.Errorf("%s: %x, %v", what, key, err)
		}
	}
	fails("another authority", NewAuthority(), e.Field)
	fails("no authority", new(Authority), e.Field)
	fails("nothing", stolen, nil)
	fails("a byte more", stolen, append(bytes.Clone(e.Field), 0))
	fails("a byte less", stolen, e.Field[:len(e.Field)-1])
	for i := range e.Field {
		bad := bytes.Clone(e.Field)
		bad[i] ^= 1 << (i % 8)
		fails(fmt.Sprintf("byte %d altered", i), stolen, bad)
	}
}

// What is handed to the thief is the line and the envelopes, and all is recorded before the
// line is stolen: no device and no authority outlives their making.
func TestAuthorityOpensPastAndFuture(t *testing.T) {
	line, recorded, want := func() (line string, recorded [][]byte, want []string) {
		authority := NewAuthority()
		people := []*Device{enrol(t, authority), enrol(t, authority), enrol(t, authority)}
		for i, x := range people {
			for _, y := range people[:i] {
				start(t, x, y)
				e := send(t, x, y, "hello")
				recorded, want = append(recorded, e), append(want, fmt.Sprint(x.Identity(), y.Identity(), "hello"))
			}
		}
		for i := range 30 {
			x, y := people[i%3], people[(i+1+i/3%2)%3]
			text := fmt.Sprint("message ", i)
			if i%7 == 0 {
				y.Rotate()
				start(t, x, y)
			}
			if i%5 == 0 {
				x = load(t, state(t, x))
				people[i%3] = x
			}
			e := send(t, x, y, text)
			recorded, want = append(recorded, e), append(want, fmt.Sprint(x.Identity(), y.Identity(), text))
		}
		return authority.RecoveryKey(), recorded, want
	}()
	thief, err := ParseAuthority(line)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range recorded {
		from, to, text, err := thief.Recover(bytes.Clone(e))
		if got := fmt.Sprint(from, to, string(text)); err != nil || got != want[i] {
			t.Errorf("message %d is %s, %v; want %s", i, got, err, want[i])
		}
	}
	// The same key opens devices and messages that did not exist when it was stolen.
	a, err := NewDevice(thief.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	b := enrol(t, thief)
	start(t, a, b)
	recovers(t, thief, send(t, a, b, "later"), a, b, "later")
	// And another authority's opens none.
	other := NewAuthority()
	for i, e := range recorded {
		if from, to, text, err := other.Recover(e); err != errRecover || text != nil || from != to {
			t.Errorf("another authority recovers message %d: %q, %v", i, text, err)
		}
	}
}

// Associated data is bound to the message and stays off the envelope; the authority reads
// without it.
func TestAssociatedData(t *testing.T) {
	authority, a, b := pair(t)
	date := []byte("1993-04-16")
	e, err := a.Seal(b.Identity(), []byte("text"), date)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(e, date) {
		t.Error("associated data travels in the envelope")
	}
	before := state(t, b)
	for _, other := range [][]byte{nil, []byte("1993-04-17"), append(date, 0), date[:9]} {
		if _, _, err := b.Open(e, other); err == nil {
			t.Errorf("opens under associated data %q", other)
		}
	}
	if !bytes.Equal(state(t, b), before) {
		t.Error("a refusal moved the state")
	}
	if _, got, err := b.OpenChecked(e, date); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	recovers(t, authority, e, a, b, "text")
}

// Each message has a seed of its own, and so a key, a field and a body.
func TestFreshSeed(t *testing.T) {
	authority, a, b := pair(t)
	keys, fields, bodies := map[string]bool{}, map[string]bool{}, map[string]bool{}
	const n = 10
	for range n {
		e, err := parseEnvelope(seal(t, a, b, "text"))
		if err != nil {
			t.Fatal(err)
		}
		k, err := authority.key.Open(fieldInfo, e.field)
		if err != nil {
			t.Fatal(err)
		}
		keys[string(k)], fields[string(e.field[:1120])], bodies[string(e.body)] = true, true, true
	}
	if len(keys) != n || len(fields) != n || len(bodies) != n {
		t.Errorf("%d messages have %d keys, %d encapsulations, %d bodies", n, len(keys), len(fields), len(bodies))
	}
}

func TestLengths(t *testing.T) {
	authority, a, b := pair(t)
	for _, n := range []int{0, 1, 127, 128, 1000, MaxPlaintext} {
		text := string(bytes.Repeat([]byte{0x80}, n))
		recovers(t, authority, send(t, a, b, text), a, b, text)
	}
	if _, err := a.Seal(b.Identity(), make([]byte, MaxPlaintext+1), nil); err == nil {
		t.Error("a message of MaxPlaintext + 1 bytes is sealed")
	}
}
