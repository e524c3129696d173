// Package keysearch tries every key of a space, on all cores.
//
// It does not depend on a cipher. A cipher brings a [Trial], which tests a run of consecutive keys,
// so that it can work on several keys at a time and share what they have in common. Each core makes
// its own trial, and nothing is allocated for a key or a batch.
//
//	          next batch: one atomic counter
//	       /               |               \
//	Trial [0,B)       Trial [B,2B)      Trial [2B,3B) …     one per core, its own memory
//	       \               |               /
//	            keys that fit: Accept, hits
//
// A search can be stopped at any time and resumed: all keys below [Checkpoint].Next are done.
// Every key is tried exactly once, for every number of cores and size of a batch
// (TestEveryKeyOnce), and a stop and a resumption leave out none (TestStopAndResumeLosesNoKey).
//
// [Search.Find] is what packages with ciphers offer to their users.
package keysearch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultBatch is the number of keys of a batch. At a microsecond a key, a search that is
// cancelled stops within a millisecond.
const DefaultBatch = 1024

// MaxHits is the largest number of keys that a search collects. If more fit, the known plaintext is
// too short for the space.
const MaxHits = 1 << 16

// progressInterval is the time between two calls of Progress.
const progressInterval = 250 * time.Millisecond

var (
	// ErrNoKey reports that none of the keys that were tried fits.
	ErrNoKey = errors.New("no key fits")
	// ErrResume reports a checkpoint that is damaged, or of another search.
	ErrResume = errors.New("expected a checkpoint of this search")

	errTooManyHits = fmt.Errorf("more than %d keys fit: more known plaintext is needed", MaxHits)
)

// Trial tests the n keys from first on, and appends those that fit to hits. It is used by one
// goroutine. A batch does not cross a multiple of [Search].Batch, and may be shorter.
type Trial func(first uint64, n int, hits []uint64) []uint64

// Search is a search for keys. Only End and NewTrial have to be set.
type Search struct {
	From Checkpoint // where to begin; the zero value is the first key, 0
	End  uint64     // the first key that is not tried: 1 << bits for all keys of that many bits

	// NewTrial makes the trial of one core, in that core's goroutine. Each trial has tables and
	// cipher states of its own, so that cores share no memory that is written.
	NewTrial func() Trial

	// Accept examines a key that a trial reports, in one goroutine at a time. Where the known
	// plaintext is short, wrong keys fit it too. Nil accepts every key.
	Accept func(key uint64) bool

	All   bool   // continue after the first key that is accepted
	Cores int    // goroutines; 0 means one for each core
	Batch int    // keys at a time; 0 means DefaultBatch
	Unit  uint64 // how many keys of the cipher a key of this search stands for, in Work; 0 means 1

	// Progress is called up to four times a second, by one goroutine at a time.
	Progress func(Progress)
}

// Progress tells how far a search is.
type Progress struct {
	Tried, Of  uint64 // keys since the search began or was resumed
	Elapsed    time.Duration
	Checkpoint Checkpoint // enough to resume from here
}

// Rate returns keys per second.
func (p Progress) Rate() float64 { return rate(p.Tried, p.Elapsed) }

// Result has what a search has found, also if it was cancelled.
type Result struct {
	Hits       []uint64 // keys that were accepted, in order, those of the checkpoint included
	Tried      uint64   // keys since the search began or was resumed
	Cores      int
	Elapsed    time.Duration
	Checkpoint Checkpoint
}

// Rate returns keys per second.
func (r Result) Rate() float64 { return rate(r.Tried, r.Elapsed) }

// PerCore returns the rate of one core, in keys per second.
func (r Result) PerCore() float64 { return r.Rate() / float64(max(r.Cores, 1)) }

func rate(tried uint64, elapsed time.Duration) float64 {
	return float64(tried) / max(elapsed.Seconds(), 1e-9)
}

// Work tells what a search has done, also one that was cancelled.
type Work struct {
	Tried, Of  uint64 // keys since the search began or was resumed
	Place      uint64 // of the key that was found, among all in order, from 1; 0 if none was
	Elapsed    time.Duration
	Cores      int    // 0 while the search is under way
	Checkpoint []byte // from which it can be resumed
}

// Find searches for the first key that is accepted. It begins at the checkpoint in resume, if that
// is not nil, and returns one to resume from, also with an error. The description must contain all
// that a search and its resumption have in common. If no key is accepted the error is ErrNoKey; if
// the checkpoint is of another search it is ErrResume.
func (s Search) Find(ctx context.Context, description string, resume []byte, progress func(Work)) (key uint64, w Work, err error) {
	if resume != nil {
		if s.From, err = ParseCheckpoint(resume, description); err == nil && s.From.Next > s.End {
			err = errors.New("the checkpoint is beyond the end")
		}
		if err != nil {
			return 0, w, fmt.Errorf("%w: %w", ErrResume, err)
		}
	}
	unit := max(s.Unit, 1)
	work := func(tried uint64, elapsed time.Duration, c Checkpoint) Work {
		data, err := c.Marshal(description)
		if err != nil {
			panic("keysearch: internal error: " + err.Error()) // a search keeps its hits in order
		}
		return Work{Tried: tried * unit, Of: (s.End - s.From.Next) * unit, Elapsed: elapsed, Checkpoint: data}
	}
	if progress != nil {
		s.Progress = func(p Progress) { progress(work(p.Tried, p.Elapsed, p.Checkpoint)) }
	}
	r, err := s.Run(ctx)
	w = work(r.Tried, r.Elapsed, r.Checkpoint)
	w.Cores = r.Cores
	switch {
	case err != nil:
		return 0, w, err
	case len(r.Hits) == 0:
		return 0, w, ErrNoKey
	}
	w.Place = (r.Hits[0] + 1) * unit
	return r.Hits[0], w, nil
}

