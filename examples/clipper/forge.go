package main

import (
	"crypto/rand"
	"fmt"
	"math"
	"time"

	attack "doormat/attacks/clipper"
	"doormat/escrow/clipper"
	"doormat/examples/internal/page"
)

// Figures of Blaze, "Protocol Failure in the Escrowed Encryption Standard", 1994.
const (
	paperTrials  = 1 << clipper.ChecksumBits
	paperTrial   = "38 ms"
	paperForging = "42 min"
)

// showForging forges n LEAFs, and makes a call under the first.
func (w *world) showForging(p *page.Page, n int) error {
	p.Part("Ana forges a LEAF (Blaze, 1994)")
	p.Say(`Ana wants Ben's chip to decrypt and the tap to read nothing. She tries strings of 128 bits on her
		own chip, as if they had arrived, until it takes one for a LEAF. It checks 16 bits, so it takes
		one in 65,536; and what it takes Ben's takes.`)
	sum, start := 0, time.Now()
	for i := range n {
		p.Progress(fmt.Sprintf("of the LEAFs forged, with %s trials", page.Thousands(sum)), i, n)
		k, h := clipper.NewSessionKey(), clipper.Header{}
		rand.Read(h.IV[:])
		var trials int
		var err error
		if h.LEAF, trials, err = attack.ForgeLEAF(p.Context(), w.ana.chip, k, h.IV, nil); err != nil {
			return err
		}
		sum += trials
		if i > 0 {
			continue
		}
		if w.forged, err = w.dialUnder(k, h); err != nil {
			return err
		}
	}
	took := time.Since(start)
	leaf := w.forged.headers[0].LEAF
	p.Table(11, 2*len(leaf))
	p.Row("LEAF", leaf[:], "the first that it took")
	draw(p, w.family.Key().RecoverFields(leaf), "noise")
	p.Table(19, -10, -11)
	p.Row(fmt.Sprintf("LEAFs forged: %d", n), "1994", "here")
	p.Row("trials for one", count(paperTrials), count(float64(sum)/float64(n)),
		"give or take "+count(paperTrials/math.Sqrt(float64(n))))
	if !p.Seeded {
		p.Row("one trial", paperTrial, (took / time.Duration(sum)).Round(time.Nanosecond), "all cores together")
		p.Row("one LEAF", paperForging, (took / time.Duration(n)).Round(100*time.Microsecond))
	}
	return nil
}

func count(x float64) string { return page.Thousands(int(math.Round(x))) }
