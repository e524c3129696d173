package noescrow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"doormat/internal/ratchet"
	"doormat/internal/x25519"
	"doormat/internal/x25519/x25519test"
)

// What a chat asks of a device, and what it stores of it as text.

// The values stand in the doc of this package, and are those by which the ratchet goes.
func TestLimitsAreTheRatchets(t *testing.T) {
	ours := []int{MaxForwardJump, MaxSkippedKeys, MaxReceivingChains, MaxWalk}
	theirs := []int{ratchet.MaxForwardJump, ratchet.MaxSkipped, ratchet.MaxChains, ratchet.MaxWalk}
	if !slices.Equal(ours, theirs) || len(Identity{}) != x25519.Size {
		t.Errorf("the limits are %v and in the ratchet %v; an identity has %d bytes", ours, theirs, len(Identity{}))
	}
}

func TestParseIdentity(t *testing.T) {
	id := NewDevice().Identity()
	text := id.String()
	if got, err := ParseIdentity(text); err != nil || got != id {
		t.Fatalf("%s is read as %v, %v", text, got, err)
	}
	refused := func(what, text string) {
		t.Helper()
		got, err := ParseIdentity(text)
		if err == nil || got != (Identity{}) || !strings.HasPrefix(err.Error(), "noescrow: expected an identity") {
			t.Errorf("%s is read as %v, %v", what, got, err)
		}
		before := NewDevice().Identity()
		into := before
		if text != "" {
			if err := into.UnmarshalText([]byte(text)); err == nil || into != before {
				t.Errorf("%s is unmarshalled as %v, %v", what, into, err)
			}
		}
	}
	for what, text := range map[string]string{
		"nothing": "", "a digit less": text[:63], "a digit more": text + "0", "a byte less": text[:62], "capitals": strings.ToUpper(text),
		"a blank": " " + text[1:], "a sign": "-" + text[1:], "64 letters": strings.Repeat("x", 64), "bytes": string(id[:]),
	} {
		refused(what, text)
	}
	for what, bad := range x25519test.BadKeys(x25519.PublicKey(id)) {
		refused(what, Identity(bad).String())
	}
	refused("the zero Identity", Identity{}.String())
}

