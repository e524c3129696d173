package workfactor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/internal/keysearch"
	"doormat/internal/rc2"
)

// Options has the options of a search for a message's key.
type Options struct {
	// Cores is the number of goroutines. 0 means one for each core.
	Cores int
	// First is the number of keys that are left out before the first that is tried. The Checkpoint of
	// such a search takes them as done.
	First uint64
	// Limit is the number of keys, counted from the first of all, after which the search ends with
	// ErrNoKey. 0 means all keys.
	Limit uint64
	// Resume is the Checkpoint of an earlier search for the same key, to begin there. Nil means to
	// begin with the first key.
	Resume []byte
	// Progress is called up to four times a second, by one goroutine at a time, with what has been
	// done. It may be nil.
	Progress func(Work)
}

// Work tells what a search has done, also one that was cancelled.
type Work struct {
	Tried, Of  uint64 // keys since the search began or was resumed
	Place      uint64 // of the key that was found, among all in order, from 1; 0 if none was
	Elapsed    time.Duration
	Cores      int    // 0 while the search is under way
	Checkpoint []byte // from which it can be resumed
}

// Rate returns keys per second.
func (w Work) Rate() float64 { return float64(w.Tried) / max(w.Elapsed.Seconds(), 1e-9) }

var (
	// ErrNoKey reports that none of the keys that were tried fits.
	ErrNoKey = keysearch.ErrNoKey
	// ErrResume reports a checkpoint that is damaged, or of another search. Search from the beginning.
	ErrResume = keysearch.ErrResume
)

// Recover reads a message with the authority's key and a search of at most 2^Bits keys. It is what
// the authority does with a warrant, and a thief of its key without one.
func (a *Authority) Recover(ctx context.Context, envelope []byte, o Options) (from, to Identity, plaintext []byte, w Work, err error) {
	k, w, err := a.RecoverKey(ctx, envelope, o)
	if err != nil {
		return from, to, nil, w, err
	}
	from, to, plaintext, err = k.Open(envelope)
	return from, to, plaintext, w, err
}

// RecoverKey finds a message's key with the authority's key: 24 bits from the field, and the other
// Bits by trying at most 2^Bits keys. If none of all fits, the error is both ErrNoKey and ErrField.
func (a *Authority) RecoverKey(ctx context.Context, envelope []byte, o Options) (k BulkKey, w Work, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return BulkKey{}, w, prefix(err)
	}
	r, err := a.residual(e)
	if err != nil {
		return BulkKey{}, w, prefix(err)
	}
	k, w, err = o.run(ctx, r)
	if errors.Is(err, ErrNoKey) && o.Limit == 0 {
		err = fmt.Errorf("%w: %w", err, ErrField)
	}
	return k, w, prefix(err)
}

// RecoverKey finds a message's key without the authority's key, by trying at most 2^(24 + Bits)
// keys: the attack that is left to everyone else. If none fits, the error is ErrNoKey.
func RecoverKey(ctx context.Context, envelope []byte, o Options) (k BulkKey, w Work, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return BulkKey{}, w, prefix(err)
	}
	k, w, err = o.run(ctx, wholeKey(e))
	return k, w, prefix(err)
}

// Open opens a message with its key.
func (k BulkKey) Open(envelope []byte) (from, to Identity, plaintext []byte, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, nil, prefix(err)
	}
	plaintext, ok := openBody(k, e.IV, e.Ciphertext)
	if !ok {
		return from, to, nil, prefix(ErrOpen)
	}
	return e.From, e.To, plaintext, nil
}

// run searches for the key.
func (o Options) run(ctx context.Context, r residual) (k BulkKey, w Work, err error) {
	hit, w, err := o.find(ctx, r.search(), r.description())
	if err != nil {
		return BulkKey{}, w, err
	}
	return r.key(hit), w, nil
}

// find does a search.
func (o Options) find(ctx context.Context, s keysearch.Search, description string) (hit uint64, w Work, err error) {
	s.Cores = o.Cores
	if o.Limit > 0 {
		s.End = min(s.End, o.Limit)
	}
	if s.From.Next = o.First; o.First > s.End {
		return 0, w, fmt.Errorf("expected a first key of at most %d, found %d", s.End, o.First)
	}
	s.Batch = int(max(64, min(keysearch.DefaultBatch, s.End/64))) // small, to stop soon after the key
	var progress func(keysearch.Work)
	if o.Progress != nil {
		progress = func(w keysearch.Work) { o.Progress(Work(w)) }
	}
	hit, done, err := s.Find(ctx, description, o.Resume, progress)
	return hit, Work(done), err
}

// residual is a search for the lower bits of a message's key.
type residual struct {
	envelope *Envelope
	bits     int    // that are not known
	upper    uint64 // the bits that are known, in their place
}

// residual returns the search that is left to the authority.
func (a *Authority) residual(e *Envelope) (residual, error) {
	escrowed, err := a.escrowed(e.Field)
	return residual{e, e.Bits, escrowed << e.Bits}, err
}

// wholeKey returns the search for everyone without the authority's key.
func wholeKey(e *Envelope) residual { return residual{e, EscrowedBits + e.Bits, 0} }

// search returns the search. It needs to know one block of the body, the header:
//
//	RC2(K, header ^ iv) = the first block of the ciphertext
//
// A wrong key passes this by chance with probability 2^-64. The iv makes each message a search of
// its own. A search of 64 bits leaves out the last key.
func (r residual) search() keysearch.Search {
	t := newTrial(r.upper, r.envelope.IV, [blockSize]byte(r.envelope.Ciphertext))
	end := uint64(1) << r.bits
	if r.bits == 64 {
		end = 1<<64 - 1
	}
	return keysearch.Search{
		End:      end,
		NewTrial: func() keysearch.Trial { return t.try },
		Accept: func(hit uint64) bool {
			_, ok := openBody(r.key(hit), r.envelope.IV, r.envelope.Ciphertext)
			return ok
		},
	}
}

// A trial looks for keys of bodies with the same iv. It is only read.
type trial struct {
	upper uint64    // bits of the key that are known
	in    uint64    // header ^ iv
	wants []uint64  // first blocks of bodies
	low   [256]bool // bytes with which one of wants ends
}

func newTrial(upper uint64, iv [blockSize]byte, wants ...[blockSize]byte) *trial {
	t := &trial{upper: upper, in: binary.BigEndian.Uint64([]byte(header)) ^ binary.BigEndian.Uint64(iv[:])}
	for _, want := range wants {
		t.wants = append(t.wants, binary.BigEndian.Uint64(want[:]))
		t.low[want[blockSize-1]] = true
	}
	return t
}

// try tries the n keys upper|first, …, and appends to hits the lower bits of those that give a wanted
// block.
func (t *trial) try(first uint64, n int, hits []uint64) []uint64 {
	for i := 0; i < n; i += rc2.Lanes {
		out := rc2.Encrypt64(t.upper|first+uint64(i), t.in)
		for lane, c := range out {
			if t.low[byte(c)] && slices.Contains(t.wants, c) && i+lane < n {
				hits = append(hits, first+uint64(i+lane))
			}
		}
	}
	return hits
}

// key returns the message's key, given its lower bits.
func (r residual) key(lower uint64) BulkKey { return BulkKey{n: r.upper | lower} }

// description contains all that a search and its resumption have in common.
func (r residual) description() string {
	return fmt.Sprintf("RC2-64, %d bits below %x, iv %x, ciphertext %x",
		r.bits, r.upper, r.envelope.IV, r.envelope.Ciphertext[:blockSize])
}
