package dualec

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"filippo.io/nistec"
)

// drawn returns a generator's output: a request for a nonce, and what comes next.
func drawn(t testing.TB, p *Points, revision Revision, nonce, n int) (output, later []byte) {
	t.Helper()
	g := instantiate(t, Config{Points: p, Revision: revision, Entropy: seeded("drawn", nonce)})
	read(t, g, 77) // what came before does not matter
	return read(t, g, nonce), read(t, g, n)
}

// The attack, with both revisions, and with outputs of several lengths.
func TestRecover(t *testing.T) {
	for _, c := range []*Curve{short(t), Tiny()} {
		td := fixedTrapdoor(t, c, 0)
		block := c.BlockSize()
		for _, revision := range []Revision{Revision2006, Revision2007} {
			for _, n := range []int{block + 1, block + 2, 2 * block, 2*block + 1, 4 * block, 100} {
				if c.group == (tiny{}) && n < 3 {
					continue // too few bytes to tell states apart
				}
				output, later := drawn(t, td.Points(), revision, n, 64)
				g, w, err := td.Recover(t.Context(), output, Options{Revision: revision, Accept: next(later)})
				if err != nil {
					t.Errorf("%v, %d, %d bytes: %v, %+v", c, revision, n, err, w)
					continue
				}
				if got := read(t, g, 64); !bytes.Equal(got, later) {
					t.Errorf("%v, %d, %d bytes: predicted %x, drawn %x", c, revision, n, got, later)
				}
			}
		}
	}
}