// Run searches until a key is accepted, or with All until every key is tried. If ctx is done before
// that, it returns what was found with ctx's error.
func (s Search) Run(ctx context.Context) (Result, error) {
	if err := s.check(); err != nil {
		return Result{}, err
	}
	r := newRun(s)
	r.work(ctx)
	res := Result{
		Hits:       r.hits,
		Tried:      r.tried(),
		Cores:      len(r.slots),
		Elapsed:    time.Since(r.began),
		Checkpoint: r.checkpoint(r.boundary(r.batches.Load())),
	}
	slices.Sort(res.Hits)
	switch {
	case r.overflow:
		return res, errTooManyHits
	case res.Checkpoint.Next < s.End && (s.All || len(res.Hits) == 0):
		return res, ctx.Err()
	}
	return res, nil
}

func (s *Search) check() error {
	if s.NewTrial == nil {
		return errors.New("the search has no trial")
	}
	if s.Cores < 0 || s.Batch < 0 {
		return fmt.Errorf("expected 0 or more cores and keys in a batch, found %d and %d", s.Cores, s.Batch)
	}
	if s.From.Next > s.End {
		return fmt.Errorf("expected a beginning of at most %#x, the search's end, found %#x", s.End, s.From.Next)
	}
	if err := s.From.check(); err != nil {
		return err
	}
	if s.Cores == 0 {
		s.Cores = runtime.GOMAXPROCS(0)
	}
	if s.Batch == 0 {
		s.Batch = DefaultBatch
	}
	return nil
}

// run is a search that is under way.
type run struct {
	Search
	began   time.Time
	batches atomic.Uint64 // handed out, counted from key 0
	stop    atomic.Bool   // a key was accepted, or too many were
	slots   []slot

	told     time.Duration // when Progress was called last, since began
	telling  sync.Mutex    // guards told, and is held while Progress runs
	mu       sync.Mutex    // guards hits and overflow
	hits     []uint64
	overflow bool
}

// slot is what one worker tells the others. It fills two cache lines, so that no worker waits
// for a line that another one writes.
type slot struct {
	next  atomic.Uint64 // all batches below it that this worker took are done
	tried atomic.Uint64
	_     [112]byte
}

func newRun(s Search) *run {
	r := &run{Search: s, began: time.Now(), slots: make([]slot, s.Cores), hits: slices.Clone(s.From.Hits)}
	r.batches.Store(s.From.Next / uint64(s.Batch))
	r.stop.Store(!s.All && len(r.hits) > 0)
	for i := range r.slots {
		r.slots[i].next.Store(s.From.Next)
	}
	return r
}

func (r *run) work(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range r.slots {
		wg.Go(func() { r.worker(ctx, &r.slots[i]) })
	}
	wg.Wait()
}

// worker tests batches. Once it has taken one it tests the whole of it, so that after the last
// worker has ended all batches that were handed out are done.
func (r *run) worker(ctx context.Context, own *slot) {
	trial := r.NewTrial()
	hits := make([]uint64, 0, 16)
	paused := time.Now()
	for tried := uint64(0); !r.stop.Load() && ctx.Err() == nil; {
		batch := r.batches.Add(1) - 1
		first, end := max(r.boundary(batch), r.From.Next), r.boundary(batch+1)
		if first >= end {
			r.batches.Add(^uint64(0)) // there is no such batch
			own.next.Store(r.End)
			return
		}
		hits = trial(first, int(end-first), hits[:0])
		for _, key := range hits {
			r.hit(key)
		}
		tried += end - first
		own.tried.Store(tried)
		own.next.Store(end)
		if time.Since(paused) >= progressInterval {
			r.tell()
			pause()
			paused = time.Now()
		}
	}
}

// pause lets other goroutines run. In a browser all of them share one thread with the page's
// events, and without it neither a timer nor a context would reach a search there.
func pause() { time.Sleep(time.Microsecond) }

// tell calls Progress, unless another worker did or does.
func (r *run) tell() {
	if r.Progress == nil || !r.telling.TryLock() {
		return
	}
	defer r.telling.Unlock()
	if now := time.Since(r.began); now-r.told >= progressInterval {
		r.told = now
		r.Progress(r.progress())
	}
}

// boundary returns the first key of a batch, or the end of the search if there is no such batch.
func (r *run) boundary(batch uint64) uint64 {
	if batch > r.End/uint64(r.Batch) {
		return r.End
	}
	return batch * uint64(r.Batch)
}

// hit records a key that a trial reports, if Accept accepts it.
func (r *run) hit(key uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Accept != nil && !r.Accept(key) {
		return
	}
	if len(r.hits) == MaxHits {
		r.overflow = true
		r.stop.Store(true)
		return
	}
	r.hits = append(r.hits, key)
	if !r.All {
		r.stop.Store(true)
	}
}

func (r *run) progress() Progress {
	next := r.End
	for i := range r.slots {
		next = min(next, r.slots[i].next.Load())
	}
	return Progress{
		Tried:      r.tried(),
		Of:         r.End - r.From.Next,
		Elapsed:    time.Since(r.began),
		Checkpoint: r.checkpoint(next),
	}
}

func (r *run) tried() (n uint64) {
	for i := range r.slots {
		n += r.slots[i].tried.Load()
	}
	return n
}

// checkpoint returns a checkpoint at next. It leaves out the hits that are not below next, since
// the resumed search finds them again.
func (r *run) checkpoint(next uint64) Checkpoint {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := Checkpoint{Next: max(next, r.From.Next)}
	for _, key := range r.hits {
		if key < c.Next {
			c.Hits = append(c.Hits, key)
		}
	}
	slices.Sort(c.Hits)
	return c
}
