package escrow

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"doormat/noescrow"
)

// The zero Device is enrolled with no authority: it says so wherever one is needed, and
// does the rest.
func TestZeroDevice(t *testing.T) {
	_, a, _ := pair(t)
	var zero Device
	for name, call := range map[string]func() error{
		"Seal":          func() error { _, err := zero.Seal(a.Identity(), nil, nil); return err },
		"OpenChecked":   func() error { _, _, err := zero.OpenChecked(nil, nil); return err },
		"SealFile":      func() error { return zero.SealFile(io.Discard, strings.NewReader(""), a.Recipient()) },
		"MarshalBinary": func() error { _, err := zero.MarshalBinary(); return err },
		"Lock":          func() error { _, err := zero.Lock("passphrase"); return err },
	} {
		if err := call(); err != errNoAuthority {
			t.Errorf("%s: %v, want %v", name, err, errNoAuthority)
		}
	}
	id := zero.Identity()
	if id == (Identity{}) || id != zero.Identity() {
		t.Errorf("the identity is %v, then %v", id, zero.Identity())
	}
	if got := fmt.Sprint(&zero); got != "escrow.Device("+id.String()+")" {
		t.Errorf("prints %s", got)
	}
	start(t, a, &zero)
	if _, got, err := zero.Open(seal(t, a, &zero, "text"), nil); err != nil || string(got) != "text" {
		t.Errorf("Open is %q, %v", got, err)
	}
	if text, err := openFile(&zero, sealFile(t, a, zero.Recipient())); err != nil || text != fileText {
		t.Errorf("OpenFile is %q, %v", text, err)
	}
	zero.Rotate()
	start(t, &zero, a)
	if err := zero.UnmarshalBinary(nil); err == nil || zero.Identity() != id {
		t.Errorf("UnmarshalBinary(nil) is %v, and the device another", err)
	}
	if err := zero.UnmarshalBinary(state(t, a)); err != nil || zero.Identity() != a.Identity() {
		t.Errorf("UnmarshalBinary is %v", err)
	}
}

func TestNewDeviceRefuses(t *testing.T) {
	authority := NewAuthority()
	for name, line := range map[string]string{
		"empty": "", "the secret": authority.RecoveryKey(), "cut short": authority.Recipient()[:1000],
		"in capitals and small": "A" + authority.Recipient()[1:], "with an end of line": authority.Recipient() + "\n",
	} {
		if d, err := NewDevice(line); err == nil || d != nil {
			t.Errorf("%s: the line is taken", name)
		}
	}
}

func TestParseAuthorityRefuses(t *testing.T) {
	line := NewAuthority().RecoveryKey()
	for name, bad := range map[string]string{
		"empty": "", "the recipient": NewAuthority().Recipient(), "with an end of line": line + "\n",
		"with a space": " " + line, "in small letters": strings.ToLower(line), "classical": "AGE-SECRET-KEY-1" + line[19:],
	} {
		if a, err := ParseAuthority(bad); err == nil || a != nil {
			t.Errorf("%s: the line is taken", name)
		}
	}
	for i := range line {
		for _, letter := range []byte{'Q', 'Z', line[i] + 1, line[i] | 0x20} {
			if bad := line[:i] + string(letter) + line[i+1:]; bad != line {
				if _, err := ParseAuthority(bad); err == nil {
					t.Errorf("%q for letter %d: the line is taken", letter, i)
				}
			}
		}
		if _, err := ParseAuthority(line[:i]); err == nil {
			t.Errorf("%d letters of the line are taken", i)
		}
	}
	if a, err := ParseAuthority(line); err != nil || a.RecoveryKey() != line {
		t.Errorf("the line itself: %v", err)
	}
}

// Each device is enrolled with its own authority, and checks by it.
func TestTwoAuthorities(t *testing.T) {
	first, second := NewAuthority(), NewAuthority()
	a, b := enrol(t, first), enrol(t, second)
	start(t, a, b)
	e := seal(t, a, b, "text")
	recovers(t, first, e, a, b, "text")
	if _, _, got, err := second.Recover(e); err == nil {
		t.Errorf("the recipient's authority recovers %q", got)
	}
	if from, got, err := b.OpenChecked(e, nil); !errors.Is(err, ErrField) || from != a.Identity() || string(got) != "text" {
		t.Errorf("OpenChecked is %q from %v, %v", got, from, err)
	}
}

func TestShelfOfAnother(t *testing.T) {
	_, a, b := pair(t)
	s, err := NewShelf(publish(t, a))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(publish(t, b)); err == nil {
		t.Error("another device's publication joins")
	}
	if err := s.Add(publish(t, a)); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for range 4 { // two with one-time prekeys, and the last resort for ever
		seen[string(s.Bundle())] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d bundles, want 3", len(seen))
	}
}

// A twin verb does what its twin does: the same calls, on devices with the same inner state.
func TestTwinsAgree(t *testing.T) {
	_, a, b := pair(t)
	inner := new(noescrow.Device)
	if err := inner.UnmarshalBinary(state(t, a)[1218:]); err != nil {
		t.Fatal(err)
	}
	if a.Identity() != inner.Identity() || a.Recipient() != inner.Recipient() {
		t.Error("another identity")
	}
	if x, y := SafetyNumber(a.Identity(), b.Identity()), noescrow.SafetyNumber(b.Identity(), a.Identity()); x != y {
		t.Errorf("safety numbers %s and %s", x, y)
	}
	if from, to, err := Addresses(seal(t, a, b, "")); from != a.Identity() || to != b.Identity() || err != nil {
		t.Errorf("Addresses is %v, %v, %v", from, to, err)
	}
	before := state(t, a)
	a.Rotate()
	if bytes.Equal(state(t, a), before) {
		t.Error("Rotate does nothing")
	}
	if _, err := a.Publish(noescrow.MaxOneTimePrekeys + 1); err == nil {
		t.Error("too many prekeys are published")
	}
}

