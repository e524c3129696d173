package workfactor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"doormat/internal/keysearch"
	"doormat/internal/rc2"
)

// Residual is what is left to search of one message's key: Bits bits for the authority, and
// 24 + Bits for everybody else.
type Residual struct {
	Bits     int
	envelope *Envelope
	upper    uint64 // what is known of the key, in its place
}

var errNoKey = errors.New("no key fits: the field was not made from this message's key")

// Residual opens an envelope's field, and says what is left to search.
func (a *Authority) Residual(envelope []byte) (*Residual, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, prefix(err)
	}
	escrowed, err := a.escrowed(e.Field)
	if err != nil {
		return nil, prefix(err)
	}
	return &Residual{e.Bits, e, escrowed << e.Bits}, nil
}

// WholeKey is what is left to search for everybody else: all of it.
func WholeKey(envelope []byte) (*Residual, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, prefix(err)
	}
	return &Residual{EscrowedBits + e.Bits, e, 0}, nil
}

// Search returns the search, for the caller to run: its hits go to Open. It needs to know one block
// of the body, the header:
//
//	RC2(K, header ^ iv) = the first block of the ciphertext
//
// A wrong key fits by chance with probability 2^-64. The iv makes each message a search of its own.
// A search of 64 bits leaves out the last key.
func (r *Residual) Search() keysearch.Search {
	in := binary.BigEndian.Uint64([]byte(header)) ^ binary.BigEndian.Uint64(r.envelope.IV[:])
	want := binary.BigEndian.Uint64(r.envelope.Ciphertext)
	end := uint64(1) << r.Bits
	if r.Bits == 64 {
		end = 1<<64 - 1
	}
	return keysearch.Search{
		End: end,
		NewTrial: func() keysearch.Trial {
			return func(first uint64, n int, hits []uint64) []uint64 {
				return try(r.upper, in, want, first, n, hits)
			}
		},
		Accept: func(found uint64) bool { _, _, _, err := r.Open(found); return err == nil },
	}
}

func try(upper, in, want, first uint64, n int, hits []uint64) []uint64 {
	for i := 0; i < n; i += rc2.Lanes {
		out := rc2.Encrypt64(upper|first+uint64(i), in)
		for lane, c := range out {
			if c == want && i+lane < n {
				hits = append(hits, first+uint64(i+lane))
			}
		}
	}
	return hits
}

// Open opens the message with what a search has found.
func (r *Residual) Open(found uint64) (from, to Identity, plaintext []byte, err error) {
	text, ok := openBody(r.Key(found), r.envelope.IV, r.envelope.Ciphertext)
	if !ok {
		return from, to, nil, prefix(ErrOpen)
	}
	return r.envelope.From, r.envelope.To, text, nil
}

// Key is the message's key, if a search has found this.
func (r *Residual) Key(found uint64) BulkKey { return BulkKey(r.upper | found) }

// Description is all that must be the same when a search is resumed.
func (r *Residual) Description() string {
	return fmt.Sprintf("RC2-64, %d bits below %x, iv %x, ciphertext %x",
		r.Bits, r.upper, r.envelope.IV, r.envelope.Ciphertext[:blockSize])
}

// Recover reads a message by the authority's key and a search of 2^Bits keys, on all cores. It is
// what the authority does with a warrant, and a thief of its key without one.
func (a *Authority) Recover(ctx context.Context, envelope []byte) (from, to Identity, plaintext []byte, err error) {
	r, err := a.Residual(envelope)
	if err != nil {
		return from, to, nil, err
	}
	result, err := r.Search().Run(ctx)
	if err != nil {
		return from, to, nil, prefix(err)
	}
	if len(result.Hits) == 0 {
		return from, to, nil, prefix(errNoKey)
	}
	return r.Open(result.Hits[0])
}

// Format implements [fmt.Formatter]: every verb prints the number of bits, and none of them.
func (r Residual) Format(f fmt.State, _ rune) {
	io.WriteString(f, fmt.Sprintf("workfactor.Residual(%d bits)", r.Bits))
}
