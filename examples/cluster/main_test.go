//go:build !js

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

// soon is how long a server waits for a worker in a test where one goes away, and enough is more than any
// test needs.
const (
	soon   = 4 * time.Second
	enough = 2 * time.Minute
)

// TestMain is also the server that a test kills, and the worker.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CLUSTER_SERVER"); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if role := os.Getenv("CLUSTER_WORKER"); role != "" {
		if err := workerProcess(role); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child serves the search in dir until the queue is empty.
func child(dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h, err := open(ctx, dir, "", task{Cipher: "des", Bits: 12}, soon)
	if err != nil {
		return err
	}
	defer h.close()
	fmt.Println("ready")
	empty := false
	err = h.run(ctx, func(s state) {
		if s.left == 0 {
			empty = true
			cancel()
		}
	})
	if !empty {
		return err
	}
	fmt.Println("empty")
	return nil
}

func opened(t *testing.T, dir string, job task) *hub {
	t.Helper()
	h, err := open(t.Context(), dir, "", job, enough)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	return h
}

// running starts a server and returns a function that waits until it ends, in no more than enough.
func running(t *testing.T, h *hub) (ended func() error) {
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	out := make(chan error, 1)
	go func() { out <- h.run(ctx, func(state) {}) }()
	t.Cleanup(cancel)
	return func() error { return <-out }
}

func silent(string, uint64, uint64) {}

