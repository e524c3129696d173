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
)

// maxRecord is the longest record a tape takes, in bytes.
const maxRecord = 1 << 26

// A Tape is a sequence of records of bytes: a transcript, or loot. It keeps 1 MiB in memory and
// the rest in a temporary file that has no name. In a browser (GOOS=js), where there are no files,
// all of it stays in memory, 256 MiB at most. It is not safe for concurrent use.
//
// Printing one prints how long it is, and no record: loot is keys.
//
// In bytes it is one record after the other, each behind its length of four bytes, big-endian.
type Tape struct {
	n      int
	size   int64
	memory []byte
	disk   disk // what came before memory
}

// TapeOf returns a tape with these records, such as loot.
func TapeOf(records ...[]byte) (*Tape, error) {
	t := new(Tape)
	for _, r := range records {
		if err := t.Append(r); err != nil {
			return nil, err
		}
	}
	return t, nil
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
	if err := t.disk.append(t.memory); err != nil {
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
		r := bufio.NewReaderSize(t.reader(), int(min(t.size, 1<<16))) // most loot is short
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

// Close removes the temporary file. The tape is empty then.
func (t *Tape) Close() error {
	err := t.disk.close()
	*t = Tape{}
	return err
}

func (t *Tape) reader() io.Reader {
	return io.MultiReader(t.disk.reader(t.size-int64(len(t.memory))), bytes.NewReader(t.memory))
}

// Format implements [fmt.Formatter]: every verb prints the tape's length and no record.
func (t Tape) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "attacks.Tape(%d records, %d bytes)", t.n, t.size)
}

// LogValue implements [slog.LogValuer] as Format does.
func (t Tape) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (t Tape) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(t)), nil }

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
