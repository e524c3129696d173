//go:build !js

package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
)

// deal puts all ranges into the queue, once. The first time it draws decoys for them. They stay when all is
// dealt again: of others, who compares both times would know the real target.
func (h *hub) deal(ctx context.Context) error {
	var all []uint64
	if h.bulk != nil {
		all = h.bulk.missing()
	} else {
		if len(h.job.Decoys) == 0 {
			if err := h.job.decoy(); err != nil {
				return err
			}
		}
		for i := range h.ranges() {
			all = append(all, h.job.part(i).First)
		}
		for _, w := range h.workers {
			w.right = nil // all that it was right about is in the queue again
		}
	}
	if err := h.stream.Purge(ctx); err != nil {
		return err
	}
	if err := h.put(ctx, all); err != nil {
		return err
	}
	if left, err := h.left(ctx); err != nil || left != uint64(len(all)) {
		return fmt.Errorf("expected %d ranges in the queue, found %d: %v", len(all), left, err)
	}
	return h.writeJob() // after the queue is full: without it the next start deals anew
}

// decoy draws the targets that all leases have beside the real one.
func (j *job) decoy() error {
	j.Task.Targets, j.Decoys = j.Task.Targets[:1], nil
	for range decoys {
		t := j.part(random(j.ranges()))
		target, err := j.plant(t)
		if err != nil {
			return err
		}
		j.Task.Targets, j.Decoys = append(j.Task.Targets, target), append(j.Decoys, t.First)
	}
	return nil
}

// plant draws a key of a range, and returns its target.
func (j *job) plant(t task) ([]byte, error) {
	c, err := cipherOf(t.Cipher)
	if err != nil {
		return nil, err
	}
	return c.plant(t)
}

// mix adds ringers to a range's targets, and puts all in the order of their bytes.
func (j *job) mix(t task, coin func() bool) (mixed task, there []bool, real int, err error) {
	type row struct {
		target      []byte
		there, real bool
	}
	var rows []row
	for i, target := range t.Targets {
		rows = append(rows, row{target, i > 0 && j.Decoys[i-1] == t.First, i == 0})
	}
	for range ringers {
		in := coin()
		from := t
		if !in {
			from = j.part(((t.First-j.Task.First)/j.Size + 1 + random(j.ranges()-1)) % j.ranges())
		}
		target, err := j.plant(from)
		if err != nil {
			return t, nil, 0, err
		}
		rows = append(rows, row{target, in, false})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return bytes.Compare(a.target, b.target) })
	t.Targets = nil
	for i, r := range rows {
		t.Targets, there = append(t.Targets, r.target), append(there, r.there)
		if r.real {
			real = i
		}
	}
	return t, there, real, nil
}
