//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"doormat/examples/internal/cli"
)

// The limits of a server.
const (
	maxConnections = 256
	maxWorkers     = 1024    // that are known at a time
	maxQueue       = 1024    // messages that wait to be read; more are dropped
	maxStore       = 1 << 30 // bytes on disk
	maxRate        = 2000    // messages a second of a connection; one that sends more is disconnected
	maxLiars       = 4096    // that are remembered

	maxLease = 30 * time.Minute // that a worker keeps a range; a browser of one slow core takes some minutes
)

// A job is a search. It is kept in a file beside the queue, without the key, which the server forgets once
// it has dealt the message.
type job struct {
	Task    task     // all of it; its targets are those that all leases have, the real one first
	Bulk    *bulkJob `json:",omitempty"` // or a transcript, whose records are the task's range
	Message dealt    // that is to be opened
	Decoys  []uint64 // of the other targets, the first key of the range that theirs is in
	Code    string   // the class code
	Address string   // where the server listened last
	Outside bool     `json:",omitempty"` // that server is another program
	Size    uint64   // keys of a range; of records, on average

	Began time.Time // when the first range was leased
}

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

	nats    *server.Server
	conn    *nats.Conn
	asks    chan *nats.Msg
	calls   chan call // from the web port
	js      jetstream.JetStream
	stream  jetstream.Stream
	queue   jetstream.Consumer
	workers map[string]*worker
	liars   map[string]bool
	caught  int
	lock    io.Closer        // of dir
	own     uint64           // the number of conn among the server's connections
	sent    map[uint64]int64 // messages by connection, as of the last second
	bytes   map[uint64]int64 // and bytes

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

