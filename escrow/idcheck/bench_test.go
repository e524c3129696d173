package idcheck

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"testing"

	"doormat/internal/testing/ratio"
)

// A site verifies two signatures.
func BenchmarkVerify(b *testing.B) {
	p := NewProvider()
	shown, err := holder(b, p, 1).Show(nil)
	check(b, err)
	digest := sha256.Sum256(nil)
	signature, err := p.key.Sign(nil, digest[:], crypto.SHA256)
	check(b, err)
	ratio.Time(b, "x-of-ecdsa-verify", func() { _, err := Verify(p.PublicKey(), nil, shown, at); check(b, err) },
		func() { ecdsa.VerifyASN1(&p.key.PublicKey, digest[:], signature) })
}

// A provider signs once.
func BenchmarkIssue(b *testing.B) {
	p := NewProvider()
	d, keys, digest := document(b, "Ana", 1990), new(Holder).Keys(1), sha256.Sum256(nil)
	ratio.Time(b, "x-of-ecdsa-sign", func() { _, err := p.Issue(d, keys, at); check(b, err) },
		func() { _, err := p.key.Sign(nil, digest[:], crypto.SHA256); check(b, err) })
}
