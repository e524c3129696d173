package crumple

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"
)

const (
	version    = 1
	nonceSize  = 16
	puzzleSize = 32
	tagSize    = 32
)

// Envelope is a message as it crosses the wire, in its parts. It is, in bytes:
//
//	struct {
//	    uint8  version = 1;
//	    uint8  bits;                 to search
//	    opaque from[36], to[36];     identities
//	    opaque nonce[16];
//	    opaque puzzle[32];           the first half of a hash whose second half is the key
//	    opaque body<16..2^24-1>;
//	    opaque tag[32];              a MAC of the above
//	} Envelope;
type Envelope struct {
	Bits       int
	From, To   Identity
	Nonce      [nonceSize]byte
	Puzzle     [puzzleSize]byte
	Ciphertext []byte
	Tag        [tagSize]byte
}

// Bytes returns what [ParseEnvelope] reads. It returns an error if the ciphertext is too long for the format.
func (e *Envelope) Bytes() ([]byte, error) {
	b, err := e.tagged()
	return append(b, e.Tag[:]...), prefix(err)
}

// head returns what the body's cipher authenticates.
func (e *Envelope) head() []byte {
	b := append([]byte{version, byte(e.Bits)}, e.From[:]...)
	b = append(append(b, e.To[:]...), e.Nonce[:]...)
	return append(b, e.Puzzle[:]...)
}

// tagged returns what the tag is a MAC of.
func (e *Envelope) tagged() ([]byte, error) {
	b := cryptobyte.NewBuilder(e.head())
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.Ciphertext) })
	return b.Bytes()
}

// ParseEnvelope reads an envelope. It does not check the puzzle and the tag.
func ParseEnvelope(data []byte) (*Envelope, error) {
	e, err := parseEnvelope(data)
	return e, prefix(err)
}

func parseEnvelope(data []byte) (*Envelope, error) {
	s := cryptobyte.String(data)
	e := new(Envelope)
	var v, bits uint8
	var body cryptobyte.String
	if !s.ReadUint8(&v) {
		return nil, errors.New("expected an envelope, found nothing")
	}
	if v != version {
		return nil, fmt.Errorf("expected version %d of an envelope, found %d", version, v)
	}
	if !s.ReadUint8(&bits) || !s.CopyBytes(e.From[:]) || !s.CopyBytes(e.To[:]) || !s.CopyBytes(e.Nonce[:]) ||
		!s.CopyBytes(e.Puzzle[:]) || !s.ReadUint24LengthPrefixed(&body) || !s.CopyBytes(e.Tag[:]) || !s.Empty() {
		return nil, fmt.Errorf("expected an envelope, found %d bytes that are too few or too many for one", len(data))
	}
	if len(body) < chacha20poly1305.Overhead {
		return nil, fmt.Errorf("expected a body of at least %d bytes, found %d", chacha20poly1305.Overhead, len(body))
	}
	e.Bits, e.Ciphertext = int(bits), body
	return e, checkBits(e.Bits)
}
