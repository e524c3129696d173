package attacks

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Tried counts an attempt to open an envelope, and claims the text if it is ok. Call it once for each
// attempt, from the goroutine of try, also for attempts that fail.
type Tried func(text []byte, ok bool)

// Each calls try for every envelope of the transcript, on every core, in no order, and returns how often
// tried was called. What was ok goes to found. An attack for which each envelope stands alone is one call of
// Each; one that goes from envelope to envelope ranges over All. The transcript is streamed: memory holds
// some batches of 64 KiB a core. Each stops at the first error of the tape, or when ctx is done, with that
// error.
func (t *Transcript) Each(ctx context.Context, found Found, try func(r Record, tried Tried)) (attempts int64, err error) {
	var all atomic.Int64
	workers := runtime.GOMAXPROCS(0)
	batches := make(chan *batch, workers)
	spare := make(chan *batch, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			var r Record
			var n int64
			tried := func(text []byte, ok bool) {
				n++
				if ok {
					found(r.Index, text)
				}
			}
			for b := range batches {
				for _, r = range b.records {
					if ctx.Err() != nil {
						break
					}
					try(r, tried)
				}
				select {
				case spare <- b:
				default:
				}
			}
			all.Add(n)
		})
	}
	err = t.deal(ctx, batches, spare)
	close(batches)
	wg.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return all.Load(), err
}

// batchSize is how many bytes of envelopes go to a worker at once.
const batchSize = 1 << 16

type batch struct {
	records []Record
	arena   []byte
}

// deal copies the transcript into batches.
func (t *Transcript) deal(ctx context.Context, batches chan<- *batch, spare <-chan *batch) error {
	b := new(batch)
	send := func() error {
		select {
		case batches <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case b = <-spare:
			b.records, b.arena = b.records[:0], b.arena[:0]
		default:
			b = new(batch)
		}
		return nil
	}
	for r, err := range t.All() {
		if err != nil {
			return err
		}
		if len(b.arena)+len(r.Bytes) > batchSize && len(b.records) > 0 {
			if err := send(); err != nil {
				return err
			}
		}
		start := len(b.arena)
		b.arena = append(b.arena, r.Bytes...)
		r.Bytes = b.arena[start:len(b.arena):len(b.arena)]
		b.records = append(b.records, r)
	}
	return send()
}
