package adk

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"testing"
	"time"
)

// august is when Senderek published.
var august = time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)

func key(t testing.TB, userID string, adks ...ADK) *SecretKey {
	t.Helper()
	k, err := GenerateKey(userID, august, adks...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parsed(t testing.TB, certificate []byte) *Certificate {
	t.Helper()
	c, err := ParseCertificate(certificate)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A cast is a company with an ADK, one of its people, a friend, and a thief. Everyone's
// certificate is in the keyring.
type cast struct {
	company, ana, ben, thief *SecretKey
	keyring                  []*Certificate
}

func newCast(t testing.TB) *cast {
	t.Helper()
	company := key(t, "Company <adk@example.com>")
	c := &cast{
		company: company,
		ana:     key(t, "Ana <ana@example.com>", company.Certificate().ADK(Mandatory)),
		ben:     key(t, "Ben <ben@example.org>"),
		thief:   key(t, "Thief <thief@example.net>"),
	}
	for _, k := range []*SecretKey{c.company, c.ana, c.ben, c.thief} {
		c.keyring = append(c.keyring, k.Certificate())
	}
	return c
}

// write is a message from Ben.
func (c *cast) write(t testing.TB, v Version, text string, to ...*Certificate) []byte {
	t.Helper()
	s := &Sender{Key: c.ben, Version: v, Keyring: c.keyring}
	message, err := s.Encrypt([]byte(text), august, to...)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func opens(k *SecretKey, message []byte, text string) bool {
	got, err := k.Recover(message)
	return err == nil && string(got) == text
}

// seed makes the same keys and messages in each process that fuzzes, or the inputs found in one
// would mean nothing to the next.
func seed(t testing.TB) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8([32]byte{})
	t.Cleanup(func() { rand.Reader = before })
}
