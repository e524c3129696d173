//go:build !js

package main

import (
	"crypto/rand"
	"fmt"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"doormat/examples/internal/cli"
)

// The limits of a NATS server that runs in this program.
const (
	maxConnections = 256
	maxStore       = 1 << 30 // bytes on disk
	maxRate        = 2000    // messages a second of a connection; one that sends more is disconnected
)

// start starts the embedded server on an address.
func (h *hub) start(listen string) (err error) {
	host, port, err := freePort(listen)
	if err != nil {
		return err
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
		JetStream: true, StoreDir: filepath.Join(h.dir, queueFolder), JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: maxStore,
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

// freePort returns the host and the port of an address, which must be this machine's and free.
func freePort(listen string) (host string, port int, err error) {
	host, portText, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, cli.BadInput("expected -listen with a port, found %q", listen)
	}
	port, err = strconv.Atoi(portText)
	if err != nil || port < 0 || port > math.MaxUint16 {
		return "", 0, cli.BadInput("expected a port from 0 to 65535, found %q", portText)
	}
	// The server itself would try it again and again.
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", 0, cli.BadInput("expected -listen with an address of this machine and a free port: %v", err)
	}
	l.Close()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
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
