package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"doormat/attacks"
	"doormat/escrow/clipper"
	"doormat/examples/internal/cli"
)

// Figures of Blaze, "Protocol Failure in the Escrowed Encryption Standard", 1994.
const (
	paperTrials  = 1 << clipper.ChecksumBits
	paperTrial   = "38 ms"
	paperForging = "42 min"
)

// showForging forges n LEAFs, and returns a call made under the first.
func (w *world) showForging(ctx context.Context, p *page, live *counter, n int, times bool) (*call, error) {
	p.title("4. Ana forges a LEAF (Blaze, 1994)")
	p.say("Ana wants Ben's chip to decrypt and the tap to read nothing. She tries strings of " +
		"128 bits on her own chip, as if they had arrived, until it takes one for a LEAF. It " +
		"checks 16 bits, so it takes one in 65,536; and what it takes Ben's takes.")
	defer live.clear()
	var first *call
	sum, start := 0, time.Now()
	for i := range n {
		k, h := drawKey(), clipper.Header{}
		rand.Read(h.IV[:])
		live.begin(i+1, n)
		var trials int
		var err error
		if h.LEAF, trials, err = attacks.ForgeLEAF(ctx, w.ana.chip, k, h.IV, live.add); err != nil {
			return nil, err
		}
		sum += trials
		if first == nil {
			if first, err = w.dialUnder(k, h); err != nil {
				return nil, err
			}
		}
	}
	took := time.Since(start)
	live.clear()
	p.value("LEAF", hex(first.headers[0].LEAF[:]), "the first that it took")
	p.blank()
	w.dump(p, w.family.Key().RecoverFields(first.headers[0].LEAF), "noise")
	w.showFigures(p, n, sum, took, times)
	return first, nil
}

func (w *world) showFigures(p *page, n, sum int, took time.Duration, times bool) {
	row := func(name, paper, measured, note string) {
		fmt.Fprintln(p, strings.TrimRight(fmt.Sprintf("  %-20s %10s %12s  %s", name, paper, measured, note), " "))
	}
	row(fmt.Sprintf("LEAFs forged: %d", n), "1994", "here", "")
	row("trials for one", fmt.Sprint(paperTrials), fmt.Sprintf("%.0f", float64(sum)/float64(n)),
		fmt.Sprintf("give or take %.0f", paperTrials/math.Sqrt(float64(n))))
	if times {
		row("one trial", paperTrial, (took / time.Duration(sum)).Round(time.Nanosecond).String(), "all cores together")
		row("one LEAF", paperForging, (took / time.Duration(n)).Round(100*time.Microsecond).String(), "")
	}
	p.blank()
}

// A counter shows trials on a terminal while they are made. Elsewhere it is silent.
type counter struct {
	mu     sync.Mutex
	w      io.Writer // nil if it is silent
	what   string
	trials int
	last   time.Time
}

func newCounter(stderr io.Writer) *counter {
	if cli.Terminal(stderr) == 0 {
		return &counter{}
	}
	return &counter{w: stderr}
}

func (c *counter) begin(i, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.what = fmt.Sprintf("forging LEAF %d of %d", i, n)
}

func (c *counter) add(trials int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trials += trials
	if now := time.Now(); c.w != nil && now.Sub(c.last) > 50*time.Millisecond {
		fmt.Fprintf(c.w, "\r\x1b[K%s: %d trials so far", c.what, c.trials)
		c.last = now
	}
}

func (c *counter) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.w != nil && !c.last.IsZero() {
		fmt.Fprint(c.w, "\r\x1b[K")
		c.last = time.Time{}
	}
}
