package keysearch

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// counted makes trials that count how often each key was tried, and report those of hits.
func counted(seen []atomic.Int32, hits ...uint64) func() Trial {
	return func() Trial {
		return func(first uint64, n int, found []uint64) []uint64 {
			for key := first; key < first+uint64(n); key++ {
				seen[key].Add(1)
				if slices.Contains(hits, key) {
					found = append(found, key)
				}
			}
			return found
		}
	}
}

func once(t *testing.T, seen []atomic.Int32, from, end uint64) {
	t.Helper()
	for key := range seen {
		want := int32(0)
		if uint64(key) >= from && uint64(key) < end {
			want = 1
		}
		if n := seen[key].Load(); n != want {
			t.Fatalf("key %d of [%d, %d) was tried %d times", key, from, end, n)
		}
	}
}

func TestEveryKeyOnce(t *testing.T) {
	for _, cores := range []int{1, 2, 3, 8} {
		for _, batch := range []int{1, 2, 3, 7, 64, 1024, 5000} {
			for _, end := range []uint64{0, 1, 2, 63, 64, 65, 1000, 4096} {
				for _, from := range []uint64{0, 1, 62, 64, 999} {
					if from > end {
						continue
					}
					seen := make([]atomic.Int32, 4097)
					s := Search{From: Checkpoint{Next: from}, End: end, NewTrial: counted(seen), Cores: cores, Batch: batch}
					res, err := s.Run(t.Context())
					if err != nil || res.Tried != end-from || res.Checkpoint.Next != end || res.Cores != cores {
						t.Fatalf("cores %d, batch %d, [%d, %d): %+v, %v", cores, batch, from, end, res, err)
					}
					once(t, seen, from, end)
				}
			}
		}
	}
}

// Ciphers share work between keys with the same upper bits: no batch may cross them.
func TestBatchesAreAligned(t *testing.T) {
	const batch = 64
	s := Search{From: Checkpoint{Next: 70}, End: 1000, Batch: batch, NewTrial: func() Trial {
		return func(first uint64, n int, hits []uint64) []uint64 {
			if n < 1 || first/batch != (first+uint64(n)-1)/batch {
				t.Errorf("a batch of %d keys from %d on", n, first)
			}
			return hits
		}
	}}
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHitAtEitherEnd(t *testing.T) {
	for _, key := range []uint64{0, 1, 63, 64, 4094, 4095} {
		for _, all := range []bool{false, true} {
			seen := make([]atomic.Int32, 4096)
			s := Search{End: 4096, NewTrial: counted(seen, key), Batch: 64, All: all}
			res, err := s.Run(t.Context())
			if err != nil || !slices.Equal(res.Hits, []uint64{key}) {
				t.Fatalf("key %d, all %t: %+v, %v", key, all, res, err)
			}
		}
	}
	// The first key behind the space is not in it.
	seen := make([]atomic.Int32, 4097)
	s := Search{End: 4096, NewTrial: counted(seen, 4096), Batch: 64}
	if res, err := s.Run(t.Context()); err != nil || len(res.Hits) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
}

// A search ends with its first hit: to its end this one would take many seconds. With All it goes on.
func TestStopsAtTheFirstHit(t *testing.T) {
	s := Search{End: 1 << 36, Cores: 2, NewTrial: func() Trial {
		return func(first uint64, n int, hits []uint64) []uint64 {
			if first <= 100 && 100 < first+uint64(n) {
				hits = append(hits, 100)
			}
			return hits
		}
	}}
	res, err := s.Run(t.Context())
	if err != nil || !slices.Equal(res.Hits, []uint64{100}) {
		t.Fatal(res.Hits, err)
	}
	if res.Tried == s.End {
		t.Error("the search went on to its end")
	}
	s = Search{End: 1 << 16, Cores: 2, Batch: 64, All: true, NewTrial: counted(make([]atomic.Int32, 1<<16), 60000, 100)}
	if res, err = s.Run(t.Context()); err != nil || !slices.Equal(res.Hits, []uint64{100, 60000}) {
		t.Fatal(res.Hits, err)
	}
}

func TestAcceptRefusesFalseHits(t *testing.T) {
	var asked []uint64
	s := Search{End: 4096, NewTrial: counted(make([]atomic.Int32, 4096), 5, 700, 4000), Batch: 64, All: true,
		Accept: func(key uint64) bool { asked = append(asked, key); return key == 700 }}
	res, err := s.Run(t.Context())
	slices.Sort(asked)
	if err != nil || !slices.Equal(res.Hits, []uint64{700}) || !slices.Equal(asked, []uint64{5, 700, 4000}) {
		t.Fatal(res.Hits, asked, err)
	}
}

func TestTooManyHits(t *testing.T) {
	all := func() Trial {
		return func(first uint64, n int, hits []uint64) []uint64 {
			for i := range n {
				hits = append(hits, first+uint64(i))
			}
			return hits
		}
	}
	s := Search{End: MaxHits, NewTrial: all, All: true}
	if res, err := s.Run(t.Context()); err != nil || len(res.Hits) != MaxHits {
		t.Fatal(len(res.Hits), err)
	}
	s.End++
	if res, err := s.Run(t.Context()); !errors.Is(err, errTooManyHits) || len(res.Hits) != MaxHits {
		t.Fatal(len(res.Hits), err)
	}
}

// A search is cut off at random moments and resumed from its written checkpoint, with other cores
// and batches each time.
func TestStopAndResumeLosesNoKey(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		const end = 1 << 12
		seen := make([]atomic.Int32, end)
		hits := []uint64{0, 17, end / 2, end - 1}
		var from Checkpoint
		for stops := 0; ; stops++ {
			ctx, cancel := context.WithCancel(t.Context())
			left := rng.IntN(end / 4)
			var tried atomic.Int64
			inner := counted(seen, hits...)
			s := Search{From: from, End: end, All: true, Cores: 1 + rng.IntN(4), Batch: 1 + rng.IntN(100),
				NewTrial: func() Trial {
					trial := inner()
					return func(first uint64, n int, found []uint64) []uint64 {
						if tried.Add(int64(n)) > int64(left) {
							cancel()
							time.Sleep(time.Microsecond) // the watcher has to run
						}
						return trial(first, n, found)
					}
				}}
			res, err := s.Run(ctx)
			cancel()
			if err == nil {
				if !slices.Equal(res.Hits, hits) || res.Checkpoint.Next != end {
					t.Fatalf("round %d after %d stops: %+v", round, stops, res)
				}
				break
			}
			if !errors.Is(err, context.Canceled) || res.Tried != res.Checkpoint.Next-from.Next {
				t.Fatalf("round %d: %+v, %v", round, res, err)
			}
			data, err := res.Checkpoint.Marshal("a search")
			if err != nil {
				t.Fatal(err)
			}
			if from, err = ParseCheckpoint(data, "a search"); err != nil {
				t.Fatal(err)
			}
		}
		once(t, seen, 0, end)
	}
}

