package ghost

import (
	"bytes"
	"testing"

	"doormat/noescrow"
)

// What is damaged opens for no device that gets the damaged copy, and changes none.
func TestDamagedMessage(t *testing.T) {
	w := newTown(t, Showing)
	message := w.send("Ana", "two", "hello", monday)
	before := w.state("Ben")
	_, err := Copies(message)
	check(t, err)
	n, _ := Head(message)
	for what, bad := range spoilt(message[n:]) {
		if r, err := w.clients["Ben"].Open(append(message[:n:n], bad...), []byte("date")); err == nil {
			t.Errorf("%s: %q", what, r.Text)
		}
	}
	for i := range n {
		if n, ok := Head(message[:i]); ok {
			t.Errorf("a head of %d bytes in %d", n, i)
		}
	}
	if _, err := w.clients["Ben"].Open(message, []byte("another date")); err == nil {
		t.Error("another date")
	}
	if !bytes.Equal(before, w.state("Ben")) {
		t.Error("a message that does not open has changed the client")
	}
	w.arrives(message, "two", "hello", "Ana", "Ben", "Ben's laptop", "Ana's laptop")
}

// Copies are of one sender, for different devices.
func TestCopies(t *testing.T) {
	w := newTown(t, Showing)
	a, err := Copies(w.send("Ana", "two", "hello", monday))
	check(t, err)
	b, err := Copies(w.send("Ben", "two", "hello", monday))
	check(t, err)
	for what, c := range map[string]struct {
		copies [][]byte
		ok     bool
	}{
		"as sent":       {a, true},
		"one":           {a[:1], true},
		"twice":         {[][]byte{a[0], a[1], a[1]}, false},
		"two senders":   {[][]byte{a[0], b[1]}, false},
		"no envelope":   {[][]byte{a[0], {1, 2, 3}}, false},
		"an empty copy": {[][]byte{a[0], {}}, false},
	} {
		m, err := joinCopies(c.copies)
		check(t, err)
		if got, err := Copies(m); (err == nil) != c.ok || c.ok && len(got) != len(c.copies) {
			t.Errorf("%s: %d copies, %v", what, len(got), err)
		}
	}
	if _, err := joinCopies(make([][]byte, MaxDevices+1)); err == nil {
		t.Error("too many copies")
	}
	for _, bad := range [][]byte{nil, {version}, {version, kindMessage, 0}, {version, kindMessage, MaxDevices, 1}, {version, kindRoster, 0, 1}} {
		if _, err := Copies(bad); err == nil {
			t.Errorf("%x is a message", bad)
		}
	}
}

func TestDamagedRoster(t *testing.T) {
	w := newTown(t, Showing)
	w.order(NewGhost(), "Ben", "", monday, monday.AddDate(0, 0, 1))
	b, err := w.Roster("two", "Ana", monday)
	check(t, err)
	r, err := parseRoster(b)
	if err != nil || len(r.entries) != 5 || r.entries[4].show || !r.entries[3].show {
		t.Fatalf("%+v, %v", r, err)
	}
	c := NewClient(Showing)
	for what, bad := range spoilt(b) {
		r, err := parseRoster(bad)
		if err == nil {
			again, _ := r.bytes()
			if len(bad) != len(b) || !bytes.Equal(again, bad) {
				t.Errorf("%s: it is read as something else", what)
			}
			continue
		}
		if c.Learn(bad) == nil {
			t.Errorf("%s: it is learnt", what)
		}
		if _, err := c.Unknown(bad); err == nil {
			t.Errorf("%s: it is read", what)
		}
	}
	twice, err := roster{"x", []entry{r.entries[0], r.entries[0]}}.bytes()
	check(t, err)
	if c.Learn(twice) == nil {
		t.Error("a device that is listed twice")
	}
	many := roster{chat: "x"}
	for i := range MaxDevices + 1 {
		many.entries = append(many.entries, entry{Member{"n", noescrow.Identity{byte(i), byte(i >> 8)}}, true})
	}
	b, err = many.bytes()
	check(t, err)
	if c.Learn(b) == nil {
		t.Error("too many devices")
	}
}

// A client is read again as it was written, and nothing else is.
func TestClientState(t *testing.T) {
	w := newTown(t, Hiding)
	for _, chat := range []string{"two", "all"} {
		w.send("Ana", chat, "hello", monday)
	}
	b := w.state("Ana")
	c := new(Client)
	check(t, c.UnmarshalBinary(b))
	again, err := c.MarshalBinary()
	if err != nil || !bytes.Equal(again, b) || c.SafetyNumber("all") != w.clients["Ana"].SafetyNumber("all") {
		t.Fatalf("written again: %d bytes of %d, %v", len(again), len(b), err)
	}
	state, err := c.State()
	if err != nil || !bytes.HasSuffix(b, state) {
		t.Errorf("the device is not at the end: %v", err)
	}
	for what, bad := range spoilt(b) {
		err := c.UnmarshalBinary(bad)
		got, _ := c.MarshalBinary()
		if err == nil && !bytes.Equal(got, bad) || err != nil && !bytes.Equal(got, b) {
			t.Errorf("%s: %v, and the client is another", what, err)
		}
		if err == nil {
			check(t, c.UnmarshalBinary(b))
		}
	}
	w.clients["Ana"] = c
	w.arrives(w.send("Ana", "two", "from what was read", monday), "two", "from what was read", "Ana", "Ben", "Ben's laptop", "Ana's laptop")
}

func TestKeys(t *testing.T) {
	k := NewOrderKey()
	b := k.RecoveryKey()
	again, err := ParseOrderKey(b)
	if err != nil || again.PublicKey() != k.PublicKey() || len(b) != 34 {
		t.Errorf("%v, %d bytes", err, len(b))
	}
	for what, bad := range spoilt(b) {
		if k, err := ParseOrderKey(bad); err == nil && !bytes.Equal(k.RecoveryKey(), bad) {
			t.Errorf("%s: read as another key", what)
		}
	}
	if k, err := ParseOrderKey(b[:33]); err == nil || k != nil {
		t.Error("a key that is cut")
	}
	if _, err := ParseGhost(b); err == nil {
		t.Error("a key for orders is a ghost")
	}
	if _, err := ParseBot(b); err == nil {
		t.Error("a key for orders is a bot")
	}
}
