package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats.go"

	"doormat/examples/internal/cli"
)

// join searches for a server until the key is found, and returns how many ranges it has searched. It
// survives a server that is away.
func join(ctx context.Context, address, code string, show func(what string, done, total uint64)) (ranges int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if _, _, err := net.SplitHostPort(address); err != nil {
		return 0, cli.BadInput("expected an address with a port, found %q", address)
	}
	nc, err := nats.Connect("nats://"+address, nats.UserInfo("worker", code), nats.MaxReconnects(-1),
		nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, 0), nats.Timeout(5*time.Second), nats.ErrorHandler(ignore),
		nats.ClosedHandler(func(nc *nats.Conn) { cancel(nc.LastError()) }))
	if errors.Is(err, nats.ErrAuthorization) {
		return 0, errors.New("the server does not know this class code")
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", address, err)
	}
	defer nc.Close()
	if _, err := nc.Subscribe(subjectDone, func(*nats.Msg) { cancel(errDone) }); err != nil {
		return 0, err
	}
	id := rand.Text()
	for {
		r, err := request(ctx, nc, ask{Worker: id})
		if err == nil && r.Task != nil {
			if err = searchLease(ctx, nc, id, r, show); err == nil {
				ranges++
			}
		} else if err == nil { // there is nothing to do at present
			wait(ctx, time.Duration(min(max(r.Alive, 100), 4000))*time.Millisecond/4)
		}
		switch {
		case errors.Is(err, errDone) || errors.Is(context.Cause(ctx), errDone):
			return ranges, nil
		case ctx.Err() != nil:
			return ranges, context.Cause(ctx)
		case err != nil:
			return ranges, err
		}
	}
}

// errDone says that the key is found.
var errDone = errors.New("the key is found")

// wait returns after some time, or when ctx is done.
func wait(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// request asks the server, again and again while it is away.
func request(ctx context.Context, nc *nats.Conn, a ask) (r reply, err error) {
	for {
		one, cancel := context.WithTimeout(ctx, 3*time.Second)
		m, err := nc.RequestWithContext(one, subjectAsk, encode(a))
		cancel()
		if ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
		if err != nil {
			wait(ctx, 100*time.Millisecond) // the server is away, or busy
			continue
		}
		if err := decode(m.Data, &r); err != nil {
			return r, err
		}
		if r.Error != "" {
			return r, fmt.Errorf("the server: %q", r.Error)
		}
		if r.Done {
			return r, errDone
		}
		return r, nil
	}
}

// searchLease searches a range and tells the result. While it searches it tells that it does.
func searchLease(ctx context.Context, nc *nats.Conn, id string, r reply, show func(what string, done, total uint64)) error {
	beat := time.Duration(min(max(r.Alive, 200), 60_000)) * time.Millisecond / 4
	last := time.Now()
	_, _, place, err := search(ctx, *r.Task, func(tried uint64) {
		show(r.Task.Cipher, tried, r.Task.Limit-r.Task.First)
		if time.Since(last) >= beat {
			last = time.Now()
			nc.Publish(subjectAsk, encode(ask{Worker: id, Lease: r.Lease, Tried: tried})) // without it the range is handed out again
		}
	})
	if err != nil {
		return err
	}
	_, err = request(ctx, nc, ask{Worker: id, Lease: r.Lease, Done: true, Place: place})
	return err
}
