package credential

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"doormat/internal/testing/ratio"
)

// bare is a signature and its verification, as attestations have: ECDSA with P-256.
func bare(b *testing.B) (sign, verify func()) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(b, err)
	digest := sha256.Sum256([]byte("x"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	check(b, err)
	return func() { _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); check(b, err) },
		func() { ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) }
}

// What a phone does for a visit.
func BenchmarkShow(b *testing.B) {
	c := phone(b, person("Ana", 1990))
	sign, _ := bare(b)
	ratio.Time(b, "x-of-ecdsa-sign", func() { show(b, c, nonce) }, sign)
}

// What a site does for a visit.
func BenchmarkAdmit(b *testing.B) {
	c := phone(b, person("Ana", 1990))
	shown := show(b, c, nonce)
	_, verify := bare(b)
	ratio.Time(b, "x-of-ecdsa-verify", func() { _, err := Admit(c.key, site, nonce, shown, at); check(b, err) }, verify)
}