// For the race detector: everything at once on the same two devices and the same authority.
func TestConcurrency(t *testing.T) {
	authority, a, b := pair(t)
	send(t, a, b, "")
	send(t, b, a, "")
	saved := state(t, a)
	shelf, err := NewShelf(publish(t, b))
	if err != nil {
		t.Fatal(err)
	}
	const n = 20
	var all sync.WaitGroup
	each := func(f func(i int)) {
		for range 2 {
			all.Go(func() {
				for i := range n {
					f(i)
				}
			})
		}
	}
	each(func(int) {
		e, err := a.Seal(b.Identity(), []byte("text"), nil)
		if err != nil {
			t.Error(err)
			return
		}
		if _, got, err := b.OpenChecked(e, nil); err != nil || string(got) != "text" {
			t.Errorf("OpenChecked is %q, %v", got, err)
		}
		if _, _, got, err := authority.Recover(e); err != nil || string(got) != "text" {
			t.Errorf("Recover is %q, %v", got, err)
		}
	})
	each(func(int) {
		data, err := b.MarshalBinary()
		if err != nil || new(Device).UnmarshalBinary(data) != nil {
			t.Errorf("a state saved meanwhile cannot be loaded: %v", err)
		}
		_ = fmt.Sprint(a, b, authority, authority.Recipient(), authority.RecoveryKey(), b.Recipient())
	})
	each(func(i int) {
		if _, err := b.Publish(0); err != nil {
			t.Error(err)
		}
		if i == n/2 {
			b.Rotate()
		}
		shelf.Bundle()
	})
	each(func(int) {
		if err := a.SealFile(io.Discard, strings.NewReader(fileText), b.Recipient()); err != nil {
			t.Error(err)
		}
	})
	all.Wait()

	// A device may be exchanged for another while it is in use.
	x := load(t, saved)
	each(func(int) {
		if err := x.UnmarshalBinary(saved); err != nil {
			t.Error(err)
		}
	})
	each(func(int) {
		if _, err := x.Seal(b.Identity(), nil, nil); err != nil {
			t.Error(err)
		}
		x.OpenChecked(nil, nil)
	})
	all.Wait()
	var zero Device
	each(func(int) { zero.Identity() })
	all.Wait()
}

func TestZeroAuthority(t *testing.T) {
	_, a, b := pair(t)
	var zero Authority
	if _, _, text, err := zero.Recover(seal(t, a, b, "text")); err != errRecover {
		t.Errorf("Recover: %q, %v", text, err)
	}
	if zero.Recipient() != "" || zero.RecoveryKey() != "" {
		t.Errorf("the keys are %q and a private one", zero.Recipient())
	}
}

// bound is the public key of an authority whose fields are bound to their label: SHA-256 of it, and
// the key in clear.
type bound struct{ exchange, omit bool }

var boundScheme = Scheme{Version: 0xf0, KeySize: 1, FieldSize: 64, ParseKey: func([]byte) (PublicKey, error) { return bound{}, nil }}

func (bound) Scheme() *Scheme       { return &boundScheme }
func (bound) Bytes() []byte         { return []byte{1} }
func (bound) FileRecipient() string { return "" }

func (b bound) Wrap(key [32]byte, _ [64]byte, label []byte) []byte {
	if b.exchange { // the names
		label = slices.Concat(label[32:64], label[:32], label[64:])
	}
	if b.omit { // the body
		label = slices.Concat(label[:64], make([]byte, 32), label[96:])
	}
	h := sha256.Sum256(label)
	return append(h[:], key[:]...)
}

func enrolWith(t *testing.T, k PublicKey) *Device {
	t.Helper()
	d, err := NewDeviceFor(k)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The label is the sender, the recipient, the hash of the body and the associated data, in this order,
// at both ends.
func TestLabel(t *testing.T) {
	a, b := enrolWith(t, bound{}), enrolWith(t, bound{})
	start(t, a, b)
	e, err := a.Seal(b.Identity(), []byte("text"), []byte("date"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := a.Identity(), b.Identity()
	parsed, err := boundScheme.Parse(e)
	if err != nil {
		t.Fatal(err)
	}
	n := int(e[65])<<16 | int(e[66])<<8 | int(e[67]) // after the version and the field
	hash := sha256.Sum256(e[68:][:n])
	label := slices.Concat(from[:], to[:], hash[:], []byte("date"))
	want := sha256.Sum256(label)
	if parsed.BodyHash() != hash {
		t.Errorf("the hash of the body is %x, want %x", parsed.BodyHash(), hash)
	}
	if !bytes.Equal(parsed.Field[:32], want[:]) || !bytes.Equal(parsed.Label([]byte("date")), label) {
		t.Errorf("the field is bound to %x, want %x", parsed.Field[:32], want)
	}
	if _, got, err := b.OpenChecked(e, []byte("date")); err != nil || string(got) != "text" {
		t.Errorf("OpenChecked: %q, %v", got, err)
	}
	for name, k := range map[string]bound{"the names exchanged": {exchange: true}, "another body": {omit: true}} {
		rogue := enrolWith(t, k)
		start(t, rogue, b)
		from, got, err := b.OpenChecked(seal(t, rogue, b, name), nil)
		if !errors.Is(err, ErrField) || from != rogue.Identity() || string(got) != name {
			t.Errorf("with %s: %q from %v, %v", name, got, from, err)
		}
	}
}
