package attacks

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

// How the devices of the two Dual EC systems talk. It is an exchange in one message after the manner of
// TLS and IKE in those years, and does what they did with randomness: 32 bytes of it cross the wire
// in clear, as the nonce of a hello, and are drawn before the keys. Package noescrow would not do
// here. Its envelopes carry public keys and ciphertexts, and nowhere 30 bytes in a row as the
// generator made them, which is worth knowing (TestNoEscrowShowsNoRawOutput). It would also have
// needed a hook for the generator, which it does not get.
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

const (
	dualECVersion   = 0xd1
	dualECPoint     = 64
	dualECIdentity  = 2 * dualECPoint
	dualECNonce     = 32
	dualECSignature = 64
)

var errDualEC = errors.New("attacks: the envelope does not open")

type dualECEnvelope struct {
	from, to, nonce, ephemeral, signature, ciphertext []byte
}

func parseDualEC(envelope []byte) (e dualECEnvelope, ok bool) {
	in := cryptobyte.String(envelope)
	var version uint8
	ok = in.ReadUint8(&version) && version == dualECVersion &&
		in.ReadBytes(&e.from, dualECIdentity) && in.ReadBytes(&e.to, dualECIdentity) &&
		in.ReadBytes(&e.nonce, dualECNonce) && in.ReadBytes(&e.ephemeral, dualECPoint) &&
		in.ReadBytes(&e.signature, dualECSignature) && len(in) >= chacha20poly1305.Overhead
	e.ciphertext = in
	return e, ok
}

func (e dualECEnvelope) bytes() []byte {
	return slices.Concat([]byte{dualECVersion}, e.from, e.to, e.nonce, e.ephemeral, e.signature, e.ciphertext)
}

// hash is what is signed.
func (e dualECEnvelope) hash() []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte("doormat 1 dual ec signature"), e.from, e.to, e.nonce, e.ephemeral, e.ciphertext} {
		h.Write(part)
	}
	return h.Sum(nil)
}

// aead is the cipher under the key that both sides agree on.
func (e dualECEnvelope) aead(private *ecdh.PrivateKey, public []byte) (cipher.AEAD, error) {
	p, err := ecdh.P256().NewPublicKey(append([]byte{4}, public...))
	if err != nil {
		return nil, errDualEC
	}
	shared, err := private.ECDH(p)
	if err != nil {
		return nil, errDualEC
	}
	info := "doormat 1 dual ec key" + string(e.from) + string(e.to) + string(e.ephemeral)
	key, err := hkdf.Key(sha256.New, shared, e.nonce, info, chacha20poly1305.KeySize)
	if err != nil {
		return nil, errDualEC
	}
	return chacha20poly1305.New(key)
}

// open decrypts with the private key of either side, of which public is the other's.
func (e dualECEnvelope) open(private *ecdh.PrivateKey, public []byte) ([]byte, error) {
	aead, err := e.aead(private, public)
	if err != nil {
		return nil, err
	}
	padded, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), e.ciphertext, nil)
	if err != nil {
		return nil, errDualEC
	}
	return padme.Unpad(padded)
}

func (e dualECEnvelope) verify() bool {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, e.from[:dualECPoint]...))
	if err != nil {
		return false
	}
	r, s := new(big.Int).SetBytes(e.signature[:32]), new(big.Int).SetBytes(e.signature[32:])
	return ecdsa.Verify(public, e.hash(), r, s)
}

// sealDualEC makes an envelope. All that it needs of chance it reads from random, in this order.
func sealDualEC(random io.Reader, signing *ecdh.PrivateKey, from, to []byte, text string) ([]byte, error) {
	e := dualECEnvelope{from: from, to: to, nonce: make([]byte, dualECNonce)}
	if _, err := io.ReadFull(random, e.nonce); err != nil {
		return nil, err
	}
	ephemeral, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	e.ephemeral = rawPoint(ephemeral)
	aead, err := e.aead(ephemeral, to[dualECPoint:])
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

// drawKey reads 32 bytes, and again in the one case of 2^32 in which they are no private key.
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

// rawPoint is the public key, without the byte that says that it is uncompressed.
func rawPoint(k *ecdh.PrivateKey) []byte { return k.PublicKey().Bytes()[1:] }

var p256Order = elliptic.P256().Params().N

// signECDSA is ECDSA with a k of the caller's (FIPS 186-4, Section 6.4), as everybody signed
// whose k came from his generator. The standard library does not offer that, with good reason.
//
//	r = x(kG) mod n     s = (e + r·d)/k mod n
func signECDSA(private, k *ecdh.PrivateKey, hash []byte) []byte {
	r := new(big.Int).SetBytes(rawPoint(k)[:32])
	r.Mod(r, p256Order)
	s := new(big.Int).Mul(r, new(big.Int).SetBytes(private.Bytes()))
	s.Add(s, new(big.Int).SetBytes(hash))
	s.Mul(s, new(big.Int).ModInverse(new(big.Int).SetBytes(k.Bytes()), p256Order))
	s.Mod(s, p256Order)
	signature := make([]byte, dualECSignature)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature
}

// recoverECDSA is the private key of whoever signed with this k:
//
//	d = (s·k − e)/r mod n
func recoverECDSA(k *ecdh.PrivateKey, e dualECEnvelope) (*ecdh.PrivateKey, bool) {
	r, s := new(big.Int).SetBytes(e.signature[:32]), new(big.Int).SetBytes(e.signature[32:])
	inverse := new(big.Int).ModInverse(r, p256Order)
	if inverse == nil {
		return nil, false
	}
	d := s.Mul(s, new(big.Int).SetBytes(k.Bytes()))
	d.Sub(d, new(big.Int).SetBytes(e.hash()))
	d.Mul(d, inverse)
	d.Mod(d, p256Order)
	private, err := ecdh.P256().NewPrivateKey(d.FillBytes(make([]byte, 32)))
	return private, err == nil && bytes.Equal(rawPoint(private), e.from[:dualECPoint])
}