// likely reports whether a count out of n comes by chance, if each counts with a chance of p: neither so few nor so
// many come less often than once in 10^9 runs.
//
//	n! / (k! (n-k)!) * p^k * (1-p)^(n-k)
func likely(count, n int, p float64) bool {
	if p == 0 || p == 1 {
		return float64(count) == p*float64(n)
	}
	lgamma := func(k int) float64 { l, _ := math.Lgamma(float64(k + 1)); return l }
	few, many := 0.0, 0.0
	for k := range n + 1 {
		c := math.Exp(lgamma(n) - lgamma(k) - lgamma(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		if k <= count {
			few += c
		}
		if k >= count {
			many += c
		}
	}
	return min(few, many) > 1e-9
}

func TestLikely(t *testing.T) {
	for _, c := range []struct {
		count, n int
		p        float64
		want     bool
	}{{0, 100, 0, true}, {1, 100, 0, false}, {99, 100, 1, false}, {0, 29, 0.5, true}, {0, 30, 0.5, false}, {30, 30, 0.5, false}, {500, 1000, 0.5, true}, {404, 1000, 0.5, false}, {596, 1000, 0.5, false}} {
		if got := likely(c.count, c.n, c.p); got != c.want {
			t.Errorf("%d of %d with a chance of %v: %v", c.count, c.n, c.p, got)
		}
	}
}

func honest(t *testing.T, h *hub) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	n, err := join(ctx, h.job.Address, h.job.Code, silent)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A class finds the key of each cipher, and the server verifies it.
func TestFind(t *testing.T) {
	for name, bits := range map[string]int{"rc4": 14, "des": 18, "tea1": 17, "notes": 14} {
		t.Run(name, func(t *testing.T) {
			h := opened(t, t.TempDir(), task{Cipher: name, Bits: bits})
			ended := running(t, h)
			honest(t, h)
			if err := ended(); err != nil || h.place == 0 || h.caught != 0 || !strings.HasPrefix(line, string(bytes.TrimSpace(h.text))) || len(h.text) < 40 {
				t.Fatalf("%v: key %x, number %d, opens %q, %d liars", err, h.key, h.place, h.text, h.caught)
			}
		})
	}
}

// Keys that are planted are found in their range, for each cipher, and verify accepts their places and no
// others.
func TestPlant(t *testing.T) {
	for name, bits := range map[string]int{"rc4": 14, "des": 18, "tea1": 17, "notes": 14} {
		j, err := newJob(task{Cipher: name, Bits: bits})
		if err != nil {
			t.Fatal(err)
		}
		c, _ := cipherOf(name)
		if err := j.decoy(); err != nil {
			t.Fatal(err)
		}
		there := 0
		p, in, _, err := j.mix(j.part(5), func() bool { there++; return there%2 == 0 })
		if err != nil {
			t.Fatal(err)
		}
		places, err := search(t.Context(), p, nil)
		if err != nil || len(places) != 1+decoys+ringers {
			t.Fatalf("%s: %d, %v", name, places, err)
		}
		for i, place := range places {
			if in[i] && place == 0 {
				t.Errorf("%s: a key that was planted is not there", name)
			}
			if place == 0 {
				continue
			}
			for d := -2; d <= 2; d++ {
				if ok := verify(t.Context(), p, i, place+uint64(d)*c.unit); ok != (d == 0) {
					t.Errorf("%s, %d from its place: %v", name, d, ok)
				}
			}
			for _, at := range []uint64{0, 1, math.MaxUint64, p.First, p.Limit + 1} {
				if verify(t.Context(), p, i, at) && at != place {
					t.Errorf("%s: place %d is accepted", name, at)
				}
			}
		}
	}
}

// A lease shows nothing of which of its targets are in the range: there are always as many, of the same
// length, in the order of their bytes, and the real one and those whose keys are there stand anywhere among
// them. What is in it besides is the same for all.
func TestAlike(t *testing.T) {
	const leases, targets = 400, 1 + decoys + ringers
	for name, bits := range map[string]int{"rc4": 30, "des": 30, "tea1": 28, "notes": 30} {
		j, err := newJob(task{Cipher: name, Bits: bits})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.decoy(); err != nil {
			t.Fatal(err)
		}
		c, _ := cipherOf(name)
		chance := mathrand.New(mathrand.NewPCG(2001, 1))
		n := leases
		if name == "tea1" {
			n = 24 // whose targets take long to draw
		}
		var drawn, above [2]int // of the ringers with a key outside the range, and inside
		seen := map[string]int{}
		for range n {
			part := j.part(chance.Uint64N(j.ranges()))
			p, there, real, err := j.mix(part, func() bool { return chance.IntN(2) == 0 })
			if err != nil || !bytes.Equal(p.Targets[real], j.Message.Target) || there[real] {
				t.Fatalf("%s: %v, %v", name, real, err)
			}
			if !slices.IsSortedFunc(p.Targets, bytes.Compare) || len(p.Targets) != targets || p.First != part.First || p.Limit != part.Limit || !bytes.Equal(p.Common, j.Message.Common) {
				t.Fatalf("%s: %+v", name, p)
			}
			stay := 0
			for i, target := range p.Targets {
				if len(target) != c.target || name == "tea1" && target[0] != p.Targets[0][0] {
					t.Fatalf("%s: target %x", name, target)
				}
				if slices.ContainsFunc(j.Task.Targets, func(b []byte) bool { return bytes.Equal(b, target) }) {
					stay++
					continue
				}
				seen[string(target)]++
				in := 0
				if there[i] {
					in = 1
				}
				drawn[in]++
				if i >= targets/2 {
					above[in]++
				}
			}
			if stay < 1+decoys { // a ringer may have a decoy's key
				t.Fatalf("%s: %d targets of all leases", name, stay)
			}
		}
		// Two ringers may have the same key.
		if len(seen) < n*ringers*9/10 {
			t.Errorf("%s: %d targets in %d leases", name, len(seen), n)
		}
		out, in := float64(drawn[0]), float64(drawn[1])
		// Both halves of the ringers are in the upper half of a lease equally often, to six standard deviations:
		// where that is, depends on the targets that stay.
		if math.Abs(in-out) > 6*math.Sqrt(in+out) || math.Abs(float64(above[1])/in-float64(above[0])/out) > 6*math.Sqrt((1/in+1/out)/4) {
			t.Errorf("%s: %d and %d ringers, in the upper half %d and %d", name, drawn[0], drawn[1], above[0], above[1])
		}
	}
}

// TEA1's search of full size has as many keys as the program deals, and no more.
func TestEnd(t *testing.T) {
	for _, c := range ciphers {
		j, err := newJob(task{Cipher: c.name, Bits: c.full})
		if err != nil {
			t.Fatal(err)
		}
		last := j.Task
		last.First = last.Limit - c.unit
		if places, err := search(t.Context(), last, nil); err != nil || len(places) != 1 {
			t.Errorf("%s: the last key: %d, %v", c.name, places, err)
		}
		if c.name == "notes" {
			continue // whose space goes on beyond the authority's part
		}
		last.First, last.Limit = last.Limit+c.unit, last.Limit+2*c.unit
		if _, err := search(t.Context(), last, nil); err == nil {
			t.Errorf("%s: there are keys beyond the last", c.name)
		}
	}
}

// asked sends a message to the server's own function.
func asked(t *testing.T, h *hub, a ask) reply {
	t.Helper()
	return h.answer(t.Context(), encode(a))
}

// leased asks until there is a range.
func leased(t *testing.T, h *hub, worker string) (r reply) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	for r = asked(t, h, ask{Worker: worker}); r.Task == nil; r = asked(t, h, ask{Worker: worker}) {
		if r.Error != "" || ctx.Err() != nil {
			t.Fatalf("no range: %+v", r)
		}
		wait(ctx, 10*time.Millisecond)
	}
	return r
}

func honestly(t *testing.T, r reply) (places []uint64) {
	t.Helper()
	places, err := search(t.Context(), *r.Task, nil)
	if err != nil {
		t.Fatal(err)
	}
	return places
}

// nothing is the result of a worker that says that there are no keys.
func nothing(r reply) []uint64 { return make([]uint64, len(r.Task.Targets)) }

// keyless makes a search whose ranges have no key.
func keyless(t *testing.T, dir string, bits int) {
	t.Helper()
	h := opened(t, dir, task{Cipher: "des", Bits: bits})
	defer h.close()
	d, err := dealDES(40)
	if err != nil {
		t.Fatal(err)
	}
	h.job.Message, h.job.Task.Targets[0] = d, d.Target
	if err := h.writeJob(); err != nil {
		t.Fatal(err)
	}
}

func remaining(t *testing.T, h *hub) uint64 {
	t.Helper()
	n, err := h.left(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A worker that says "nothing found" is caught at the first key that is there, and all its ranges are in the
// queue again. So is one that makes a key up, and one that has another number of results.
func TestLiar(t *testing.T) {
	dir := t.TempDir()
	keyless(t, dir, 12)
	h := opened(t, dir, task{Cipher: "des", Bits: 12})
	h.job.Decoys = []uint64{1, 1, 1} // in no range
	toss := 0
	h.coin = func() bool { toss++; return toss > 3*ringers } // none are in the first three ranges
	liar := ask{Worker: rand.Text()}
	for i := range 4 {
		r := leased(t, h, liar.Worker)
		r = asked(t, h, ask{Worker: liar.Worker, Lease: r.Lease, Done: true, Places: nothing(r)})
		if caught := r.Error != ""; caught != (i == 3) {
			t.Fatalf("after range %d: %+v", i, r)
		}
		if i < 3 && remaining(t, h) != h.ranges()-uint64(i)-1 {
			t.Errorf("after range %d: %d are left", i, remaining(t, h))
		}
	}
	if r := asked(t, h, liar); r.Error == "" || h.caught != 1 || remaining(t, h) != h.ranges() {
		t.Errorf("%+v; %d are caught; %d of %d ranges are left", r, h.caught, remaining(t, h), h.ranges())
	}
	for what, change := range map[string]func(r reply, places []uint64) []uint64{
		"a key that was made up": func(r reply, places []uint64) []uint64 {
			for i := range places {
				if places[i] == 0 {
					places[i] = r.Task.First + 1
				}
			}
			return places
		},
		"one key only":     func(_ reply, places []uint64) []uint64 { clear(places[1:]); return places },
		"a result too few": func(_ reply, places []uint64) []uint64 { return places[1:] },
		"one more":         func(_ reply, places []uint64) []uint64 { return append(places, 0) },
		"others":           func(_ reply, places []uint64) []uint64 { return append(places[1:], places[0]) },
	} {
		h.coin = func() bool { toss++; return toss%2 == 0 }
		id, before := rand.Text(), h.caught
		r := leased(t, h, id)
		places := change(r, honestly(t, r))
		if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: places}); r.Error == "" || h.place != 0 || h.caught != before+1 {
			t.Errorf("%s, %d: %+v", what, places, r)
		}
	}
	// An honest worker is handed every range, those of the liars too.
	worker, seen, liars := rand.Text(), map[uint64]int{}, h.caught
	for remaining(t, h) > 0 {
		r := leased(t, h, worker)
		seen[r.Task.First]++
		if r := asked(t, h, ask{Worker: worker, Lease: r.Lease, Done: true, Places: honestly(t, r)}); r.Error != "" {
			t.Fatal(r.Error)
		}
	}
	if len(seen) != int(h.ranges()) || h.caught != liars {
		t.Errorf("%d ranges of %d were searched, %d liars", len(seen), h.ranges(), h.caught)
	}
	for first, n := range seen {
		if n != 1 {
			t.Errorf("range %d was handed out %d times", first, n)
		}
	}
}

// Of many liars who leave out a share of the keys, as many are caught as the formula says.
func TestCaught(t *testing.T) {
	dir := t.TempDir()
	keyless(t, dir, 16)
	h := opened(t, dir, task{Cipher: "des", Bits: 16})
	h.job.Decoys = []uint64{1, 1, 1} // ringers alone
	chance := mathrand.New(mathrand.NewPCG(7, 8))
	h.coin = func() bool { return chance.IntN(2) == 0 }
	const liars = 400
	for _, c := range []struct {
		share float64
		n     int
	}{{0, 4}, {0.125, 4}, {0.5, 1}, {0.5, 2}, {1, 1}} {
		found := 0
		for range liars {
			id := rand.Text()
			for range c.n {
				r := leased(t, h, id)
				places := honestly(t, r)
				left := r.Task.First + uint64(float64(r.Task.Limit-r.Task.First)*(1-c.share))
				for i := range places {
					if places[i] > left {
						places[i] = 0
					}
				}
				if r := asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: places}); r.Error != "" {
					found++
					break
				}
			}
			if w := h.workers[id]; w != nil {
				if err := errors.Join(h.put(t.Context(), w.right), w.msg.Nak()); err != nil { // so that the queue does not get empty
					t.Fatal(err)
				}
				delete(h.workers, id)
			}
		}
		want := caught(c.share, c.n)
		got := float64(found) / liars
		t.Logf("who leaves out %.1f %% is caught within %d ranges: computed %.3f, measured %.3f", 100*c.share, c.n, want, got)
		if !likely(found, liars, want) {
			t.Errorf("left out %.2f, %d ranges: computed %.3f, measured %.3f", c.share, c.n, want, got)
		}
	}
}

