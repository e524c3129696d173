//go:build !js

package main

import (
	"cmp"
	"context"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"doormat/examples/internal/cli"
)

// The limits of a hub.
const (
	maxWorkers = 1024 // that are known at a time
	maxLiars   = 4096 // that are remembered
)

// A hub is the server: the queue, and what it knows of the workers. One goroutine, run's, uses it.
//
// A range is a message in a work queue of JetStream, in files. A lease takes it out of sight, until the
// worker has not been heard for the time alive; then JetStream hands it out again. It is acknowledged, and
// deleted, when its worker has been right about the ringers in it. So what is deleted is what is
// searched, and nothing is counted besides.
type hub struct {
	job   job
	dir   string
	alive time.Duration
	coin  func() bool // whether the next ringer is in its range, or opens
	bulk  *bulk       // nil if it is keys that are searched

	nats     *server.Server
	conn     *nats.Conn
	asks     chan *nats.Msg
	calls    chan call // from the web port
	js       jetstream.JetStream
	stream   jetstream.Stream
	queue    jetstream.Consumer
	workers  map[string]*worker
	liars    map[string]bool
	caught   int
	lock     io.Closer        // of dir
	listener net.Listener     // of the embedded server
	own      uint64           // the number of conn among the server's connections
	sent     map[uint64]int64 // messages by connection, as of the last second
	bytes    map[uint64]int64 // and bytes

	out []byte // the last answer, whose room is used again

	before  uint64        // keys or records that were searched when this server started
	keys    uint64        // and since then
	began   time.Time     // when this server leased its first range
	slowest time.Duration // that a range has taken
	most    int           // workers at a time
	key     []byte        // that was found
	text    []byte
	place   uint64
}

// A call is a message that has come another way than by NATS. Its answer has room for one.
type call struct {
	message []byte
	answer  chan []byte
}

// open starts a server on the files in dir, which it makes if there are none. The address to listen on may be
// the URL of a NATS server that runs elsewhere: then the queue is there, and dir has the rest.
func open(ctx context.Context, dir, listen string, t task, alive time.Duration) (h *hub, err error) {
	return openHub(ctx, dir, listen, t, nil, alive)
}

// openHub is open of a search for a key, or of a transcript, if b is not nil.
func openHub(ctx context.Context, dir, listen string, t task, b *bulk, alive time.Duration) (h *hub, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cli.BadInput("expected -dir with a folder, or where one can be made: %v", err)
	}
	h = &hub{dir: dir, alive: alive, bulk: b, workers: map[string]*worker{}, liars: map[string]bool{}, calls: make(chan call)}
	h.coin = func() bool { return random(2) == 0 }
	outside := strings.HasPrefix(listen, "nats://")
	dealt, err := h.readJob()
	switch {
	case err != nil:
	case dealt:
		err = h.job.matches(dir, t, b, outside)
	case b != nil:
		h.job = b.newJob()
	default:
		h.job, err = newJob(t)
	}
	if err != nil {
		return nil, err
	}
	h.job.Outside = outside
	if h.lock, err = lock(dir); err != nil {
		return nil, cli.BadInput("%s is the -dir of a server that runs: expected another", dir)
	}
	if err := h.begin(ctx, listen, dealt); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// begin starts the server, or connects to it, and deals all ranges, or goes on with those that are left.
func (h *hub) begin(ctx context.Context, listen string, dealt bool) (err error) {
	if h.job.Outside {
		err = h.connect(listen)
	} else {
		err = h.start(ctx, cmp.Or(listen, h.job.Address, "127.0.0.1:0"))
	}
	if err == nil {
		err = h.openQueue(ctx, dealt)
	}
	if err == nil && h.bulk != nil {
		err = h.bulk.open(h.dir, !dealt)
	}
	if err != nil {
		return err
	}
	if dealt {
		return h.resume(ctx)
	}
	return h.deal(ctx)
}

// resume goes on with a search.
func (h *hub) resume(ctx context.Context) error {
	left, err := h.left(ctx)
	if err != nil {
		return err
	}
	h.before = (h.ranges() - min(left, h.ranges())) * h.job.Size
	return h.writeJob() // the address may be another
}

