package keysearch

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

// A key that is found has its place among all, counted in the cipher's keys, and is found again
// from every checkpoint before it.
func TestFind(t *testing.T) {
	for _, unit := range []uint64{0, 1, 10} {
		const end, want = 1 << 12, 3000
		each := max(unit, 1)
		for _, from := range []uint64{0, 64, want, want + 1} {
			data, err := Checkpoint{Next: from}.Marshal("a search")
			if err != nil {
				t.Fatal(err)
			}
			if from == 0 {
				data = nil
			}
			s := Search{End: end, Batch: 64, Unit: unit, NewTrial: counted(make([]atomic.Int32, end), want)}
			key, w, err := s.Find(t.Context(), "a search", data, nil)
			if from > want {
				if !errors.Is(err, ErrNoKey) || w.Place != 0 || w.Tried != w.Of || w.Of != (end-from)*each {
					t.Errorf("unit %d, from %d: %d, %+v, %v", unit, from, key, w, err)
				}
				continue
			}
			if err != nil || key != want || w.Place != (want+1)*each || w.Of != (end-from)*each || w.Tried > w.Of || w.Cores == 0 {
				t.Errorf("unit %d, from %d: %d, %+v, %v", unit, from, key, w, err)
			}
			// Its own checkpoint has the key, and nothing is tried again.
			s.NewTrial = counted(make([]atomic.Int32, end))
			if again, w, err := s.Find(t.Context(), "a search", w.Checkpoint, nil); err != nil || again != key || w.Tried != 0 {
				t.Errorf("unit %d, from %d, resumed: %d, %+v, %v", unit, from, again, w, err)
			}
		}
	}
}

func TestFindRefusesCheckpoints(t *testing.T) {
	marshal := func(next uint64, description string) []byte {
		data, err := Checkpoint{Next: next}.Marshal(description)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	s := Search{End: 100, NewTrial: counted(make([]atomic.Int32, 100))}
	if _, _, err := s.Find(t.Context(), "this", marshal(100, "this"), nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("a checkpoint at the end: %v", err)
	}
	for what, data := range map[string][]byte{
		"empty": {}, "of another search": marshal(5, "another"), "beyond the end": marshal(101, "this"), "damaged": marshal(5, "this")[1:],
	} {
		if _, _, err := s.Find(t.Context(), "this", data, nil); !errors.Is(err, ErrResume) || strings.Contains(err.Error(), "keysearch") {
			t.Errorf("a checkpoint that is %s: %v", what, err)
		}
	}
}

// A search that never ends tells its progress, with a checkpoint, and ends when its context does.
// In a browser both need the search to pause.
func TestFindStops(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*progressInterval)
	defer cancel()
	idle := func() Trial { return func(_ uint64, _ int, hits []uint64) []uint64 { return hits } }
	var told []Work
	s := Search{End: 1 << 62, NewTrial: idle, Unit: 2}
	_, w, err := s.Find(ctx, "endless", nil, func(w Work) { told = append(told, w) })
	if !errors.Is(err, context.DeadlineExceeded) || w.Tried == 0 || w.Of != 1<<63 || w.Place != 0 {
		t.Errorf("%+v, %v", w, err)
	}
	if len(told) == 0 || len(told) > int(w.Elapsed/progressInterval) {
		t.Errorf("progress was told %d times in %v", len(told), w.Elapsed)
	}
	for _, p := range told {
		c, err := ParseCheckpoint(p.Checkpoint, "endless")
		if err != nil || c.Next == 0 || p.Tried == 0 || p.Tried > w.Tried || p.Of != 1<<63 || p.Cores != 0 {
			t.Errorf("told %+v, %v", p, err)
		}
	}
}

// A search whose context is done tries nothing, and has a checkpoint all the same.
func TestFindCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := Search{End: 4096, NewTrial: counted(make([]atomic.Int32, 4096))}
	_, w, err := s.Find(ctx, "this", nil, nil)
	if !errors.Is(err, context.Canceled) || w.Tried != 0 || w.Of != 4096 {
		t.Errorf("%+v, %v", w, err)
	}
	if c, err := ParseCheckpoint(w.Checkpoint, "this"); err != nil || c.Next != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}