// Who compares leases, and stops where all four ringers are found, leaves out one key in eighty.
func TestIdle(t *testing.T) {
	chance := mathrand.New(mathrand.NewPCG(9, 10))
	const n = 200_000
	left := 0.0
	for range n {
		last, in := 0.0, 0
		for range ringers {
			if chance.IntN(2) == 0 {
				in++
				last = max(last, chance.Float64())
			}
		}
		if in == ringers {
			left += 1 - last
		}
	}
	if got := left / n; math.Abs(got-idle()) > 0.0005 || idle() != 1.0/80 {
		t.Errorf("computed %.5f, measured %.5f", idle(), got)
	}
}

// Who compares leases, and hides a key of one of the four targets that stay, is caught three times in four.
// Where it is not caught, all ranges are searched without a key, and all are dealt again.
func TestHidden(t *testing.T) {
	chance := mathrand.New(mathrand.NewPCG(11, 12))
	draw := func(j *job) []byte {
		stay := slices.SortedFunc(slices.Values(j.Task.Targets), bytes.Compare) // as leases show them
		return stay[chance.IntN(len(stay))]
	}
	const searches = 400
	others := 0
	for range searches {
		j, err := newJob(task{Cipher: "des", Bits: 16})
		if err == nil {
			err = j.decoy()
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(draw(&j), j.Message.Target) {
			others++
		}
	}
	t.Logf("%d of %d hide another target than the real one; computed %.2f", others, searches, hidden())
	if !likely(others, searches, hidden()) || hidden() != 0.75 {
		t.Error("a worker can tell the real target")
	}
	for range 12 {
		h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 16})
		hides := draw(&h.job)
		id, wrong := rand.Text(), false
		for h.place == 0 && remaining(t, h) > 0 && !wrong {
			r := leased(t, h, id)
			places := honestly(t, r)
			// A ringer may have the same key. It stands behind those that stay, and is not hidden.
			places[slices.IndexFunc(r.Task.Targets, func(b []byte) bool { return bytes.Equal(b, hides) })] = 0
			wrong = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: places}).Error != ""
		}
		real := bytes.Equal(hides, h.job.Message.Target)
		if real == (h.place != 0) && !wrong || wrong && real {
			t.Fatalf("hides the real one: %v, caught: %v, key at %d", real, wrong, h.place)
		}
		h.close()
	}
}