func (h *hub) ranges() uint64 {
	if h.bulk != nil {
		return uint64(len(h.bulk.parts))
	}
	return h.job.ranges()
}

func (h *hub) maxWorkers() int {
	if h.bulk != nil {
		return maxRecordWorkers
	}
	return maxWorkers
}

// run serves workers until the key is found, or all records are opened. It calls show once a second.
func (h *hub) run(ctx context.Context, show func(state)) error {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for h.place == 0 && !(h.bulk != nil && h.bulk.finished) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-h.asks:
			r := h.answer(ctx, m.Data)
			// A worker may choose where its answer goes, but not into the queue.
			if strings.HasPrefix(m.Reply, "_INBOX.") {
				h.out = appendReply(h.out[:0], r)
				m.Respond(h.out) // an error is the worker's loss: it asks again
			}
		case c := <-h.calls:
			c.answer <- appendReply(nil, h.answer(ctx, c.message))
		case <-second.C:
			if err := h.tick(ctx, show); err != nil {
				return err
			}
		}
	}
	h.conn.Publish(subjectDone, nil)
	return h.conn.FlushTimeout(5 * time.Second)
}

// tick is what run does once a second.
func (h *hub) tick(ctx context.Context, show func(state)) error {
	s, err := h.state(ctx)
	if err != nil && h.job.Outside && ctx.Err() == nil {
		return nil // that server is away
	}
	if err != nil {
		return err
	}
	if err := h.kick(); err != nil {
		return err
	}
	show(s)
	switch {
	case h.bulk != nil && h.bulk.broken != nil:
		return h.bulk.broken
	case s.left > 0:
		return nil
	case h.bulk != nil && len(h.bulk.missing()) == 0:
		h.bulk.finished = true
		return nil
	}
	// The key is in one of the ranges: a worker left it out and was not caught. Or a result of records was lost,
	// with the machine: its range is not in the queue.
	return h.deal(ctx)
}

// forget drops the workers that have not been heard. JetStream hands out their ranges again.
func (h *hub) forget() {
	for id, w := range h.workers {
		if time.Since(w.heard) > h.alive {
			delete(h.workers, id)
		}
	}
}

// answer answers a message, which can be anything.
func (h *hub) answer(ctx context.Context, data []byte) reply {
	var a ask
	if err := decode(data, &a); err != nil {
		return reply{Error: err.Error()}
	}
	if err := a.check(); err != nil {
		return reply{Error: err.Error()}
	}
	if h.liars[a.Worker] {
		return reply{Error: "this worker was wrong about a range"}
	}
	w := h.workers[a.Worker]
	if w == nil {
		if a.Lease != "" {
			return reply{} // of a server before this one, or too late: another worker has the range
		}
		if len(h.workers) >= h.maxWorkers() {
			return reply{Error: "too many workers"}
		}
		w = &worker{}
		h.workers[a.Worker] = w
		h.most = max(h.most, len(h.workers))
	}
	late := !w.heard.IsZero() && time.Since(w.heard) > h.alive
	w.heard = time.Now()
	if !late && w.msg != nil && time.Since(w.since) > h.patience() {
		w.msg.Nak() // if it fails JetStream hands the range out later
		late = true
	}
	if late { // JetStream hands out its range again
		*w = worker{heard: w.heard, right: w.right}
	}
	switch {
	case a.Lease == "":
		return h.lease(ctx, w)
	case a.Lease != w.lease:
		return reply{}
	case !a.Done:
		w.tried = min(a.Tried, w.task.Limit-w.task.First)
		h.extend(w)
		return reply{}
	}
	return h.settle(ctx, a, w)
}

// close ends the server. What is in its files stays.
func (h *hub) close() {
	if h.conn != nil {
		h.conn.Close()
	}
	if h.listener != nil {
		h.listener.Close()
	}
	if h.nats != nil {
		h.nats.Shutdown()
		h.nats.WaitForShutdown()
	}
	if h.lock != nil {
		h.lock.Close()
		h.lock = nil
	}
}
