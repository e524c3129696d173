package agetoken

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"testing"

	"doormat/internal/testing/ratio"
)

// bareSign is a signature of crypto/rsa, which computes with the primes.
func bareSign(b *testing.B, key *rsa.PrivateKey) func() {
	digest := sha512.Sum384([]byte("x"))
	return func() { _, err := rsa.SignPSS(rand.Reader, key, crypto.SHA384, digest[:], nil); check(b, err) }
}

func bareVerify(b *testing.B, key *rsa.PrivateKey) func() {
	digest := sha512.Sum384([]byte("x"))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA384, digest[:], nil)
	check(b, err)
	return func() { check(b, rsa.VerifyPSS(&key.PublicKey, crypto.SHA384, digest[:], signature, nil)) }
}

// What the issuer does for a token: an exponentiation without the primes, and a check.
func BenchmarkSign(b *testing.B) {
	w := newWorld(b)
	batch, err := w.wallet.Request(1)
	check(b, err)
	ratio.Time(b, "x-of-rsa-sign", func() { _, err := w.issuer.Sign(batch[2:]); check(b, err) }, bareSign(b, w.issuer.key))
}

// What a phone does for a token before it is signed: r, its inverse, and r^e.
func BenchmarkRequest(b *testing.B) {
	w := newWorld(b)
	ratio.Time(b, "x-of-rsa-verify", func() { _, err := w.wallet.Request(1); check(b, err) }, bareVerify(b, w.issuer.key))
}

// And after it: a product, and a verification.
func BenchmarkFinish(b *testing.B) {
	w := newWorld(b)
	batch, err := w.wallet.Request(1)
	check(b, err)
	responses, err := w.issuer.SignBatch(batch)
	check(b, err)
	pending := w.wallet.pending
	ratio.Time(b, "x-of-rsa-verify", func() { w.wallet.pending = pending; check(b, w.wallet.Finish(responses)) }, bareVerify(b, w.issuer.key))
}

// What a site does for a visit: a verification, and a look at the list.
func BenchmarkAdmit(b *testing.B) {
	w := newWorld(b)
	w.fetch(b, 1)
	token := w.take(b).Bytes()
	ratio.Time(b, "x-of-rsa-verify", func() { clear(w.spent.nonces); check(b, w.gate.Admit(token)) }, bareVerify(b, w.issuer.key))
}