// What is in a worker's lease when it goes away is handed out again, and the rest is not.
func TestWorkerGone(t *testing.T) {
	h, err := open(t.Context(), t.TempDir(), "", task{Cipher: "des", Bits: 12}, soon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	var lost []uint64
	began := time.Now()
	for range 64 { // workers that take all ranges between them, and are never heard again
		r := leased(t, h, rand.Text())
		lost = append(lost, r.Task.First)
	}
	if r := asked(t, h, ask{Worker: rand.Text()}); r.Task != nil && time.Since(began) < soon { // else the first is free again
		t.Fatalf("%d ranges, and one more: %+v", len(lost), r)
	}
	ended := running(t, h)
	honest(t, h)
	if err := ended(); err != nil || h.place == 0 {
		t.Errorf("%v, number %d", err, h.place)
	}
}

// A worker that says for ever that it is at work does not keep its range for ever.
func TestHoarder(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	id := rand.Text()
	r := leased(t, h, id)
	places, first := honestly(t, r), r.Task.First
	for range 63 {
		leased(t, h, rand.Text())
	}
	busy := ask{Worker: id, Lease: r.Lease, Tried: 1}
	asked(t, h, busy)
	if other := asked(t, h, ask{Worker: rand.Text()}); other.Task != nil {
		t.Fatalf("a range that is searched is handed out again: %+v", other)
	}
	h.workers[id].since = time.Now().Add(-maxLease)
	asked(t, h, busy)
	var other reply
	next := rand.Text()
	for until := time.Now().Add(15 * time.Second); other.Task == nil && time.Now().Before(until); wait(t.Context(), 10*time.Millisecond) {
		other = asked(t, h, ask{Worker: next})
	}
	if other.Task == nil || other.Task.First != first {
		t.Errorf("what is handed out next is %+v", other)
	}
	if r := asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: places}); r != (reply{}) {
		t.Errorf("a result that comes too late: %+v", r)
	}
	for _, try := range []struct{ slowest, want time.Duration }{{0, maxLease}, {time.Millisecond, enough}, {2 * time.Second, 200 * time.Second}, {time.Hour, maxLease}} {
		if h.slowest = try.slowest; h.patience() != try.want {
			t.Errorf("after %v: %v", try.slowest, h.patience())
		}
	}
}

