package clear

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/x25519"
)

// BlockSize is the length of a block in bytes: an ephemeral public key, the passcode, the phone's
// verification key, a tag.
const BlockSize = x25519.Size + MaxPasscode + ed25519.PublicKeySize + chacha20poly1305.Overhead

const version = 1

// Screen is what a seized phone shows, as a picture of it is read. It is, in bytes:
//
//	struct {
//	    uint8  version = 1;
//	    opaque serial[8];
//	    opaque block[96];
//	    opaque proof<0..64>;     none, or an Ed25519 signature
//	} Screen;
type Screen struct {
	Serial Serial
	Block  [BlockSize]byte
	Proof  []byte
}

// Bytes returns what [ParseScreen] reads.
func (s *Screen) Bytes() []byte {
	return slices.Concat([]byte{version}, s.Serial[:], s.Block[:], []byte{byte(len(s.Proof))}, s.Proof)
}

// ParseScreen reads a screen. It does not look into the block, and does not check the proof.
func ParseScreen(data []byte) (*Screen, error) {
	s, err := parseScreen(data)
	return s, prefix(err)
}

func parseScreen(data []byte) (*Screen, error) {
	in := cryptobyte.String(data)
	s := new(Screen)
	var v uint8
	var proof cryptobyte.String
	if !in.ReadUint8(&v) {
		return nil, errors.New("expected a screen, found nothing")
	}
	if v != version {
		return nil, fmt.Errorf("expected version %d of a screen, found %d", version, v)
	}
	if !in.CopyBytes(s.Serial[:]) || !in.CopyBytes(s.Block[:]) || !in.ReadUint8LengthPrefixed(&proof) || !in.Empty() {
		return nil, fmt.Errorf("expected a screen, found %d bytes that are too few or too many for one", len(data))
	}
	if n := len(proof); n != 0 && n != ed25519.SignatureSize {
		return nil, fmt.Errorf("expected a proof of 0 or %d bytes, found %d", ed25519.SignatureSize, n)
	}
	s.Proof = slices.Clone(proof)
	return s, nil
}

// statement returns what a phone signs.
func statement(challenge []byte, s *Screen) []byte {
	return slices.Concat([]byte("doormat 1 clear proof"), challenge, s.Serial[:], s.Block[:])
}
