package franking

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"
)

func TestAttachment(t *testing.T) {
	for _, n := range []int{0, 1, 16, 100_000} {
		data := random(n)
		a, sealed := SealAttachment(data)
		got, err := a.Open(sealed)
		if err != nil || !bytes.Equal(got, data) || len(sealed) != n+AttachmentOverhead {
			t.Errorf("%d bytes: %d, %v", n, len(got), err)
		}
	}
	a, sealed := SealAttachment([]byte("a picture"))
	for what, bad := range spoilt(sealed) {
		if got, err := a.Open(bad); err == nil || got != nil {
			t.Errorf("%s: %q, %v", what, got, err)
		}
		c := a // by a sender who names just these bytes
		c.hash = sha256.Sum256(bad)
		if got, err := c.Open(bad); err == nil || got != nil {
			t.Errorf("%s, and named: %q, %v", what, got, err)
		}
	}
}

// The commitment comes first, and is HKDF's second half.
func TestAttachmentCommits(t *testing.T) {
	a, sealed := SealAttachment([]byte("a picture"))
	keys, err := hkdf.Key(sha256.New, a.key[:], nil, "doormat 1 franking attachment", 64)
	check(t, err)
	if !bytes.Equal(sealed[:32], keys[32:]) {
		t.Errorf("the commitment is %x, expected %x", sealed[:32], keys[32:])
	}
	// Under another key nothing opens, though the message names these bytes. Each bit of the key counts.
	for bit := range 8 * keySize {
		other := a
		other.key[bit/8] ^= 1 << (bit % 8)
		if got, err := other.Open(sealed); err == nil {
			t.Errorf("bit %d of the key changed: %q", bit, got)
		}
	}
}

// A sender who could choose a ciphertext that GCM opens under two keys has still one commitment: with it
// taken from one key, the other is refused before GCM is asked.
func TestAnotherKeysCommitment(t *testing.T) {
	a, one := SealAttachment([]byte("a picture"))
	b, two := SealAttachment([]byte("a picture"))
	mixed := append(bytes.Clone(one[:commitmentSize]), two[commitmentSize:]...) // GCM's part opens under b
	b.hash = sha256.Sum256(mixed)
	if got, err := b.Open(mixed); err == nil {
		t.Errorf("with another key's commitment: %q", got)
	}
	a.hash = b.hash
	if got, err := a.Open(mixed); err == nil {
		t.Errorf("another key's ciphertext: %q", got)
	}
	b.hash = sha256.Sum256(two)
	_, err := b.Open(two)
	check(t, err)
}

// The sender has the key too, and can make another attachment under it: the message names one of them.
func TestAnotherPictureUnderOneKey(t *testing.T) {
	a, _ := SealAttachment([]byte("a picture"))
	aead, com := a.cipher()
	other := aead.Seal(com, make([]byte, aead.NonceSize()), []byte("another"), nil)
	if got, err := a.Open(other); err == nil {
		t.Errorf("opens as %q", got)
	}
	a.hash = sha256.Sum256(other) // the control
	if got, err := a.Open(other); err != nil || string(got) != "another" {
		t.Errorf("%q, %v", got, err)
	}
}
