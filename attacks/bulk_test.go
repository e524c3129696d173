package attacks

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// numbered is a transcript of n envelopes of some size, each of which says its number.
func numbered(t testing.TB, n, size int) *Transcript {
	t.Helper()
	tr := &Transcript{Tape: new(Tape)}
	t.Cleanup(func() { tr.Tape.Close() })
	envelope := make([]byte, size)
	for i := range n {
		binary.BigEndian.PutUint32(envelope, uint32(i))
		envelope[size-1] = byte(i)
		if err := tr.append(time.UnixMilli(int64(i)), envelope); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

func TestInParallelWorksOnEachOnce(t *testing.T) {
	for _, c := range []struct{ n, size int }{{0, 8}, {1, 8}, {1, 3 * batchSize}, {7, batchSize}, {7, batchSize + 1}, {3, batchSize - 1}, {5000, 60}, {1000, 5000}} {
		tr := numbered(t, c.n, c.size)
		ticks := 0
		tr.tick = func(done int) {
			if ticks++; done != ticks {
				t.Errorf("progress is %d after %d ticks", done, ticks)
			}
		}
		var mu sync.Mutex
		seen := make([]int, c.n)
		err := inParallel(t.Context(), tr, func(e Envelope) {
			mu.Lock()
			defer mu.Unlock()
			seen[e.Index]++
			if len(e.Bytes) != c.size || int(binary.BigEndian.Uint32(e.Bytes)) != e.Index || e.Bytes[c.size-1] != byte(e.Index) || e.At.UnixMilli() != int64(e.Index) {
				t.Errorf("envelope %d of %d bytes arrives as another", e.Index, c.size)
			}
		})
		if err != nil || slices.ContainsFunc(seen, func(n int) bool { return n != 1 }) || ticks != c.n {
			t.Errorf("%d envelopes of %d bytes: seen %v times, %d ticks, %v", c.n, c.size, slices.Compact(slices.Sorted(slices.Values(seen))), ticks, err)
		}
	}
}

// Neither the end nor an error nor a cancellation leaves a goroutine: the bubble waits for all.
func TestInParallelStops(t *testing.T) {
	const n, size = 3000, 1000
	synctest.Test(t, func(t *testing.T) {
		tr := numbered(t, n, size)
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		worked := 0
		err := inParallel(ctx, tr, func(Envelope) {
			mu.Lock()
			defer mu.Unlock()
			if worked++; worked == 10 {
				cancel()
			}
		})
		if most := 10 + runtime.GOMAXPROCS(0); worked > most || err != context.Canceled {
			t.Errorf("worked on %d after a cancellation at 10, want at most %d: %v", worked, most, err)
		}
		worked = 0
		if err := inParallel(ctx, tr, func(Envelope) { worked++ }); err != context.Canceled || worked != 0 {
			t.Errorf("worked on %d of a cancelled context, %v", worked, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		tr := numbered(t, n, size)
		if err := tr.Tape.Append([]byte("short")); err != nil {
			t.Fatal(err)
		}
		if err := inParallel(t.Context(), tr, func(Envelope) {}); !errors.Is(err, errTape) {
			t.Errorf("a broken transcript: %v", err)
		}
	})
}

// Memory holds batches, however long the transcript.
func TestInParallelStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 envelopes")
	}
	const n, size, bound = 20_000, 3000, 16 << 20
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	tr := numbered(t, n, size)
	runtime.GC()
	before := heap()
	var mu sync.Mutex
	most := before
	if err := inParallel(t.Context(), tr, func(e Envelope) {
		if e.Index%500 == 0 {
			mu.Lock()
			defer mu.Unlock()
			most = max(most, heap())
		}
	}); err != nil {
		t.Fatal(err)
	}
	if tr.Tape.Size() < 3*bound || most-before > bound {
		t.Errorf("a transcript of %d bytes takes %d bytes of memory, want at most %d", tr.Tape.Size(), most-before, bound)
	}
}

// The bulk attacks give the same on one core and on several.
func TestBulkOnEveryCore(t *testing.T) {
	r := send(t, NewEscrow(), 60, "Ana")
	for _, cores := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(cores)
		c, err := attack(t, fresh("escrow"), "escrow key", r.Loot["escrow key"], r.Transcript.Tape)
		runtime.GOMAXPROCS(before)
		if opened, wrong := c.judge(talk(60)); err != nil || wrong != 0 || count(opened) != 60 {
			t.Errorf("%d cores: %d of 60 open, %d wrong, %v", cores, count(opened), wrong, err)
		}
	}
}

func TestTranscriptKeepsDates(t *testing.T) {
	tr := &Transcript{Tape: new(Tape)}
	at := time.Date(1969, 7, 20, 20, 17, 40, 123e6, time.UTC)
	if err := tr.append(at, []byte("landed")); err != nil {
		t.Fatal(err)
	}
	for e, err := range tr.All() {
		if err != nil || !e.At.Equal(at) || !bytes.Equal(e.Bytes, []byte("landed")) {
			t.Errorf("%v %q, %v", e.At, e.Bytes, err)
		}
	}
}
