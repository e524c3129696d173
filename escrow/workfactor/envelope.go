package workfactor

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/rc2"
	"doormat/internal/x25519"
)

const (
	version     = 1
	wrappedSize = x25519.Size + 8 + 16 // an ephemeral public key, the bulk key, a tag
	blockSize   = rc2.BlockSize
)

// Envelope is a message as it crosses the wire, in its parts. It is, in bytes:
//
//	struct {
//	    uint8  version = 1;
//	    uint8  bits;                 of the key beside the escrowed ones
//	    opaque from[32], to[32];     identities
//	    opaque wrapped[56];          the bulk key, for the receiver
//	    opaque field<0..255>;        95 bytes from an honest sender
//	    opaque iv[8];
//	    opaque body<16..2^24-1>;     whole blocks
//	} Envelope;
type Envelope struct {
	Bits       int
	From, To   Identity
	Wrapped    []byte
	Field      []byte
	IV         [blockSize]byte
	Ciphertext []byte
}

// Bytes returns what [ParseEnvelope] reads. It returns an error if a part is too long for the format.
func (e *Envelope) Bytes() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint8(version)
	b.AddUint8(uint8(e.Bits))
	b.AddBytes(e.From[:])
	b.AddBytes(e.To[:])
	b.AddBytes(e.Wrapped)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.Field) })
	b.AddBytes(e.IV[:])
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.Ciphertext) })
	data, err := b.Bytes()
	return data, prefix(err)
}

// ParseEnvelope reads an envelope. It does not check the field, which may have any length.
func ParseEnvelope(data []byte) (*Envelope, error) {
	e, err := parseEnvelope(data)
	return e, prefix(err)
}

func parseEnvelope(data []byte) (*Envelope, error) {
	s := cryptobyte.String(data)
	e := new(Envelope)
	var v, bits uint8
	var field, body cryptobyte.String
	if !s.ReadUint8(&v) {
		return nil, errors.New("expected an envelope, found nothing")
	}
	if v != version {
		return nil, fmt.Errorf("expected version %d of an envelope, found %d", version, v)
	}
	if !s.ReadUint8(&bits) || !s.CopyBytes(e.From[:]) || !s.CopyBytes(e.To[:]) ||
		!s.ReadBytes(&e.Wrapped, wrappedSize) || !s.ReadUint8LengthPrefixed(&field) ||
		!s.CopyBytes(e.IV[:]) || !s.ReadUint24LengthPrefixed(&body) || !s.Empty() {
		return nil, fmt.Errorf("expected an envelope, found %d bytes that are too few or too many for one", len(data))
	}
	e.Bits, e.Field, e.Ciphertext = int(bits), field, body
	if err := checkBits(e.Bits); err != nil {
		return nil, err
	}
	if len(body) < 2*blockSize || len(body)%blockSize != 0 {
		return nil, fmt.Errorf("expected a body of at least two whole blocks of %d bytes, found %d bytes", blockSize, len(body))
	}
	return e, nil
}
