//go:build !js

package main

import (
	"context"
	"time"
)

// grantRecords makes a lease of a range whose message has been taken from the queue.
func (h *hub) grantRecords(w *worker) error {
	i, err := h.bulk.part(w.task.First)
	if err != nil {
		return err
	}
	envelopes, err := h.bulk.read(h.bulk.parts[i])
	if err != nil {
		return err
	}
	mixed, there, err := h.bulk.mix(envelopes, h.coin)
	if err != nil {
		return err
	}
	w.records, w.planted = &records{h.bulk.authority.RecoveryKey(), mixed}, there
	if h.bulk.last.IsZero() { // the first lease of all: what is before it is waiting
		h.bulk.last = time.Now()
		h.began = h.bulk.last
	}
	return nil
}

// settleRecords takes the result of a lease of records.
func (h *hub) settleRecords(ctx context.Context, a ask, w *worker) reply {
	opened, right := h.bulk.judge(w, a.Digests)
	if !right {
		if err := h.punish(ctx, a.Worker, w); err != nil {
			return reply{Error: err.Error()} // when the queue is empty what is missing is put there again
		}
		return reply{Error: "the result is wrong"}
	}
	i, err := h.bulk.part(w.task.First)
	if err == nil {
		err = h.bulk.keep(i, uint32(opened)+1)
	}
	if err != nil {
		h.bulk.broken = err
		return reply{Error: err.Error()}
	}
	h.done(ctx, w.msg) // if it fails the range is opened twice
	h.slowest = max(h.slowest, time.Since(w.since))
	h.keys += w.task.Limit - w.task.First
	h.bulk.last = time.Now()
	*w = worker{heard: w.heard, right: append(w.right, w.task.First)}
	return h.lease(ctx, w) // the next one, since a range takes no longer than a message
}

// judge counts the records of a lease that a worker says it has opened. It reports whether the worker is right
// about the ringers, and about as many of the other records as checks says, which are drawn now.
func (b *bulk) judge(w *worker, result []byte) (opened int, right bool) {
	if len(result) != len(w.records.Envelopes)*digestSize {
		return 0, false
	}
	said := func(i int) digest { return digest(result[i*digestSize:]) }
	ringer := map[int]bool{}
	for _, p := range w.planted {
		if said(p.at) != p.want {
			return 0, false
		}
		ringer[p.at] = true
	}
	var others []int
	for i := range w.records.Envelopes {
		if ringer[i] {
			continue
		}
		others = append(others, i)
		if said(i) != (digest{}) {
			opened++
		}
	}
	for range checks {
		i := others[random(uint64(len(others)))]
		if said(i) != digestOf(b.authority, w.records.Envelopes[i]) {
			return 0, false
		}
	}
	return opened, true
}
