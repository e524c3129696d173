package sakke

import (
	"bytes"
	"math/big"
	"testing"
)

func TestVerifyRefuses(t *testing.T) {
	kms, c := sharedKMS()
	id, message := identifier(t, aliceNumber, february), []byte("the bridge, at six")
	k := kms.Authentication.Extract(id)
	sig := k.Sign(message)
	if err := c.Verify(id, message, sig); err != nil || k.Identifier() != id {
		t.Fatal(err)
	}
	mutilate(sig, 1<<20, func(what string, at int, bad []byte) {
		if err := c.Verify(id, message, bad); err != ErrSignature {
			t.Errorf("%s at %d: %v", what, at, err)
		}
	})
	mutilate(message, 1<<20, func(what string, at int, bad []byte) {
		if err := c.Verify(id, bad, sig); err != ErrSignature {
			t.Errorf("message, %s at %d: %v", what, at, err)
		}
	})
	for what, signer := range map[string]Identifier{
		"Bob": identifier(t, bobNumber, february), "March": identifier(t, aliceNumber, february.AddDate(0, 1, 0)), "nobody": "",
	} {
		if err := c.Verify(signer, message, sig); err != ErrSignature {
			t.Errorf("signed by %s: %v", what, err)
		}
	}
	other, _ := NewKMS("kms.example")
	if err := other.Community().Verify(id, message, sig); err != ErrSignature {
		t.Errorf("another community: %v", err)
	}
	zero := make([]byte, signatureSize)
	copy(zero[64:], sig[64:])
	if err := c.Verify(id, message, zero); err != ErrSignature {
		t.Errorf("r = s = 0: %v", err)
	}
}

// (r, −s) is valid too, as Verify says: what is recorded of a message must not be its signature.
func TestSignatureHasTwoForms(t *testing.T) {
	kms, c := sharedKMS()
	id, message := identifier(t, aliceNumber, february), []byte("the bridge, at six")
	sig := kms.Authentication.Extract(id).Sign(message)
	s := new(big.Int).Sub(order, new(big.Int).SetBytes(sig[32:64]))
	other := bytes.Clone(sig)
	s.FillBytes(other[32:64])
	if err := c.Verify(id, message, other); err != nil || bytes.Equal(other, sig) {
		t.Errorf("(r, −s): %v", err)
	}
}

func TestParseSigningKey(t *testing.T) {
	kms, c := sharedKMS()
	id := identifier(t, aliceNumber, february)
	k := kms.Authentication.Extract(id)
	parsed, err := c.ParseSigningKey(id, k.Bytes())
	if err != nil || c.Verify(id, nil, parsed.Sign(nil)) != nil {
		t.Fatal(err)
	}
	mutilate(k.Bytes(), 1<<20, func(what string, at int, bad []byte) {
		if _, err := c.ParseSigningKey(id, bad); err == nil {
			t.Errorf("%s at %d is taken", what, at)
		}
	})
	if _, err := c.ParseSigningKey(identifier(t, bobNumber, february), k.Bytes()); err == nil {
		t.Error("Alice's key is Bob's")
	}
	if again := kms.Authentication.Extract(id); bytes.Equal(again.Bytes(), k.Bytes()) {
		t.Error("two keys are equal")
	}
}

func TestAuthenticationSecret(t *testing.T) {
	b := make([]byte, 32)
	for _, c := range []struct {
		n  *big.Int
		ok bool
	}{{big.NewInt(0), false}, {big.NewInt(1), true}, {new(big.Int).Sub(order, big.NewInt(1)), true}, {order, false}} {
		if _, err := ParseAuthenticationSecret(c.n.FillBytes(b)); (err == nil) != c.ok {
			t.Errorf("KSAK = %x: %v", b, err)
		}
	}
	if _, err := ParseAuthenticationSecret(b[1:]); err == nil {
		t.Error("31 bytes are taken")
	}
}
