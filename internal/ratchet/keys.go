package ratchet

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/padme"
	"doormat/internal/x25519"
)

type (
	rootKey    [32]byte
	chainKey   [32]byte
	headerKey  [32]byte
	messageKey [32]byte
)

// initialKeys derives RK, shared_hka and shared_nhkb from the handshake's SK:
//
//	RK ‖ shared_hka ‖ shared_nhkb = HKDF-SHA-256(SK, 96 bytes)
func initialKeys(sk [32]byte) (rk rootKey, hka, nhkb headerKey) {
	out := derive(sk[:], nil, "doormat 1 Double Ratchet initial keys")
	return rootKey(out[:32]), headerKey(out[32:64]), headerKey(out[64:])
}

// next implements KDF_RK_HE (Section 4.2):
//
//	RK ‖ CK ‖ NHK = HKDF-SHA-256(salt RK, DH, 96 bytes)
func (rk rootKey) next(dh x25519.SharedSecret) (rootKey, chainKey, headerKey) {
	out := derive(dh[:], rk[:], "doormat 1 Double Ratchet root step")
	return rootKey(out[:32]), chainKey(out[32:64]), headerKey(out[64:])
}

func derive(secret, salt []byte, label string) []byte {
	out, err := hkdf.Key(sha256.New, secret, salt, label, 96)
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	return out
}

// next implements KDF_CK with the recommended inputs (Section 5.2). It steps the chain and returns
// the message key.
//
//	MK = HMAC-SHA-256(CK, 0x01)   CK = HMAC-SHA-256(CK, 0x02)
func (ck *chainKey) next() (mk messageKey) {
	mk = messageKey(ck.hmac(1))
	ck.step()
	return mk
}

// step does what next does, but computes no message key.
func (ck *chainKey) step() { *ck = chainKey(ck.hmac(2)) }

// hmac returns HMAC-SHA-256 of one byte, by its definition (RFC 2104, Section 2). A step takes two thirds
// of the time that it takes with crypto/hmac, and no memory (BenchmarkChain).
//
//	SHA-256((CK ⊕ opad) ‖ SHA-256((CK ⊕ ipad) ‖ b))   ipad = 0x36⁶⁴, opad = 0x5c⁶⁴
func (ck *chainKey) hmac(b byte) [sha256.Size]byte {
	var inner [sha256.BlockSize + 1]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	copy(inner[:], ck[:])
	copy(outer[:], ck[:])
	for i := range sha256.BlockSize {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	inner[sha256.BlockSize] = b
	sum := sha256.Sum256(inner[:])
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}

// seal pads and implements ENCRYPT. A message key seals one message, so a fixed nonce would be
// correct. The nonce is nevertheless the beginning of the header's random nonce: a device that was
// restored from an old backup uses a message key a second time, but not a keystream.
func (mk *messageKey) seal(envelope, plaintext, ad []byte) []byte {
	nonce := envelope[len(envelope)-headerSize:][:chacha20poly1305.NonceSize]
	aead, err := chacha20poly1305.New(mk[:])
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	start := len(envelope)
	envelope = padme.Append(envelope, plaintext)
	return aead.Seal(envelope[:start], nonce, envelope[start:], ad) // in place
}

// open implements DECRYPT and removes the padding.
func (mk *messageKey) open(m message) ([]byte, error) {
	aead, err := chacha20poly1305.New(mk[:])
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	padded, err := aead.Open(nil, m.header[:chacha20poly1305.NonceSize], m.body, m.ad)
	if err != nil {
		return nil, ErrOpen
	}
	plaintext, err := padme.Unpad(padded)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// header is HEADER (Section 3.1): DH ‖ PN ‖ N, 40 bytes.
type header struct {
	dh    x25519.PublicKey
	pn, n uint32
}

const (
	headerPlain = x25519.Size + 4 + 4
	headerSize  = chacha20poly1305.NonceSizeX + headerPlain + chacha20poly1305.Overhead
)

// seal implements HENCRYPT: nonce ‖ XChaCha20-Poly1305. A header key seals every header of a chain,
// each under a random nonce of 192 bits.
func (hk *headerKey) seal(dst []byte, h header) []byte {
	var nonce [chacha20poly1305.NonceSizeX]byte
	rand.Read(nonce[:])
	var plain [headerPlain]byte
	copy(plain[:], h.dh[:])
	binary.BigEndian.PutUint32(plain[32:], h.pn)
	binary.BigEndian.PutUint32(plain[36:], h.n)
	aead, err := chacha20poly1305.NewX(hk[:])
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	return aead.Seal(append(dst, nonce[:]...), nonce[:], plain[:], nil)
}

// open implements HDECRYPT. It does not check the public key in the header.
func (hk *headerKey) open(b []byte) (h header, ok bool) {
	aead, err := chacha20poly1305.NewX(hk[:])
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	nonce, ciphertext := b[:chacha20poly1305.NonceSizeX], b[chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, ciphertext, nil)
	if err != nil {
		return h, false
	}
	copy(h.dh[:], plain)
	h.pn = binary.BigEndian.Uint32(plain[32:])
	h.n = binary.BigEndian.Uint32(plain[36:])
	return h, true
}
