// Package keysearch tries every key of a space, on all cores.
//
// It knows no cipher. A cipher brings a [Trial], which tests a run of consecutive keys, so that it
// can work on several keys at a time and share what they have in common. Each core makes its own
// trial and nothing is allocated per key or per batch.
//
//	          next batch: one atomic counter
//	       /               |               \
//	Trial [0,B)       Trial [B,2B)      Trial [2B,3B) …     one per core, its own memory
//	       \               |               /
//	            keys that fit: Accept, hits
//
// A search can be stopped at any time and resumed: all keys below [Checkpoint].Next are done.
// Every key is tried exactly once, whatever the number of cores and the size of a batch
// (TestEveryKeyOnce), and over a stop and a resumption none is left out
// (TestStopAndResumeLosesNoKey).
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

// MaxHits is the most keys that a search collects. More of them mean that the known plaintext is
// too short for the space.
const MaxHits = 1 << 16

// progressInterval is the time between two calls of Progress.
const progressInterval = 250 * time.Millisecond

var errTooManyHits = fmt.Errorf("keysearch: more than %d keys fit: more known plaintext is needed", MaxHits)

// Trial tests the n keys from first on, and appends those that fit to hits. It is used by one
// goroutine. A batch does not cross a multiple of [Search].Batch, and may be shorter.
type Trial func(first uint64, n int, hits []uint64) []uint64

// Search is a search for keys. Only End and NewTrial have to be set.
type Search struct {
	From Checkpoint // where to begin; the zero value is the first key, 0
	End  uint64     // the first key that is not tried: 1 << bits for the keys of so many bits

	// NewTrial makes the trial of one core, in that core's goroutine: with tables and cipher
	// states of its own, so that cores share no memory that is written.
	NewTrial func() Trial

	// Accept looks closer at a key that a trial reports, by one goroutine at a time. Where the
	// known plaintext is short, wrong keys fit it too. Nil accepts.
	Accept func(key uint64) bool

	All   bool // go on after the first key that is accepted
	Cores int  // goroutines; 0 for one per core
	Batch int  // keys at a time; 0 for DefaultBatch

	// Progress is called four times a second, by one goroutine.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	Tried, Of  uint64 // keys since the search began or was resumed
	Elapsed    time.Duration
	Checkpoint Checkpoint // enough to resume from here
}

// Rate is in keys per second.
func (p Progress) Rate() float64 { return rate(p.Tried, p.Elapsed) }

// Result is what a search has found, also when it was cancelled.
type Result struct {
	Hits       []uint64 // keys that were accepted, in order, those of the checkpoint included
	Tried      uint64   // keys since the search began or was resumed
	Cores      int
	Elapsed    time.Duration
	Checkpoint Checkpoint
}

// Rate is in keys per second.
func (r Result) Rate() float64 { return rate(r.Tried, r.Elapsed) }

// PerCore is the rate of one core, in keys per second.
func (r Result) PerCore() float64 { return r.Rate() / float64(max(r.Cores, 1)) }

func rate(tried uint64, elapsed time.Duration) float64 {
	return float64(tried) / max(elapsed.Seconds(), 1e-9)
}

// Run searches until a key is accepted, or with All until every key is tried. If ctx is done
// first it returns what it has with ctx's error.
func (s Search) Run(ctx context.Context) (Result, error) {
	if err := s.check(); err != nil {
		return Result{}, err
	}
	r := newRun(s)
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.work()
	}()
	r.watch(ctx, began, done)
	res := Result{
		Hits:       r.hits,
		Tried:      r.tried(),
		Cores:      len(r.slots),
		Elapsed:    time.Since(began),
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
		return errors.New("keysearch: no trial")
	}
	if s.Cores < 0 || s.Batch < 0 {
		return fmt.Errorf("keysearch: %d cores, batches of %d keys: want 0 or more", s.Cores, s.Batch)
	}
	if s.From.Next > s.End {
		return fmt.Errorf("keysearch: the search begins at key %#x, behind its end %#x", s.From.Next, s.End)
	}
	if err := s.From.check(); err != nil {
		return fmt.Errorf("keysearch: %w", err)
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
	batches atomic.Uint64 // handed out, counted from key 0
	stop    atomic.Bool
	slots   []slot

	mu       sync.Mutex // of what follows
	hits     []uint64
	overflow bool
}

// slot is what one worker tells the others. It fills two cache lines, so that no worker waits
// for a line that another one writes.
type slot struct {
	next  atomic.Uint64 // all batches that this worker took below it are done
	tried atomic.Uint64
	_     [112]byte
}

func newRun(s Search) *run {
	r := &run{Search: s, slots: make([]slot, s.Cores), hits: slices.Clone(s.From.Hits)}
	r.batches.Store(s.From.Next / uint64(s.Batch))
	for i := range r.slots {
		r.slots[i].next.Store(s.From.Next)
	}
	return r
}

func (r *run) work() {
	var wg sync.WaitGroup
	for i := range r.slots {
		wg.Go(func() { r.worker(&r.slots[i]) })
	}
	wg.Wait()
}

// worker tests batches. Once it has taken one it tests the whole of it, so that after the last
// worker has ended all batches that were handed out are done.
func (r *run) worker(own *slot) {
	trial := r.NewTrial()
	hits := make([]uint64, 0, 16)
	for tried := uint64(0); !r.stop.Load(); {
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
	}
}

// boundary is the first key of a batch, or the end of the search.
func (r *run) boundary(batch uint64) uint64 {
	if batch > r.End/uint64(r.Batch) {
		return r.End
	}
	return batch * uint64(r.Batch)
}

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

// watch stops the workers when ctx is done, reports progress, and returns when they have ended.
func (r *run) watch(ctx context.Context, began time.Time, done <-chan struct{}) {
	tick := time.NewTicker(progressInterval)
	defer tick.Stop()
	cancelled := ctx.Done()
	for {
		select {
		case <-done:
			return
		case <-cancelled:
			r.stop.Store(true)
			cancelled = nil
		case <-tick.C:
			if r.Progress != nil {
				r.Progress(r.progress(began))
			}
		}
	}
}

func (r *run) progress(began time.Time) Progress {
	next := r.End
	for i := range r.slots {
		next = min(next, r.slots[i].next.Load())
	}
	return Progress{
		Tried:      r.tried(),
		Of:         r.End - r.From.Next,
		Elapsed:    time.Since(began),
		Checkpoint: r.checkpoint(next),
	}
}

func (r *run) tried() (n uint64) {
	for i := range r.slots {
		n += r.slots[i].tried.Load()
	}
	return n
}

// checkpoint keeps the hits below next only: the others will be found again.
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
