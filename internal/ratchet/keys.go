package ratchet

import (
	"crypto/hkdf"
	"crypto/hmac"
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

// initialKeys are RK, shared_hka and shared_nhkb from the handshake's SK.
func initialKeys(sk [32]byte) (rk rootKey, hka, nhkb headerKey) {
	out := derive(sk[:], nil, "doormat 1 Double Ratchet initial keys")
	return rootKey(out[:32]), headerKey(out[32:64]), headerKey(out[64:])
}

// next is KDF_RK_HE (Section 4.2):
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

// next is KDF_CK (Section 5.2 of revision 1), with the inputs it recommends: it steps the chain
// and returns the message key.
//
//	MK = HMAC-SHA-256(CK, 0x01)   CK = HMAC-SHA-256(CK, 0x02)
func (ck *chainKey) next() (mk messageKey) {
	h := hmac.New(sha256.New, ck[:])
	h.Write([]byte{1})
	h.Sum(mk[:0])
	h.Reset()
	h.Write([]byte{2})
	h.Sum(ck[:0])
	return mk
}

// seal is ENCRYPT, and pads. A message key seals one message, so any nonce would do. It is taken from
// the header, where it is random: a device that was restored from an old backup uses message
// keys again, and shall not use a keystream again.
func (mk *messageKey) seal(envelope, plaintext, ad []byte) []byte {
	nonce := envelope[len(envelope)-headerSize:][:chacha20poly1305.NonceSize]
	aead, err := chacha20poly1305.New(mk[:])
	if err != nil {
		panic("ratchet: internal error: " + err.Error())
	}
	return aead.Seal(envelope, nonce, padme.Pad(plaintext), ad)
}

// open is DECRYPT.
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

// header is HEADER (Section 4.2): DH ‖ PN ‖ N, 40 bytes.
type header struct {
	dh    x25519.PublicKey
	pn, n uint32
}

const (
	headerPlain = x25519.Size + 4 + 4
	headerSize  = chacha20poly1305.NonceSizeX + headerPlain + chacha20poly1305.Overhead
)

// seal is HENCRYPT: nonce ‖ XChaCha20-Poly1305. A header key seals every header of a chain, so
// each has its own random nonce, of 192 bits.
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

// open is HDECRYPT. The public key in the header has yet to be parsed.
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
