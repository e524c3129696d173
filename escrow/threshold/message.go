package threshold

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/escrow"
)

// A Message is what agents are shown of a message: its field, and what the field is bound to. They
// see the hash of the body and not the body. The log's entry is a hash of the same.
//
// Nothing in it need be true: [Agent.Partial] believes what the field is bound to.
type Message struct {
	From, To escrow.Identity // the names on the envelope
	Body     [32]byte        // SHA-256 of the encrypted body
	At       time.Time       // the message's date, as the relay shows it, in whole milliseconds
	Field    []byte          // 160 bytes
}

// Describe returns what agents are shown of an envelope of that date. It returns an error if the
// envelope is not of this scheme.
func Describe(envelope []byte, at time.Time) (Message, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return Message{}, err
	}
	return describe(e, at), nil
}

func describe(e *escrow.Envelope, at time.Time) Message {
	return Message{From: e.From, To: e.To, Body: e.BodyHash(), At: at, Field: e.Field}
}

// label returns what the sender has bound the field to, which is [escrow.Envelope.Label] of the
// message's date:
//
//	from ‖ to ‖ SHA-256(body) ‖ date        32 + 32 + 32 + 8 bytes
func (m *Message) label() []byte {
	return slices.Concat(m.From[:], m.To[:], m.Body[:], Date(m.At))
}

// bound returns the field. It returns an error unless the proof in it binds it to the label, so what
// its answers open is this body between these names, of this date, and nothing else.
func (m *Message) bound() (*field, error) {
	f, ok := parseField(m.Field)
	if !ok {
		return nil, errors.New("threshold: the field is not well formed")
	}
	if !f.isBoundTo(m.label()) {
		return nil, errors.New("threshold: the field was not made for these names, this body and this date")
	}
	return f, nil
}

// checkSize returns an error for a field of another length, so that [NewUse] hashes parts of fixed
// lengths.
func (m *Message) checkSize() error {
	if len(m.Field) != fieldSize {
		return fmt.Errorf("threshold: expected a field of %d bytes, found %d", fieldSize, len(m.Field))
	}
	return nil
}

var errEnvelope = errors.New("threshold: expected an envelope of this scheme, found something else")

func parseEnvelope(b []byte) (*escrow.Envelope, error) {
	e, err := scheme.Parse(b)
	if err != nil {
		return nil, errEnvelope
	}
	return e, nil
}
