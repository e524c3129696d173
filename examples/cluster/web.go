//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"doormat/examples/internal/guard"
)

// The limits of the web port. One address has no more than a quarter of what all have together.
const (
	maxWebConnections = 512
	maxWebAddresses   = 1024            // that are remembered at a time
	maxWebRate        = 100             // requests a second of one address, on average
	maxWebBurst       = 400             // and at once
	webPatience       = 5 * time.Second // for a request to arrive, and for the search to answer it
)

// codeHeader has the class code. A page from elsewhere cannot send it without being asked first, and so not
// at all.
const codeHeader = "Class-Code"

// A web is the handler of the web port: a page that shows the search, and by which browsers join it.
type web struct {
	code  string
	alive time.Duration
	calls chan<- call
	files map[string]file     // by path
	pages map[string]*webPage // by language
	state atomic.Pointer[shown]

	mu      sync.Mutex
	clients map[netip.Addr]*client
}

// A client is an address.
type client struct {
	last    time.Time            // of a request
	left    float64              // requests that it may send at once
	workers map[string]time.Time // by name, when last heard
}

// A file is one that the page loads.
type file struct {
	kind          string // Content-Type
	plain, zipped []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".wasm": "application/wasm"}

// policy is the page's Content-Security-Policy.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
	"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// newWeb returns the handler for a search. Module and script are what package wasm builds, or nil: the page
// then only shows the search.
func newWeb(h *hub, module, script []byte) (*web, error) {
	w := &web{code: h.job.Code, alive: h.alive, calls: h.calls, files: map[string]file{}, clients: map[netip.Addr]*client{}}
	w.state.Store(&shown{state: state{ranges: h.ranges(), left: h.ranges()}})
	var err error
	if w.pages, err = newPages(h.job.Task, module != nil); err != nil {
		return nil, err
	}
	for _, name := range []string{"style.css", "page.js", "worker.js"} {
		data, err := webFiles.ReadFile("web/" + name)
		if err != nil {
			return nil, err
		}
		if name == "worker.js" {
			data = slices.Concat(script, []byte("\n"), data)
		}
		if err := w.add(name, data); err != nil {
			return nil, err
		}
	}
	if module != nil {
		err = w.add("worker.wasm", module)
	}
	return w, err
}

func (w *web) add(name string, data []byte) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	err = errors.Join(err, z.Close())
	w.files["/"+name] = file{kinds[path.Ext(name)], data, b.Bytes()}
	return err
}

// ServeHTTP implements [http.Handler].
func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	head := out.Header()
	head.Set("Cache-Control", "no-cache")
	if !guard.Admit(out, r, policy) {
		return
	}
	address := addressOf(r.RemoteAddr)
	if !w.allow(address, time.Now()) {
		head.Set("Retry-After", "1")
		http.Error(out, "Too many requests from this address.", http.StatusTooManyRequests)
		return
	}
	method := http.MethodGet
	if r.URL.Path == "/ask" {
		method = http.MethodPost
	}
	if r.Method != method {
		head.Set("Allow", method)
		http.Error(out, "Expected "+method+".", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/":
		head.Set("Content-Type", "text/html; charset=utf-8")
		head.Set("Vary", "Accept-Language")
		w.language(r).write(out, w.state.Load()) // an error is the reader's, who has gone
	case "/state":
		head.Set("Content-Type", "application/json")
		json.NewEncoder(out).Encode(w.language(r).view(w.state.Load())) // an error is the reader's, who has gone
	case "/ask":
		w.ask(out, r, address)
	default:
		f, ok := w.files[r.URL.Path]
		if !ok {
			http.NotFound(out, r)
			return
		}
		head.Set("Content-Type", f.kind)
		head.Set("Vary", "Accept-Encoding")
		data := f.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			head.Set("Content-Encoding", "gzip")
			data = f.zipped
		}
		out.Write(data)
	}
}

// ask passes a worker's message on to the search, and the answer back.
func (w *web) ask(out http.ResponseWriter, r *http.Request, address netip.Addr) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(codeHeader)), []byte(w.code)) == 0 {
		http.Error(out, "The class code is wrong.", http.StatusForbidden)
		return
	}
	message, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxMessage))
	if err != nil {
		http.Error(out, "Expected a message of at most 4096 bytes.", http.StatusRequestEntityTooLarge)
		return
	}
	var a ask
	if err = decode(message, &a); err == nil {
		err = a.check()
	}
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	out.Header().Set("Content-Type", "application/json")
	switch {
	case w.state.Load().key != nil:
		out.Write(encode(reply{Done: true}))
		return
	case !w.admit(address, a.Worker, time.Now()):
		out.Write(encode(reply{Error: "too many workers at this address"}))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), webPatience)
	defer cancel()
	c := call{message, make(chan []byte, 1)}
	select {
	case w.calls <- c:
		select {
		case answer := <-c.answer:
			out.Write(answer)
			return
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	http.Error(out, "The search is busy.", http.StatusServiceUnavailable)
}

// allow counts a request of an address, and reports whether it is within the limit.
func (w *web) allow(a netip.Addr, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.clients[a]
	if c == nil {
		if len(w.clients) >= maxWebAddresses {
			for a, c := range w.clients {
				if now.Sub(c.last) > w.alive {
					delete(w.clients, a)
				}
			}
			if len(w.clients) >= maxWebAddresses {
				return false
			}
		}
		c = &client{last: now, left: maxWebBurst, workers: map[string]time.Time{}}
		w.clients[a] = c
	}
	c.left = min(c.left+now.Sub(c.last).Seconds()*maxWebRate, maxWebBurst)
	c.last = now
	if c.left < 1 {
		return false
	}
	c.left--
	return true
}

// admit counts a worker of an address, and reports whether there are not too many.
func (w *web) admit(a netip.Addr, worker string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.clients[a]
	if c == nil { // forgotten since
		return false
	}
	if _, known := c.workers[worker]; !known && len(c.workers) >= maxWorkers/4 {
		for name, heard := range c.workers {
			if now.Sub(heard) > w.alive {
				delete(c.workers, name)
			}
		}
		if len(c.workers) >= maxWorkers/4 {
			return false
		}
	}
	c.workers[worker] = now
	return true
}

// newServer returns an HTTP server for a handler.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadTimeout: webPatience, WriteTimeout: time.Minute, IdleTimeout: 20 * time.Second, MaxHeaderBytes: 1 << 13}
}
