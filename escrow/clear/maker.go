package clear

import (
	"bytes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/secret"
	"doormat/internal/x25519"
)

// What holds a secret embeds one of these, and prints its name and no secret.
type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// PublicKey is a maker's X25519 public key, 32 bytes, in every phone that the maker has made.
type PublicKey [x25519.Size]byte

// Maker holds a maker's private key.
type Maker struct {
	hidden[Maker]
	private x25519.PrivateKey
	public  PublicKey
}

// NewMaker makes a key pair.
func NewMaker() *Maker {
	private, public := x25519.Generate()
	return &Maker{private: private, public: PublicKey(public)}
}

// ParseMaker reads the 32 bytes that [Maker.RecoveryKey] returns.
func ParseMaker(key []byte) (*Maker, error) {
	if len(key) != x25519.Size {
		return nil, fmt.Errorf("clear: expected a maker's private key of %d bytes, found %d", x25519.Size, len(key))
	}
	private := x25519.PrivateKey(key)
	return &Maker{private: private, public: PublicKey(private.Public())}, nil
}

// Public returns the public key.
func (m *Maker) Public() PublicKey { return m.public }

// RecoveryKey returns the private key, 32 bytes in clear. A thief of it opens every block.
func (m *Maker) RecoveryKey() []byte { return bytes.Clone(m.private[:]) }

// Open returns the passcode in a screen, if the screen has the serial that the order names. It is the
// protocol as proposed: the maker sees a picture of a screen, and not a phone. A proof is not looked at.
func (m *Maker) Open(order Serial, screen []byte) (passcode string, err error) {
	s, err := parseScreen(screen)
	if err != nil {
		return "", prefix(err)
	}
	passcode, _, err = m.open(order, s)
	return passcode, prefix(err)
}

// OpenLive does what Open does, if the phone that made the block has signed the challenge. The maker draws
// a new challenge for each request. A proof can be carried from a phone that is elsewhere.
func (m *Maker) OpenLive(order Serial, challenge [ChallengeSize]byte, screen []byte) (passcode string, err error) {
	s, err := parseScreen(screen)
	if err != nil {
		return "", prefix(err)
	}
	passcode, public, err := m.open(order, s)
	if err != nil {
		return "", prefix(err)
	}
	if !ed25519.Verify(public, statement(challenge[:], s), s.Proof) {
		return "", prefix(ErrProof)
	}
	return passcode, nil
}

func (m *Maker) open(order Serial, s *Screen) (passcode string, public ed25519.PublicKey, err error) {
	if s.Serial != order {
		return "", nil, ErrOrder
	}
	ephemeral, err := x25519.Parse(s.Block[:x25519.Size])
	if err != nil {
		return "", nil, ErrOpen
	}
	aead, err := sealing(m.private, ephemeral, ephemeral, m.public)
	if err != nil {
		return "", nil, ErrOpen
	}
	b, err := aead.Open(nil, make([]byte, aead.NonceSize()), s.Block[x25519.Size:], s.Serial[:])
	if err != nil {
		return "", nil, ErrOpen
	}
	passcode = string(bytes.TrimRight(b[:MaxPasscode], "\x00"))
	if err := checkPasscode(passcode); err != nil { // anyone can make a block
		return "", nil, err
	}
	return passcode, b[MaxPasscode:], nil
}

// newBlock seals a passcode, filled up with zeros, and the phone's verification key:
//
//	ephemeral ‖ ChaCha20-Poly1305(HKDF(DH(ephemeral, maker), ephemeral ‖ maker), nonce 0, passcode ‖ key, serial)
func newBlock(maker PublicKey, serial Serial, passcode string, public ed25519.PublicKey) (block [BlockSize]byte, err error) {
	peer, err := x25519.Parse(maker[:])
	if err != nil {
		return block, err
	}
	private, ephemeral := x25519.Generate()
	aead, err := sealing(private, peer, ephemeral, maker)
	if err != nil {
		return block, err
	}
	text := append(make([]byte, 0, MaxPasscode+ed25519.PublicKeySize), passcode...)
	text = append(text[:MaxPasscode], public...)
	aead.Seal(append(block[:0], ephemeral[:]...), make([]byte, aead.NonceSize()), text, serial[:])
	return block, nil
}

// sealing returns the cipher keyed by a Diffie-Hellman agreement. Each key is used once, so the nonce may be
// zero.
func sealing(private x25519.PrivateKey, peer, ephemeral x25519.PublicKey, maker PublicKey) (cipher.AEAD, error) {
	shared, err := private.DH(peer)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, shared[:], slices.Concat(ephemeral[:], maker[:]), "doormat 1 clear block", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(key)
}
