//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

const (
	many    = 100_000_000     // messages, to which a rate is extrapolated
	oneCore = 2 * time.Second // for which this machine opens records alone, at the end
)

// serveRecords has a transcript opened, or goes on with one, and prints the counts.
func serveRecords(ctx context.Context, transcript, key, listen, dir string, stdout, stderr io.Writer) error {
	b, err := openBulk(transcript, key, 0)
	if err != nil {
		return err
	}
	defer b.close()
	h, err := openHub(ctx, dir, listen, task{}, b, alive)
	if err != nil {
		return err
	}
	defer h.close()
	address := reachable(h.job.Address)
	fmt.Fprintf(stdout, "address     %s\nclass code  %s\ntranscript  %s records in %s ranges, in %s\njoin with   go run -C examples/cluster . join %s -code %s\n",
		address, h.job.Code, page.Thousands(b.records), page.Thousands(h.ranges()), dir, address, h.job.Code)
	bar := cli.NewProgress(stderr)
	err = h.run(ctx, func(s state) { bar.Set(s.String(), int((s.ranges-s.left)*1000/max(s.ranges, 1)), 1000) })
	bar.Clear()
	if err != nil {
		return err
	}
	if err := h.writeCounts(ctx, stdout); err != nil {
		return err
	}
	if err := h.drop(ctx); err != nil {
		return err
	}
	h.close()
	return discard(dir)
}

// writeCounts writes what opened, by range and in all, and how long it took. Some ranges are opened again here.
func (h *hub) writeCounts(ctx context.Context, w io.Writer) error {
	b := h.bulk
	for i := 0; i < len(b.parts); { // neighbours of which all open, or none, are one line
		p, n, j := b.parts[i], uint64(b.results[i]-1), i+1
		whole := n == 0 || n == p.limit-p.first
		for ; whole && j < len(b.parts) && b.parts[j].first == p.limit; j++ {
			next, more := b.parts[j], uint64(b.results[j]-1)
			if (n == 0) != (more == 0) || more != 0 && more != next.limit-next.first {
				break
			}
			p.limit, n = next.limit, n+more
		}
		fmt.Fprintf(w, "records     %s to %s: %s opened, %s not\n", page.Thousands(p.first+1), page.Thousands(p.limit), page.Thousands(n), page.Thousands(p.limit-p.first-n))
		i = j
	}
	if b.long > 0 {
		fmt.Fprintf(w, "too long    %s for a message to a worker, %s opened here\n", page.Thousands(b.long), page.Thousands(b.longOpened))
	}
	opened := b.opened()
	fmt.Fprintf(w, "in all      %s of %s messages opened, %s not\nliars       %d caught\n",
		page.Thousands(opened), page.Thousands(b.records), page.Thousands(b.records-opened), h.caught)
	rate, ranges, wrong, err := b.again(ctx, oneCore)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "again here  %s ranges, on one core: %s counts differ\n", page.Thousands(ranges), page.Thousands(wrong))
	if took := b.last.Sub(h.began).Seconds(); h.keys > 0 && took > 0 {
		all := float64(h.keys) / took
		fmt.Fprintf(w, "rate        %s messages a second, workers: %d; one core of this machine %s: %.1f times as many\n",
			page.Thousands(uint64(all)), h.most, page.Thousands(uint64(rate)), all/rate)
		fmt.Fprintf(w, "%s messages would take %v, and one core %v: extrapolated from %s\n",
			page.Thousands(many), span.Span(many/all), span.Span(many/rate), page.Thousands(h.keys))
	}
	if wrong > 0 {
		return fmt.Errorf("%s ranges have other counts than the workers said: somebody lied and was not caught", page.Thousands(wrong))
	}
	return nil
}

// again opens records on one core of this machine, range by range, for about so long. It returns the rate of
// that, and how many ranges it has opened, and in how many the workers' counts are others.
func (b *bulk) again(ctx context.Context, long time.Duration) (rate float64, ranges, wrong int, err error) {
	var took time.Duration
	n := 0
	for i, p := range b.parts {
		if err := ctx.Err(); err != nil {
			return 0, 0, 0, err
		}
		if took > long {
			break
		}
		envelopes, err := b.read(p)
		if err != nil {
			return 0, 0, 0, err
		}
		opened := uint32(0)
		began := time.Now()
		for _, e := range envelopes {
			if digestOf(b.authority, e) != (digest{}) {
				opened++
			}
		}
		took += time.Since(began)
		n += len(envelopes)
		ranges++
		if b.results[i] != opened+1 {
			wrong++
		}
	}
	return float64(n) / max(took.Seconds(), 1e-9), ranges, wrong, nil
}