// A checkpoint that Progress is given while the search runs may be behind, and is never ahead: what
// is below it is done, and the batch in which a worker is asked is not.
func TestCheckpointUnderWay(t *testing.T) {
	for cores := range 4 {
		checkpointUnderWay(t, cores+1)
	}
}

func checkpointUnderWay(t *testing.T, cores int) {
	const end = 1 << 12
	seen := make([]atomic.Int32, end)
	var r *run
	s := Search{End: end, Batch: 16, Cores: cores, NewTrial: func() Trial {
		trial := counted(seen)()
		return func(first uint64, n int, hits []uint64) []uint64 {
			next := r.progress().Checkpoint.Next
			if next > first {
				t.Errorf("the batch at %d is not done, the checkpoint says %d", first, next)
			}
			for key := range next {
				if seen[key].Load() != 1 {
					t.Errorf("key %d is not done, the checkpoint says %d", key, next)
					break
				}
			}
			return trial(first, n, hits)
		}
	}}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	r = newRun(s)
	r.work(t.Context())
	if next := r.progress().Checkpoint.Next; next != end {
		t.Fatal("at the end the checkpoint says", next)
	}
}

func TestProgress(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	s := Search{From: Checkpoint{Next: 1 << 20}, End: 1 << 62, NewTrial: counted(nil), Cores: 2}
	s.NewTrial = func() Trial { return func(_ uint64, _ int, hits []uint64) []uint64 { return hits } }
	s.Progress = func(p Progress) {
		if calls++; p.Tried == 0 || p.Of != 1<<62-1<<20 || p.Rate() <= 0 || p.Checkpoint.Next < 1<<20 {
			t.Errorf("%+v", p)
		}
		cancel()
	}
	res, err := s.Run(ctx)
	// The other core may be about to call when the first has cancelled.
	if !errors.Is(err, context.Canceled) || calls < 1 || calls > s.Cores || res.Rate() <= res.PerCore() {
		t.Fatal(calls, res, err)
	}
}

func TestMisuse(t *testing.T) {
	trial := counted(make([]atomic.Int32, 10))
	for name, s := range map[string]Search{
		"no trial":        {End: 10},
		"negative cores":  {End: 10, NewTrial: trial, Cores: -1},
		"negative batch":  {End: 10, NewTrial: trial, Batch: -1},
		"begin after end": {End: 10, NewTrial: trial, From: Checkpoint{Next: 11}},
		"hit after next":  {End: 10, NewTrial: trial, From: Checkpoint{Next: 1, Hits: []uint64{1}}},
	} {
		if _, err := s.Run(t.Context()); err == nil {
			t.Error(name, "is not refused")
		}
	}
}

func TestEnormousSpace(t *testing.T) {
	// The last batches of the largest space: no sum overflows.
	s := Search{From: Checkpoint{Next: 1<<64 - 5000}, End: 1<<64 - 1, NewTrial: func() Trial {
		return func(first uint64, n int, hits []uint64) []uint64 {
			if first <= 1<<64-3 && first+uint64(n)-1 >= 1<<64-3 {
				hits = append(hits, 1<<64-3)
			}
			return hits
		}
	}, All: true}
	res, err := s.Run(t.Context())
	if err != nil || res.Tried != 4999 || !slices.Equal(res.Hits, []uint64{1<<64 - 3}) {
		t.Fatalf("%+v, %v", res, err)
	}
}
