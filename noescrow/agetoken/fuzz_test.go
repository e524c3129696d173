package agetoken

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"testing"
)

func FuzzParseChallenge(f *testing.F) {
	b, err := Challenge{"issuer.example", make([]byte, 32), "a.example"}.Bytes()
	check(f, err)
	f.Add(b)
	f.Add([]byte("\x00\x02\x00\x01i\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseChallenge(b)
		if err != nil {
			return
		}
		if again, err := c.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

// What is taken is signed, as crypto/rsa judges too, and is taken once.
func FuzzAdmit(f *testing.F) {
	w := newWorld(f)
	w.fetch(f, 1)
	token := w.take(f).Bytes()
	f.Add(token)
	f.Add(token[:len(token)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		parsed, err := ParseToken(b)
		if err == nil && !bytes.Equal(parsed.Bytes(), b) {
			t.Errorf("%x is read as %x", b, parsed.Bytes())
		}
		if w.gate.Admit(b) != nil {
			return
		}
		digest := sha512.Sum384(b[:inputSize])
		if err := rsa.VerifyPSS(&w.issuer.key.PublicKey, crypto.SHA384, digest[:], b[inputSize:], nil); err != nil {
			t.Errorf("%x is taken: %v", b, err)
		}
		if err := w.gate.Admit(b); err != ErrSpent {
			t.Errorf("%x is taken twice: %v", b, err)
		}
	})
}

// What is signed is a request, and of its length.
func FuzzSign(f *testing.F) {
	w := newWorld(f)
	batch, err := w.wallet.Request(1)
	check(f, err)
	f.Add(batch[2:])
	f.Add(batch[3:])
	f.Fuzz(func(t *testing.T, b []byte) {
		response, err := w.issuer.Sign(b)
		if (err == nil) != (len(response) == keySize) || err == nil && len(b) != requestSize {
			t.Errorf("%x: %d bytes, %v", b, len(response), err)
		}
	})
}

func FuzzSignBatch(f *testing.F) {
	w := newWorld(f)
	batch, err := w.wallet.Request(2)
	check(f, err)
	f.Add(batch)
	f.Add(batch[:2])
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := BatchSize(b)
		if err == nil && (n < 1 || n > MaxBatch || len(b) != 2+n*requestSize) {
			t.Errorf("%d bytes are a batch of %d", len(b), n)
		}
		if w.wallet.Finish(b) == nil {
			t.Errorf("%x is an answer", b)
		}
	})
}

func FuzzStates(f *testing.F) {
	w := newWorld(f)
	w.fetch(f, 1)
	state, err := w.wallet.MarshalBinary()
	check(f, err)
	check(f, w.gate.Admit(w.take(f).Bytes()))
	list, err := w.spent.MarshalBinary()
	check(f, err)
	f.Add(state)
	f.Add(list)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []interface {
			MarshalBinary() ([]byte, error)
			UnmarshalBinary([]byte) error
		}{w.wallet, new(Spent)} {
			if s.UnmarshalBinary(b) == nil {
				if again, err := s.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
					t.Errorf("%x is read as %x", b, again)
				}
			}
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add(testIssuer(f).PublicKey().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := ParsePublicKey(b); err == nil && !bytes.Equal(k.Bytes(), b) {
			t.Errorf("%x is read as %x", b, k.Bytes())
		}
	})
}
