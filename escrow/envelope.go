package escrow

import (
	"crypto/sha256"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// An envelope, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 0xe1;       /* and field: those of the scheme */
//	    opaque field[1168];          /* HPKE to the authority: the message key */
//	    opaque body<0..2^24-1>;      /* ChaCha20-Poly1305 under the message key */
//	    opaque inner[length];        /* a noescrow envelope, to the end */
//	} Envelope;
//
// The inner plaintext is the seed, 32 bytes. All that precedes inner is its associated data. The
// other formats are noescrow's, with this version and a kind before them.
const (
	version     = 0xe1
	kindPrekeys = 3
	kindBundle  = 4
	kindDevice  = 5
	kindShelf   = 6
)

// An Envelope is the public part of an envelope, for an authority's use. Nothing in it is
// authenticated.
type Envelope struct {
	From, To Identity // the names on the inner envelope
	Field    []byte   // FieldSize bytes of the scheme

	head, body, inner []byte
}

// Addresses returns the two names on an envelope, which are in clear, so that a relay can deliver
// it. It does not authenticate them: only [Device.Open] does. It returns [ErrOpen] for anything but
// an envelope of this package's own scheme. For those of another, see [Scheme.Parse].
func Addresses(envelope []byte) (from, to Identity, err error) {
	e, err := ownScheme.Parse(envelope)
	if err != nil {
		return from, to, err
	}
	return e.From, e.To, nil
}

// Parse returns the public part of an envelope, without copying it. It returns [ErrOpen] if the
// envelope is not of this scheme.
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

// BodyHash returns the SHA-256 of the encrypted body.
func (e *Envelope) BodyHash() [32]byte { return sha256.Sum256(e.body) }

// Label returns what a field may be bound to: both names and [Envelope.BodyHash], 32 bytes each, and
// the message's associated data, which does not travel in the envelope. An authority uses nothing of
// an envelope but the field and what the label covers.
func (e *Envelope) Label(associated []byte) []byte { return label(e.From, e.To, e.body, associated) }

// Open decrypts the body with the message key. It does not check the ratchet's part. It returns
// [ErrOpen] if the key is wrong or the body was altered.
func (e *Envelope) Open(key [32]byte) (plaintext []byte, err error) {
	plaintext, err = openBody(key, e)
	return plaintext, prefix(err)
}

// head returns the part that precedes the inner envelope, which authenticates it.
func (s *Scheme) head(field, body []byte) []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, 1+len(field)+3+len(body)+1024))
	b.AddUint8(s.Version)
	b.AddBytes(field)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	return b.BytesOrPanic()
}

// frame puts escrow's version and a kind before one of noescrow's formats; unframe removes them.
func frame(kind uint8, inner []byte) []byte {
	return append([]byte{version, kind}, inner...)
}

func unframe(kind uint8, b []byte) (inner []byte, ok bool) {
	if len(b) < 2 || b[0] != version || b[1] != kind {
		return nil, false
	}
	return b[2:], true
}
