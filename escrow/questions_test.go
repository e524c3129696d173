package escrow

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"doormat/noescrow"
)

// What a chat asks of a device has the same answers as in the other twin, also after a save.
func TestQuestions(t *testing.T) {
	_, a, b := pair(t) // and a has started a session
	send(t, a, b, "hello")
	left := b.OneTimePrekeys()
	publish(t, b)
	number := SafetyNumber(b.Identity(), a.Identity())
	if err := a.Verify(b.Identity(), number[1:]); err == nil || err.Error() != "escrow: the safety number is another" {
		t.Errorf("a digit less: %v", err)
	}
	if a.Verified(b.Identity()) {
		t.Error("verified by a number that is not its own")
	}
	if err := a.Verify(b.Identity(), number); err != nil {
		t.Fatal(err)
	}
	a, b = load(t, state(t, a)), load(t, state(t, b))
	if n := b.OneTimePrekeys(); n <= left {
		t.Errorf("%d one-time prekeys are left after a publication, %d before", n, left)
	}
	if !a.Verified(b.Identity()) || b.Verified(a.Identity()) {
		t.Error("verified is not who was, after a save")
	}
	for _, c := range []struct {
		d    *Device
		want []Identity
	}{{a, []Identity{b.Identity()}}, {b, []Identity{a.Identity()}}} {
		if got := c.d.Peers(); !slices.Equal(got, c.want) {
			t.Errorf("the peers are %v, expected %v", got, c.want)
		}
	}
	a.Forget(b.Identity())
	if len(a.Peers()) != 0 || a.Verified(b.Identity()) {
		t.Error("a forgotten peer is still known")
	}
	if id, err := ParseIdentity(a.Identity().String()); err != nil || id != a.Identity() {
		t.Errorf("the identity is read as %v, %v", id, err)
	}
	if _, err := ParseIdentity("Ana"); err == nil || !strings.HasPrefix(err.Error(), "escrow: expected an identity") {
		t.Errorf("a name is read as an identity: %v", err)
	}
	if MaxPlaintext != noescrow.MaxPlaintext {
		t.Errorf("messages of %d bytes, in noescrow %d", MaxPlaintext, noescrow.MaxPlaintext)
	}
}

func TestErrPassphrase(t *testing.T) {
	_, a, _ := pair(t)
	locked := lockFast(t, state(t, a), "passphrase")
	for _, wrong := range []string{"", "Passphrase"} {
		if err := a.Unlock(locked, wrong); !errors.Is(err, ErrPassphrase) || err.Error() != "escrow: the passphrase is wrong" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := a.Unlock(bytes.Clone(locked[:len(locked)-1]), "passphrase"); err == nil || errors.Is(err, ErrPassphrase) {
		t.Errorf("a cut file: %v", err)
	}
}
