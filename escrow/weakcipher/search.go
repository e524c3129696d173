package weakcipher

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"doormat/internal/keysearch"
)

// Options are those of a search for a key.
type Options struct {
	// Bits is the size of the space that the key was drawn from: the dial of the package's
	// New functions. 0 is the full size.
	Bits int
	// Resume is where to begin: the Checkpoint of an earlier search for the same key.
	Resume []byte
	// Progress is called four times a second with what has been done. It may be nil.
	Progress func(Work)
}

// Work is what a search has done, also one that was cancelled.
type Work struct {
	Tried, Of  uint64 // keys since it began or was resumed
	Place      uint64 // of the key that was found, among all in order; 0 if none was
	Elapsed    time.Duration
	Cores      int    // 0 while it is under way
	Checkpoint []byte // from which it can be resumed
}

// Rate is in keys per second.
func (w Work) Rate() float64 { return float64(w.Tried) / max(w.Elapsed.Seconds(), 1e-9) }

// ErrNoKey reports that no key of the space fits: the plaintext was not that, or the key was drawn
// from a larger space.
var ErrNoKey = errors.New("weakcipher: no key fits")

// ErrResume reports a checkpoint that is damaged, or of another search. Search from the beginning.
var ErrResume = errors.New("weakcipher: expected a checkpoint of this search")

// size checks a dial.
func size(bits, least, full int) (int, error) {
	if bits == 0 {
		return full, nil
	}
	if bits < least || bits > full {
		return 0, fmt.Errorf("weakcipher: expected %d to %d bits, found %d", least, full, bits)
	}
	return bits, nil
}

// atLeast checks that there is enough known text to tell the key.
func atLeast(n int, known []byte) error {
	if len(known) < n {
		return fmt.Errorf("weakcipher: expected %d known bytes or more, found %d", n, len(known))
	}
	return nil
}

// run does a search whose numbers stand for unit keys each. The description is what a search that
// is resumed must have in common with it.
func (o Options) run(ctx context.Context, s keysearch.Search, unit uint64, description string) (hit uint64, w Work, err error) {
	if o.Resume != nil {
		if s.From, err = keysearch.ParseCheckpoint(o.Resume, description); err != nil {
			return 0, w, fmt.Errorf("%w: %s", ErrResume, strings.TrimPrefix(err.Error(), "keysearch: "))
		}
	}
	work := func(tried uint64, elapsed time.Duration, c keysearch.Checkpoint) Work {
		data, err := c.Marshal(description)
		if err != nil {
			panic("weakcipher: internal error: " + err.Error()) // a search keeps its hits in order
		}
		return Work{Tried: tried * unit, Of: (s.End - s.From.Next) * unit, Elapsed: elapsed, Checkpoint: data}
	}
	if o.Progress != nil {
		s.Progress = func(p keysearch.Progress) { o.Progress(work(p.Tried, p.Elapsed, p.Checkpoint)) }
	}
	r, err := s.Run(ctx)
	w = work(r.Tried, r.Elapsed, r.Checkpoint)
	w.Cores = r.Cores
	switch {
	case err != nil:
		return 0, w, fmt.Errorf("weakcipher: %w", err)
	case len(r.Hits) == 0:
		return 0, w, ErrNoKey
	}
	w.Place = (r.Hits[0] + 1) * unit
	return r.Hits[0], w, nil
}