// When all ranges are searched without a key, all are dealt again, with the same decoys: with others the
// real target would be the only one that stays. A liar of the second time brings back its ranges of that time
// alone, so none is in the queue twice.
func TestDealtAgain(t *testing.T) {
	dir := t.TempDir()
	keyless(t, dir, 12)
	h := opened(t, dir, task{Cipher: "des", Bits: 12})
	targets := slices.Clone(h.job.Task.Targets)
	id := rand.Text()
	settle := func() {
		r := leased(t, h, id)
		if r := asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: honestly(t, r)}); r.Error != "" {
			t.Fatal(r.Error)
		}
	}
	for remaining(t, h) > 0 {
		settle()
	}
	if h.keys != 1<<12 {
		t.Errorf("%d keys are counted, of %d", h.keys, 1<<12)
	}
	if err := h.deal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(targets, h.job.Task.Targets, bytes.Equal) {
		t.Error("all is dealt again with other decoys")
	}
	settle()
	r := leased(t, h, id)
	if r := asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: []uint64{1}}); r.Error == "" {
		t.Fatal("a liar is not caught")
	}
	if n := remaining(t, h); n != h.ranges() {
		t.Errorf("%d ranges are in the queue, of %d", n, h.ranges())
	}
	if h.keys != 1<<12 {
		t.Errorf("%d keys are counted, of %d that were searched", h.keys, 1<<12)
	}
}

// A search goes on under a server that is started again: what was searched counts, and its time too. A
// second server on the same folder is refused.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	search := task{Cipher: "des", Bits: 12}
	keyless(t, dir, search.Bits)
	h := opened(t, dir, search)
	if !h.job.Began.IsZero() {
		t.Error("it began before the first lease")
	}
	if s, err := h.state(t.Context()); err != nil || s.rate != 0 {
		t.Errorf("before the first lease: %+v, %v", s, err)
	}
	id := rand.Text()
	for range 3 {
		r := leased(t, h, id)
		asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: honestly(t, r)})
	}
	if other, err := open(t.Context(), dir, "127.0.0.1:0", search, enough); err == nil {
		other.close()
		t.Error("two servers have one folder")
	} else if !errors.Is(err, cli.ErrInput) {
		t.Error(err)
	}
	began := h.job.Began
	h.close()
	h = opened(t, dir, search)
	if h.before != 3*h.job.Size || !h.job.Began.Equal(began) {
		t.Errorf("%d keys, expected %d; it began at %v, expected %v", h.before, 3*h.job.Size, h.job.Began, began)
	}
}

