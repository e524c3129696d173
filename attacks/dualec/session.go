package dualec

import (
	"bytes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"io"
	"math/big"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/padme"
)

// How the devices talk. It is an exchange in one message after the manner of TLS and IKE in those
// years, and does what they did with randomness: 32 bytes of it cross the wire in clear, as the
// nonce of a hello, and are drawn before the keys. In ScreenOS the nonces of IKE had been enlarged
// from 20 bytes to 32, a block of output and two bytes more, and were drawn before the Diffie-Hellman
// keys, so that one handshake could be read by itself (Checkoway and others, ePrint 2016/376).
//
// Package noescrow would not do here. Its envelopes carry public keys and ciphertexts, and nowhere 30
// bytes in a row as the generator made them, which is worth knowing (TestNoEscrowShowsNoRawOutput).
// It would also have needed a hook for the generator, which it does not get.
//
//	struct {
//	    uint8  version = 0xd1;
//	    opaque from[128];       /* two P-256 points, x ‖ y: for signatures, for agreement */
//	    opaque to[128];
//	    opaque nonce[32];       /* drawn first, */
//	    opaque ephemeral[64];   /* its private key second, */
//	    opaque signature[64];   /* and the k of ECDSA third */
//	    opaque ciphertext[...];
//	} Envelope;
//
//	key        = HKDF-SHA-256(ephemeral · to, salt nonce, info)
//	ciphertext = ChaCha20-Poly1305(key, 0, padded text)
//	signature  = ECDSA over everything else
//
// The date is not authenticated, as it was not then.

// Sizes in bytes.
const (
	envelopeVersion = 0xd1
	pointSize       = 64 // x ‖ y
	identitySize    = 2 * pointSize
	nonceSize       = 32 // a block of 30 bytes, and two of the next
	signatureSize   = 64 // r ‖ s
)

var errEnvelope = errors.New("attacks: the envelope does not open")

// An envelope holds the parts of one. They share its memory.
type envelope struct {
	from, to, nonce, ephemeral, signature, ciphertext []byte
}

// parseEnvelope splits an envelope. It reports false if the version differs or a part is missing. It
// checks nothing else.
func parseEnvelope(b []byte) (e envelope, ok bool) {
	in := cryptobyte.String(b)
	var version uint8
	ok = in.ReadUint8(&version) && version == envelopeVersion &&
		in.ReadBytes(&e.from, identitySize) && in.ReadBytes(&e.to, identitySize) &&
		in.ReadBytes(&e.nonce, nonceSize) && in.ReadBytes(&e.ephemeral, pointSize) &&
		in.ReadBytes(&e.signature, signatureSize) && len(in) >= chacha20poly1305.Overhead
	e.ciphertext = in
	return e, ok
}

// addresses returns the identities on an envelope.
func addresses(b []byte) (from, to []byte, ok bool) {
	e, ok := parseEnvelope(b)
	return e.from, e.to, ok
}

// bytes returns the envelope as it crosses the wire.
func (e envelope) bytes() []byte {
	return slices.Concat([]byte{envelopeVersion}, e.from, e.to, e.nonce, e.ephemeral, e.signature, e.ciphertext)
}

// hash returns the hash that the sender signs.
func (e envelope) hash() []byte {
	h := sha256.New()
	for _, part := range [][]byte{
		[]byte("doormat 1 dual ec signature"),
		e.from,
		e.to,
		e.nonce,
		e.ephemeral,
		e.ciphertext,
	} {
		h.Write(part)
	}
	return h.Sum(nil)
}

// aead returns the cipher under the key that both sides agree on. The private key is that of one side,
// the public key, x ‖ y, that of the other.
func (e envelope) aead(private *ecdh.PrivateKey, public []byte) (cipher.AEAD, error) {
	p, err := ecdh.P256().NewPublicKey(append([]byte{4}, public...))
	if err != nil {
		return nil, errEnvelope
	}
	shared, err := private.ECDH(p)
	if err != nil {
		return nil, errEnvelope
	}
	info := "doormat 1 dual ec key" + string(e.from) + string(e.to) + string(e.ephemeral)
	key, err := hkdf.Key(sha256.New, shared, e.nonce, info, chacha20poly1305.KeySize)
	if err != nil {
		return nil, errEnvelope
	}
	return chacha20poly1305.New(key)
}

