package scanning

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Scanner looks at a message before it is encrypted, on the device of its sender. It returns what goes to
// the provider beside the envelope: nil for nothing, or a report, or a voucher. The scanner of each design
// is one: [ListScanner], [TextScanner], [VoucherScanner].
type Scanner interface {
	Scan(from noescrow.Identity, at time.Time, m Message) ([]byte, error)
}

// A ListScanner compares pictures with a list in clear, and seals a report to the authority on a match.
type ListScanner struct {
	List *List
	Hash Hasher
	To   Recipient
}

// Scan implements [Scanner].
func (s *ListScanner) Scan(from noescrow.Identity, at time.Time, m Message) ([]byte, error) {
	h, ok := hashOf(m, s.Hash)
	if !ok {
		return nil, nil
	}
	entry, _, ok := s.List.Match(h)
	if !ok {
		return nil, nil
	}
	return Report{from, at, entry, m}.Seal(s.To)
}

// A TextScanner compares texts with keywords and hashed n-grams, and seals a report on a match.
type TextScanner struct {
	List *TextList
	To   Recipient
}

// Scan implements [Scanner].
func (s *TextScanner) Scan(from noescrow.Identity, at time.Time, m Message) ([]byte, error) {
	entry, ok := s.List.Match(m.Text)
	if !ok {
		return nil, nil
	}
	return Report{from, at, entry, m}.Seal(s.To)
}

// A VoucherScanner makes a voucher for each picture. Copy returns a small copy of the picture, as a file, so
// short that it and the text fit into [AssociatedSize] with five bytes more; a text that is too long is cut.
type VoucherScanner struct {
	Account *Account
	Hash    Hasher
	Copy    func(picture []byte) []byte
}

// Scan implements [Scanner].
func (s *VoucherScanner) Scan(from noescrow.Identity, at time.Time, m Message) ([]byte, error) {
	h, ok := hashOf(m, s.Hash)
	if !ok {
		return nil, nil
	}
	small := Message{Text: m.Text, Picture: s.Copy(m.Picture)}
	if room := AssociatedSize - messageHead - len(small.Picture); len(small.Text) > room {
		small.Text = small.Text[:max(room, 0)]
	}
	associated, err := small.Bytes()
	if err != nil {
		return nil, err
	}
	return s.Account.Voucher(h, associated)
}

// hashOf returns the hash of a message's picture, and false if there is none.
func hashOf(m Message, hash Hasher) (h Hash, ok bool) {
	if len(m.Picture) == 0 {
		return h, false
	}
	return hash(m.Picture)
}

// A Device is noescrow's, with a scanner before it. A nil Scanner is a client without one, and nothing in
// its envelopes tells that from a message that matches nothing, but the voucher that a [VoucherScanner] has beside
// each picture.
type Device struct {
	*noescrow.Device
	Scanner Scanner
}

var errEnvelope = errors.New("scanning: expected an envelope with what a scanner says beside it, found something else")

// SealMessage scans a message, and seals it for a peer: see [noescrow.Device.Seal]. What the scanner has for
// the provider stands before the noescrow envelope, which authenticates it:
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 9;
//	    opaque beside<0..2^24-1>;   /* empty, a report, or a voucher */
//	    opaque inner[];             /* a noescrow envelope, whose plaintext is a Message */
//	} Envelope;
func (d *Device) SealMessage(to noescrow.Identity, at time.Time, m Message, associated []byte) ([]byte, error) {
	plaintext, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	var beside []byte
	if d.Scanner != nil {
		if beside, err = d.Scanner.Scan(d.Identity(), at, m); err != nil {
			return nil, err
		}
	}
	b := header(kindEnvelope)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(beside) })
	head, err := b.Bytes()
	if err != nil {
		return nil, errEnvelope
	}
	inner, err := d.Device.Seal(to, plaintext, slices.Concat(head, associated))
	if err != nil {
		return nil, err
	}
	return append(head, inner...), nil
}

// OpenMessage opens an envelope: see [noescrow.Device.Open].
func (d *Device) OpenMessage(envelope, associated []byte) (from noescrow.Identity, m Message, err error) {
	_, n, ok := Beside(envelope)
	if !ok {
		return from, m, errEnvelope
	}
	from, plaintext, err := d.Device.Open(envelope[n:], slices.Concat(envelope[:n], associated))
	if err != nil {
		return from, m, err
	}
	m, err = ParseMessage(plaintext)
	return from, m, err
}

// Beside returns what stands beside an envelope for the provider, and how many bytes come before the
// noescrow envelope. It reports false for what is no such envelope.
func Beside(envelope []byte) (beside []byte, head int, ok bool) {
	in := cryptobyte.String(envelope)
	var b cryptobyte.String
	if !readHeader(&in, kindEnvelope) || !in.ReadUint24LengthPrefixed(&b) {
		return nil, 0, false
	}
	return b, len(envelope) - len(in), true
}
