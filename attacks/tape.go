package attacks

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"time"
)

// tapeMemory is how much of a tape stays in memory before it moves to a temporary file.
const tapeMemory = 1 << 20

// maxRecord is the longest record a tape takes, in bytes.
const maxRecord = 1 << 26

// A Tape is a sequence of records of bytes: a transcript, or loot. It keeps 1 MiB in memory and
// the rest in a temporary file that has no name. It is not safe for concurrent use.
//
// Printing one prints how long it is, and no record: loot is keys.
//
// In bytes it is one record after the other, each behind its length of four bytes, big-endian.
type Tape struct {
	n      int
	size   int64
	memory []byte
	file   *os.File
}

var errTape = errors.New("attacks: the tape ends within a record")

// Append adds a record of at most 64 MiB.
func (t *Tape) Append(record []byte) error {
	if len(record) > maxRecord {
		return fmt.Errorf("attacks: a record has %d bytes, expected at most %d", len(record), maxRecord)
	}
	t.memory = binary.BigEndian.AppendUint32(t.memory, uint32(len(record)))
	t.memory = append(t.memory, record...)
	t.size += 4 + int64(len(record))
	t.n++
	if len(t.memory) < tapeMemory {
		return nil
	}
	return t.spill()
}

func (t *Tape) spill() error {
	if t.file == nil {
		f, err := os.CreateTemp("", "doormat-tape-")
		if err != nil {
			return fmt.Errorf("attacks: %w", err)
		}
		os.Remove(f.Name()) // it lives until it is closed; where this fails, Close removes it
		t.file = f
	}
	if _, err := t.file.Write(t.memory); err != nil {
		return fmt.Errorf("attacks: %w", err)
	}
	t.memory = t.memory[:0]
	return nil
}

// Len returns the number of records.
func (t *Tape) Len() int { return t.n }

// Size returns the number of bytes, lengths included.
func (t *Tape) Size() int64 { return t.size }

// All ranges over the records. A record is valid until the next one. Append when it is done.
func (t *Tape) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := bufio.NewReaderSize(t.reader(), 1<<16)
		var record []byte
		for range t.n {
			var err error
			if record, err = readRecord(r, record); !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// First returns a copy of the first record, or an error if there is none.
func (t *Tape) First() ([]byte, error) {
	for record, err := range t.All() {
		return append([]byte(nil), record...), err
	}
	return nil, errors.New("attacks: the tape is empty")
}

// WriteTo writes the tape's bytes.
func (t *Tape) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, t.reader()) }

// ReadTape reads a tape's bytes to their end.
func ReadTape(r io.Reader) (*Tape, error) {
	t := new(Tape)
	in := bufio.NewReader(r)
	var record []byte
	for {
		_, err := in.Peek(1)
		if err == io.EOF {
			return t, nil
		}
		if err == nil {
			record, err = readRecord(in, record)
		}
		if err == nil {
			err = t.Append(record)
		}
		if err != nil {
			t.Close()
			return nil, err
		}
	}
}

// Close lets go of the temporary file.
func (t *Tape) Close() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	os.Remove(t.file.Name())
	*t = Tape{}
	return err
}

// Format implements [fmt.Formatter]: every verb prints the tape's length and no record.
func (t Tape) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "attacks.Tape(%d records, %d bytes)", t.n, t.size)
}

// LogValue implements [slog.LogValuer] as Format does.
func (t Tape) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (t Tape) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(t)), nil }

func (t *Tape) reader() io.Reader {
	memory := bytes.NewReader(t.memory)
	if t.file == nil {
		return memory
	}
	return io.MultiReader(io.NewSectionReader(t.file, 0, t.size-int64(len(t.memory))), memory)
}

// readRecord reads into b, growing it no faster than bytes arrive.
func readRecord(r io.Reader, b []byte) ([]byte, error) {
	var prefix [4]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, errTape
	}
	n := binary.BigEndian.Uint32(prefix[:])
	if n > maxRecord {
		return nil, fmt.Errorf("attacks: a record has %d bytes, expected at most %d", n, maxRecord)
	}
	b = b[:0]
	for len(b) < int(n) {
		step := min(int(n)-len(b), 1<<20)
		start := len(b)
		b = append(b, make([]byte, step)...)
		if _, err := io.ReadFull(r, b[start:]); err != nil {
			return nil, errTape
		}
	}
	return b, nil
}

// A Transcript is what crossed the wire, as a wiretap records it: the date and the envelope.
type Transcript struct {
	Tape *Tape
	tick func(done int) // progress
}

// Envelope is one record of a transcript.
type Envelope struct {
	Index int
	At    time.Time
	Bytes []byte
}

func (t *Transcript) append(at time.Time, envelope []byte) error {
	return t.Tape.Append(append(date(at), envelope...))
}

// All ranges over the envelopes. Their bytes are valid until the next one.
func (t *Transcript) All() iter.Seq2[Envelope, error] {
	return func(yield func(Envelope, error) bool) {
		i := 0
		for record, err := range t.Tape.All() {
			e := Envelope{Index: i}
			if err == nil && len(record) < 8 {
				err = errTape
			}
			if err == nil {
				e.At = time.UnixMilli(int64(binary.BigEndian.Uint64(record))).UTC()
				e.Bytes = record[8:]
			}
			if !yield(e, err) || err != nil {
				return
			}
			if i++; t.tick != nil {
				t.tick(i)
			}
		}
	}
}

// date is how a date goes into a transcript, and into a message's associated data:
// milliseconds since 1970, eight bytes, big-endian.
func date(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
}
