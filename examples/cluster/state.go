//go:build !js

package main

import (
	"context"
	"fmt"
	"time"

	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

// A state is what a search shows while it runs.
type state struct {
	left, ranges uint64
	workers      int
	caught       int
	rate         float64 // keys a second, or records
	need         time.Duration
	records      bool
	opened       uint64 // records
}

func (h *hub) state(ctx context.Context) (s state, err error) {
	h.forget()
	s.left, err = h.left(ctx)
	s.ranges, s.workers, s.caught = h.ranges(), len(h.workers), h.caught
	if h.bulk != nil {
		s.records, s.opened = true, h.bulk.opened()
	}
	tried := h.keys
	for _, w := range h.workers {
		tried += w.tried
	}
	if !h.began.IsZero() {
		s.rate = float64(tried) / max(time.Since(h.began).Seconds(), 1e-3)
	}
	if s.rate > 0 {
		s.need = time.Duration(min(float64(s.left)*float64(h.job.Size)/s.rate, 1e9) * float64(time.Second))
	}
	return s, err
}

// String returns a state as the line of progress shows it.
func (s state) String() string {
	left := "no worker yet"
	if s.workers > 0 {
		left = span.Span(s.need.Seconds()).String() + " left at most"
	}
	if s.records {
		return fmt.Sprintf("%s opened, %s records a second, workers: %d, %s, liars: %d",
			page.Thousands(s.opened), page.Thousands(uint64(s.rate)), s.workers, left, s.caught)
	}
	return fmt.Sprintf("%.1f million a second, workers: %d, %s, liars: %d", s.rate/1e6, s.workers, left, s.caught)
}
