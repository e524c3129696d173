package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"doormat/examples/classroom/relay"
	"doormat/examples/classroom/web"
	"doormat/examples/internal/guard"
)

// serveFiles serves files, and the class network if there is one, on a listener until ctx is done.
func serveFiles(ctx context.Context, l net.Listener, files map[string][]byte, network *relay.Relay) error {
	h, err := newHandler(files)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: withNetwork(h, network), ReadTimeout: 10 * time.Second, WriteTimeout: 5 * time.Minute,
		MaxHeaderBytes: 1 << 14, ConnState: limit(maxConnections)}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// urls returns the addresses at which a listener is reached, those that others reach first.
func urls(a net.Addr) (all []string) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return []string{"http://" + a.String() + "/"}
	}
	interfaces, _ := net.InterfaceAddrs()
	for _, loopback := range []bool{false, true} { // which nobody else reaches
		for _, i := range interfaces {
			if n, ok := i.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsLoopback() == loopback {
				all = append(all, fmt.Sprintf("http://%v:%d/", n.IP, tcp.Port))
			}
		}
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("http://127.0.0.1:%d/", tcp.Port))
	}
	return all
}

// A file is what is served under one name.
type file struct {
	kind          string // Content-Type
	plain, zipped []byte
	tag           string // ETag
}

// kinds are the types of the files, by the ends of their names.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".wasm": "application/wasm",
}

// A handler serves a page and nothing else.
type handler map[string]file

func newHandler(files map[string][]byte) (handler, error) {
	h := handler{}
	for name, content := range files {
		kind := kinds[path.Ext(name)]
		if kind == "" {
			return nil, fmt.Errorf("the file %s is of no known type", name)
		}
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		_, err = z.Write(content)
		if err = errors.Join(err, z.Close()); err != nil {
			return nil, err
		}
		h["/"+name] = file{kind, content, b.Bytes(), fmt.Sprintf(`"%.16x"`, sha256.Sum256(content))}
	}
	h["/"] = h["/index.html"]
	return h, nil
}

// maxConnections is how many connections one address may have. A browser has six.
const maxConnections = 256

// limit returns a hook that closes what an address has more than n of.
func limit(n int) func(net.Conn, http.ConnState) {
	var mu sync.Mutex
	open := map[string]int{}
	return func(c net.Conn, s http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
		switch s {
		case http.StateNew:
			open[host]++
			if open[host] > n {
				c.Close()
			}
		case http.StateClosed, http.StateHijacked:
			if open[host]--; open[host] == 0 {
				delete(open, host)
			}
		}
	}
}

// withNetwork adds the class network to a page. network may be nil.
func withNetwork(h handler, network *relay.Relay) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if network == nil || !relay.Serves(r.URL.Path) {
			h.ServeHTTP(w, r)
		} else if guard.Admit(w, r, web.Policy) {
			network.ServeHTTP(w, r)
		}
	})
}

// ServeHTTP implements [http.Handler].
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !guard.Admit(w, r, web.Policy) {
		return
	}
	head := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "This page can be read only.", http.StatusMethodNotAllowed)
		return
	}
	f, ok := h[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	head.Set("Content-Type", f.kind)
	head.Set("Cache-Control", "no-cache")
	head.Set("Vary", "Accept-Encoding")
	content, tag := f.plain, f.tag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content = f.zipped
		tag = strings.TrimSuffix(tag, `"`) + `-gzip"`
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		head.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	head.Set("Content-Length", fmt.Sprint(len(content)))
	if r.Method == http.MethodGet {
		w.Write(content) // an error is the reader's, who has gone
	}
}
