package dualec

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// search is what d and Q allow to compute once for all searches.
type search interface {
	// tester returns a tester of at most size candidates at a time, for one goroutine.
	tester(size int) tester
}

// A tester tries candidates for the bits that were dropped.
type tester interface {
	// test tries from, …, to−1. It says how many of them made a point, and which states survive.
	test(block, more []byte, from, to int) (tested int, survivors []survivor)
}

// survivor is a state that fits, and which of the points of its chunk it came from, from 1.
type survivor struct {
	state []byte
	rank  int
}

// chunkSize is how many candidates are tried at a time. Half of them make a point, and those
// share one inversion at each step: fewer would feel it, more would not fit near the processor.
const chunkSize = 2048

// A race is a search on all cores. Chunks are taken in order, so that the survivor which counts is
// the one that a search on one core would have found.
type race struct {
	next   atomic.Int64 // the chunk to take
	best   atomic.Int64 // the lowest chunk with an accepted survivor, or the number of chunks
	chunks []chunk
	size   int

	mu     sync.Mutex // held for accept
	accept func(state []byte) bool
}

type chunk struct {
	tested int
	found  survivor
}

// search tries all candidates for the bits that block was robbed of.
func (t *Trapdoor) search(ctx context.Context, block, more []byte, accept func(state []byte) bool) (state []byte, tested int, err error) {
	total, workers := 1<<t.points.curve.drop, runtime.GOMAXPROCS(0)
	size := min(chunkSize, max(1, total/workers))
	r := &race{size: size, chunks: make([]chunk, (total+size-1)/size), accept: accept}
	r.best.Store(int64(len(r.chunks)))
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { r.run(ctx, t.s.prepare().tester(size), block, more, total) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	best := int(r.best.Load())
	for _, c := range r.chunks[:best] {
		tested += c.tested
	}
	if best == len(r.chunks) {
		return nil, tested, ErrNotFound
	}
	found := r.chunks[best].found
	return found.state, tested + found.rank, nil
}

func (r *race) run(ctx context.Context, t tester, block, more []byte, total int) {
	for ctx.Err() == nil {
		i := r.next.Add(1) - 1
		if i >= r.best.Load() {
			return
		}
		from := int(i) * r.size
		c := &r.chunks[i]
		var survivors []survivor
		c.tested, survivors = t.test(block, more, from, min(total, from+r.size))
		for _, s := range survivors {
			if r.accepts(i, s) {
				c.found = s
				break
			}
		}
	}
}

// accepts asks whether a survivor of chunk i is the one, and remembers it if so.
func (r *race) accepts(i int64, s survivor) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i >= r.best.Load() || !r.accept(s.state) {
		return false
	}
	r.best.Store(i)
	return true
}
