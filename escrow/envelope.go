package escrow

import (
	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// An envelope, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 0xe1;
//	    opaque field[1168];          /* HPKE to the authority: the message key */
//	    opaque body<0..2^24-1>;      /* ChaCha20-Poly1305 under the message key */
//	    opaque inner[length];        /* a noescrow envelope, all that is left */
//	} Envelope;
//
// The inner plaintext is the seed, 32 bytes, and what stands before inner its associated data.
// The other formats are noescrow's, behind a version and a kind of their own.
const (
	version     = 0xe1
	kindPrekeys = 3
	kindBundle  = 4
	kindDevice  = 5
	headSize    = 1 + fieldSize + 3 // without the body
)

type parsedEnvelope struct {
	head, field, body, inner []byte
	from, to                 Identity // as the inner envelope says
}

// Addresses returns the two names on an envelope, which stand there in clear: what a relay
// needs to deliver it. Only [Device.Open] knows whether they are true.
func Addresses(envelope []byte) (from, to Identity, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, prefix(err)
	}
	return e.from, e.to, nil
}

func parseEnvelope(b []byte) (e parsedEnvelope, err error) {
	var v uint8
	var body cryptobyte.String
	in := cryptobyte.String(b)
	if !in.ReadUint8(&v) || v != version ||
		!in.ReadBytes(&e.field, fieldSize) ||
		!in.ReadUint24LengthPrefixed(&body) {
		return e, ErrOpen
	}
	e.head, e.body, e.inner = b[:len(b)-len(in)], body, in
	e.from, e.to, err = noescrow.Addresses(e.inner)
	if err != nil {
		return e, ErrOpen
	}
	return e, nil
}

// head is what stands before the inner envelope, which authenticates it.
func head(field, body []byte) []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, headSize+len(body)+1024))
	b.AddUint8(version)
	b.AddBytes(field)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	return b.BytesOrPanic()
}

// frame puts escrow's version before one of noescrow's formats; unframe takes it off.
func frame(kind uint8, inner []byte) []byte {
	return append([]byte{version, kind}, inner...)
}

func unframe(kind uint8, b []byte) (inner []byte, ok bool) {
	if len(b) < 2 || b[0] != version || b[1] != kind {
		return nil, false
	}
	return b[2:], true
}
