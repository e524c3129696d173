package threshold

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"doormat/escrow"
)

var bob = escrow.Identity([]byte("Bob's identity key, in 32 bytes."))

// Each field of a warrant is under the signature.
func TestWarrant(t *testing.T) {
	i := NewIssuer()
	want := Warrant{Target: bob, From: monday, Until: monday.AddDate(0, 0, 14), Serial: 1 << 40}
	signed, err := i.Sign(want)
	check(t, err)
	got, err := ParseWarrant(signed, i.PublicKey())
	check(t, err)
	if got.Target != bob || got.Everyone || !got.From.Equal(want.From) || !got.Until.Equal(want.Until) || got.Serial != want.Serial || !got.Issuer.Equal(i.PublicKey()) {
		t.Errorf("%+v", got)
	}
	for name, bad := range spoilt(signed) {
		if w, err := ParseWarrant(bad, i.PublicKey()); err == nil || w != nil || !strings.HasPrefix(err.Error(), "threshold: ") {
			t.Errorf("%s: %+v, %v", name, w, err)
		}
	}
	// Changed and not signed again, field by field.
	for field, at := range map[string]int{"scope": 2, "target": 3, "from": 42, "to": 50, "issuer": 51, "serial": 90, "signature": 91} {
		bad := bytes.Clone(signed)
		bad[at]++
		if _, err := ParseWarrant(bad, i.PublicKey()); err == nil {
			t.Errorf("another %s is taken", field)
		}
	}
	if _, err := ParseWarrant(signed, NewIssuer().PublicKey()); err == nil || !strings.Contains(err.Error(), "expected a warrant of issuer") {
		t.Errorf("another issuer: %v", err)
	}
	if _, err := ParseWarrant(signed, nil); err == nil {
		t.Error("an issuer without a key")
	}
}

func TestSignMisuse(t *testing.T) {
	for want, w := range map[string]Warrant{
		"expected a warrant for a target or for everyone":                            {From: monday, Until: monday.Add(time.Hour)},
		"or for everyone, found one for both or for neither":                         {Target: bob, Everyone: true, From: monday, Until: monday.Add(time.Hour)},
		"expected a warrant that ends after 2026-03-02 08:00:00":                     {Target: bob, From: monday, Until: monday},
		"after 2026-03-02 08:00:00, found one that ends on 2026-03-01 08:00:00":      {Target: bob, From: monday, Until: monday.AddDate(0, 0, -1)},
		"ends after 2026-03-02 08:00:00, found one that ends on 2026-03-02 08:00:00": {Target: bob, From: monday, Until: monday.Add(time.Microsecond)},
	} {
		if signed, err := NewIssuer().Sign(w); err == nil || signed != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", w, err, want)
		}
	}
}

// The log's entry shows the scope and which uses belong together, and neither the target nor
// the message, even to a reader who tries all targets.
func TestUseHides(t *testing.T) {
	w := newWorld(t, 1, 1)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	entry, err := NewUse(warrant, message(t, e, monday))
	check(t, err)
	target := w.bob.Identity()
	sum := sha256.Sum256(warrant[:len(warrant)-64]) // what can be guessed of it
	for _, known := range [][]byte{target[:], target[:8], sum[:8]} {
		if bytes.Contains(entry, known) {
			t.Errorf("the entry holds %x", known)
		}
	}
	again, err := NewUse(warrant, message(t, seal(t, w.alice, w.bob, text, monday), monday))
	check(t, err)
	one, err := ParseUse(entry)
	check(t, err)
	two, err := ParseUse(again)
	check(t, err)
	if one.Warrant != two.Warrant || one.Message == two.Message || one.Everyone {
		t.Errorf("%v and %v", one, two)
	}
	for name, bad := range spoilt(entry) {
		if u, err := ParseUse(bad); err == nil && (u == one || len(bad) != len(entry)) {
			t.Errorf("%s is read as the entry", name)
		}
	}
	bulk := w.sign(t, Warrant{Everyone: true, From: monday, Until: monday.AddDate(1, 0, 0)})
	entry, err = NewUse(bulk, message(t, e, monday))
	check(t, err)
	if u, err := ParseUse(entry); err != nil || !u.Everyone {
		t.Errorf("everyone: %+v, %v", u, err)
	}
	if _, err := NewUse(e, message(t, e, monday)); err == nil {
		t.Error("an entry for no warrant")
	}
}

// Each part of a message is in the entry.
func TestUseNamesTheMessage(t *testing.T) {
	w := newWorld(t, 1, 1)
	warrant := w.warrant(t, w.bob.Identity())
	of := func(change func(m *Message)) string {
		m := message(t, seal(t, w.alice, w.bob, text, monday), monday)
		m.Field, m.Body = make([]byte, fieldSize), [32]byte{}
		change(&m)
		entry, err := NewUse(warrant, m)
		check(t, err)
		return string(entry)
	}
	same := of(func(*Message) {})
	if same != of(func(*Message) {}) {
		t.Fatal("one message has two entries")
	}
	for name, change := range map[string]func(m *Message){
		"sender":    func(m *Message) { m.From[0] ^= 1 },
		"recipient": func(m *Message) { m.To[31] ^= 1 },
		"body":      func(m *Message) { m.Body[31] ^= 1 },
		"date":      func(m *Message) { m.At = m.At.Add(time.Millisecond) },
		"field":     func(m *Message) { m.Field[fieldSize-1] ^= 1 },
	} {
		if of(change) == same {
			t.Errorf("another %s has the same entry", name)
		}
	}
	for _, n := range []int{0, fieldSize - 1, fieldSize + 1} {
		if _, err := NewUse(warrant, Message{Field: make([]byte, n)}); err == nil || !strings.Contains(err.Error(), "expected a field of 160 bytes") {
			t.Errorf("a field of %d bytes: %v", n, err)
		}
	}
}