// A server is killed with leases out. After that no range is lost, none that was acknowledged is handed out
// again, and no more are repeated than were out.
func TestServerKilled(t *testing.T) {
	dir := t.TempDir()
	keyless(t, dir, 12)
	start := func() (*exec.Cmd, *bufio.Scanner) {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "CLUSTER_SERVER="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "ready" {
			t.Fatalf("the server says %q", lines.Text())
		}
		return cmd, lines
	}
	server, _ := start()
	h := &hub{dir: dir}
	if found, err := h.readJob(); !found || err != nil {
		t.Fatal(found, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	nc, err := enter(h.job.Address, h.job.Code, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()

	worker := rand.Text()
	times := map[uint64]int{}
	var out []uint64          // not acknowledged
	late := map[uint64]bool{} // on a slow machine: it may be handed out again
	for i := range 23 {
		began := time.Now()
		r, err := request(ctx, natsWire(nc), ask{Worker: worker})
		if err != nil || r.Task == nil {
			t.Fatal(r, err)
		}
		times[r.Task.First]++
		if i == 22 {
			out = append(out, r.Task.First)
			break
		}
		if _, err := request(ctx, natsWire(nc), ask{Worker: worker, Lease: r.Lease, Done: true, Places: honestly(t, r)}); err != nil {
			t.Fatal(err)
		}
		late[r.Task.First] = time.Since(began) > soon
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	server.Wait()
	server, lines := start()
	empty := make(chan bool, 1)
	go func() { empty <- lines.Scan() && lines.Text() == "empty" }()
	worker = rand.Text() // the server would take the old name too
	for done := false; !done; {
		select {
		case ok := <-empty:
			if done = true; !ok {
				t.Fatal("the server ended, and its queue is not empty")
			}
			continue
		default:
		}
		began := time.Now()
		one, stop := context.WithTimeout(ctx, time.Second)
		m, err := nc.RequestWithContext(one, subjectAsk, encode(ask{Worker: worker}))
		stop()
		var r reply
		if err != nil || decode(m.Data, &r) != nil || r.Task == nil {
			if ctx.Err() != nil {
				t.Fatal("the queue does not get empty")
			}
			wait(ctx, 20*time.Millisecond)
			continue
		}
		times[r.Task.First]++
		_, err = nc.Request(subjectAsk, encode(ask{Worker: worker, Lease: r.Lease, Done: true, Places: honestly(t, r)}), time.Second)
		if err != nil || time.Since(began) > soon {
			late[r.Task.First] = true
		}
	}
	server.Wait()
	if len(times) != int(h.ranges()) {
		t.Errorf("%d ranges of %d were searched", len(times), h.ranges())
	}
	for _, first := range out {
		times[first]-- // once more is what it may be
	}
	for first, n := range times {
		if n != 1 && !(n == 2 && late[first]) {
			t.Errorf("range %d was handed out %d times too often", first, n-1)
		}
	}
}

// Junk is answered with an error and changes nothing.
func TestJunk(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	id := rand.Text()
	if r := asked(t, h, ask{Worker: id}); r.Task == nil {
		t.Fatalf("the valid one: %+v", r)
	}
	for what, data := range map[string]string{
		"nothing": "", "no JSON": "\x00\xff", "another type": "[]", "null": "null", "no worker": "{}", "short": `{"Worker":"x"}`,
		"unknown": `{"Worker":"` + id + `","Rank":1}`, "trailing": `{"Worker":"` + id + `"}{}`, "long": strings.Repeat(" ", maxMessage) + "{}",
		"a result without a lease": `{"Worker":"` + id + `","Done":true}`, "a key before the end": `{"Worker":"` + id + `","Lease":"` + id + `","Places":[1]}`,
		"no places": `{"Worker":"` + id + `","Lease":"` + id + `","Done":true}`, "many places": `{"Worker":"` + id + `","Lease":"` + id + `","Done":true,"Places":[0` + strings.Repeat(",0", maxTargets) + `]}`,
		"negative": `{"Worker":"` + id + `","Lease":"` + id + `","Tried":-1}`, "deep": strings.Repeat("[", 4000),
	} {
		if r := h.answer(t.Context(), []byte(data)); r.Error == "" || r.Task != nil {
			t.Errorf("%s: %+v", what, r)
		}
	}
	for _, a := range []ask{{Worker: id, Lease: rand.Text(), Done: true, Places: []uint64{0}}, {Worker: rand.Text(), Lease: h.workers[id].lease, Done: true, Places: []uint64{0}}} {
		if r := asked(t, h, a); r != (reply{}) {
			t.Errorf("a lease of others: %+v", r)
		}
	}
	if len(h.workers) != 1 || h.keys != 0 || h.caught != 0 || h.workers[id].lease == "" {
		t.Errorf("%d workers, %d keys, %d caught", len(h.workers), h.keys, h.caught)
	}
	for range maxWorkers {
		h.workers[rand.Text()] = &worker{heard: time.Now()}
	}
	if r := asked(t, h, ask{Worker: rand.Text()}); r.Error != "too many workers" {
		t.Errorf("one worker more: %+v", r)
	}
}

// Strangers do not get in, and who is in may do two things only.
func TestStranger(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	if !strings.HasPrefix(h.job.Address, "127.0.0.1:") {
		t.Errorf("listens on %s", h.job.Address)
	}
	for _, code := range []string{"", "x", strings.ToLower(h.job.Code)} {
		if _, err := join(t.Context(), h.job.Address, code, silent); !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), "class code") {
			t.Errorf("code %q: %v", code, err)
		}
	}
	refused := make(chan error, 8)
	nc, err := enter(h.job.Address, h.job.Code, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, try := range []func() error{
		func() error { return nc.Publish("$JS.API.STREAM.DELETE."+streamName, nil) },
		func() error { return nc.Publish(rangeSubject, make([]byte, 16)) },
		func() error { return nc.Publish(subjectDone, nil) },
		func() error { _, err := nc.Subscribe(subjectAsk, func(*nats.Msg) {}); return err },
		func() error { _, err := nc.Subscribe(">", func(*nats.Msg) {}); return err },
	} {
		if err := try(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Error(err)
			}
		case <-time.After(enough):
			t.Error("the server lets a worker do more than it needs")
		}
	}
	if err := nc.Publish(subjectAsk, make([]byte, maxMessage+1)); !errors.Is(err, nats.ErrMaxPayload) {
		t.Errorf("a long message: %v", err)
	}
}

// A worker outlasts a server that is away for a while, and ends when it has been for too long.
func TestAway(t *testing.T) {
	away, calls := errors.New("away"), 0
	w := wire{patience: enough, call: func(context.Context, []byte) ([]byte, error) {
		if calls++; calls <= 3 {
			return nil, away
		}
		return encode(reply{Done: true}), nil
	}}
	if n, err := work(t.Context(), w, silent); n != 0 || err != nil || calls != 4 {
		t.Errorf("away for a while: %d ranges, %v, %d calls", n, err, calls)
	}
	w.patience = time.Millisecond
	w.call = func(context.Context, []byte) ([]byte, error) { return nil, away }
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	if n, err := work(ctx, w, silent); n != 0 || err == nil || !strings.Contains(err.Error(), "has not answered for 1ms") {
		t.Errorf("away for too long: %d ranges, %v", n, err)
	}
}

// A worker that has its answers sent into the queue reaches nothing there.
func TestReplyElsewhere(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	running(t, h)
	nc, err := enter(h.job.Address, h.job.Code, nats.ErrorHandler(ignore)) // the server refuses such answers
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, subject := range []string{rangeSubject, "$JS.API.STREAM.PURGE." + streamName, "$JS.API.STREAM.DELETE." + streamName} {
		if err := nc.PublishRequest(subjectAsk, subject, encode(ask{Worker: rand.Text()})); err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Request(subjectAsk, encode(ask{Worker: rand.Text()}), enough); err != nil { // which is answered after it
			t.Fatal(err)
		}
		if n := remaining(t, h); n != h.ranges() {
			t.Errorf("after an answer to %s: %d ranges of %d", subject, n, h.ranges())
		}
	}
}

// A worker that floods is disconnected, and the others find the key.
func TestFlood(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 18})
	ended := running(t, h)
	gone := make(chan struct{})
	nc, err := enter(h.job.Address, h.job.Code, nats.NoReconnect(), nats.ErrorHandler(ignore), nats.ClosedHandler(func(*nats.Conn) { close(gone) }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for n, limit := 0, time.Now().Add(enough); ; n++ {
		nc.Publish(subjectAsk, []byte("junk"))
		select {
		case <-gone:
			t.Logf("disconnected after %d messages", n)
		default:
			if n%1024 == 0 && time.Now().After(limit) {
				t.Fatal("the flood goes on")
			}
			continue
		}
		break
	}
	honest(t, h)
	if err := ended(); err != nil || h.place == 0 {
		t.Errorf("%v, number %d", err, h.place)
	}
}

// The address that is printed is one to join.
func TestReachable(t *testing.T) {
	for address, same := range map[string]bool{"127.0.0.1:9": true, "192.0.2.1:9": true, "[::1]:9": true, "[::]:9": false, "0.0.0.0:9": false} {
		got := reachable(address)
		if same && got != address || !strings.HasSuffix(got, ":9") {
			t.Errorf("%s became %s", address, got)
		}
	}
}

func TestBadInput(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "search")
	h := opened(t, dir, task{Cipher: "des", Bits: 12})
	h.close()
	for args, want := range map[string]string{
		"":                                     "expected serve or join ADDRESS, found nothing",
		"join":                                 "expected serve or join ADDRESS, found join without an address",
		"join -code x 127.0.0.1:1":             "found join without an address",
		"search":                               `found "search"`,
		"join 127.0.0.1:65536 -code x":         "expected an address with a port",
		"join 127.0.0.1:1":                     "expected -code",
		"join here -code x":                    "expected an address with a port",
		"serve -cipher aes":                    "expected rc4, des, tea1 or notes",
		"serve -bits 41":                       "expected -bits from 8 to 40",
		"serve -cipher tea1 -bits 33":          "expected -bits from 11 to 32 for tea1",
		"serve -dir " + dir:                    "has a search for des, 12 bits",
		"serve -bits 12 -listen x -dir " + dir: "expected -listen with a port",
		"serve -nats http://127.0.0.1:4222":    "expected -nats with a URL that begins with nats://",
		"serve -nats nats://127.0.0.1 -dir " + filepath.Join(dir, "new"): "expected -nats with a URL",
		"serve -nats nats://127.0.0.1:1 -listen 127.0.0.1:0":             "no -listen beside it",
		"serve -watch":                             "expected -web beside -watch",
		"serve -recover x":                         "expected -recover and -key together",
		"serve -key x":                             "expected -recover and -key together",
		"serve -recover x -key x":                  "no such file",
		"serve -recover x -key x -bits 12":         "expected no -bits beside -recover",
		"serve -recover x -key x -cipher des":      "expected no -cipher beside -recover",
		"serve -recover x -key x -web 127.0.0.1:0": "browsers open no records",
		"serve -web here":                          "expected -web with a port",
		"serve -web 192.0.2.254:1":                 "expected -web with an address of this machine",
		"serve -bits 12 -listen 192.0.2.254:1 -dir " + filepath.Join(dir, "new"): "expected -listen with an address of this machine and a free port",
		"serve -bits 12 -dir " + filepath.Join(dir, jobFile):                     "expected -dir with a folder",
	} {
		clitest.BadInput(t, run, args, want)
	}
	for _, args := range []string{"-h", "serve -h", "join -h", "join 127.0.0.1:1 -h"} {
		var out bytes.Buffer
		if err := run(t.Context(), strings.Fields(args), &out, io.Discard); !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(out.String(), "Usage") {
			t.Errorf("%s: %v, %q", args, err, &out)
		}
	}
}

// servedAndJoined runs the program as a user does, who joins it with the line that it prints, and returns what it
// prints.
func servedAndJoined(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	served := make(chan error, 1)
	go func() {
		defer in.Close()
		served <- run(ctx, args, in, &bytes.Buffer{})
	}()
	var all strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if _, args, ok := strings.Cut(lines.Text(), "cluster . "); ok {
			var joined bytes.Buffer
			if err := run(ctx, strings.Fields(args), &joined, &bytes.Buffer{}); err != nil {
				t.Error(err)
			}
			all.Write(joined.Bytes())
		}
	}
	if err := <-served; err != nil {
		t.Errorf("%v after\n%s", err, &all)
	}
	return all.String()
}

