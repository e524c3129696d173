package clipper

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/clipper"
)

// Paper beside measured. The number of trials of one forging is geometric, of mean and standard
// deviation 65,536; so the mean of n forgings is within four of its standard deviations.
func TestForgeLEAFStatistics(t *testing.T) {
	attackstest.Seed(t, [32]byte{6})
	n := 12
	if testing.Short() {
		n = 2
	}
	if *attackstest.Long {
		n = 400
	}
	const mean = 1 << clipper.ChecksumBits
	c := newCall(t)
	var trials []int
	var keysRight int
	var top [8]int // unit ids, by their first three bits
	start := time.Now()
	for range n {
		k, iv := randomKey()
		leaf, x, err := ForgeLEAF(t.Context(), c.chips[ana], k, iv, nil)
		if err != nil {
			t.Fatal(err)
		}
		trials = append(trials, x)
		f := c.family.RecoverFields(leaf)
		top[f.Unit>>29]++
		if c.unitKeyOf(t, ana).RecoverSessionKey(f) == k {
			keysRight++
		}
	}
	took := time.Since(start)
	sum := 0
	for _, x := range trials {
		sum += x
	}
	got, bound := float64(sum)/float64(n), 4*mean/math.Sqrt(float64(n))
	if math.Abs(got-mean) > bound {
		t.Errorf("%d forgings take %.0f trials on average, want %d ± %.0f", n, got, mean, bound)
	}
	if keysRight > 0 {
		t.Errorf("%d forged LEAFs of %d have the session key in them", keysRight, n)
	}
	chi := 0.0
	for _, x := range top {
		d := float64(x) - float64(n)/8
		chi += d * d / (float64(n) / 8)
	}
	if chi > 35 { // of seven degrees of freedom: one run in 90,000
		t.Errorf("unit ids by their first three bits: %v", top)
	}
	slices.Sort(trials)
	t.Logf("%d forgings:           paper     measured", n)
	t.Logf("trials, mean          %7d      %7.0f  (within %.0f)", mean, got, bound)
	t.Logf("trials, median        %7d      %7d", 45426, trials[n/2])
	t.Logf("trials, 95th in 100   %7d      %7d", 196327, trials[n*95/100])
	t.Logf("one trial            38 ms     %9v", (took / time.Duration(sum)).Round(time.Nanosecond))
	t.Logf("one forging         42 min     %9v", (took / time.Duration(n)).Round(time.Microsecond))
	t.Logf("session keys in them       -   %7d", keysRight)
}

// unitKeyOf is what both agents know of a unit.
func (c *leafCall) unitKeyOf(t testing.TB, unit clipper.UnitID) clipper.UnitKey {
	t.Helper()
	w := clipper.Warrant{Unit: unit, From: warrantDay, Until: warrantDay.AddDate(0, 0, 1)}
	a, err1 := c.agents[0].Release(unit, w, warrantDay)
	b, err2 := c.agents[1].Release(unit, w, warrantDay)
	k, err3 := clipper.RecoverUnitKey(a, b)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return k
}

// BenchmarkForgeTrial is one trial of Blaze's, of which the chip's seven blocks of SKIPJACK are the
// limit. x-one-core is trials a second on all cores, over those on one.
func BenchmarkForgeTrial(b *testing.B) {
	c := newCall(b)
	k, iv := randomKey()
	const n = 1 << 15
	trial := func(cores int) time.Duration {
		var wg sync.WaitGroup
		start := time.Now()
		for range cores {
			wg.Go(func() {
				s := c.chips[ana].Load(k)
				for i := range int64(n / cores / forgeBatch) {
					tryLEAFs(s, clipper.LEAF{}, iv, i*forgeBatch)
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
	var text [8 * 8]byte
	one := c.chips[ana].Load(k)
	one.GenerateIV()
	bare := func() time.Duration {
		start := time.Now()
		for range n / 8 {
			one.Encrypt(clipper.CBC, text[:]) // blocks that wait for each other
		}
		return time.Since(start)
	}
	single, all, block := trial(1), trial(2), bare()
	for b.Loop() {
		single, all, block = min(single, trial(1)), min(all, trial(2)), min(block, bare())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(single.Nanoseconds())/n, "ns/trial")
	b.ReportMetric(float64(single)/float64(block), "x-of-block")
	b.ReportMetric(float64(single)/float64(all), "x-one-core")
}

// BenchmarkRecover opens a transcript with all halves. The limit is what one envelope needs: two
// ciphers of 80 bits and the blocks of LEAF, checksum and text.
func BenchmarkRecover(b *testing.B) {
	const n = 2000
	r := attackstest.Run(b, New(), n, "Ana")
	tap, err := readTap(r.Loot[BothAgents])
	if err != nil {
		b.Fatal(err)
	}
	var all []envelope
	for record, err := range r.Transcript.All() {
		e, ok := parse(bytes.Clone(record.Bytes))
		if err != nil || !ok {
			b.Fatal(err)
		}
		all = append(all, e)
	}
	attackstest.BenchmarkBulk(b, n, func(found attacks.Found) (int64, error) {
		return recoverWithHalves(b.Context(), r.Loot[BothAgents], r.Transcript, found)
	}, func() {
		for _, e := range all {
			_, key, err := tap.recoverKey(e.header)
			if _, ok := decrypt(key, e); err != nil || !ok {
				b.Fatal(err)
			}
		}
	})
}
