//go:build !js

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"doormat/examples/internal/cli"
)

// The limits of a NATS server that runs in this program.
const (
	maxConnections = 256
	maxStore       = 1 << 30         // bytes on disk
	maxRate        = 2000            // messages a second of a connection; one that sends more is disconnected
	writePatience  = 5 * time.Second // for a worker to take what is sent
)

// start starts the embedded server. It listens on an address itself, and passes to the server what it lets in.
func (h *hub) start(ctx context.Context, listen string) (err error) {
	if _, _, err := net.SplitHostPort(listen); err != nil {
		return cli.BadInput("expected -listen with a port, found %q", listen)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return cli.BadInput("expected -listen with an address of this machine and a free port: %v", err)
	}
	h.listener, h.job.Address = l, l.Addr().String()
	payload, pending := int32(maxMessage), int64(1<<18)
	if h.bulk != nil {
		payload, pending = maxReply, maxPending
	}
	guests := guests{own: rand.Text(), code: h.job.Code}
	h.nats, err = server.NewServer(&server.Options{
		ServerName: "doormat", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(h.dir, queueFolder), JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: maxStore,
		MaxConn: maxConnections, MaxPayload: payload, MaxControlLine: 1024, MaxPending: pending, MaxSubs: 64,
		AuthTimeout: 5, WriteDeadline: writePatience, PingInterval: 10 * time.Second, MaxPingsOut: 2,
		CustomClientAuthentication: guests,
	})
	if err != nil {
		return err
	}
	h.nats.Start()
	if !h.nats.ReadyForConnections(20 * time.Second) {
		return errors.New("the NATS server does not start")
	}
	if h.conn, err = nats.Connect("", nats.InProcessServer(h.nats), nats.UserInfo("server", guests.own), nats.CustomInboxPrefix("_SERVER"), nats.ErrorHandler(ignore)); err != nil {
		return err
	}
	go letIn(limit(l, maxConnections), h.nats)
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

// ignore keeps the client from printing that a full queue drops messages.
func ignore(*nats.Conn, *nats.Subscription, error) {}

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
