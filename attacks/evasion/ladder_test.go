package evasion

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/cryptotest"

	"doormat/escrow"
	"doormat/noescrow"
)

// someTexts returns n honest texts.
func someTexts(n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("Message %d: see you at %d.", i, i%24))
	}
	return texts
}

const plan = "The lamp is out on Thursdays. Bring the ladder, the rope, and nobody else."

func climb(t *testing.T, rung Rung, n int) Result {
	t.Helper()
	r, err := Climb(rung, escrow.NewAuthority().RecoveryKey(), NewKey(), someTexts(n), plan)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each rung shows to each party what the package comment says.
func TestLadder(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1)
	const n = 60
	repeated := strings.Repeat(plan+strings.Repeat("\x00", 4*FrameSize-len(plan)), n/4)
	repeated = strings.TrimRight(repeated, "\x00")
	for _, c := range []struct {
		rung    Rung
		notices string
		want    Result
	}{
		{Honest, "nobody", Result{Opened: n, Legible: n}},
		{NoField, "the relay", Result{Foreign: n}},
		{Noise, "the authority", Result{Checked: n}},
		{Encrypted, "the authority", Result{Opened: n}},
		{InSeed, "nobody", Result{Opened: n, Legible: n, Hidden: repeated, Bits: 192}},
		{InField, "recipients who check", Result{Opened: n, Legible: n, Checked: n, Hidden: repeated, Bits: 192}},
		{InCiphertext, "nobody", Result{Opened: n, Legible: n, Hidden: (plan + plan)[:n], Bits: 8}},
		{ClearInField, "the authority", Result{Opened: n, Legible: n, Checked: n}},
		{ClearInSeed, "the authority", Result{Opened: n, Legible: n, Guessed: n}},
		{OnePad, "the authority", Result{Opened: n, Legible: n}},
	} {
		got := climb(t, c.rung, n)
		told := got.Verdict.ToldApart()
		if want := strings.Contains(fmt.Sprint(Controls()), string(c.rung)); told != want {
			t.Errorf("%s: told apart %v, expected %v: %+v", c.rung, told, want, got.Verdict)
		}
		if who := got.Notices(); who != c.notices {
			t.Errorf("%s: %s notices, expected %s", c.rung, who, c.notices)
		}
		c.want.Messages, c.want.Delivered, got.Verdict = n, n, Verdict{}
		if got != c.want {
			t.Errorf("%s: found %+v, expected %+v", c.rung, got, c.want)
		}
	}
}

// Devices of package escrow do not notice a phone that hides: its field passes their check.
func TestHonestDeviceAccepts(t *testing.T) {
	authority := escrow.NewAuthority()
	ben, err := escrow.NewDevice(authority.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	ana, err := NewPhone(authority.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	published, err := ben.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := escrow.NewShelf(published)
	if err != nil {
		t.Fatal(err)
	}
	if err := ana.Start(ben.Identity(), shelf.Bundle()); err != nil {
		t.Fatal(err)
	}
	key := NewKey()
	envelope, err := ana.Seal(ben.Identity(), "hello", key.Hide(0, Frames(plan)[0]))
	if err != nil {
		t.Fatal(err)
	}
	from, text, err := ben.OpenChecked(envelope, nil)
	if err != nil || from != ana.Identity() || string(text) != "hello" {
		t.Errorf("the device reads %q and says %v", text, err)
	}
	envelope, err = ana.SealToAuthority(ben.Identity(), "hello", HonestCoins(), key.Hide(0, Frames(plan)[0]))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = ben.OpenChecked(envelope, nil); !errors.Is(err, escrow.ErrField) {
		t.Errorf("coins of the field that are not the seed's: %v, expected %v", err, escrow.ErrField)
	}
	// The other way: a phone reads what a device of package escrow writes.
	back, err := ben.Seal(ana.Identity(), []byte("and to you"), nil)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := ana.Open(back)
	if err != nil || letter.Text != "and to you" || !letter.Honest {
		t.Errorf("the phone reads %+v and says %v", letter.Text, err)
	}
	if _, err := key.Reveal(0, letter.Coins); !errors.Is(err, ErrNothing) {
		t.Errorf("a message that hides nothing: %v, expected %v", err, ErrNothing)
	}
}

func TestClimbRefuses(t *testing.T) {
	line := escrow.NewAuthority().RecoveryKey()
	for name, f := range map[string]func() (Result, error){
		"a line that is no key": func() (Result, error) { return Climb(Honest, "AGE", NewKey(), someTexts(1), plan) },
		"nothing to hide":       func() (Result, error) { return Climb(Honest, line, NewKey(), someTexts(1), "") },
		"an unknown rung":       func() (Result, error) { return Climb("stilts", line, NewKey(), someTexts(1), plan) },
	} {
		if _, err := f(); err == nil || !strings.HasPrefix(err.Error(), "evasion: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Climb(Honest, line, NewKey(), nil, plan); err != nil {
		t.Errorf("no messages: %v", err)
	}
}

func TestPhoneRefuses(t *testing.T) {
	l, err := newLink(escrow.NewAuthority().Recipient(), NewKey(), plan)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := l.ana.Seal(l.to, "hello", HonestCoins())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(envelope); i += 97 {
		bad := append([]byte(nil), envelope...)
		bad[i] ^= 1
		if _, err := l.ben.Open(bad); err == nil {
			t.Errorf("byte %d altered: no error", i)
		}
		if _, err := l.ben.Open(envelope[:i]); err == nil {
			t.Errorf("cut to %d bytes: no error", i)
		}
	}
	if _, err := l.ben.Open(envelope); err != nil {
		t.Errorf("the envelope itself: %v", err)
	}
	if err := l.ana.Start(noescrow.Identity{}, []byte{0xe1, 4}); err == nil {
		t.Error("an empty bundle: no error")
	}
	if err := l.ana.Start(noescrow.Identity{}, []byte{2, 4, 0}); err == nil {
		t.Error("a bundle of package noescrow: no error")
	}
	if _, err := NewPhone("age1"); err == nil {
		t.Error("no authority: no error")
	}
}
