package attacks

import (
	"doormat/internal/ratchet"
	"doormat/noescrow"
)

// wire is what a thief knows of one twin's formats.
type wire struct {
	fresh  func() (device, error)                              // a device of his own
	offset int                                                 // where in a device's state the noescrow device begins
	frame  int                                                 // where in a publication the noescrow publication begins
	split  func(envelope []byte) (parts, bool)                 // an envelope's parts
	text   func(p parts, opened []byte) (text []byte, ok bool) // the text, once the inner envelope is open
}

// parts of an envelope: a noescrow envelope, and what escrow puts before it.
type parts struct {
	from, to    noescrow.Identity
	head        []byte // all that stands before inner, which authenticates it
	field, body []byte // in head
	inner       []byte
	clear       int // bytes of inner in clear
}

// The kinds of a noescrow envelope, and the bytes each has in clear.
const (
	clearInitial  = 1198
	clearOrdinary = 66
)

const (
	headerSize = 80
	tagSize    = 16
)

// splitNoEscrow reads a noescrow envelope: noescrow/envelope.go.
func splitNoEscrow(envelope []byte) (p parts, ok bool) {
	from, to, err := noescrow.Addresses(envelope)
	if err != nil {
		return p, false
	}
	p = parts{from: from, to: to, inner: envelope, clear: clearOrdinary}
	if envelope[1] == 1 {
		p.clear = clearInitial
	}
	return p, len(envelope) >= p.clear+ratchet.Overhead
}

var noEscrowWire = wire{
	fresh: func() (device, error) { return noescrow.NewDevice(), nil },
	split: splitNoEscrow,
	text:  func(_ parts, opened []byte) ([]byte, bool) { return opened, true },
}

// sealed returns the encrypted messages in an envelope, without their tags.
func (p parts) sealed() []sealed {
	rest := p.inner[p.clear:]
	all := []sealed{{rest[:12], rest[headerSize : len(rest)-tagSize]}}
	if len(p.body) > tagSize {
		all = append(all, sealed{make([]byte, 12), p.body[:len(p.body)-tagSize]})
	}
	return all
}

// associated is the associated data of the inner envelope.
func (p parts) associated(e Envelope) []byte {
	return append(append([]byte(nil), p.head...), date(e.At)...)
}
