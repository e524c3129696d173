package messenger

import (
	"encoding/binary"
	"slices"

	"doormat/attacks"
	"doormat/internal/ratchet"
	"doormat/noescrow"
)

// Wire is what a thief knows of a messenger's formats. There are four: [NoEscrow] is that of noescrow's
// devices, [Layout.Wire] makes that of the twin's devices with any escrow.Scheme, [Around.Wire] that of
// devices of one's own around those of noescrow, and [Carried.Wire] that of noescrow's devices and states
// whose envelopes carry more. Carried is the shorter one where nothing but the envelope differs.
type Wire struct {
	Offset int // where in a device's state the noescrow device begins

	tried bool                                                // by Kind.try, before anyone enrols
	fresh func() (Device, error)                              // a device of the thief's own
	frame int                                                 // where in a publication the noescrow publication begins
	split func(envelope []byte) (Parts, bool)                 // an envelope's parts
	text  func(p Parts, opened []byte) (text []byte, ok bool) // the text, once the inner envelope is open

	// wrap is the reverse: what comes before the inner envelope, and the message in that.
	// It has the state of a device to make it with.
	wrap func(state []byte, from, to noescrow.Identity, text []byte) (head, inner []byte, err error)

	carried bool // the text is within the inner message
}

// Parts of an envelope. That of noescrow (noescrow/envelope.go) is all Inner:
//
//	       clear: 66 or 1,202 bytes               80       from 144 bytes on
//	Inner  version, kind, from, to, [handshake] ‖ header ‖ message
//
// The handshake is there until the first answer arrives. The header begins with the nonce, of 12 bytes,
// and the message ends with a tag of 16 bytes. All that comes before the message is its associated data.
//
// The envelopes of escrow and of what rides on it put their own bytes before that, and their inner
// message is a seed of 32 bytes:
//
//	Head   version, field, length ‖ body       the field wraps the key of the body, for the authority
//	Inner  as above; its message is the seed from which the recipient makes the same key
type Parts struct {
	From, To noescrow.Identity
	Head     []byte // all that comes before Inner, which authenticates it
	Field    []byte // in Head: what the authority opens
	Inner    []byte

	body   []byte // in Head: the sealed text
	clear  int    // bytes of Inner in clear
	beside []byte // what comes before Inner, authenticated or not: see Carried
}

// The bytes in clear of the two kinds of noescrow envelopes: noescrow/envelope.go.
const (
	clearInitial  = 1202
	clearOrdinary = 66
)

const (
	headerSize = 80
	tagSize    = 16
)

// NoEscrow is the wire of noescrow, where the inner envelope is all of it.
var NoEscrow = Wire{
	fresh: func() (Device, error) { return noescrow.NewDevice(), nil },
	split: splitNoEscrow,
	text:  func(_ Parts, opened []byte) ([]byte, bool) { return opened, true },
	wrap: func(_ []byte, _, _ noescrow.Identity, text []byte) (head, inner []byte, err error) {
		return nil, text, nil
	},
}

// splitNoEscrow reads a noescrow envelope. It reports false if that is too short for a header and a
// message, or if its names are no identities.
func splitNoEscrow(envelope []byte) (p Parts, ok bool) {
	from, to, err := noescrow.Addresses(envelope)
	if err != nil {
		return p, false
	}
	p = Parts{From: from, To: to, Inner: envelope, clear: clearOrdinary}
	if envelope[1] == 1 {
		p.clear = clearInitial
	}
	return p, len(envelope) >= p.clear+ratchet.Overhead
}

// Addresses returns the names on an envelope.
func (w *Wire) Addresses(envelope []byte) (from, to []byte, ok bool) {
	p, ok := w.split(envelope)
	return p.From[:], p.To[:], ok
}

// sealed returns the encrypted messages in an envelope, without their tags.
func (p Parts) sealed() []attacks.Sealed {
	rest := p.Inner[p.clear:]
	all := []attacks.Sealed{{Nonce: rest[:12], Ciphertext: rest[headerSize : len(rest)-tagSize]}}
	if len(p.body) > tagSize {
		all = append(all, attacks.Sealed{Nonce: make([]byte, 12), Ciphertext: p.body[:len(p.body)-tagSize]})
	}
	return all
}

// number returns the number of the session that an initial envelope belongs to, the last of the bytes in clear.
// It reports false for an ordinary envelope.
func (p Parts) number() (uint32, bool) {
	if p.clear != clearInitial {
		return 0, false
	}
	return binary.BigEndian.Uint32(p.Inner[clearInitial-4:]), true
}

// associated returns the associated data of the inner envelope.
func (p Parts) associated(r attacks.Record) []byte {
	return slices.Concat(p.Head, attacks.Date(r.At))
}
