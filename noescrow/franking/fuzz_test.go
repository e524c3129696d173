package franking

import (
	"bytes"
	"testing"
)

// A plaintext that opens under its commitment is judged as it was shown.
func FuzzOpen(f *testing.F) {
	p := NewProvider()
	seed, _ := sealed(f, "hello")
	f.Add(seed)
	f.Add(seed[:Overhead])
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		if len(plaintext) <= keySize {
			if _, err := Open(plaintext, Commitment{}); err == nil {
				t.Errorf("%x opens", plaintext)
			}
			return
		}
		c := commit(plaintext)
		m, err := Open(plaintext, c)
		got, _, errJudge := p.Judge(NewReport(plaintext, c, context, p.Stamp(c, context)))
		if (err == nil) != (errJudge == nil) || !bytes.Equal(m.Text, got.Text) {
			t.Errorf("%x: opened %v, judged %v", plaintext, err, errJudge)
		}
	})
}

// No report is believed but the one that was made.
func FuzzJudge(f *testing.F) {
	p := NewProvider()
	plaintext, c := sealed(f, "hello")
	report := NewReport(plaintext, c, context, p.Stamp(c, context))
	f.Add(report)
	f.Add(report[:len(report)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := p.Judge(b); err == nil && !bytes.Equal(b, report) {
			t.Errorf("%x is believed", b)
		}
	})
}

func FuzzParseProvider(f *testing.F) {
	f.Add(NewProvider().RecoveryKey())
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParseProvider(b); err == nil && !bytes.Equal(p.RecoveryKey(), b) {
			t.Errorf("%x is read as %x", b, p.RecoveryKey())
		}
	})
}

func FuzzOpenAttachment(f *testing.F) {
	a, sealed := SealAttachment([]byte("a picture"))
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := a.Open(b); err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("%x opens", b)
		}
	})
}
