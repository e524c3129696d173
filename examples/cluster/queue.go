//go:build !js

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"doormat/examples/internal/cli"
)

const (
	streamName   = "RANGES"
	rangeSubject = "ranges"
	maxQueue     = 1024 // messages that wait to be read; more are dropped
)

// openQueue opens the queue, or makes it.
func (h *hub) openQueue(ctx context.Context, dealt bool) (err error) {
	// One, since each keeps a subscription.
	if h.js, err = jetstream.New(h.conn, jetstream.WithPublishAsyncMaxPending(256)); err != nil {
		return err
	}
	if h.job.Outside && !dealt {
		if _, err := h.js.Stream(ctx, streamName); err == nil {
			return cli.BadInput("%s has a stream %s, of another search: expected its -dir, or that it is deleted", h.job.Address, streamName)
		} else if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return fmt.Errorf("%s: %w", h.job.Address, err)
		}
	}
	h.stream, err = h.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{rangeSubject}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
	})
	if err != nil {
		return err
	}
	h.queue, err = h.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "workers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: h.alive, MaxAckPending: h.maxWorkers(),
	})
	if err != nil {
		return err
	}
	waiting := maxQueue
	if h.bulk != nil {
		waiting = maxRecordQueue
	}
	h.asks = make(chan *nats.Msg, waiting)
	_, err = h.conn.ChanSubscribe(subjectAsk, h.asks)
	return err
}

// drop deletes the queue of a search that is done from a server that runs elsewhere.
func (h *hub) drop(ctx context.Context) error {
	if !h.job.Outside {
		return nil
	}
	return h.js.DeleteStream(ctx, streamName)
}

// put puts ranges into the queue, by their first keys.
func (h *hub) put(ctx context.Context, ranges []uint64) error {
	for _, first := range ranges {
		data := binary.BigEndian.AppendUint64(nil, first)
		limit := min(first+h.job.Size, h.job.Task.Limit)
		if h.bulk != nil {
			i, err := h.bulk.part(first)
			if err != nil {
				return err
			}
			limit = h.bulk.parts[i].limit
		}
		data = binary.BigEndian.AppendUint64(data, limit)
		if _, err := h.js.PublishAsync(rangeSubject, data, jetstream.WithStallWait(time.Minute)); err != nil {
			return err
		}
	}
	select {
	case <-h.js.PublishAsyncComplete():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// left returns how many ranges are not acknowledged.
func (h *hub) left(ctx context.Context) (uint64, error) {
	info, err := h.stream.Info(ctx)
	if err != nil {
		return 0, err
	}
	return info.State.Msgs, nil
}

// done acknowledges a range, and waits until the queue has deleted it.
func (h *hub) done(ctx context.Context, m jetstream.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return m.DoubleAck(ctx)
}
