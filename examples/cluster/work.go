package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// A wire connects a worker with its server: NATS for a program, HTTP for a browser.
type wire struct {
	// call sends a message and returns the answer. It returns an error while the server is away.
	call func(ctx context.Context, message []byte) (answer []byte, err error)
	// tell sends a message and waits for nothing. A search calls it, so it must not block.
	tell func(message []byte)
}

// work searches ranges until the key is found, and returns how many.
func work(ctx context.Context, w wire, show func(what string, done, total uint64)) (ranges int, err error) {
	id := rand.Text()
	for {
		r, err := request(ctx, w, ask{Worker: id})
		if err == nil && r.Task != nil {
			if err = searchLease(ctx, w, id, r, show); err == nil {
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
func request(ctx context.Context, w wire, a ask) (r reply, err error) {
	for {
		one, cancel := context.WithTimeout(ctx, 3*time.Second)
		answer, err := w.call(one, encode(a))
		cancel()
		if ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
		if err != nil {
			wait(ctx, 100*time.Millisecond) // the server is away, or busy
			continue
		}
		if err := decode(answer, &r); err != nil {
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
func searchLease(ctx context.Context, w wire, id string, r reply, show func(what string, done, total uint64)) error {
	beat := time.Duration(min(max(r.Alive, 200), 60_000)) * time.Millisecond / 4
	last := time.Now()
	places, err := search(ctx, *r.Task, func(tried uint64) {
		show(r.Task.Cipher, tried, r.Task.Limit-r.Task.First)
		if time.Since(last) >= beat {
			last = time.Now()
			w.tell(encode(ask{Worker: id, Lease: r.Lease, Tried: tried})) // without it the range is handed out again
		}
	})
	if err != nil {
		return err
	}
	show(r.Task.Cipher, r.Task.Limit-r.Task.First, r.Task.Limit-r.Task.First)
	_, err = request(ctx, w, ask{Worker: id, Lease: r.Lease, Done: true, Places: places})
	return err
}
