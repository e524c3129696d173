package noescrow

import (
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
)

// An envelope, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 2;
//	    uint8  kind;                      /* 1 initial, 2 ordinary */
//	    opaque from[32];                  /* identity keys */
//	    opaque to[32];
//	    select (kind) {
//	        case initial:                 /* until the first answer: the handshake */
//	            opaque ephemeral[32];     /* EK_A */
//	            uint32 signed_id;
//	            uint32 post_quantum_id;
//	            uint32 one_time_id;       /* 0 for none */
//	            opaque ciphertext[1088];  /* ML-KEM-768 */
//	            uint32 number;            /* of the session, from 1 on */
//	    };
//	    opaque header[80];                /* nonce, encrypted header, tag */
//	    opaque message[length];           /* encrypted padded plaintext, tag: the remaining bytes */
//	} Envelope;
//
// The associated data of the message are the bytes before it.
const (
	version      = 2
	kindInitial  = 1
	kindOrdinary = 2
	kindPrekeys  = 3
	kindBundle   = 4
	kindDevice   = 5
	kindShelf    = 6
)

// The number of bytes before the encrypted header.
const (
	clearOrdinary = 2 + 32 + 32
	clearInitial  = clearOrdinary + 32 + 3*4 + pqxdh.KEMCiphertextSize + 4
)

// envelopeHead is the part of an envelope that is in clear.
type envelopeHead struct {
	from, to Identity
	initial  *pqxdh.Initial // nil in an ordinary envelope; its public key has not been checked
	number   uint32         // of the session; 0 in an ordinary envelope
	clear    int            // bytes in clear at the start
}

// parseEnvelope reads the part in clear. It returns ErrOpen for an envelope that is malformed or too
// short for a header and a tag.
func parseEnvelope(b []byte) (envelopeHead, error) {
	var e envelopeHead
	var kind uint8
	in := cryptobyte.String(b)
	if !readVersion(&in, &kind) || !in.CopyBytes(e.from[:]) || !in.CopyBytes(e.to[:]) {
		return e, ErrOpen
	}
	switch kind {
	case kindOrdinary:
		e.clear = clearOrdinary
	case kindInitial:
		e.clear = clearInitial
		e.initial = new(pqxdh.Initial)
		if !readInitial(&in, e.initial) || !in.ReadUint32(&e.number) || e.number == 0 {
			return e, ErrOpen
		}
	default:
		return e, ErrOpen
	}
	if len(in) < ratchet.Overhead {
		return e, ErrOpen
	}
	return e, nil
}

// Addresses returns the sender and the recipient named in clear in an envelope, which a relay needs
// to deliver it. They are not authenticated: only [Device.Open] checks them.
func Addresses(envelope []byte) (from, to Identity, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, prefix(err)
	}
	return e.from, e.to, nil
}

// clearPart returns the bytes before the encrypted header, with room for some more.
func (e *envelopeHead) clearPart(room int) []byte {
	n := clearOrdinary
	if e.initial != nil {
		n = clearInitial
	}
	b := cryptobyte.NewBuilder(make([]byte, 0, n+room))
	b.AddUint8(version)
	if e.initial != nil {
		b.AddUint8(kindInitial)
	} else {
		b.AddUint8(kindOrdinary)
	}
	b.AddBytes(e.from[:])
	b.AddBytes(e.to[:])
	if e.initial != nil {
		addInitial(b, e.initial)
		b.AddUint32(e.number)
	}
	return b.BytesOrPanic()
}

// readVersion reads the two bytes that every format begins with. It reports false for any version
// but the current one.
func readVersion(in *cryptobyte.String, kind *uint8) bool {
	var v uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(kind)
}

// addInitial writes a handshake as in an envelope, 1,132 bytes, without the session's number.
func addInitial(b *cryptobyte.Builder, h *pqxdh.Initial) {
	b.AddBytes(h.Ephemeral[:])
	b.AddUint32(h.SignedID)
	b.AddUint32(h.PostQuantumID)
	b.AddUint32(h.OneTimeID)
	b.AddBytes(h.Ciphertext[:])
}

// readInitial reads what addInitial wrote. It does not check the public key.
func readInitial(in *cryptobyte.String, h *pqxdh.Initial) bool {
	return in.CopyBytes(h.Ephemeral[:]) &&
		in.ReadUint32(&h.SignedID) &&
		in.ReadUint32(&h.PostQuantumID) &&
		in.ReadUint32(&h.OneTimeID) &&
		in.CopyBytes(h.Ciphertext[:])
}
