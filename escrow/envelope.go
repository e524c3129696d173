package escrow

import (
	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// An envelope, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 0xe1;       /* and field: those of the scheme */
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
)

// An Envelope is what anybody can read of one, for an authority's use. Nothing in it is
// authenticated.
type Envelope struct {
	From, To Identity // as the inner envelope says
	Field    []byte

	head, body, inner []byte
}

// Addresses returns the two names on an envelope, which stand there in clear: what a relay
// needs to deliver it. Only [Device.Open] knows whether they are true.
func Addresses(envelope []byte) (from, to Identity, err error) {
	e, err := ownScheme.Parse(envelope)
	if err != nil {
		return from, to, err
	}
	return e.From, e.To, nil
}

// Parse takes an envelope apart, without copying it.
func (s *Scheme) Parse(envelope []byte) (*Envelope, error) {
	e, err := s.parse(envelope)
	return e, prefix(err)
}

func (s *Scheme) parse(b []byte) (*Envelope, error) {
	var v uint8
	var body cryptobyte.String
	e := new(Envelope)
	in := cryptobyte.String(b)
	if !in.ReadUint8(&v) || v != s.Version ||
		!in.ReadBytes(&e.Field, s.FieldSize) ||
		!in.ReadUint24LengthPrefixed(&body) {
		return nil, ErrOpen
	}
	var err error
	e.head, e.body, e.inner = b[:len(b)-len(in)], body, in
	e.From, e.To, err = noescrow.Addresses(e.inner)
	if err != nil {
		return nil, ErrOpen
	}
	return e, nil
}

// Label is both names, and the message's associated data, which does not travel in the envelope.
func (e *Envelope) Label(associated []byte) []byte { return label(e.From, e.To, associated) }

// Open decrypts the message with its key, and leaves the ratchet's part alone.
func (e *Envelope) Open(key [32]byte) (plaintext []byte, err error) {
	plaintext, err = openBody(key, e)
	return plaintext, prefix(err)
}

// head is what stands before the inner envelope, which authenticates it.
func (s *Scheme) head(field, body []byte) []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, 1+len(field)+3+len(body)+1024))
	b.AddUint8(s.Version)
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
