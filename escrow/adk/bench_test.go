package adk

import (
	"crypto/rand"
	"testing"

	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/sign/ed25519"

	"doormat/internal/testing/ratio"
)

func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// agree is what encrypting to a key costs at least: an ephemeral key, and a shared secret.
func agree(peer *x25519.Key) {
	var private, public, shared x25519.Key
	rand.Read(private[:])
	x25519.KeyGen(&public, &private)
	x25519.Shared(&shared, &private, peer)
}

// To one of the company's people: the limit is a signature, and two keys to agree on.
func BenchmarkEncrypt(b *testing.B) {
	c := newCast(b)
	s := &Sender{Key: c.ben, Version: PGP658, Keyring: c.keyring}
	text := make([]byte, 256)
	_, signing, _ := ed25519.GenerateKey(rand.Reader)
	peer := x25519.Key{9}
	ratio.Speed(b, "of-limit", func() {
		_, err := s.Encrypt(text, august, c.ana.Certificate())
		check(b, err)
	}, func() {
		ed25519.Sign(signing, text)
		agree(&peer)
		agree(&peer)
	})
}

// The limit is the shared secret. A third of the rest is AES, SHA-1 and SHA-256. Most of it is the OpenPGP
// library, which parses session keys and signatures, and encodes them again so that only canonical ones
// are accepted. Parsers of our own for both would avoid that.
func BenchmarkRecover(b *testing.B) {
	c := newCast(b)
	message := c.write(b, PGP658, string(make([]byte, 256)), c.ana.Certificate())
	private, public, shared := x25519.Key{1}, x25519.Key{9}, x25519.Key{}
	ratio.Speed(b, "of-limit", func() {
		_, err := c.company.Recover(message)
		check(b, err)
	}, func() {
		x25519.Shared(&shared, &private, &public)
	})
}

// The limit is the two signatures.
func BenchmarkParseCertificate(b *testing.B) {
	certificate := newCast(b).ana.Certificate().Bytes()
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	digest := make([]byte, 32)
	signature := ed25519.Sign(private, digest)
	ratio.Speed(b, "of-limit", func() {
		_, err := ParseCertificate(certificate)
		check(b, err)
	}, func() {
		ed25519.Verify(public, digest, signature)
		ed25519.Verify(public, digest, signature)
	})
}
