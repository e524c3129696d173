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
	want := Warrant{Target: bob, From: monday, To: monday.AddDate(0, 0, 14), Serial: 1 << 40}
	signed, err := i.Sign(want)
	check(t, err)
	got, err := ParseWarrant(signed, i.PublicKey())
	check(t, err)
	if got.Target != bob || got.Everyone || !got.From.Equal(want.From) || !got.To.Equal(want.To) || got.Serial != want.Serial || !got.Issuer.Equal(i.PublicKey()) {
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
		"names a target or is for everyone": {From: monday, To: monday.Add(time.Hour)},
		"expected one of both":              {Target: bob, Everyone: true, From: monday, To: monday.Add(time.Hour)},
		"ends before it begins":             {Target: bob, From: monday, To: monday},
		"the warrant ends before":           {Target: bob, From: monday, To: monday.Add(time.Microsecond)},
	} {
		if signed, err := NewIssuer().Sign(w); err == nil || signed != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", w, err, want)
		}
	}
}

// The log's entry shows the scope and which uses belong together, and neither the target nor
// the message, even to somebody who tries all targets.
func TestUseHides(t *testing.T) {
	w := newWorld(t, 1, 1)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	entry, err := NewUse(warrant, e)
	check(t, err)
	target := w.bob.Identity()
	sum := sha256.Sum256(warrant[:len(warrant)-64]) // what can be guessed of it
	for _, known := range [][]byte{target[:], target[:8], sum[:8]} {
		if bytes.Contains(entry, known) {
			t.Errorf("the entry holds %x", known)
		}
	}
	again, err := NewUse(warrant, seal(t, w.alice, w.bob, text, monday))
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
	bulk := w.sign(t, Warrant{Everyone: true, From: monday, To: monday.AddDate(1, 0, 0)})
	entry, err = NewUse(bulk, e)
	check(t, err)
	if u, err := ParseUse(entry); err != nil || !u.Everyone {
		t.Errorf("everyone: %+v, %v", u, err)
	}
	if _, err := NewUse(e, e); err == nil {
		t.Error("an entry for no warrant")
	}
}
