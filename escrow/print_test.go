package escrow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"doormat/internal/agekey"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

const marker = "this is a secret, in 32 letters!"

// marked returns a device whose identity key is the marker, beside the secrets to look for.
func marked(t *testing.T, authority *Authority) (d *Device, secrets [][]byte) {
	t.Helper()
	data := state(t, enrol(t, authority))
	const identity = 1218 + 2 // after escrow's part, version and kind
	copy(data[identity:], marker)
	line := data[identity+32+1:][:len(authority.RecoveryKey())]
	if !strings.HasPrefix(string(line), "AGE-SECRET-KEY-PQ-1") {
		t.Fatalf("%.20q is not the line of the device's file key", line)
	}
	signedPrekey := data[identity+33+len(line)+8:][:32]
	return load(t, data), [][]byte{[]byte(marker), signedPrekey, secretPart(string(line))}
}

// secretPart is the beginning of the line without what all such lines begin with.
func secretPart(line string) []byte { return []byte(line[len("AGE-SECRET-KEY-PQ-1"):40]) }

func TestSecretsAreNotPrinted(t *testing.T) {
	authority := NewAuthority()
	d, secrets := marked(t, authority)
	seed := agekey.Seed(authority.identity)
	secrets = append(secrets, seed[:], secretPart(authority.RecoveryKey()))
	shelf, err := NewShelf(publish(t, d))
	if err != nil {
		t.Fatal(err)
	}
	silent := func(what string, x any) {
		t.Helper()
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Errorf("%s: %s", what, leak)
		}
	}
	for name, x := range map[string]any{
		"Device": d, "Authority": authority, "Shelf": shelf, "[]*Device": []*Device{d}, "[]*Authority": []*Authority{authority},
		"unasked": struct {
			device    *Device
			authority *Authority
			values    []any
		}{d, authority, []any{deref(d), deref(authority), deref(shelf)}},
	} {
		silent(name, x)
	}
	for name, err := range failures(d, authority) {
		if err == nil {
			t.Errorf("%s does not fail", name)
			continue
		}
		silent(name, err)
		if !strings.HasPrefix(err.Error(), "escrow: ") {
			t.Errorf("%s: the error does not say whose it is: %q", name, err)
		}
	}
}

// deref copies what p points to into an interface, lock and all, as a careless caller would.
func deref[T any](p *T) any { return *p }

// failures are calls that fail and are given secrets, or hold them.
func failures(d *Device, authority *Authority) map[string]error {
	line := authority.RecoveryKey()
	data, _ := d.MarshalBinary()
	_, errLine := ParseAuthority(line + "Q")
	_, errShort := ParseAuthority(line[:len(line)-1])
	_, errMarker := ParseAuthority(marker)
	_, errRecipient := NewDevice(line)
	_, errSelf := d.Seal(d.Identity(), []byte(marker), []byte(marker))
	_, errLong := d.Seal(d.Identity(), make([]byte, MaxPlaintext+1), nil)
	_, _, errOpen := d.Open(data, []byte(marker))
	_, _, errChecked := d.OpenChecked(data, []byte(marker))
	_, _, _, errRecover := authority.Recover(data)
	_, errShelf := NewShelf(data)
	_, errPublish := d.Publish(-1)
	_, _, errAddresses := Addresses(data)
	return map[string]error{
		"ParseAuthority": errLine, "ParseAuthority, short": errShort, "ParseAuthority, marker": errMarker,
		"NewDevice": errRecipient, "Seal": errSelf, "Seal, long": errLong,
		"Open": errOpen, "OpenChecked": errChecked, "Recover": errRecover, "NewShelf": errShelf,
		"Publish": errPublish, "Addresses": errAddresses,
		"Start":           d.Start(d.Identity(), data),
		"UnmarshalBinary": new(Device).UnmarshalBinary(data[:len(data)-1]),
		"Unlock":          new(Device).Unlock(data, marker),
		"SealFile":        d.SealFile(io.Discard, strings.NewReader(marker), line),
		"OpenFile":        d.OpenFile(io.Discard, bytes.NewReader(data)),
	}
}

// What is printed instead says which one it is.
func TestPrinting(t *testing.T) {
	authority := NewAuthority()
	d := enrol(t, authority)
	wantDevice := "escrow.Device(" + d.Identity().String() + ")"
	wantAuthority := "escrow.Authority(" + authority.Recipient()[:24] + "…)"
	for _, c := range []struct{ got, want string }{
		{fmt.Sprint(d), wantDevice},
		{fmt.Sprintf("%x", d), wantDevice},
		{fmt.Sprint(authority), wantAuthority},
		{fmt.Sprintf("%#v", authority), wantAuthority},
		{d.LogValue().String(), wantDevice},
		{authority.LogValue().String(), wantAuthority},
		{fmt.Sprint(new(Authority)), "escrow.Authority(none)"},
		{fmt.Sprint((*Authority)(nil)), "<nil>"},
		{fmt.Sprintf("%s", *authority), wantAuthority},
		{fmt.Sprint((*Device)(nil)), "<nil>"},
	} {
		if c.got != c.want {
			t.Errorf("prints %q, want %q", c.got, c.want)
		}
	}
	text, err := json.Marshal(map[string]any{"a": authority})
	if want := `{"a":"` + wantAuthority + `"}`; err != nil || string(text) != want {
		t.Errorf("json is %s, %v; want %s", text, err, want)
	}
	if text, err := json.Marshal(map[string]any{"d": d}); err == nil || !strings.Contains(err.Error(), "escrow: a device is saved by MarshalBinary") {
		t.Errorf("json of a device is %s, %v", text, err)
	}
}

// Errors are noescrow's where it has one, so that a caller asks the same question of both.
func TestErrorsAreNoescrows(t *testing.T) {
	_, a, b := pair(t)
	e := send(t, a, b, "")
	_, _, replay := b.Open(e, nil)
	_, _, garbage := b.OpenChecked([]byte("garbage"), nil)
	_, stranger := a.Seal(Identity{}, nil, nil)
	c := load(t, state(t, b))
	start(t, a, b)
	_, _, prekey := c.Open(seal(t, a, b, ""), nil) // b's, from before he published it
	for _, c := range []struct{ got, ours, theirs error }{
		{replay, ErrReplay, noescrow.ErrReplay},
		{garbage, ErrOpen, noescrow.ErrOpen},
		{prekey, ErrPrekey, noescrow.ErrPrekey},
		{stranger, ErrNoSession, noescrow.ErrNoSession},
	} {
		if !errors.Is(c.got, c.ours) || !errors.Is(c.got, c.theirs) {
			t.Errorf("%v is not %v", c.got, c.theirs)
		}
		if text := c.got.Error(); text != "escrow: "+c.ours.Error() {
			t.Errorf("the error reads %q", text)
		}
	}
}
