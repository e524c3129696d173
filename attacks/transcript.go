package attacks

import (
	"encoding/binary"
	"errors"
	"iter"
	"sync"
	"time"
)

// A Transcript is what crossed the wire, as a wiretap records it: a Tape of the date and the
// envelope, in turn. The zero Transcript cannot be used: it needs a Tape.
type Transcript struct {
	Tape *Tape

	keep     func(envelope []byte) bool // nil for all
	mu       sync.Mutex                 // guards calls of progress
	progress Progress
}

// A Record is an envelope of a transcript.
type Record struct {
	Index int
	At    time.Time
	Bytes []byte // the envelope
}

// Append adds an envelope. The date is kept to the millisecond.
func (t *Transcript) Append(at time.Time, envelope []byte) error {
	return t.Tape.Append(append(Date(at), envelope...))
}

// All ranges over the envelopes. Their bytes are valid until the next one.
func (t *Transcript) All() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		i := 0
		for record, err := range t.Tape.All() {
			r := Record{Index: i}
			if err == nil {
				r.At, r.Bytes, err = CutDate(record)
			}
			if err == nil && t.keep != nil && !t.keep(r.Bytes) {
				i++
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
			i++
			t.Progress("", i, t.Tape.Len())
		}
	}
}

// Only returns the transcript without the envelopes that keep refuses. The others keep their indices,
// and the tape has all.
func (t *Transcript) Only(keep func(envelope []byte) bool) *Transcript {
	return &Transcript{Tape: t.Tape, keep: keep, progress: t.Progress}
}

// Progress reports how much an attack has done. All does so for what it has read, with an empty what;
// an attack that searches for long between two envelopes reports the candidates that it has tried. It
// may be called from any goroutine.
func (t *Transcript) Progress(what string, done, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.progress != nil {
		t.progress(what, done, total)
	}
}

// onProgress has Progress call f, or nothing if f is nil.
func (t *Transcript) onProgress(f Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress = f
}

var errDate = errors.New("attacks: expected a date of 8 bytes at the beginning of a record")

// Date returns a date as it stands in transcripts, on phones, and in a message's associated data:
// milliseconds since 1970, eight bytes, big-endian.
func Date(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
}

// CutDate returns the date that a record begins with, and what follows it.
func CutDate(record []byte) (at time.Time, rest []byte, err error) {
	if len(record) < 8 {
		return at, nil, errDate
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(record))).UTC(), record[8:], nil
}
