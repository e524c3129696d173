package dualec

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"doormat/internal/p256"
)

// Options has the options of a search for a generator's state.
type Options struct {
	// Revision is the device's. 0 means Revision2007.
	Revision Revision
	// Accept reports whether a generator that gives the output is the right one, by what it
	// generates next. It is called by one goroutine at a time. Nil accepts the first.
	Accept func(*Generator) bool
	// Progress is called after each 2,048 candidates, by one goroutine at a time, with what has been
	// done. It may be nil.
	Progress func(Work)
}

// Work tells what a search has done, also one that was cancelled.
type Work struct {
	Tried, Of uint64 // candidates for the bits that were dropped: 2^16 on P-256
	Points    uint64 // how many of them had a point, up to the right one if it was found
	Elapsed   time.Duration
	Cores     int // 0 while the search is under way
}

// A follower computes what follows from candidates for x(sQ): State = x(dR), for the point R with
// that coordinate, and Output = x(State·Q). It returns the candidates that have an R, in order, in
// the same memory. It is for one goroutine. Numbers are right-aligned: the tiny curve uses the last
// two of 32 bytes.
type follower func([]p256.Candidate) []p256.Candidate

// chunkSize is the number of candidates that are tried at a time. Half of them have a point, and the
// points share one inversion at each step. Smaller chunks amortize the inversion less; larger ones
// exceed the cache.
const chunkSize = 2048

// A race is a search on all cores. Chunks are taken in order, and the lowest chunk with an accepted
// state decides, so the result is that of a search on one core.
type race struct {
	curve       *Curve
	block, more []byte
	size        int          // of a chunk, in candidates
	next        atomic.Int64 // the chunk to take
	best        atomic.Int64 // the lowest chunk with an accepted state, or the number of chunks
	chunks      []chunk

	mu       sync.Mutex // guards work, and is held for accept and progress
	accept   func(state []byte) bool
	progress func(Work)
	began    time.Time
	work     Work // so far
}

// chunk is what was found among consecutive candidates.
type chunk struct {
	points int    // candidates with a point
	state  []byte // the state that was accepted, or nil
	rank   int    // its place among the candidates with a point, from 1
}

// search tries all candidates for the dropped bits of block. It returns the first state that gives
// more and that accept accepts.
func (t *Trapdoor) search(ctx context.Context, block, more []byte, accept func(state []byte) bool, progress func(Work)) (state []byte, w Work, err error) {
	curve := t.points.curve
	total, workers := 1<<curve.drop, runtime.GOMAXPROCS(0)
	size := min(chunkSize, max(1, total/workers))
	r := &race{
		curve: curve, block: block, more: more[:min(len(more), len(block))],
		size: size, chunks: make([]chunk, (total+size-1)/size),
		accept: accept, progress: progress, began: time.Now(), work: Work{Of: uint64(total)},
	}
	r.best.Store(int64(len(r.chunks)))
	newFollower := t.s.prepare()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { r.run(ctx, newFollower(size)) })
	}
	wg.Wait()
	w = r.work
	w.Elapsed, w.Cores = time.Since(r.began), workers
	if err := ctx.Err(); err != nil {
		return nil, w, err
	}
	best := int(r.best.Load())
	w.Points = 0 // without those of chunks that were tried too far
	for _, c := range r.chunks[:best] {
		w.Points += uint64(c.points)
	}
	if best == len(r.chunks) {
		return nil, w, ErrNotFound
	}
	w.Points += uint64(r.chunks[best].rank)
	return r.chunks[best].state, w, nil
}

// run tries chunks until none is left below the best.
func (r *race) run(ctx context.Context, follow follower) {
	candidates := make([]p256.Candidate, r.size)
	for ctx.Err() == nil {
		i := r.next.Add(1) - 1
		if i >= r.best.Load() {
			return
		}
		from := int(i) * r.size
		n := min(r.size, 1<<r.curve.drop-from)
		for j := range n {
			r.curve.guess(&candidates[j].X, from+j, r.block)
		}
		points := follow(candidates[:n])
		r.chunks[i].points = len(points)
		for rank, c := range points {
			if !bytes.HasPrefix(r.curve.block(c.Output[:]), r.more) {
				continue
			}
			if state := bytes.Clone(r.curve.coordinate(c.State[:])); r.accepts(i, state) {
				r.chunks[i].state, r.chunks[i].rank = state, rank+1
				break
			}
		}
		r.done(n, len(points))
	}
}

// done counts n candidates and tells the progress. Then it pauses: in a browser all goroutines
// share one thread with the page's events, and without a pause a context there would not be
// cancelled.
func (r *race) done(n, points int) {
	r.mu.Lock()
	r.work.Tried += uint64(n)
	r.work.Points += uint64(points)
	if r.progress != nil {
		r.work.Elapsed = time.Since(r.began)
		r.progress(r.work)
	}
	r.mu.Unlock()
	time.Sleep(time.Microsecond)
}

// guess sets x to missing ‖ block.
func (c *Curve) guess(x *[p256.Size]byte, missing int, block []byte) {
	at := p256.Size - len(block)
	copy(x[at:], block)
	for i := at - 1; i >= p256.Size-c.size(); i-- {
		x[i] = byte(missing)
		missing >>= 8
	}
}

// coordinate returns the bytes of a number that a coordinate has.
func (c *Curve) coordinate(x []byte) []byte { return x[len(x)-c.size():] }

// accepts asks accept about a state of chunk i, and remembers the chunk if it accepts.
func (r *race) accepts(i int64, state []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i >= r.best.Load() || !r.accept(state) {
		return false
	}
	r.best.Store(i)
	return true
}
