package idcheck

import (
	"bytes"
	"testing"
)

func FuzzParseDocument(f *testing.F) {
	f.Add(document(f, "Ana", 1990))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ParseDocument(b)
		if err != nil {
			return
		}
		if again, err := d.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

func FuzzParseShown(f *testing.F) {
	b, err := holder(f, NewProvider(), 1).Show(nil)
	check(f, err)
	f.Add(b)
	f.Add(b[2:])
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseShown(b); err == nil && !bytes.Equal(s.Bytes(), b) {
			t.Errorf("%x is read as %x", b, s.Bytes())
		}
		if a, err := ParseAttestation(b); err == nil && !bytes.Equal(a.Bytes(), b) {
			t.Errorf("%x is read as %x", b, a.Bytes())
		}
	})
}

func FuzzStates(f *testing.F) {
	p := NewProvider()
	state, err := holder(f, p, 1).MarshalBinary()
	check(f, err)
	f.Add(state)
	f.Add(p.Log())
	c := NewContractor()
	_, err = c.Check(document(f, "Ana", 1990), "wine.example", "", at)
	check(f, err)
	database, err := c.MarshalBinary()
	check(f, err)
	f.Add(database)
	f.Fuzz(func(t *testing.T, b []byte) {
		h := new(Holder)
		if h.UnmarshalBinary(b) == nil {
			if again, err := h.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%x is read as %x", b, again)
			}
		}
		if c.UnmarshalBinary(b) == nil {
			if again, err := c.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%x is read as %x", b, again)
			}
			c.Recover("")
		}
		ParseLog(b)
	})
}

// An app takes any preferences, and opens for none with a PIN in it but the right one.
func FuzzPreferences(f *testing.F) {
	f.Add("PinEnc=00\nPinIV=00\nAttempts=0\nUseBiometricAuth=false\n")
	f.Add("PinEnc=\nPinIV=\nAttempts=-1")
	f.Fuzz(func(t *testing.T, text string) {
		a := NewApp()
		a.Preferences = text
		_, enc := a.preference("PinEnc")
		_, iv := a.preference("PinIV")
		if a.Unlock("1234") == nil && enc && iv {
			t.Errorf("%q opens", text)
		}
	})
}