// The whole program, as a user runs it, finds the key and leaves no file behind.
func TestServeAndJoin(t *testing.T) {
	dir := t.TempDir()
	all := servedAndJoined(t, "serve", "-bits", "16", "-dir", dir)
	for _, want := range []string{"The boiler man comes on T", "0 caught", "The key is found."} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v stays behind, %v", left, err)
	}
}

// FuzzReply reads what a server can send to a worker, and searches it if it is short.
func FuzzReply(f *testing.F) {
	for _, c := range ciphers {
		j, err := newJob(task{Cipher: c.name, Bits: c.least})
		if err != nil {
			f.Fatal(err)
		}
		j.Task.Limit = j.Task.First + c.unit
		f.Add(encode(reply{Lease: rand.Text(), Task: &j.Task}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeReply(data)
		if err != nil || r.Task == nil {
			return
		}
		if _, err := r.Task.check(); err == nil && r.Task.Limit-r.Task.First <= 1<<10 {
			search(t.Context(), *r.Task, nil)
		}
	})
}

// FuzzAsk reads what a worker can send.
func FuzzAsk(f *testing.F) {
	f.Add(encode(ask{Worker: rand.Text()}))
	f.Add(encode(ask{Worker: rand.Text(), Lease: rand.Text(), Done: true, Places: []uint64{1, 0}}))
	f.Add(encode(ask{Worker: rand.Text(), Lease: rand.Text(), Done: true, Digests: make([]byte, 2*digestSize)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, again ask
		if decode(data, &a) != nil || a.check() != nil {
			return
		}
		if err := decode(encode(a), &again); err != nil || !bytes.Equal(encode(again), encode(a)) {
			t.Fatalf("%+v became %+v, %v", a, again, err)
		}
	})
}