// open decrypts the text, with keys as for aead. Recipient and thief use it alike: the recipient has
// the long-term private key and the ephemeral public key, and who knows the generator's state has
// the ephemeral private key.
func (e envelope) open(private *ecdh.PrivateKey, public []byte) ([]byte, error) {
	aead, err := e.aead(private, public)
	if err != nil {
		return nil, err
	}
	padded, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), e.ciphertext, nil)
	if err != nil {
		return nil, errEnvelope
	}
	return padme.Unpad(padded)
}

// verify reports whether the signature is the sender's.
func (e envelope) verify() bool {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, e.from[:pointSize]...))
	if err != nil {
		return false
	}
	r, s := e.rs()
	return ecdsa.Verify(public, e.hash(), r, s)
}

// rs returns the two numbers of the signature.
func (e envelope) rs() (r, s *big.Int) {
	return new(big.Int).SetBytes(e.signature[:32]), new(big.Int).SetBytes(e.signature[32:])
}

// seal makes an envelope. All randomness is read from random, in the order nonce, ephemeral key, k. The
// order matters: the nonce gives the generator's state away, and the two keys are drawn from what
// follows.
func seal(random io.Reader, signing *ecdh.PrivateKey, from, to []byte, text string) ([]byte, error) {
	e := envelope{from: from, to: to, nonce: make([]byte, nonceSize)}
	if _, err := io.ReadFull(random, e.nonce); err != nil {
		return nil, err
	}
	ephemeral, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	e.ephemeral = rawPoint(ephemeral)
	aead, err := e.aead(ephemeral, to[pointSize:])
	if err != nil {
		return nil, err
	}
	e.ciphertext = aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad([]byte(text)), nil)
	k, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	e.signature = signECDSA(signing, k, e.hash())
	return e.bytes(), nil
}

// drawKey reads 32 bytes as a private key of P-256. It reads again if they are not one, which happens
// once in 2^32.
func drawKey(random io.Reader) (*ecdh.PrivateKey, error) {
	b := make([]byte, 32)
	for {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, err
		}
		if k, err := ecdh.P256().NewPrivateKey(b); err == nil {
			return k, nil
		}
	}
}

// rawPoint returns the public key as x ‖ y, without the byte for "uncompressed".
func rawPoint(k *ecdh.PrivateKey) []byte { return k.PublicKey().Bytes()[1:] }

// order is n, the order of P-256.
var order = elliptic.P256().Params().N

// signECDSA signs a hash with a k of the caller's. It implements ECDSA according to FIPS 186-4,
// Section 6.4, in the form of those years, when k came from the generator. The standard library does
// not offer that, with good reason.
//
//	r = x(kG) mod n     s = (e + r·d)/k mod n
func signECDSA(private, k *ecdh.PrivateKey, hash []byte) []byte {
	r := new(big.Int).SetBytes(rawPoint(k)[:32])
	r.Mod(r, order)
	s := new(big.Int).Mul(r, new(big.Int).SetBytes(private.Bytes()))
	s.Add(s, new(big.Int).SetBytes(hash))
	s.Mul(s, new(big.Int).ModInverse(new(big.Int).SetBytes(k.Bytes()), order))
	s.Mod(s, order)
	signature := make([]byte, signatureSize)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature
}

// recoverSigningKey returns the private key that has signed e with this k:
//
//	d = (s·k − e)/r mod n
//
// It needs a single signature, and follows from the equation for s above. It reports false if the
// key is not that of the sender of e, so that a k which is not the signature's yields nothing.
func recoverSigningKey(k *ecdh.PrivateKey, e envelope) (*ecdh.PrivateKey, bool) {
	r, s := e.rs()
	inverse := new(big.Int).ModInverse(r, order)
	if inverse == nil {
		return nil, false
	}
	d := s.Mul(s, new(big.Int).SetBytes(k.Bytes()))
	d.Sub(d, new(big.Int).SetBytes(e.hash()))
	d.Mul(d, inverse)
	d.Mod(d, order)
	private, err := ecdh.P256().NewPrivateKey(d.FillBytes(make([]byte, 32)))
	return private, err == nil && bytes.Equal(rawPoint(private), e.from[:pointSize])
}
