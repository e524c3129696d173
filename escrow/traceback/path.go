package traceback

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Pointer is what a person keeps of a message beside its text: the k that it came with. The zero
// Pointer is that of a message written anew. Who has a Pointer and the text can have the message traced.
// Printing one prints nothing of it.
type Pointer struct {
	hidden[Pointer]
	k block
}

// Bytes returns the pointer, 16 bytes.
func (p Pointer) Bytes() []byte { return bytes.Clone(p.k[:]) }

// ParsePointer reads what [Pointer.Bytes] returns.
func ParsePointer(b []byte) (p Pointer, err error) {
	if len(b) != len(p.k) {
		return p, errors.New("traceback: expected a pointer of 16 bytes, found something else")
	}
	p.k = block(b)
	return p, nil
}

// SealPath returns the plaintext of a message to encrypt end to end, and what its sender gives to the
// provider beside the envelope, addr ‖ ct, 48 bytes. came is the zero Pointer for a new message, and for
// a forward the one that the message came with. It implements Send of the paper's path traceback.
func SealPath(text []byte, came Pointer) (plaintext, sent []byte, err error) {
	k := randomBlock()
	if plaintext, err = newPlaintext(kindPath, k, text); err != nil {
		return nil, nil, err
	}
	addr, ct := crprf(k, text), encipher(k, came.k)
	return plaintext, append(addr[:], ct[:]...), nil
}

// OpenPath returns the text of a decrypted message, and the pointer that it came with. delivered is what
// the provider has delivered beside it, addr. It returns [ErrTag] if addr is that of another message: if
// recipients accepted it, a message could be sent that leads nowhere.
func OpenPath(plaintext, delivered []byte) (text []byte, came Pointer, err error) {
	k, text, err := parsePlaintext(kindPath, plaintext)
	if err != nil {
		return nil, came, err
	}
	if addr := crprf(k, text); !bytes.Equal(addr[:], delivered) {
		return nil, came, ErrTag
	}
	return text, Pointer{k: k}, nil
}

// A PathPlatform is the provider's side of path traceback: a row for each message that was ever sent. It is
// safe for concurrent use. The zero PathPlatform has no rows.
type PathPlatform struct {
	mu   sync.Mutex
	rows map[[32]byte]pathRow // by addr
}

type pathRow struct {
	ct       block
	from, to noescrow.Identity
}

const pathRowSize = PathSent + 2*identitySize

// Pass stores a row for a message that the provider passes on, and returns what it delivers to the
// recipient. It returns an error, and stores nothing, if there is a row with this address.
func (p *PathPlatform) Pass(sent []byte, from, to noescrow.Identity) (delivered []byte, err error) {
	if len(sent) != PathSent {
		return nil, errSent
	}
	addr := [32]byte(sent)
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.rows[addr]; ok {
		return nil, errRepeated
	}
	if p.rows == nil {
		p.rows = map[[32]byte]pathRow{}
	}
	p.rows[addr] = pathRow{block(sent[32:]), from, to}
	return bytes.Clone(addr[:]), nil
}

// Trace returns the people through whom a message has come to the reporter: the reporter first, the
// originator last. It returns [ErrReport] if the reporter has received no such message. It implements
// Trace of the paper's path traceback. The lawful trace and that of a thief are this one function.
//
// The chain ends where no row is stored, or where a row's recipient is not the one who sent the row
// before: that forwarder has not received the message with this pointer, and counts as its originator. Two
// people can make rows that point to each other, so no row is used twice.
func (p *PathPlatform) Trace(reporter noescrow.Identity, text []byte, came Pointer) (path []noescrow.Identity, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path = []noescrow.Identity{reporter}
	seen := map[[32]byte]bool{}
	for k := came.k; ; {
		addr := crprf(k, text)
		row, ok := p.rows[addr]
		if !ok || row.to != path[len(path)-1] || seen[addr] {
			break
		}
		seen[addr] = true
		path = append(path, row.from)
		k = decipher(k, row.ct)
	}
	if len(path) == 1 {
		return nil, ErrReport
	}
	return path, nil
}

// Len returns the number of rows.
func (p *PathPlatform) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.rows)
}

// MarshalBinary returns the provider's database:
//
//	struct { opaque addr[32], ct[16], from[32], to[32]; } Row;
//
//	struct {
//	    uint8 version = 0xe3;
//	    uint8 kind = 5;
//	    Row   rows[];         /* addresses strictly ascending */
//	} PathRows;
func (p *PathPlatform) MarshalBinary() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := []byte{version, kindPathRows}
	for _, addr := range slices.SortedFunc(maps.Keys(p.rows), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) }) {
		r := p.rows[addr]
		for _, part := range [][]byte{addr[:], r.ct[:], r.from[:], r.to[:]} {
			b = append(b, part...)
		}
	}
	return b, nil
}

// UnmarshalBinary reads what [PathPlatform.MarshalBinary] returns. After an error p is unchanged.
func (p *PathPlatform) UnmarshalBinary(data []byte) error {
	rows := map[[32]byte]pathRow{}
	var last []byte
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindPathRows) && len(in)%pathRowSize == 0
	for ok && !in.Empty() {
		var addr [32]byte
		var r pathRow
		ok = in.CopyBytes(addr[:]) && in.CopyBytes(r.ct[:]) && in.CopyBytes(r.from[:]) && in.CopyBytes(r.to[:]) &&
			(last == nil || bytes.Compare(last, addr[:]) < 0)
		rows[addr], last = r, bytes.Clone(addr[:])
	}
	if !ok {
		return errors.New("traceback: expected the rows of path traceback, found something else")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = rows
	return nil
}
