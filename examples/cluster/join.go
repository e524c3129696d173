//go:build !js

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

// runJoin is the command join.
func runJoin(ctx context.Context, f *cli.Flags, address string, args []string, stdout, stderr io.Writer) error {
	code := f.String("code", "", "")
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	if *code == "" {
		return cli.BadInput("expected -code with the class code that the server prints, found none")
	}
	bar := cli.NewProgress(stderr)
	kind := ""
	ranges, err := join(ctx, address, *code, func(what string, done, total uint64) {
		kind = what
		bar.Set(what+", this range", int(done*1000/total), 1000)
	})
	bar.Clear()
	switch {
	case err != nil:
	case kind == whatRecords:
		fmt.Fprintf(stdout, "The transcript is done. This machine has opened the records of %s ranges.\n", page.Thousands(ranges))
	default:
		fmt.Fprintf(stdout, "The key is found. This machine has searched %s ranges.\n", page.Thousands(ranges))
	}
	return err
}

// join searches for a server until the key is found, or all records are opened, and returns how many ranges it has searched. It
// survives a server that is away for less than maxAway.
func join(ctx context.Context, address, code string, show func(what string, done, total uint64)) (ranges int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	_, port, err := net.SplitHostPort(address)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return 0, cli.BadInput("expected an address with a port, found %q", address)
	}
	nc, err := enter(address, code, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, 0),
		nats.Timeout(5*time.Second), nats.ErrorHandler(ignore), nats.ClosedHandler(func(nc *nats.Conn) { cancel(nc.LastError()) }))
	if errors.Is(err, nats.ErrAuthorization) {
		return 0, cli.BadInput("the server does not know this class code")
	}
	if errors.Is(err, nats.ErrNoServers) {
		return 0, fmt.Errorf("%s: no server answers there", address)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", address, err)
	}
	defer nc.Close()
	if _, err := nc.Subscribe(subjectDone, func(*nats.Msg) { cancel(errDone) }); err != nil {
		return 0, err
	}
	return work(ctx, natsWire(nc), show)
}

// enter connects as a worker.
func enter(address, code string, options ...nats.Option) (*nats.Conn, error) {
	name := rand.Text()
	return nats.Connect("nats://"+address, append(options, nats.UserInfo("worker", code), nats.Name(name), nats.CustomInboxPrefix(inbox(name)))...)
}

// natsWire makes a connection to NATS a worker's wire.
func natsWire(nc *nats.Conn) wire {
	return wire{
		call: func(ctx context.Context, message []byte) ([]byte, error) {
			m, err := nc.RequestWithContext(ctx, subjectAsk, message)
			if err != nil {
				return nil, err
			}
			return m.Data, nil
		},
		tell: func(message []byte) { nc.Publish(subjectAsk, message) },
		open: openRecords,
	}
}