const (
	streamName   = "RANGES"
	rangeSubject = "ranges"
	jobFile      = "job.json"
	queueFolder  = "queue"
)

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
	dealt, err := h.readJob()
	if err != nil {
		return nil, err
	}
	if dealt && (h.job.Bulk != nil) != (b != nil) || dealt && b != nil && !h.job.Bulk.same(b.job) {
		return nil, cli.BadInput("%s has another search: expected the same transcript and key, or another -dir", dir)
	}
	if dealt && (h.job.Task.Cipher != t.Cipher || h.job.Task.Bits != t.Bits) {
		return nil, cli.BadInput("%s has a search for %s, %d bits: expected the same, or another -dir", dir, h.job.Task.Cipher, h.job.Task.Bits)
	}
	outside := strings.HasPrefix(listen, "nats://")
	if dealt && h.job.Outside != outside {
		return nil, cli.BadInput("%s has a search whose queue is on %s: expected -nats as before, or another -dir", dir, h.job.Address)
	}
	if !dealt {
		if b != nil {
			h.job = b.newJob()
		} else if h.job, err = newJob(t); err != nil {
			return nil, err
		}
		h.job.Outside = outside
	}
	if h.lock, err = lock(dir); err != nil {
		return nil, cli.BadInput("%s is the -dir of a server that runs: expected another", dir)
	}
	if listen == "" {
		if listen = h.job.Address; listen == "" {
			listen = "127.0.0.1:0"
		}
	}
	if outside {
		err = h.connect(listen)
	} else {
		err = h.start(dir, listen)
	}
	if err == nil {
		err = h.openQueue(ctx, dealt)
	}
	if err == nil && b != nil {
		err = b.open(dir, !dealt)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	if dealt {
		err = h.resume(ctx)
	} else {
		err = h.deal(ctx)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
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

func newJob(t task) (j job, err error) {
	c, err := cipherOf(t.Cipher)
	if err != nil {
		return j, err
	}
	if t.Bits < c.least || t.Bits > c.full {
		return j, fmt.Errorf("expected %d to %d bits for %s, found %d", c.least, c.full, c.name, t.Bits)
	}
	d, err := c.deal(t.Bits)
	if err != nil {
		return j, err
	}
	n := c.keys(t.Bits)
	t.Common, t.Targets, t.First, t.Limit = d.Common, [][]byte{d.Target}, d.Base, d.Base+n
	return job{Task: t, Message: d, Code: rand.Text()[:10], Size: max(min(c.lease, n/64), c.unit)}, nil
}

// ranges returns how many ranges there are in all.
func (j *job) ranges() uint64 { return (j.Task.Limit - j.Task.First + j.Size - 1) / j.Size }

// part returns a range, by its number.
func (j *job) part(i uint64) task {
	t := j.Task
	t.First += i * j.Size
	t.Limit = min(t.First+j.Size, t.Limit)
	return t
}

// plant draws a key of a range, and returns its target.
func (j *job) plant(t task) ([]byte, error) {
	c, err := cipherOf(t.Cipher)
	if err != nil {
		return nil, err
	}
	return c.plant(t)
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

func (h *hub) readJob() (found bool, err error) {
	data, err := os.ReadFile(filepath.Join(h.dir, jobFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := decode(data, &h.job); err != nil {
		return false, fmt.Errorf("%s: %w", jobFile, err)
	}
	if h.job.Bulk != nil && h.job.Code != "" && h.job.Size > 0 {
		return true, nil
	}
	if _, err := h.job.Task.check(); err != nil || h.job.Size == 0 || h.job.Code == "" || len(h.job.Decoys) != len(h.job.Task.Targets)-1 {
		return false, fmt.Errorf("%s: expected a search, found something else: %v", jobFile, err)
	}
	return true, nil
}

func (h *hub) writeJob() error {
	data, err := json.Marshal(h.job)
	if err != nil {
		return err
	}
	name := filepath.Join(h.dir, jobFile)
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// start starts the embedded server.
func (h *hub) start(dir, listen string) (err error) {
	host, portText, err := net.SplitHostPort(listen)
	if err != nil {
		return cli.BadInput("expected -listen with a port, found %q", listen)
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 0 || port > math.MaxUint16 {
		return cli.BadInput("expected a port from 0 to 65535, found %q", portText)
	}
	// The server itself would try it again and again.
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return cli.BadInput("expected -listen with an address of this machine and a free port: %v", err)
	}
	l.Close()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	own := rand.Text()
	only := func(subject string) *server.SubjectPermission {
		return &server.SubjectPermission{Allow: []string{subject}}
	}
	payload, pending := int32(maxMessage), int64(1<<18)
	if h.bulk != nil {
		payload, pending = maxReply, maxPending
	}
	h.nats, err = server.NewServer(&server.Options{
		ServerName: "doormat", Host: host, Port: port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(dir, queueFolder), JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: maxStore,
		MaxConn: maxConnections, MaxPayload: payload, MaxControlLine: 1024, MaxPending: pending, MaxSubs: 64,
		AuthTimeout: 5, WriteDeadline: 5 * time.Second, PingInterval: 10 * time.Second, MaxPingsOut: 2,
		Users: []*server.User{
			{Username: "server", Password: own},
			{Username: "worker", Password: h.job.Code, Permissions: &server.Permissions{
				Publish:   only(subjectAsk),
				Subscribe: &server.SubjectPermission{Allow: []string{subjectDone, "_INBOX.>"}},
			}},
		},
	})
	if err != nil {
		return err
	}
	h.nats.Start()
	if !h.nats.ReadyForConnections(20 * time.Second) {
		return fmt.Errorf("%s: the server does not start; is the port in use?", listen)
	}
	h.job.Address = h.nats.Addr().String()
	if h.conn, err = nats.Connect("", nats.InProcessServer(h.nats), nats.UserInfo("server", own), nats.CustomInboxPrefix("_SERVER"), nats.ErrorHandler(ignore)); err != nil {
		return err
	}
	h.own, err = h.conn.GetClientID()
	return err
}

// connect connects to a server that runs elsewhere. While that is away the search waits.
func (h *hub) connect(address string) (err error) {
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" {
		return cli.BadInput("expected -nats with a URL such as nats://USER:PASSWORD@HOST:4222, found another")
	}
	h.job.Address = u.Host
	h.conn, err = nats.Connect(address, nats.CustomInboxPrefix("_SERVER"), nats.ErrorHandler(ignore), nats.MaxReconnects(-1),
		nats.ReconnectWait(100*time.Millisecond), nats.Timeout(5*time.Second))
	if err != nil {
		return fmt.Errorf("%s: %w", u.Host, err)
	}
	if n := h.conn.MaxPayload(); h.bulk != nil && n < maxReply {
		return cli.BadInput("%s takes messages of %d bytes: expected a max_payload of 512KB, for records", u.Host, n)
	}
	return nil
}

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

// ignore keeps the client from printing that a full queue drops messages.
func ignore(*nats.Conn, *nats.Subscription, error) {}

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
		if _, err := h.js.PublishAsync(rangeSubject, data); err != nil {
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

// left returns how many ranges are not acknowledged.
func (h *hub) left(ctx context.Context) (uint64, error) {
	info, err := h.stream.Info(ctx)
	if err != nil {
		return 0, err
	}
	return info.State.Msgs, nil
}

// close ends the server. What is in its files stays.
func (h *hub) close() {
	if h.conn != nil {
		h.conn.Close()
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
			s, err := h.state(ctx)
			if err != nil && h.job.Outside && ctx.Err() == nil {
				continue // that server is away
			}
			if err != nil {
				return err
			}
			if err := h.kick(); err != nil {
				return err
			}
			show(s)
			if h.bulk != nil {
				if h.bulk.broken != nil {
					return h.bulk.broken
				}
				// A result that was lost, with the machine, is missing though its range is not in the queue.
				if s.left == 0 && len(h.bulk.missing()) == 0 {
					h.bulk.finished = true
				} else if s.left == 0 {
					if err := h.deal(ctx); err != nil {
						return err
					}
				}
				continue
			}
			if s.left == 0 {
				// The key is in one of the ranges: a worker left it out and was not caught.
				if err := h.deal(ctx); err != nil {
					return err
				}
			}
		}
	}
	h.conn.Publish(subjectDone, nil)
	return h.conn.FlushTimeout(5 * time.Second)
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
	return reply{}
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

// done acknowledges a range, and waits until the queue has deleted it.
func (h *hub) done(ctx context.Context, m jetstream.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return m.DoubleAck(ctx)
}

// kick disconnects who has sent more than maxRate messages since the last call, or as many bytes as they may have.
func (h *hub) kick() error {
	if h.nats == nil {
		return nil // which is up to the server that runs elsewhere
	}
	all, err := h.nats.Connz(&server.ConnzOptions{Limit: 2 * maxConnections})
	if err != nil {
		return err
	}
	sent, bytes := map[uint64]int64{}, map[uint64]int64{}
	for _, c := range all.Conns {
		sent[c.Cid], bytes[c.Cid] = c.InMsgs, c.InBytes
		if c.Cid != h.own && (c.InMsgs-h.sent[c.Cid] > maxRate || c.InBytes-h.bytes[c.Cid] > maxRate*maxMessage) {
			h.nats.DisconnectClientByID(c.Cid) // an error says that it has gone
		}
	}
	h.sent, h.bytes = sent, bytes
	return nil
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
