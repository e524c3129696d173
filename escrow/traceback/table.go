package traceback

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Digest is what a client gives to the provider of each message in the table of hashes.
type Digest [sha256.Size]byte

// Hash returns the digest of a text, SHA-256(salt ‖ text). The proposal has no salt: equal texts must look
// equal, or no forward is found. A salt of each person's own breaks that, and one that all clients know is
// no secret.
func Hash(salt, text []byte) (d Digest) {
	h := sha256.New()
	h.Write(salt)
	h.Write(text)
	h.Sum(d[:0])
	return d
}

// A Table is the provider's table of hashes: of each text who sent it first, and when. It is safe for
// concurrent use. The zero Table is empty.
type Table struct {
	mu   sync.Mutex
	rows map[Digest]First
}

// First is the first message with a digest.
type First struct {
	From noescrow.Identity
	At   time.Time // kept to the millisecond
}

// Pass enters a message that the provider passes on. It changes nothing if there is a row for its digest.
func (t *Table) Pass(d Digest, from noescrow.Identity, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.rows[d]; ok {
		return
	}
	if t.rows == nil {
		t.rows = map[Digest]First{}
	}
	t.rows[d] = First{from, time.UnixMilli(at.UnixMilli()).UTC()}
}

// Originator returns who sent a message with this digest first. It returns [ErrReport] if no one has. It
// needs no key, no report and no recipient: with the table, any text can be asked for.
func (t *Table) Originator(d Digest) (First, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, ok := t.rows[d]
	if !ok {
		return First{}, ErrReport
	}
	return f, nil
}

// Len returns the number of rows.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.rows)
}

const tableRowSize = sha256.Size + identitySize + 8

// MarshalBinary returns the table:
//
//	struct { opaque digest[32], from[32]; uint64 date; } Row;    /* milliseconds since 1970 */
//
//	struct {
//	    uint8 version = 0xe3;
//	    uint8 kind = 4;
//	    Row   rows[];         /* digests strictly ascending */
//	} Table;
func (t *Table) MarshalBinary() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := []byte{version, kindTable}
	for _, d := range slices.SortedFunc(maps.Keys(t.rows), func(a, b Digest) int { return bytes.Compare(a[:], b[:]) }) {
		f := t.rows[d]
		b = append(append(b, d[:]...), f.From[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(f.At.UnixMilli()))
	}
	return b, nil
}

// UnmarshalBinary reads what [Table.MarshalBinary] returns. After an error t is unchanged.
func (t *Table) UnmarshalBinary(data []byte) error {
	rows := map[Digest]First{}
	var last []byte
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindTable) && len(in)%tableRowSize == 0
	for ok && !in.Empty() {
		var d Digest
		var f First
		var date uint64
		ok = in.CopyBytes(d[:]) && in.CopyBytes(f.From[:]) && in.ReadUint64(&date) && (last == nil || bytes.Compare(last, d[:]) < 0)
		f.At = time.UnixMilli(int64(date)).UTC()
		rows[d], last = f, bytes.Clone(d[:])
	}
	if !ok {
		return errors.New("traceback: expected a table of hashes, found something else")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = rows
	return nil
}
