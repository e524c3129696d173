package main

import (
	"cmp"
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
	// open opens records. It is nil in a browser.
	open func(ctx context.Context, r *records) (digests []byte, err error)
	// patience is how long the server may be away; 0 means maxAway.
	patience time.Duration
}

// maxAway is how long a worker waits for a server that does not answer. A teacher can start it again meanwhile.
const maxAway = 5 * time.Minute

// work searches ranges until the key is found, and returns how many.
func work(ctx context.Context, w wire, show func(what string, done, total uint64)) (ranges int, err error) {
	id := rand.Text()
	var r reply
	for {
		if r.Task == nil && r.Records == nil { // the server has not sent more in its last answer
			r, err = request(ctx, w, ask{Worker: id})
		}
		if err == nil && (r.Task != nil || r.Records != nil) {
			if r.Task != nil {
				r, err = searchLease(ctx, w, id, r, show)
			} else {
				r, err = openLease(ctx, w, id, r, show)
			}
			if err == nil {
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

// request asks the server, again and again while it is away, for no longer than the wire's patience.
func request(ctx context.Context, w wire, a ask) (r reply, err error) {
	patience := cmp.Or(w.patience, maxAway)
	for began := time.Now(); ; {
		one, cancel := context.WithTimeout(ctx, 3*time.Second)
		answer, err := w.call(one, encode(a))
		cancel()
		if ctx.Err() != nil {
			return r, context.Cause(ctx)
		}
		if err != nil && time.Since(began) >= patience {
			return r, fmt.Errorf("the server has not answered for %v: it has gone, or the search is over", patience)
		}
		if err != nil {
			wait(ctx, 100*time.Millisecond) // the server is away, or busy
			continue
		}
		if r, err = decodeReply(answer); err != nil {
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

// searchLease searches a range and tells the result. It returns the answer, which may have the next range. While it
// searches it tells that it does.
func searchLease(ctx context.Context, w wire, id string, r reply, show func(what string, done, total uint64)) (next reply, err error) {
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
		return next, err
	}
	show(r.Task.Cipher, r.Task.Limit-r.Task.First, r.Task.Limit-r.Task.First)
	return request(ctx, w, ask{Worker: id, Lease: r.Lease, Done: true, Places: places})
}

// openLease opens a range of records and tells which opened. It returns the answer, which may have the next range.
// That takes less than a second, so it tells nothing before.
func openLease(ctx context.Context, w wire, id string, r reply, show func(what string, done, total uint64)) (next reply, err error) {
	if w.open == nil {
		return next, errors.New("browsers open no records: join from a command line")
	}
	if err := r.Records.check(); err != nil {
		return next, err
	}
	n := uint64(len(r.Records.Envelopes))
	show(whatRecords, 0, n)
	digests, err := w.open(ctx, r.Records)
	if err != nil {
		return next, err
	}
	show(whatRecords, n, n)
	return request(ctx, w, ask{Worker: id, Lease: r.Lease, Done: true, Digests: digests})
}

// whatRecords is what is shown of a range of records, in the place of a cipher.
const whatRecords = "records"
