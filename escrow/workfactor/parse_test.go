package workfactor

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"doormat/internal/testing/printed"
)

// Every bit of an envelope matters but those of the sender's name, and of the body behind its first
// block: nothing authenticates them. An unsigned mail can have any name on it.
func TestEnvelopeDamaged(t *testing.T) {
	alice, bob, authority := pair(t, testBits)
	envelope := seal(t, alice, bob, "the bridge, at six, and bring the others")
	body := bytes.Index(envelope, parse(t, envelope).Ciphertext)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for i := range 8 * len(envelope) {
		damaged := bytes.Clone(envelope)
		damaged[i/8] ^= 1 << (i % 8)
		from, text, err := bob.Open(damaged)
		if name := i/8 >= 2 && i/8 < 2+32; name != (err == nil) && i/8 < body+blockSize {
			t.Fatalf("bit %d: from %.8s, %q, %v", i, from, text, err)
		}
		if err != nil && (text != nil || from != Identity{}) {
			t.Fatalf("bit %d: %q beside %v", i, text, err)
		}
		if i/8 < body && i%8 == 0 { // the authority has its own reading
			authority.RecoverKey(stopped, damaged, Options{})
		}
	}
	for n := range envelope {
		if _, _, err := bob.Open(envelope[:n]); err == nil {
			t.Fatalf("the first %d bytes open", n)
		}
	}
	if _, _, err := bob.Open(append(bytes.Clone(envelope), 0)); err == nil {
		t.Fatal("with a byte behind it, it opens")
	}
}

