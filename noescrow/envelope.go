package noescrow

import (
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
)

// An envelope, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 1;
//	    uint8  kind;                      /* 1 initial, 2 ordinary */
//	    opaque from[32];                  /* identity keys */
//	    opaque to[32];
//	    select (kind) {
//	        case initial:                 /* the handshake, until the first answer arrives */
//	            opaque ephemeral[32];     /* EK_A */
//	            uint32 signed_id;
//	            uint32 post_quantum_id;
//	            uint32 one_time_id;       /* 0 for none */
//	            opaque ciphertext[1088];  /* ML-KEM-768 */
//	    };
//	    opaque header[80];                /* nonce, encrypted header, tag */
//	    opaque message[length];           /* the padded plaintext, tag: all that is left */
//	} Envelope;
//
// All that stands before the message is its associated data.
const (
	version      = 1
	kindInitial  = 1
	kindOrdinary = 2
	kindPrekeys  = 3
	kindBundle   = 4
	kindDevice   = 5
)

const (
	clearOrdinary = 2 + 32 + 32
	clearInitial  = clearOrdinary + 32 + 3*4 + pqxdh.KEMCiphertextSize
)

type envelopeHead struct {
	from, to Identity
	initial  *pqxdh.Initial // nil in an ordinary envelope; its key is not parsed yet
	clear    int            // bytes in clear at the start
}

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
		if !readInitial(&in, e.initial) {
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

// Addresses returns the two names on an envelope, which stand there in clear: what a relay
// needs to deliver it. Only [Device.Open] knows whether they are true.
func Addresses(envelope []byte) (from, to Identity, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, prefix(err)
	}
	return e.from, e.to, nil
}

// clearPart is what stands before the encrypted header.
func (e *envelopeHead) clearPart() []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, clearInitial+1024))
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
	}
	return b.BytesOrPanic()
}

func readVersion(in *cryptobyte.String, kind *uint8) bool {
	var v uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(kind)
}

func addInitial(b *cryptobyte.Builder, h *pqxdh.Initial) {
	b.AddBytes(h.Ephemeral[:])
	b.AddUint32(h.SignedID)
	b.AddUint32(h.PostQuantumID)
	b.AddUint32(h.OneTimeID)
	b.AddBytes(h.Ciphertext[:])
}

func readInitial(in *cryptobyte.String, h *pqxdh.Initial) bool {
	return in.CopyBytes(h.Ephemeral[:]) &&
		in.ReadUint32(&h.SignedID) &&
		in.ReadUint32(&h.PostQuantumID) &&
		in.ReadUint32(&h.OneTimeID) &&
		in.CopyBytes(h.Ciphertext[:])
}
