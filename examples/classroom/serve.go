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
	"time"

	"doormat/examples/classroom/web"
)

// serveFiles serves files on a listener until ctx is done.
func serveFiles(ctx context.Context, l net.Listener, files map[string][]byte) error {
	h, err := newHandler(files)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: h, ReadTimeout: 10 * time.Second, WriteTimeout: 5 * time.Minute, MaxHeaderBytes: 1 << 14}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// urls returns the addresses at which a listener is reached.
func urls(a net.Addr) (all []string) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return []string{"http://" + a.String() + "/"}
	}
	interfaces, _ := net.InterfaceAddrs()
	for _, i := range interfaces {
		if n, ok := i.(*net.IPNet); ok && n.IP.To4() != nil {
			all = append(all, fmt.Sprintf("http://%v:%d/", n.IP, tcp.Port))
		}
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

// ServeHTTP implements [http.Handler].
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", web.Policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !local(r.Host) {
		http.Error(w, "This page is served under its number, as 127.0.0.1, and under no other name.", http.StatusMisdirectedRequest)
		return
	}
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

// local reports whether a Host names this server by a number, or is "localhost". A name in the DNS can be made to
// point here by anyone, so that a page elsewhere could read this one.
func local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return name == "localhost" || net.ParseIP(name) != nil
}