func TestEnvelopeRefused(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	envelope := seal(t, alice, bob, "six")
	for want, change := range map[string]func(e *Envelope){
		"found 0":            func(e *Envelope) { e.Bits = 0 },
		"found 41":           func(e *Envelope) { e.Bits = 41 },
		"8 bytes, found 8 b": func(e *Envelope) { e.Ciphertext = e.Ciphertext[:8] },
		"found 17 b":         func(e *Envelope) { e.Ciphertext = append(e.Ciphertext, 0) },
		"found 0 b":          func(e *Envelope) { e.Ciphertext = nil },
		"too few": func(e *Envelope) { // the first byte of the field is read as its length
			e.Wrapped, e.Field = e.Wrapped[1:], bytes.Repeat([]byte{0xff}, FieldSize)
		},
	} {
		_, err := ParseEnvelope(alter(t, envelope, change))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "workfactor: ") {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	if _, err := ParseEnvelope(nil); err == nil {
		t.Error("nothing is an envelope")
	}
	if _, err := (&Envelope{Ciphertext: make([]byte, 1<<24)}).Bytes(); err == nil {
		t.Error("a body that does not fit is written")
	}
}

// A sender can wrap a key that is longer than the rest of the envelope says.
func TestKeyTooLong(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	k := BulkKey{n: 1 << (EscrowedBits + testBits)}
	envelope := alter(t, seal(t, alice, bob, "six"), func(e *Envelope) {
		e.Wrapped, _ = wrap(k, e.To)
		e.Field = bob.authority.field(k, e.Bits)
		e.Ciphertext = sealBody(k, e.IV, []byte("six"))
	})
	if _, _, err := bob.OpenUnchecked(envelope); err == nil || !strings.Contains(err.Error(), "at most 34 bits") {
		t.Error(err)
	}
}

func TestPadding(t *testing.T) {
	var iv [blockSize]byte
	for _, c := range []struct {
		body string
		ok   bool
	}{
		{header + "1234567\x01", true},
		{header + "\x08\x08\x08\x08\x08\x08\x08\x08", true},
		{header + "1234567\x00", false},
		{header + "1234567\x02", false},
		{header + "12345678\x09\x09\x09\x09\x09\x09\x09\x09", false},
		{header + "1234567\xff", false},
		{"notes R4" + "1234567\x01", false},
	} {
		body := []byte(c.body)
		k := BulkKey{n: 1}
		ciphertext := make([]byte, len(body))
		prev := iv[:]
		for i := 0; i < len(body); i += blockSize {
			for j := range blockSize {
				ciphertext[i+j] = body[i+j] ^ prev[j]
			}
			newRC2(k).Encrypt(ciphertext[i:], ciphertext[i:])
			prev = ciphertext[i:][:blockSize]
		}
		if _, ok := openBody(k, iv, ciphertext); ok != c.ok {
			t.Errorf("%q opens: %t", c.body, ok)
		}
	}
}

func TestStateRefused(t *testing.T) {
	alice, _, authority := pair(t, testBits)
	state, err := alice.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again := new(Device)
	if err := again.UnmarshalBinary(state); err != nil || again.Identity() != alice.Identity() || again.bits != testBits {
		t.Fatal(again, err)
	}
	zero := new(Device)
	_, errState := zero.MarshalBinary()
	_, errSeal := zero.Seal(alice.Identity(), nil)
	if errState != errNoAuthority || errSeal != errNoAuthority {
		t.Errorf("the zero device: %v, %v", errState, errSeal)
	}
	change := func(data []byte, i int, to byte) []byte {
		data = bytes.Clone(data)
		data[i] = to
		return data
	}
	for what, bad := range map[string][]byte{
		"empty": nil, "cut": state[:len(state)-1], "long": append(bytes.Clone(state), 0),
		"version": change(state, 0, 2), "no bits": change(state, 1, 0), "41 bits": change(state, 1, 41),
		"a short modulus": change(state, 2+32, 0), "an even modulus": change(state, len(state)-1, 0),
	} {
		if err := again.UnmarshalBinary(bad); err == nil || again.Identity() != alice.Identity() {
			t.Errorf("device: %s is not refused", what)
		}
	}
	key := authority.RecoveryKey()
	if again, err := ParseAuthority(key); err != nil || !bytes.Equal(again.RecoveryKey(), key) {
		t.Fatal(err)
	}
	for i := range 8 * len(key) {
		if _, err := ParseAuthority(change(key, i/8, key[i/8]^1<<(i%8))); err == nil {
			t.Fatalf("authority: bit %d does not matter", i)
		}
	}
	for n := range key {
		if _, err := ParseAuthority(key[:n]); err == nil {
			t.Fatalf("authority: the first %d bytes are enough", n)
		}
	}
	// d + phi works as well as d, and is not d.
	d := new(big.Int).Add(authority.d, authority.public.n)
	if _, err := ParseAuthority(append(bytes.Clone(key[:FieldSize]), d.Bytes()...)); err == nil {
		t.Error("authority: an exponent above the modulus is not refused")
	}
}

func FuzzEnvelope(f *testing.F) {
	alice, bob, authority := pair(f, 1)
	f.Add(seal(f, alice, bob, ""))
	f.Add(seal(f, alice, bob, "the bridge, at six"))
	f.Add(seal(f, bob, alice, "why?"))
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEnvelope(data)
		if err != nil {
			if _, _, err := bob.OpenUnchecked(data); err == nil {
				t.Fatal("what does not parse opens")
			}
			return
		}
		again, err := e.Bytes()
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x became %x, %v", data, again, err)
		}
		_, checked, err := bob.Open(data)
		if err != nil {
			return
		}
		// What passes the check the authority can open, to the same text.
		if _, _, text, _, err := authority.Recover(t.Context(), data, Options{}); err != nil || !bytes.Equal(text, checked) {
			t.Fatalf("the receiver reads %q, the authority %q, %v", checked, text, err)
		}
	})
}

func FuzzKeys(f *testing.F) {
	alice, _, authority := pair(f, testBits)
	state, err := alice.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Add(authority.RecoveryKey())
	f.Add(authority.Public().Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if d := new(Device); d.UnmarshalBinary(data) == nil {
			if again, err := d.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
				t.Fatalf("device: %x became %x, %v", data, again, err)
			}
		}
		if a, err := ParseAuthority(data); err == nil && !bytes.Equal(a.RecoveryKey(), data) {
			t.Fatalf("authority: %x became %x", data, a.RecoveryKey())
		}
		if p, err := ParsePublicKey(data); err == nil && !bytes.Equal(p.Bytes(), data) {
			t.Fatalf("public key: %x became %x", data, p.Bytes())
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	envelope := seal(t, alice, bob, "six")
	k := keyOf(t, bob, envelope)
	r := residualOf(t, authority, envelope)
	number := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	for _, x := range []any{bob, authority, k, []any{*bob, *authority}} {
		leak := printed.Leak(x, k.Bytes(), number(r.upper), bob.private[:], authority.d.Bytes())
		if leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}
