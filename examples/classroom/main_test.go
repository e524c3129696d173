package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"doormat/examples/classroom/web"
	"doormat/examples/internal/cli/clitest"
)

// served returns what a handler with a small page answers.
func served(t *testing.T, method, target, host string, header http.Header) *http.Response {
	t.Helper()
	h, err := newHandler(map[string][]byte{"index.html": []byte("<!doctype html>"), "desk.wasm": bytes.Repeat([]byte("wasm"), 100), "worker.js": []byte("1")})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, target, nil)
	r.Host = host
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHeaders(t *testing.T) {
	for _, target := range []string{"/", "/index.html", "/desk.wasm", "/nothing"} {
		r := served(t, "GET", target, "127.0.0.1:8093", nil)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
				"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "no-referrer",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
	}
	for target, want := range map[string]string{"/": "text/html; charset=utf-8", "/desk.wasm": "application/wasm", "/worker.js": "text/javascript; charset=utf-8"} {
		if got := served(t, "GET", target, "localhost", nil).Header.Get("Content-Type"); got != want {
			t.Errorf("%s: %q", target, got)
		}
	}
	if _, err := newHandler(map[string][]byte{"page.exe": nil}); err == nil {
		t.Error("a file of an unknown type is served")
	}
}

// A page under a name of its own could otherwise read this one, by having that name point here.
func TestForeignHost(t *testing.T) {
	for host, want := range map[string]int{
		"127.0.0.1:8093": 200, "127.0.0.1": 200, "localhost:8093": 200, "[::1]:8093": 200, "[::1]": 200, "192.168.1.10:8093": 200,
		"doormat.example": 421, "doormat.example:8093": 421, "127.0.0.1.example": 421, "localhost.example": 421, "": 421,
	} {
		r := served(t, "GET", "/", host, nil)
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != want || (want == 421) == bytes.Contains(body, []byte("<!doctype")) {
			t.Errorf("%q: %d, %q", host, r.StatusCode, body)
		}
	}
}

func TestRequests(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if r := served(t, method, "/", "localhost", nil); r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, r.StatusCode)
		}
	}
	for _, target := range []string{"/nothing", "/index", "/.", "//index.html", "/../main.go"} {
		if r := served(t, "GET", (&url.URL{Path: target}).String(), "localhost", nil); r.StatusCode == 200 {
			t.Errorf("%s is there", target)
		}
	}
	zipped := served(t, "GET", "/desk.wasm", "localhost", http.Header{"Accept-Encoding": {"br, gzip"}})
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || len(b) != 400 || zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if head := served(t, "HEAD", "/desk.wasm", "localhost", nil); head.Header.Get("Content-Length") != "400" {
		t.Errorf("HEAD: %v", head.Header)
	}
	tag := zipped.Header.Get("ETag")
	if r := served(t, "GET", "/desk.wasm", "localhost", http.Header{"Accept-Encoding": {"gzip"}, "If-None-Match": {tag}}); r.StatusCode != 304 {
		t.Errorf("what the browser has is sent again: %d", r.StatusCode)
	}
	if r := served(t, "GET", "/desk.wasm", "localhost", http.Header{"If-None-Match": {tag}}); r.StatusCode != 200 {
		t.Errorf("another form is not sent: %d", r.StatusCode)
	}
}

// It serves until it is interrupted.
func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- serveFiles(ctx, l, map[string][]byte{"index.html": []byte("here")}, nil) }()
	addresses := urls(l.Addr())
	if len(addresses) != 1 {
		t.Fatalf("%q", addresses)
	}
	r, err := http.Get(addresses[0])
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r.Body); err != nil || string(b) != "here" {
		t.Errorf("%q, %v", b, err)
	}
	r.Body.Close()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestURLs(t *testing.T) {
	for _, u := range urls(&net.TCPAddr{IP: net.IPv4zero, Port: 8093}) {
		if !strings.HasPrefix(u, "http://") || !strings.HasSuffix(u, ":8093/") || strings.Contains(u, "0.0.0.0") {
			t.Errorf("%q", u)
		}
	}
}

// The page is the same each time, in both forms, and asks for nothing elsewhere.
func TestPage(t *testing.T) {
	for _, inline := range []*web.Inline{nil, {Wasm: []byte("wasm"), WasmExec: []byte("1")}} {
		o := library{}.options()
		o.Inline = inline
		one, err := web.Page(o)
		if err != nil {
			t.Fatal(err)
		}
		two, err := web.Page(o)
		if err != nil || !bytes.Equal(one, two) {
			t.Errorf("two pages differ: %v", err)
		}
		for _, bad := range []string{`src="http`, `href="http`, "//fonts", "onclick="} {
			if bytes.Contains(one, []byte(bad)) {
				t.Errorf("the page has %s", bad)
			}
		}
	}
	if len(matrix().Systems) < 30 {
		t.Errorf("%d systems in the matrix", len(matrix().Systems))
	}
}

func TestBadInput(t *testing.T) {
	clitest.BadInput(t, run, "-listen :0 -o page.html", "expected one of -listen and -o, found both")
	clitest.BadInput(t, run, "-listen 127.0.0.1:99999", "expected an address that is free: listen tcp: address 99999: invalid port")
}
