package messenger

import (
	"context"
	"encoding/binary"

	"doormat/attacks"
)

// A thief who acts reads while envelopes pass, with keys that change as they do, and notes what was read.
// Each note is a record at the end of the loot.
//
//	uint8  kind = 'T';
//	uint32 index;      of the envelope
//	opaque text[];     to the end of the record

const noteHead = 1 + 4

// note appends a text to the loot.
func note(l *attacks.Tape, index int, text []byte) error {
	return l.Append(append(binary.BigEndian.AppendUint32([]byte{'T'}, uint32(index)), text...))
}

// readNotes reports what stands in the notes of a loot. It believes them.
func readNotes(ctx context.Context, l *attacks.Tape, found attacks.Found) (operations int64, err error) {
	for record, err := range l.All() {
		if err != nil {
			return operations, err
		}
		if len(record) >= noteHead && record[0] == 'T' {
			operations++
			found(int(binary.BigEndian.Uint32(record[1:])), record[noteHead:])
		}
	}
	return operations, ctx.Err()
}
