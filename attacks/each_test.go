package attacks_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doormat/attacks"
)

// numbered is a transcript of n envelopes of some size, each of which says its number.
func numbered(t testing.TB, n, size int) *attacks.Transcript {
	t.Helper()
	tr := &attacks.Transcript{Tape: new(attacks.Tape)}
	t.Cleanup(func() { tr.Tape.Close() })
	envelope := make([]byte, size)
	for i := range n {
		binary.BigEndian.PutUint32(envelope, uint32(i))
		envelope[size-1] = byte(i)
		if err := tr.Append(time.UnixMilli(int64(i)), envelope); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

func nobodyFinds(int, []byte) {}

func TestEachTriesEachOnce(t *testing.T) {
	for _, c := range []struct{ n, size int }{{0, 8}, {1, 8}, {1, 3 * attacks.BatchSize}, {7, attacks.BatchSize}, {7, attacks.BatchSize + 1}, {3, attacks.BatchSize - 1}, {5000, 60}, {1000, 5000}} {
		tr := numbered(t, c.n, c.size)
		ticks := 0
		tr.OnProgress(func(what string, done, total int) {
			if ticks++; what != "" || done != ticks || total != c.n {
				t.Errorf("progress %q is %d of %d after %d ticks", what, done, total, ticks)
			}
		})
		var mu sync.Mutex
		seen, claimed := make([]int, c.n), make([]int, c.n)
		attempts, err := tr.Each(t.Context(), func(i int, text []byte) {
			mu.Lock()
			defer mu.Unlock()
			claimed[i]++
			if string(text) != "even" || i%2 != 0 {
				t.Errorf("%q is claimed of envelope %d", text, i)
			}
		}, func(r attacks.Record, tried attacks.Tried) {
			tried([]byte("even"), r.Index%2 == 0)
			tried(nil, false)
			mu.Lock()
			defer mu.Unlock()
			seen[r.Index]++
			if len(r.Bytes) != c.size || int(binary.BigEndian.Uint32(r.Bytes)) != r.Index || r.Bytes[c.size-1] != byte(r.Index) || r.At.UnixMilli() != int64(r.Index) {
				t.Errorf("envelope %d of %d bytes arrives as another", r.Index, c.size)
			}
		})
		if attempts != 2*int64(c.n) {
			t.Errorf("%d attempts are counted, expected %d", attempts, 2*c.n)
		}
		for i, n := range claimed {
			if n != 1-i%2 {
				t.Errorf("envelope %d is claimed %d times", i, n)
			}
		}
		if err != nil || slices.ContainsFunc(seen, func(n int) bool { return n != 1 }) || ticks != c.n {
			t.Errorf("%d envelopes of %d bytes: seen %v times, %d ticks, %v", c.n, c.size, slices.Compact(slices.Sorted(slices.Values(seen))), ticks, err)
		}
	}
}

// Neither the end nor an error nor a cancellation leaves a goroutine: the bubble waits for all.
func TestEachStops(t *testing.T) {
	const n, size = 3000, 1000
	synctest.Test(t, func(t *testing.T) {
		tr := numbered(t, n, size)
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		worked := 0
		_, err := tr.Each(ctx, nobodyFinds, func(attacks.Record, attacks.Tried) {
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
		if _, err := tr.Each(ctx, nobodyFinds, func(attacks.Record, attacks.Tried) { worked++ }); err != context.Canceled || worked != 0 {
			t.Errorf("worked on %d of a cancelled context, %v", worked, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		tr := numbered(t, n, size)
		if err := tr.Tape.Append([]byte("short")); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Each(t.Context(), nobodyFinds, func(attacks.Record, attacks.Tried) {}); err == nil || !strings.Contains(err.Error(), "expected a date") {
			t.Errorf("a broken transcript: %v", err)
		}
	})
}

// Memory holds batches, however long the transcript.
func TestEachStreams(t *testing.T) {
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
	if _, err := tr.Each(t.Context(), nobodyFinds, func(r attacks.Record, _ attacks.Tried) {
		if r.Index%500 == 0 {
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

func TestTranscriptKeepsDates(t *testing.T) {
	tr := &attacks.Transcript{Tape: new(attacks.Tape)}
	at := time.Date(1969, 7, 20, 20, 17, 40, 123e6, time.UTC)
	if err := tr.Append(at, []byte("landed")); err != nil {
		t.Fatal(err)
	}
	for e, err := range tr.All() {
		if err != nil || !e.At.Equal(at) || !bytes.Equal(e.Bytes, []byte("landed")) {
			t.Errorf("%v %q, %v", e.At, e.Bytes, err)
		}
	}
}

func TestDate(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 999_999_999, time.FixedZone("far", 3600))
	record := append(attacks.Date(at), "rest"...)
	got, rest, err := attacks.CutDate(record)
	if err != nil || !got.Equal(at.Truncate(time.Millisecond)) || got.Location() != time.UTC || string(rest) != "rest" {
		t.Errorf("%v, %q, %v", got, rest, err)
	}
	for n := range 8 {
		if _, _, err := attacks.CutDate(record[:n]); err == nil {
			t.Errorf("%d bytes have a date", n)
		}
	}
}
