package mls

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// A CipherSuite is a number of RFC 9420, Section 17.1.
type CipherSuite uint16

const (
	// X25519AES128 is MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, which all implementations have.
	X25519AES128 CipherSuite = 1
	// X25519ChaCha20 is MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519.
	X25519ChaCha20 CipherSuite = 3
	// XWingAES128Experimental is X25519AES128 with the KEM X-Wing (X25519 and ML-KEM-768) in place of
	// X25519: MLKEM768X25519_AES128GCM_SHA256_Ed25519 of draft-ietf-mls-pq-ciphersuites. Its number is
	// from the range for private use, because none is assigned yet, so no other implementation will
	// understand it. Signatures stay classical.
	XWingAES128Experimental CipherSuite = 0xf064
)

// All three suites hash with SHA-256, derive with HKDF-SHA256, sign with Ed25519, and take nonces of
// 12 bytes.
const (
	nh        = sha256.Size // KDF.Nh
	nn        = 12          // AEAD.Nn
	reuseSize = 4           // reuse_guard
)

// KEMs of RFC 9180, Section 7.1, and draft-connolly-cfrg-xwing-kem.
const (
	kemX25519 = 0x0020
	kemXWing  = 0x647a
)

// A secret is an output of the key schedule.
type secret [nh]byte

// suite is what a CipherSuite names.
type suite struct {
	id   CipherSuite
	kem  hpke.KEM
	aead hpke.AEAD
	nk   int // AEAD.Nk
}

// suiteOf returns a suite by its number.
func suiteOf(id CipherSuite) (*suite, error) {
	s, ok := suites[id]
	if !ok {
		return nil, fmt.Errorf("expected cipher suite 1, 3 or %#x, found %#x", uint16(XWingAES128Experimental), uint16(id))
	}
	return s, nil
}

var suites = map[CipherSuite]*suite{
	X25519AES128:            {X25519AES128, mustKEM(kemX25519), hpke.AES128GCM(), 16},
	X25519ChaCha20:          {X25519ChaCha20, mustKEM(kemX25519), hpke.ChaCha20Poly1305(), chacha20poly1305.KeySize},
	XWingAES128Experimental: {XWingAES128Experimental, mustKEM(kemXWing), hpke.AES128GCM(), 16},
}

func mustKEM(id uint16) hpke.KEM {
	kem, err := hpke.NewKEM(id)
	must(err)
	return kem
}

// must panics where the library itself has gone wrong.
func must(err error) {
	if err != nil {
		panic("mls: internal error: " + err.Error())
	}
}

func hash(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

func mac(key secret, data []byte) []byte {
	m := hmac.New(sha256.New, key[:])
	m.Write(data)
	return m.Sum(nil)
}

// newAEAD returns the suite's AEAD outside HPKE.
func (s *suite) newAEAD(key []byte) cipher.AEAD {
	if s.nk == chacha20poly1305.KeySize {
		a, err := chacha20poly1305.New(key)
		must(err)
		return a
	}
	block, err := aes.NewCipher(key)
	must(err)
	a, err := cipher.NewGCM(block)
	must(err)
	return a
}

// extract is KDF.Extract.
func extract(salt, ikm []byte) secret {
	prk, err := hkdf.Extract(sha256.New, ikm, salt)
	must(err)
	return secret(prk)
}

// expandWithLabel implements ExpandWithLabel according to RFC 9420, Section 8:
//
//	HKDF-Expand(S, uint16 n ‖ opaque ("MLS 1.0 " ‖ L)<V> ‖ opaque C<V>, n)
func expandWithLabel(s []byte, label string, context []byte, n int) []byte {
	info := make([]byte, 0, 2+2+8+len(label)+4+len(context))
	info = addUint16(info, uint16(n))
	info = addV(info, []byte("MLS 1.0 "+label))
	info = addV(info, context)
	out, err := hkdf.Expand(sha256.New, s, string(info), n)
	must(err)
	return out
}

// derive implements DeriveSecret according to RFC 9420, Section 8.
func (s secret) derive(label string) secret { return secret(expandWithLabel(s[:], label, nil, nh)) }

// deriveTree implements DeriveTreeSecret according to RFC 9420, Section 9.
func (s secret) deriveTree(label string, generation uint32, n int) []byte {
	return expandWithLabel(s[:], label, addUint32(nil, generation), n)
}

// refHash implements RefHash according to RFC 9420, Section 5.2. The label is written in full there.
func refHash(label string, value []byte) []byte {
	return hash(addV(addV(nil, []byte(label)), value))
}

// labelled is the content of SignContent and EncryptContext (RFC 9420, Sections 5.1.2 and 5.1.3).
func labelled(label string, content []byte) []byte {
	return addV(addV(make([]byte, 0, len(content)+32), []byte("MLS 1.0 "+label)), content)
}

// signWithLabel implements SignWithLabel according to RFC 9420, Section 5.1.2.
func signWithLabel(key ed25519.PrivateKey, label string, content []byte) []byte {
	return ed25519.Sign(key, labelled(label, content))
}

// verifyWithLabel implements VerifyWithLabel according to RFC 9420, Section 5.1.2.
func verifyWithLabel(key []byte, label string, content, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, labelled(label, content), signature)
}

// A hpkeCiphertext is HPKECiphertext of RFC 9420, Section 7.6.
type hpkeCiphertext struct{ kemOutput, ciphertext []byte }

var (
	errKEMKey = errors.New("the HPKE public key is not valid for the cipher suite")
	errHPKE   = errors.New("the HPKE ciphertext does not open")
)

// encryptWithLabel implements EncryptWithLabel according to RFC 9420, Section 5.1.3.
func (s *suite) encryptWithLabel(public []byte, label string, context, plaintext []byte) (hpkeCiphertext, error) {
	return s.prepare(label, context).seal(public, plaintext)
}

// decryptWithLabel implements DecryptWithLabel according to RFC 9420, Section 5.1.3.
func (s *suite) decryptWithLabel(private []byte, label string, context []byte, c hpkeCiphertext) ([]byte, error) {
	key, err := s.kem.NewPrivateKey(private)
	if err != nil {
		return nil, errHPKE
	}
	recipient, err := hpke.NewRecipient(c.kemOutput, key, hpke.HKDFSHA256(), s.aead, labelled(label, context))
	if err != nil {
		return nil, errHPKE
	}
	plaintext, err := recipient.Open(nil, c.ciphertext)
	if err != nil {
		return nil, errHPKE
	}
	return plaintext, nil
}

// A keyPair is an HPKE key pair as bytes.
type keyPair struct{ private, public []byte }

// newKeyPair draws a key pair.
func (s *suite) newKeyPair() keyPair {
	key, err := s.kem.GenerateKey()
	must(err)
	return pair(key)
}

// deriveKeyPair is KEM.DeriveKeyPair.
func (s *suite) deriveKeyPair(ikm secret) keyPair {
	key, err := s.kem.DeriveKeyPair(ikm[:])
	must(err)
	return pair(key)
}

func pair(key hpke.PrivateKey) keyPair {
	private, err := key.Bytes()
	must(err)
	return keyPair{private, key.PublicKey().Bytes()}
}

// owns reports whether private is the private key of public.
func (s *suite) owns(private, public []byte) bool {
	key, err := s.kem.NewPrivateKey(private)
	return err == nil && string(key.PublicKey().Bytes()) == string(public)
}
