package attacks

import (
	"context"
	"runtime"
	"sync"
)

// batchSize is how many bytes of envelopes go to a worker at once.
const batchSize = 1 << 16

type batch struct {
	envelopes []Envelope
	arena     []byte
}

// inParallel calls work for every envelope of the transcript, on every core. The transcript is
// streamed: memory holds a few batches a core. It stops at the first error, or when ctx is done.
func inParallel(ctx context.Context, t *Transcript, work func(Envelope)) error {
	workers := runtime.GOMAXPROCS(0)
	batches := make(chan *batch, workers)
	spare := make(chan *batch, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for b := range batches {
				for _, e := range b.envelopes {
					if ctx.Err() != nil {
						break
					}
					work(e)
				}
				select {
				case spare <- b:
				default:
				}
			}
		})
	}
	err := deal(ctx, t, batches, spare)
	close(batches)
	wg.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// deal copies the transcript into batches.
func deal(ctx context.Context, t *Transcript, batches chan<- *batch, spare <-chan *batch) error {
	b := new(batch)
	send := func() error {
		select {
		case batches <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case b = <-spare:
			b.envelopes, b.arena = b.envelopes[:0], b.arena[:0]
		default:
			b = new(batch)
		}
		return nil
	}
	for e, err := range t.All() {
		if err != nil {
			return err
		}
		if len(b.arena)+len(e.Bytes) > batchSize && len(b.envelopes) > 0 {
			if err := send(); err != nil {
				return err
			}
		}
		start := len(b.arena)
		b.arena = append(b.arena, e.Bytes...)
		e.Bytes = b.arena[start:len(b.arena):len(b.arena)]
		b.envelopes = append(b.envelopes, e)
	}
	return send()
}
