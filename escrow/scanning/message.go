package scanning

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Message is what is encrypted end to end: a text, and a picture where there is one.
type Message struct {
	Text    string
	Picture []byte // a file as the sender has it; nil for none
}

const messageHead = 1 + 1 + 3

// MaxMessage is the number of bytes that text and picture may have together.
const MaxMessage = noescrow.MaxPlaintext - messageHead

var errMessage = errors.New("scanning: expected a message with a text and a picture, found something else")

// Bytes returns the message as a plaintext for [noescrow.Device.Seal]. It returns an error if it is longer
// than MaxMessage.
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 1;
//	    opaque text<0..2^24-1>;
//	    opaque picture[];         /* to the end; empty for none */
//	} Message;
func (m Message) Bytes() ([]byte, error) {
	if n := len(m.Text) + len(m.Picture); n > MaxMessage {
		return nil, fmt.Errorf("scanning: expected a message of at most %d bytes, found %d", MaxMessage, n)
	}
	b := header(kindMessage)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(m.Text)) })
	b.AddBytes(m.Picture)
	return b.Bytes()
}

// ParseMessage reads what [Message.Bytes] returns.
func ParseMessage(b []byte) (m Message, err error) {
	in := cryptobyte.String(b)
	var text cryptobyte.String
	if !readHeader(&in, kindMessage) || !in.ReadUint24LengthPrefixed(&text) || len(text)+len(in) > MaxMessage {
		return m, errMessage
	}
	m.Text = string(text)
	if !in.Empty() {
		m.Picture = append([]byte(nil), in...)
	}
	return m, nil
}

// header begins a format.
func header(kind uint8) *cryptobyte.Builder { return cryptobyte.NewBuilder([]byte{version, kind}) }

// readHeader takes the beginning of a format, and reports false if it is that of another.
func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}
