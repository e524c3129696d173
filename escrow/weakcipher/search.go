package weakcipher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doormat/internal/keysearch"
)

// Options has the options of a search for a key.
type Options struct {
	// Bits is the size of the space that the key was drawn from: the dial of the package's New
	// functions. 0 means the full size.
	Bits int
	// First and Limit cut a range out of the space, in keys as Work counts them: the search begins with
	// key First and ends with ErrNoKey before key Limit. TEA1 and GEA-1 round both
	// down to whole units of their search. Limit 0 means all keys. The Checkpoint of such a search takes the keys before
	// First as done.
	First, Limit uint64
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
	// ErrNoKey reports that none of the keys that were tried fits: the plaintext was another, or the
	// key was drawn from a larger space.
	ErrNoKey = keysearch.ErrNoKey
	// ErrResume reports a checkpoint that is damaged, or of another search. Search from the beginning.
	ErrResume = keysearch.ErrResume
)

// size returns the size that a dial stands for.
func size(bits, least, full int) (int, error) {
	if bits == 0 {
		return full, nil
	}
	if bits < least || bits > full {
		return 0, fmt.Errorf("weakcipher: expected %d to %d bits, found %d", least, full, bits)
	}
	return bits, nil
}

// atLeast checks that n bytes are known, as many as it takes to tell the key from others.
func atLeast(n int, known []byte) error {
	if len(known) < n {
		return fmt.Errorf("weakcipher: expected %d known bytes or more, found %d", n, len(known))
	}
	return nil
}

// allAtLeast checks several targets of one search.
func allAtLeast(n int, known [][]byte) error {
	if len(known) == 0 {
		return errors.New("weakcipher: expected one target or more, found none")
	}
	for _, k := range known {
		if err := atLeast(n, k); err != nil {
			return err
		}
	}
	return nil
}

// locate searches the whole range for the first key that fits each of several targets.
func (o Options) locate(ctx context.Context, s keysearch.Search, targets int, description string, fits func(key uint64, target int) bool) (places []uint64, w Work, err error) {
	s.All = true
	accepted := map[uint64]bool{} // a walk of TEA1 is reported for each of its registers that fits
	s.Accept = func(key uint64) bool {
		for i := 0; i < targets && !accepted[key]; i++ {
			if fits(key, i) {
				accepted[key] = true
				return true
			}
		}
		return false
	}
	if _, w, err = o.run(ctx, s, description); err != nil && !errors.Is(err, ErrNoKey) {
		return nil, w, err
	}
	c, err := keysearch.ParseCheckpoint(w.Checkpoint, description)
	if err != nil {
		panic("weakcipher: internal error: " + err.Error()) // the search has just written it
	}
	places = make([]uint64, targets)
	for _, key := range c.Hits {
		for i := range places {
			if places[i] == 0 && fits(key, i) {
				places[i] = (key + 1) * max(s.Unit, 1)
			}
		}
	}
	return places, w, nil
}

// run does a search. The description must contain all that a search and its resumption have in
// common.
func (o Options) run(ctx context.Context, s keysearch.Search, description string) (hit uint64, w Work, err error) {
	unit := max(s.Unit, 1)
	if o.Limit > 0 {
		s.End = min(s.End, o.Limit/unit)
	}
	if s.From.Next = o.First / unit; s.From.Next > s.End {
		return 0, w, fmt.Errorf("weakcipher: expected a first key of at most %d, found %d", s.End*unit, o.First)
	}
	var progress func(keysearch.Work)
	if o.Progress != nil {
		progress = func(w keysearch.Work) { o.Progress(Work(w)) }
	}
	hit, done, err := s.Find(ctx, description, o.Resume, progress)
	if err != nil {
		err = fmt.Errorf("weakcipher: %w", err)
	}
	return hit, Work(done), err
}
