//go:build !js

package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// maxLease is how long a worker may keep a range; a browser of one slow core takes some minutes.
const maxLease = 30 * time.Minute

// A worker is one that has asked for a range.
type worker struct {
	heard time.Time
	lease string
	task  task
	there []bool        // which targets' keys are in the range; that of the real one is not known
	real  int           // which target is the real one
	msg   jetstream.Msg // of the lease
	since time.Time     // when it got the lease
	tried uint64

	records *records // of the lease, in the place of targets
	planted []planted
	told    time.Time // when it was last sent them

	right []uint64 // the ranges that it was right about, by their first keys
}

// lease answers with a worker's lease. If it has none it gets one, if there is one.
func (h *hub) lease(ctx context.Context, w *worker) reply {
	if w.lease == "" {
		if err := h.grant(ctx, w); err != nil {
			return reply{Error: err.Error()}
		}
	}
	h.extend(w)
	if w.lease == "" {
		return reply{Alive: h.alive.Milliseconds()}
	}
	if h.bulk == nil {
		return reply{Lease: w.lease, Task: &w.task, Alive: h.alive.Milliseconds()}
	}
	// They are many bytes for a short question, so it is answered once a second.
	if time.Since(w.told) < time.Second {
		return reply{Alive: h.alive.Milliseconds()}
	}
	w.told = time.Now()
	return reply{Lease: w.lease, Records: w.records, Alive: h.alive.Milliseconds()}
}

// extend keeps a worker's range from being handed out again.
func (h *hub) extend(w *worker) {
	if w.msg != nil {
		w.msg.InProgress() // if it fails the range is searched twice
	}
}

// patience returns how long a worker may keep a range, whatever it says: a hundred times what the slowest
// took. Without it one that only says that it is at work would keep the range for ever, and the key with it.
func (h *hub) patience() time.Duration {
	if h.slowest == 0 {
		return maxLease
	}
	return min(max(100*h.slowest, h.alive), maxLease)
}

// grant leases a range to a worker, if there is one.
func (h *hub) grant(ctx context.Context, w *worker) error {
	batch, err := h.queue.FetchNoWait(1)
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		w.msg = m
	}
	if w.msg == nil {
		return batch.Error() // without an error the others have the last ones
	}
	data := w.msg.Data()
	if len(data) != 16 {
		return errors.New("the queue is damaged: expected ranges of 16 bytes")
	}
	t := h.job.Task
	t.First, t.Limit = binary.BigEndian.Uint64(data), binary.BigEndian.Uint64(data[8:])
	if h.bulk != nil {
		w.task = t
		if err = h.grantRecords(w); err != nil {
			h.bulk.broken = err
		}
	} else {
		w.task, w.there, w.real, err = h.job.mix(t, h.coin)
	}
	if err != nil {
		return err
	}
	w.lease, w.tried, w.since = rand.Text(), 0, time.Now()
	if h.began.IsZero() {
		h.began = w.since
	}
	if h.job.Began.IsZero() {
		h.job.Began = w.since
		return h.writeJob()
	}
	return nil
}

// settle takes the result of a lease. Keys that are claimed are verified.
func (h *hub) settle(ctx context.Context, a ask, w *worker) reply {
	if h.bulk != nil {
		return h.settleRecords(ctx, a, w)
	}
	wrong := len(a.Places) != len(w.there)
	for i := 0; i < len(w.there) && !wrong; i++ {
		switch place := a.Places[i]; {
		case place == 0:
			wrong = w.there[i]
		case !verify(ctx, w.task, i, place):
			wrong = true
		case i == w.real && h.open(ctx, place):
			h.keys += w.task.Limit - w.task.First
			return reply{Done: true}
		}
	}
	if wrong {
		if err := h.punish(ctx, a.Worker, w); err != nil {
			return reply{Error: err.Error()} // when the queue is empty all is dealt again
		}
		return reply{Error: "the result is wrong"}
	}
	h.slowest = max(h.slowest, time.Since(w.since))
	right := w.right
	if h.done(ctx, w.msg) == nil { // else the range is searched again, and counted then
		h.keys += w.task.Limit - w.task.First
		right = append(right, w.task.First)
	}
	*w = worker{heard: w.heard, right: right}
	return h.lease(ctx, w) // the next one, so that the worker does not wait for a second answer
}

// open opens the message with the key at a place. It reports false if the key fits the target, and not all of
// the message.
func (h *hub) open(ctx context.Context, place uint64) bool {
	t := h.job.Task
	c, err := cipherOf(t.Cipher)
	if err != nil {
		return false
	}
	key, text, err := c.open(ctx, t.Bits, h.job.Message, place)
	if err != nil {
		return false
	}
	h.key, h.text, h.place = key, text, place-t.First
	return true
}

// punish gives back a liar's range and all those that it was right about, since it may have left out keys
// there too. It remembers the liar's name.
func (h *hub) punish(ctx context.Context, id string, w *worker) error {
	w.msg.Nak() // if it fails JetStream hands the range out later
	delete(h.workers, id)
	if len(h.liars) < maxLiars {
		h.liars[id] = true
	}
	h.caught++
	if h.bulk != nil {
		if err := h.forgetRecords(w.right); err != nil {
			return err
		}
	} else {
		for _, first := range w.right {
			h.keys -= min(h.job.Size, h.job.Task.Limit-first) // they count when they are searched again
		}
	}
	return h.put(ctx, w.right)
}
