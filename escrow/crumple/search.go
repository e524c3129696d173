package crumple

import (
	"context"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math"

	"doormat/escrow/workfactor"
	"doormat/internal/keysearch"
)

// Recover reads a message with the table and a search of at most 2^Bits hashes. It is what the police do, and
// anyone else who pays. If no key fits, the error is [workfactor.ErrNoKey]; of a sender who cheats, the puzzle
// has none.
func (t *Table) Recover(ctx context.Context, envelope []byte, o workfactor.Options) (from, to Identity, plaintext []byte, w workfactor.Work, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, nil, w, prefix(err)
	}
	shared, err := t.Agree(e.From, e.To)
	if err != nil {
		return from, to, nil, w, err
	}
	s := search{e, func(uint64) uint32 { return shared }, 1<<e.Bits - 1}
	plaintext, w, err = s.run(ctx, o, uint64(1)<<e.Bits)
	if err != nil {
		return from, to, nil, w, prefix(err)
	}
	return e.From, e.To, plaintext, w, nil
}

// RecoverWithoutTable reads a message without a table: it searches the weak group with each r, 2^(31 + Bits)
// hashes or 2^64, whichever are fewer.
func RecoverWithoutTable(ctx context.Context, envelope []byte, o workfactor.Options) (plaintext []byte, w workfactor.Work, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, w, prefix(err)
	}
	end := uint64(math.MaxUint64)
	if e.Bits < 64-31 {
		end = order << e.Bits
	}
	s := search{e, func(i uint64) uint32 { return power(generator, uint32(i>>e.Bits)) }, 1<<e.Bits - 1}
	plaintext, w, err = s.run(ctx, o, end)
	return plaintext, w, prefix(err)
}

// A search tries the numbers i from 0: the weak secret is weak(i), and r has the lower bits of i.
type search struct {
	e    *Envelope
	weak func(i uint64) uint32
	mask uint64
}

func (s search) run(ctx context.Context, o workfactor.Options, end uint64) ([]byte, workfactor.Work, error) {
	if o.Limit > 0 {
		end = min(end, o.Limit)
	}
	k := keysearch.Search{
		End: end, Cores: o.Cores,
		Batch:    int(max(64, min(keysearch.DefaultBatch, end/64))), // small, to stop soon after the key
		NewTrial: func() keysearch.Trial { return s.try },
		Accept: func(i uint64) bool {
			_, err := s.open(i)
			return err == nil
		},
	}
	var progress func(keysearch.Work)
	if o.Progress != nil {
		progress = func(w keysearch.Work) { o.Progress(workfactor.Work(w)) }
	}
	hit, w, err := k.Find(ctx, fmt.Sprintf("crumple, %d numbers, puzzle %x", end, s.e.Puzzle), o.Resume, progress)
	if err != nil {
		return nil, workfactor.Work(w), err
	}
	plaintext, err := s.open(hit)
	return plaintext, workfactor.Work(w), err
}

func (s search) open(i uint64) ([]byte, error) {
	_, key := puzzle(s.weak(i), s.e.Nonce, i&s.mask)
	return openBody(s.e, key)
}

// try appends to hits those of the n numbers from first that make the puzzle.
func (s search) try(first uint64, n int, hits []uint64) []uint64 {
	b := hashed(0, s.e.Nonce, 0)
	for i := first; i < first+uint64(n); i++ {
		binary.BigEndian.PutUint32(b[len(puzzleLabel):], s.weak(i))
		binary.BigEndian.PutUint64(b[len(b)-8:], i&s.mask)
		if h := sha512.Sum512(b); [puzzleSize]byte(h[:puzzleSize]) == s.e.Puzzle {
			hits = append(hits, i)
		}
	}
	return hits
}