// In JSON an identity is text, as a value and as the key of a map. None is an empty text.
func TestIdentityInJSON(t *testing.T) {
	type entry struct {
		From, To Identity
		Names    map[Identity]string
	}
	a, b := NewDevice().Identity(), NewDevice().Identity()
	text, err := json.Marshal(entry{From: a, Names: map[Identity]string{b: "Ben"}})
	want := `{"From":"` + a.String() + `","To":"","Names":{"` + b.String() + `":"Ben"}}`
	if err != nil || string(text) != want {
		t.Fatalf("the entry is %s, %v; expected %s", text, err, want)
	}
	got := entry{To: a}
	if err := json.Unmarshal(text, &got); err != nil || got.From != a || got.To != (Identity{}) || got.Names[b] != "Ben" {
		t.Errorf("the entry is read as %v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"From":"`+a.String()[:62]+`"}`), &got); err == nil || got.From != a {
		t.Errorf("62 digits are read as %v, %v", got.From, err)
	}
}

// A device does not become a text by accident, not even its name.
func TestDeviceIsNoText(t *testing.T) {
	if text, err := json.Marshal(NewDevice()); err == nil || text != nil {
		t.Errorf("package json writes a device as %s", text)
	}
}

func TestPeers(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	want := func(d *Device, peers ...*Device) {
		t.Helper()
		var ids []Identity
		for _, p := range peers {
			ids = append(ids, p.Identity())
		}
		slices.SortFunc(ids, compare)
		for _, d := range []*Device{d, clone(t, d)} {
			if got := d.Peers(); !slices.Equal(got, ids) {
				t.Fatalf("the peers are %v, expected %v", got, ids)
			}
		}
		for _, id := range d.Peers() {
			if _, err := clone(t, d).Seal(id, nil, nil); err != nil {
				t.Errorf("there is no session with the peer %v: %v", id, err)
			}
		}
	}
	want(a)
	start(t, a, b)
	want(a, b)
	want(b)
	send(t, a, b, "hello") // and b does not answer
	want(b, a)
	all := []*Device{a}
	for range 5 {
		c := NewDevice()
		start(t, b, c)
		all = append(all, c)
		want(b, all...)
	}
	b.Forget(a.Identity())
	want(b, all[1:]...)
}

// What is left, at the device and at the relay: the difference is under way.
func TestOneTimePrekeysLeft(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	s := shelf(t, b, 3)
	want := func(device, relay int) {
		t.Helper()
		if d, r := clone(t, b).OneTimePrekeys(), s.OneTimePrekeys(); d != device || r != relay || b.OneTimePrekeys() != device {
			t.Fatalf("%d are left on the device and %d at the relay, expected %d and %d", d, r, device, relay)
		}
	}
	want(3, 3)
	startFrom(t, a, b, s.Bundle())
	want(3, 2)
	send(t, a, b, "hello")
	want(2, 2)
	send(t, a, b, "again")
	want(2, 2)
	startFrom(t, a, b, s.Bundle())
	startFrom(t, a, b, s.Bundle())
	want(2, 0)
	if err := s.Add(publish(t, b, 5)); err != nil {
		t.Fatal(err)
	}
	want(7, 5)
	if n := new(Shelf).OneTimePrekeys(); n != 0 {
		t.Errorf("%d are on an empty shelf", n)
	}
}

func TestVerify(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	number := SafetyNumber(b.Identity(), a.Identity())
	want := func(verified bool) {
		t.Helper()
		for _, a := range []*Device{a, clone(t, a)} {
			if a.Verified(b.Identity()) != verified || a.Verified(c.Identity()) {
				t.Fatalf("verified: %v, expected %v, and another %v", a.Verified(b.Identity()), verified, a.Verified(c.Identity()))
			}
		}
	}
	want(false)
	before := save(t, a)
	for what, wrong := range map[string]string{
		"nothing": "", "a digit": number[:1], "one half": number[:36], "a digit less": number[:70], "a digit more": number + "0",
		"another digit": string(number[0]^1) + number[1:], "the halves exchanged": number[36:] + " " + number[:35],
		"another pair's": SafetyNumber(a.Identity(), c.Identity()), "letters": strings.Repeat("abcde ", 12),
	} {
		if err := a.Verify(b.Identity(), wrong); err == nil || err.Error() != "noescrow: the safety number is another" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := a.Verify(a.Identity(), SafetyNumber(a.Identity(), a.Identity())); err == nil {
		t.Error("a device verifies itself")
	}
	if !bytes.Equal(save(t, a), before) {
		t.Fatal("the state moved with an error")
	}
	want(false)
	for _, right := range []string{number, strings.ReplaceAll(number, " ", ""), " " + strings.ReplaceAll(number, " ", "\n") + "\n"} {
		a.Forget(b.Identity())
		want(false)
		if err := a.Verify(b.Identity(), right); err != nil { // before there is a session
			t.Errorf("%q: %v", right, err)
		}
		start(t, a, b)
		want(true)
	}
	if n := len(save(t, a)); n != len(save(t, NewDevice()))+32+36+len(marshalled(writes(a, b)))+104*a.OneTimePrekeys() {
		t.Errorf("the state has %d bytes", n)
	}
	if b.Verified(a.Identity()) {
		t.Error("the other side is verified too")
	}

	// A stranger who pushes a peer out does not make the owner compare again.
	a.s.forget(b.Identity())
	want(true)
	if err := a.Verify(c.Identity(), SafetyNumber(a.Identity(), c.Identity())); err != nil {
		t.Fatal(err)
	}
	state := save(t, a)
	last := state[len(state)-64:]
	for what, bad := range map[string][]byte{
		"in another order": slices.Concat(last[32:], last[:32]), "twice": slices.Concat(last[:32], last[:32]),
		"no key": slices.Concat(make([]byte, 32), last[32:]), "a byte less": last[:63], "a byte more": append(bytes.Clone(last), 1),
	} {
		if err := new(Device).UnmarshalBinary(slices.Concat(state[:len(state)-64], bad)); !errors.Is(err, errDevice) {
			t.Errorf("verified peers, %s: %v", what, err)
		}
	}
}

// marshalled is a session as it stands in a state.
func marshalled(s *session) []byte {
	return slices.Concat(make([]byte, 32+4+2+3), make([]byte, map[bool]int{true: 1132}[s.initial != nil]), marshal(s.ratchet))
}

// A caller asks again for a passphrase, and for nothing else.
func TestErrPassphrase(t *testing.T) {
	t.Parallel()
	d := NewDevice()
	locked := lockQuickly(t, d, "passphrase")
	for _, wrong := range []string{"", "passphras", "Passphrase"} {
		if err := new(Device).Unlock(locked, wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "state"); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	for what, file := range map[string][]byte{
		"no age file": save(t, d), "a file to a key": file.Bytes(), "a cut": locked[:len(locked)-1], "no device": lockText(t, "text", "passphrase"),
	} {
		if err := new(Device).Unlock(file, "passphrase"); err == nil || errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// One text for each identity, and one identity for each text.
func FuzzParseIdentity(f *testing.F) {
	id := readVectors(f).To
	f.Add(Identity(id).String())
	f.Add("")
	f.Add(strings.ToUpper(Identity(id).String()))
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseIdentity(text)
		if err != nil {
			if id != (Identity{}) {
				t.Error("an identity beside an error")
			}
			return
		}
		var again Identity
		if m, _ := id.MarshalText(); string(m) != text || again.UnmarshalText(m) != nil || again != id {
			t.Errorf("%q is read as %v", text, id)
		}
	})
}
