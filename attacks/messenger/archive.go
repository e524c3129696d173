package messenger

import (
	"bytes"
	"encoding/binary"
	"time"

	"doormat/attacks"
	"doormat/noescrow"
)

// An Archive is a messenger whose people keep all that they write and read, in order to back it up. A
// history is, in bytes, a record for each message:
//
//	uint64 date;               milliseconds since 1970
//	opaque text<0..2^32-1>;
//
// Sender and recipient are not in it, as on a phone: the transcript has them.
type Archive struct {
	*Messenger
	histories map[string]*bytes.Buffer
}

// NewArchive returns an archive of a messenger in which no one is enrolled.
func NewArchive(k Kind) *Archive { return &Archive{New(k), map[string]*bytes.Buffer{}} }

// Enrol gives a person a device, and an empty history.
func (a *Archive) Enrol(name string) error {
	a.histories[name] = new(bytes.Buffer)
	return a.Messenger.Enrol(name)
}

// Send keeps the message in the sender's history.
func (a *Archive) Send(m attacks.Message) ([]byte, error) {
	envelope, err := a.Messenger.Send(m)
	if err == nil {
		a.keep(m.From, m.At, m.Text)
	}
	return envelope, err
}

// Receive keeps the message in the recipient's history.
func (a *Archive) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = a.Messenger.Receive(to, at, envelope)
	if err == nil {
		a.keep(to, at, text)
	}
	return from, text, err
}

func (a *Archive) keep(name string, at time.Time, text string) {
	if h := a.histories[name]; h != nil {
		h.Write(attacks.Date(at))
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
		h.WriteString(text)
	}
}

// History returns a person's history so far.
func (a *Archive) History(name string) []byte { return bytes.Clone(a.histories[name].Bytes()) }

// Wire returns what a thief knows of the envelopes.
func (a *Archive) Wire() *Wire { return &a.kind.Wire }

// ReadHistory matches a history with the envelopes to and from its owner, by their dates and in their
// order, and claims the texts. It believes what the history says. It returns an error for a history that is
// malformed.
func ReadHistory(w *Wire, owner noescrow.Identity, history []byte, t *attacks.Transcript, found attacks.Found) error {
	cut := func() (at time.Time, text []byte, ok bool, err error) {
		if len(history) == 0 {
			return at, nil, false, nil
		}
		at, rest, err := attacks.CutDate(history)
		if err != nil || len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
			return at, nil, false, errStolen
		}
		n := binary.BigEndian.Uint32(rest)
		text, history = rest[4:][:n], rest[4+n:]
		return at, text, true, nil
	}
	at, text, more, err := cut()
	if err != nil {
		return err
	}
	for r, err := range t.All() {
		if err != nil {
			return err
		}
		p, ok := w.split(r.Bytes)
		if !more || !ok || p.From != owner && p.To != owner || !r.At.Equal(at) {
			continue
		}
		found(r.Index, text)
		if at, text, more, err = cut(); err != nil {
			return err
		}
	}
	return nil
}
