package attackstest

import (
	"bytes"
	"crypto/rand"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doormat/attacks"
)

// Reread returns a tape that has been on a disk.
func Reread(t testing.TB, tape *attacks.Tape) *attacks.Tape {
	t.Helper()
	var disk bytes.Buffer
	if n, err := tape.WriteTo(&disk); err != nil || n != tape.Size() {
		t.Fatalf("wrote %d bytes of %d: %v", n, tape.Size(), err)
	}
	again, err := attacks.ReadTape(bytes.NewReader(bytes.Clone(disk.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}

// Records returns copies of a tape's records.
func Records(t testing.TB, tape *attacks.Tape) (all [][]byte) {
	t.Helper()
	for record, err := range tape.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(record))
	}
	return all
}

// Tape returns a tape with these records.
func Tape(t testing.TB, records ...[]byte) *attacks.Tape {
	t.Helper()
	tape, err := attacks.TapeOf(records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tape.Close() })
	return tape
}

// Transcript returns a transcript of these envelopes, all of the same date.
func Transcript(t testing.TB, at time.Time, envelopes ...[]byte) *attacks.Transcript {
	t.Helper()
	tr := &attacks.Transcript{Tape: new(attacks.Tape)}
	t.Cleanup(func() { tr.Tape.Close() })
	for _, e := range envelopes {
		if err := tr.Append(at, e); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

// Left lists the files of dir, those without a name that are still open included, where the operating
// system can tell.
func Left(t testing.TB, dir string) (files []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	open, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range open {
		if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, dir) && strings.HasSuffix(target, "(deleted)") {
			files = append(files, target)
		}
	}
	return files
}

// Damage yields mutilated copies of a record: truncations, every one of a record that is short;
// single bits flipped; a byte more.
func Damage(record []byte, yield func(what string, at int, b []byte)) {
	rounds := 12
	if testing.Short() {
		rounds = 5
	}
	if *Long {
		rounds = 40
	}
	for i := 0; i < len(record); i += 1 + len(record)/rounds {
		yield("truncated", i, record[:i])
	}
	r := mathrand.New(mathrand.NewPCG(7, uint64(len(record))))
	for range rounds / 2 {
		b := bytes.Clone(record)
		i := r.IntN(8 * len(b))
		b[i/8] ^= 1 << (i % 8)
		yield("bit flipped", i, b)
	}
	yield("trailing byte", 0, append(bytes.Clone(record), 0))
}

// Seed makes every key and nonce follow from the seed, until restore is called or the test is over.
func Seed(t testing.TB, seed [32]byte) (restore func()) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8(seed)
	restore = func() { rand.Reader = before }
	t.Cleanup(restore)
	return restore
}

// Bytes returns all tapes of a run, by name, to compare two runs with one seed.
func Bytes(t testing.TB, r *attacks.Result) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	write := func(name string, tape *attacks.Tape) {
		var b bytes.Buffer
		if _, err := tape.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	write("transcript", r.Transcript.Tape)
	for theft, loot := range r.Loot {
		write(string(theft), loot)
	}
	return all
}

// BenchmarkBulk opens n messages with recover, beside the limit, which does for n messages on one
// core what cannot be avoided. Each figure is the best of the rounds, and the rounds of all three
// take turns, so that other programs on the machine disturb them alike:
//
//	of-limit    messages a second on one core, over those of the limit
//	x-one-core  messages a second on two cores, over those on one
func BenchmarkBulk(b *testing.B, n int, recover func(found attacks.Found) (int64, error), limit func()) {
	on := func(cores int) time.Duration {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		var opened atomic.Int64
		start := time.Now()
		ops, err := recover(func(int, []byte) { opened.Add(1) })
		if err != nil || ops != int64(n) || opened.Load() != ops {
			b.Fatalf("%d of %d open: %v", opened.Load(), ops, err)
		}
		return time.Since(start)
	}
	bare := func() time.Duration {
		start := time.Now()
		limit()
		return time.Since(start)
	}
	one, two, least := on(1), on(2), bare()
	for b.Loop() {
		one, two, least = min(one, on(1)), min(two, on(2)), min(least, bare())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(n)/min(one, two).Seconds(), "messages/s")
	b.ReportMetric(float64(least)/float64(one), "of-limit")
	b.ReportMetric(float64(one)/float64(two), "x-one-core")
}