// The standard: 30 bytes and 2, and 2^15 candidates.
func TestRecoverStandard(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	td := fixedTrapdoor(t, P256(), 1)
	output, later := drawn(t, td.Points(), Revision2007, 32, 64)
	survivors := 0
	var told []Work
	g, w, err := td.Recover(t.Context(), output, Options{
		Accept:   func(g *Generator) bool { survivors++; return next(later)(g) },
		Progress: func(w Work) { told = append(told, w) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, g, 64); !bytes.Equal(got, later) {
		t.Errorf("predicted %x, drawn %x", got, later)
	}
	// Which of the points it was can be counted by hand.
	if want := rank(t, td, output[:30]); w.Points != uint64(want) {
		t.Errorf("%d points, want %d", w.Points, want)
	}
	// And the search has told how far it was, from chunk to chunk.
	if len(told) < 2 || len(told) > 32 || w.Cores == 0 || w.Elapsed <= 0 || w.Of != 1<<16 {
		t.Errorf("progress was told %d times, then %+v", len(told), w)
	}
	for i, p := range told {
		if p.Tried != uint64(i+1)*chunkSize || p.Points == 0 || p.Of != 1<<16 || p.Tried > w.Tried {
			t.Errorf("%d: %+v", i, p)
		}
	}
	t.Logf("theory: at most about 2^15 = 32768 candidates, half of them on average\nmeasured: %d candidates, of which %d fitted two more bytes", w.Points, survivors)
}

// rank returns the place of the true point among those that end in block, from 1, by lifting alone:
// the true one is found by asking the generator that drawn uses.
func rank(t *testing.T, td *Trapdoor, block []byte) (rank int) {
	t.Helper()
	g := instantiate(t, Config{Points: td.Points(), Entropy: seeded("drawn", 32)})
	read(t, g, 77)
	if err := g.s.step(g.s.s); err != nil {
		t.Fatal(err)
	}
	x, _ := td.points.curve.x(g.s.s, td.points.q)
	if !bytes.Equal(x[2:], block) {
		t.Fatal("the model is not where the generator is")
	}
	return liftable(block, int(x[0])<<8|int(x[1])+1)
}

// liftable counts the points whose x-coordinate ends in block and begins with less than end.
func liftable(block []byte, end int) (n int) {
	for missing := range end {
		x := slices.Concat([]byte{2, byte(missing >> 8), byte(missing)}, block)
		if _, err := nistec.NewP256Point().SetBytes(x); err == nil {
			n++
		}
	}
	return n
}

// The number of candidates with a point, and the place of the right one: the figures of the paper.
func TestCandidates(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	td := fixedTrapdoor(t, P256(), 2)
	output, _ := drawn(t, td.Points(), Revision2007, 30, 0)
	n := liftable(output, 1<<16)
	t.Logf("theory: 2^15 = 32768 of 2^16 are on the curve, ± 128\nmeasured: %d", n)
	if n < 1<<15-4*128 || n > 1<<15+4*128 {
		t.Errorf("%d of 2^16 are on the curve", n)
	}

	// With 8 bits dropped the same is 2^7 ± 8, and 2^6 on average.
	c := short(t)
	const runs = 60
	sum, highest := uint64(0), uint64(0)
	td = fixedTrapdoor(t, c, 2)
	for i := range runs {
		g := instantiate(t, Config{Points: td.Points(), Entropy: seeded("candidates", i)})
		output, later := read(t, g, 40), read(t, g, 40)
		_, w, err := td.Recover(t.Context(), output, Options{Accept: next(later)})
		if err != nil {
			t.Fatal(err)
		}
		sum, highest = sum+w.Points, max(highest, w.Points)
	}
	mean := float64(sum) / runs
	t.Logf("theory, 8 bits dropped: 64.5 candidates on average, σ of %d runs 4.8\nmeasured: %.1f, at most %d", runs, mean, highest)
	if mean < 64.5-4*4.8 || mean > 64.5+4*4.8 || highest > 128+5*8 {
		t.Errorf("%.1f candidates on average, at most %d", mean, highest)
	}
}

// Ten times in full.
func TestCandidatesLong(t *testing.T) {
	if !*long {
		t.Skip("-long runs it")
	}
	const runs = 10
	sum := uint64(0)
	var took time.Duration
	for i := range runs {
		td := fixedTrapdoor(t, P256(), i)
		g := instantiate(t, Config{Points: td.Points(), Entropy: seeded("long", i)})
		output, later := read(t, g, 32), read(t, g, 32)
		start := time.Now()
		_, w, err := td.Recover(t.Context(), output, Options{Accept: next(later)})
		if err != nil {
			t.Fatal(err)
		}
		took += time.Since(start)
		sum += w.Points
	}
	mean := float64(sum) / runs
	t.Logf("theory: 2^14 = 16384 candidates on average, σ of %d runs 2991\nmeasured: %.0f, %v each", runs, mean, took/runs)
	if mean < 16384-4*2991 || mean > 16384+4*2991 {
		t.Errorf("%.0f candidates on average", mean)
	}
}

// A trapdoor of other points, the wrong revision, output that is not the generator's: nothing.
func TestRecoverFindsNothing(t *testing.T) {
	c := short(t)
	td, other := fixedTrapdoor(t, c, 0), fixedTrapdoor(t, c, 1)
	output, later := drawn(t, td.Points(), Revision2007, 64, 64)
	if _, _, err := td.Recover(t.Context(), output, Options{Accept: next(later)}); err != nil {
		t.Fatal(err)
	}
	if _, w, err := other.Recover(t.Context(), output, Options{}); !errors.Is(err, ErrNotFound) || w.Points < 80 || w.Tried != w.Of {
		t.Errorf("with another d: %v, %+v", err, w)
	}
	if _, _, err := td.Recover(t.Context(), output, Options{Revision: Revision2006, Accept: next(later)}); !errors.Is(err, ErrNotFound) {
		t.Errorf("with the other revision: %v", err)
	}
	for _, i := range []int{0, 17, 30, 31, 40, 61, 63} { // in the first block, the second, the third
		flipped := bytes.Clone(output)
		flipped[i] ^= 0x10
		if _, _, err := td.Recover(t.Context(), flipped, Options{}); !errors.Is(err, ErrNotFound) {
			t.Errorf("byte %d altered: %v", i, err)
		}
	}
	if _, _, err := td.Recover(t.Context(), read(t, seeded("noise", 0), 64), Options{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("noise: %v", err)
	}
	for _, few := range [][]byte{nil, output[:1], output[:30]} {
		if _, _, err := td.Recover(t.Context(), few, Options{}); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%d bytes: %v", len(few), err)
		}
	}
	if _, _, err := td.Recover(t.Context(), output[:31], Options{Revision: Revision2006}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("one block of 2006: %v", err)
	}
	if _, _, err := td.Recover(t.Context(), output, Options{Revision: 2012}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a revision of 2012: %v", err)
	}
	if _, _, err := td.Recover(t.Context(), output, Options{Revision: Revision2007, Accept: next(later)}); err != nil {
		t.Errorf("the revision of 2007, which is the default: %v", err)
	}
	if _, _, err := new(Trapdoor).Recover(t.Context(), output, Options{}); err == nil {
		t.Error("the zero trapdoor recovers something")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := td.Recover(cancelled, output, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Two points of 2^15 survive by accident where two bytes of 2^16 are compared; the judge decides.
func TestSeveralSurvivors(t *testing.T) {
	c := short(t)
	td := fixedTrapdoor(t, c, 0)
	accidents, runs := 0, 80
	if testing.Short() {
		runs = 16
	}
	for i := range runs {
		g := instantiate(t, Config{Points: td.Points(), Entropy: seeded("survivors", i)})
		output, later := read(t, g, 32), read(t, g, 32) // 31 bytes and 1: 2^7 candidates, 2^8 values
		all := 0
		_, _, err := td.Recover(t.Context(), output, Options{Accept: func(g *Generator) bool {
			all++
			next(later)(g)
			return false
		}})
		if !errors.Is(err, ErrNotFound) || all < 1 {
			t.Fatalf("%d survivors, %v", all, err)
		}
		accidents += all - 1
		if i%10 > 0 {
			continue
		}
		got, _, err := td.Recover(t.Context(), output, Options{Accept: next(later)})
		if err != nil || !bytes.Equal(read(t, got, 32), later) {
			t.Fatalf("run %d: %v", i, err)
		}
	}
	t.Logf("theory: 2^7/2^8 = 0.5 wrong states survive beside the right one\nmeasured: %.2f", float64(accidents)/float64(runs))
	if accidents < runs/5 || accidents > runs { // 0.5 is 3.8 deviations from the nearer, of 80 runs
		t.Errorf("%d wrong survivors in %d runs", accidents, runs)
	}
}

// Every run finds the candidate in the same place, however the cores share the work.
func TestRecoverIsDeterministic(t *testing.T) {
	td := fixedTrapdoor(t, short(t), 3)
	output, _ := drawn(t, td.Points(), Revision2007, 32, 0)
	var first uint64
	for i := range 8 {
		_, w, err := td.Recover(t.Context(), output, Options{})
		if err != nil || i > 0 && w.Points != first {
			t.Fatalf("run %d: %d points, then %d, %v", i, first, w.Points, err)
		}
		first = w.Points
	}
}

// A search ends soon after its context, with the work that was done. A deadline must reach it too,
// for which it has to pause where all goroutines share one thread.
func TestRecoverStops(t *testing.T) {
	td := fixedTrapdoor(t, P256(), 0)
	output := read(t, seeded("noise", 0), 32)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, w, err := td.Recover(ctx, output, Options{Progress: func(Work) { cancel() }})
	if !errors.Is(err, context.Canceled) || w.Tried == 0 || w.Tried == w.Of || w.Points == 0 || w.Points >= w.Tried {
		t.Errorf("cancelled: %+v, %v", w, err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond) // less than a chunk takes
	defer cancel()
	if _, w, err := td.Recover(ctx, output, Options{}); !errors.Is(err, context.DeadlineExceeded) || w.Tried == w.Of {
		t.Errorf("late: %+v, %v", w, err)
	}
}

// What the change of 2007 does: additional input that the attacker knows, the hour say, goes into
// the second of two requests for a block each. In 2006 the attacker has x(s₁P) and lacks s₁, into
// which the hour is mixed. In 2007 the state has moved to x(s₁P) before.
func TestUpdateOf2007HelpsTheAttacker(t *testing.T) {
	c := short(t)
	td := fixedTrapdoor(t, c, 0)
	hour := []byte("12:00")
	attack := func(device Revision) error {
		g := instantiate(t, Config{Points: td.Points(), Revision: device, Entropy: seeded("update", 0)})
		first, second := read(t, g, c.BlockSize()), make([]byte, c.BlockSize())
		if err := g.Generate(second, Request{Additional: hour}); err != nil {
			t.Fatal(err)
		}
		_, _, err := td.Recover(t.Context(), first, Options{Accept: func(g *Generator) bool {
			out := make([]byte, len(second))
			return g.Generate(out, Request{Additional: hour}) == nil && bytes.Equal(out, second)
		}})
		if device == Revision2006 && err != nil { // nor as one request
			_, _, err = td.Recover(t.Context(), slices.Concat(first, second), Options{Revision: Revision2006})
		}
		return err
	}
	if err := attack(Revision2006); !errors.Is(err, ErrNotFound) {
		t.Errorf("2006: %v", err)
	}
	if err := attack(Revision2007); err != nil {
		t.Errorf("2007: %v", err)
	}
}

// In 2006, whole blocks without additional input may be joined.
func TestRequestsOf2006Join(t *testing.T) {
	c := short(t)
	td := fixedTrapdoor(t, c, 0)
	g := instantiate(t, Config{Points: td.Points(), Revision: Revision2006, Entropy: seeded("join", 0)})
	joined := slices.Concat(read(t, g, c.BlockSize()), read(t, g, c.BlockSize()))
	later := read(t, g, 50)
	got, _, err := td.Recover(t.Context(), joined, Options{Revision: Revision2006, Accept: next(later)})
	if err != nil || !bytes.Equal(read(t, got, 50), later) {
		t.Errorf("joined: %v", err)
	}
}

// Fresh entropy shuts the thief out, until the next nonce is seen.
func TestReseedingHealsUntilTheNextNonce(t *testing.T) {
	td := fixedTrapdoor(t, short(t), 0)
	g := instantiate(t, Config{Points: td.Points(), PredictionResistance: true, Entropy: seeded("heal", 0)})
	shadow := unmarshal(t, marshal(t, g))
	if !bytes.Equal(read(t, g, 50), read(t, shadow, 50)) {
		t.Fatal("the shadow does not follow")
	}
	for name, reseed := range map[string]func() error{
		"reseeded":              func() error { return g.Reseed(nil) },
		"prediction resistance": func() error { return g.Generate(make([]byte, 1), Request{PredictionResistance: true}) },
	} {
		if err := reseed(); err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(read(t, g, 50), read(t, shadow, 50)) {
			t.Errorf("%s: the shadow follows", name)
		}
		nonce, later := read(t, g, 32), read(t, g, 50)
		again, _, err := td.Recover(t.Context(), nonce, Options{Accept: next(later)})
		if err != nil {
			t.Fatalf("%s: the next nonce does not help: %v", name, err)
		}
		read(t, again, 50)
		shadow = again
	}
}

// A shadow of a device keeps following it when Q is replaced, as P moves the state. It takes a new
// seed to lose the shadow: see NewJuniper in package attacks, where the device starts again.
func TestReplacingQDoesNotMoveTheState(t *testing.T) {
	c := short(t)
	maker, intruder := fixedTrapdoor(t, c, 0), fixedTrapdoor(t, c, 1)
	g := instantiate(t, Config{Points: maker.Points(), Entropy: seeded("juniper", 0)})
	nonce, later := read(t, g, 32), read(t, g, 32)
	shadow, _, err := maker.Recover(t.Context(), nonce, Options{Accept: next(later)})
	if err != nil {
		t.Fatal(err)
	}
	read(t, shadow, 32)
	g.s.points = intruder.Points()
	shadow.s.points = intruder.Points() // Q is public
	if !bytes.Equal(read(t, g, 50), read(t, shadow, 50)) {
		t.Error("the maker has lost the state")
	}
	nonce, later = read(t, g, 32), read(t, g, 32)
	if _, _, err := maker.Recover(t.Context(), nonce, Options{Accept: next(later)}); !errors.Is(err, ErrNotFound) {
		t.Errorf("the maker recovers the state: %v", err)
	}
	if _, _, err := intruder.Recover(t.Context(), nonce, Options{Accept: next(later)}); err != nil {
		t.Errorf("the intruder does not: %v", err)
	}
}
