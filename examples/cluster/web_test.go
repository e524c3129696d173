//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/examples/classroom/words"
	"doormat/examples/internal/guard"
)

// newTestWeb returns the handler of a search that is under way.
func newTestWeb(t *testing.T, bits int) (*hub, *web, func() error) {
	t.Helper()
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: bits})
	w, err := newWeb(h, []byte("module"), []byte("script"))
	if err != nil {
		t.Fatal(err)
	}
	return h, w, running(t, h)
}

const here = "127.0.0.1:8080"

// sent sends a request to the handler, from 192.0.2.1 as package httptest has it, or from elsewhere.
func sent(w *web, method, path, body string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = here
	for i := 0; i < len(head); i += 2 {
		switch head[i] {
		case "Host":
			r.Host = head[i+1]
		case "From":
			r.RemoteAddr = head[i+1]
		default:
			r.Header.Set(head[i], head[i+1])
		}
	}
	out := httptest.NewRecorder()
	w.ServeHTTP(out, r)
	return out
}

func askedWeb(t *testing.T, w *web, a ask) (r reply) {
	t.Helper()
	out := sent(w, "POST", "/ask", string(encode(a)), codeHeader, w.code)
	if out.Code != http.StatusOK {
		t.Fatalf("%d %s", out.Code, out.Body)
	}
	if err := decode(out.Body.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// webWire is the wire of a worker that is no browser.
func webWire(address, code string) wire {
	call := func(ctx context.Context, message []byte) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, "POST", "http://"+address+"/ask", bytes.NewReader(message))
		if err != nil {
			return nil, err
		}
		r.Header.Set(codeHeader, code)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, io.ErrUnexpectedEOF
		}
		return io.ReadAll(answer.Body)
	}
	return wire{call: call, tell: func(message []byte) { go call(context.Background(), message) }}
}

// served serves a handler as the program does.
func served(t *testing.T, w *web) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(w)
	go s.Serve(limit(l, maxWebConnections))
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// searched lets an honest worker find the key over the web port.
func searched(t *testing.T, h *hub, w *web, address string, ended func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	if _, err := work(ctx, webWire(address, w.code), silent); err != nil {
		t.Fatal(err)
	}
	if err := ended(); err != nil || h.place == 0 {
		t.Fatalf("%v, number %d", err, h.place)
	}
}

// Without the class code a request changes nothing, and the page does not say it.
func TestWebStranger(t *testing.T) {
	h, w, _ := newTestWeb(t, 12)
	a := string(encode(ask{Worker: rand.Text()}))
	for _, code := range []string{"", "x", strings.ToLower(w.code), w.code + "A", w.code[1:]} {
		if out := sent(w, "POST", "/ask", a, codeHeader, code); out.Code != http.StatusForbidden || strings.Contains(out.Body.String(), "Task") {
			t.Errorf("code %q: %d %s", code, out.Code, out.Body)
		}
	}
	if len(h.workers) != 0 {
		t.Errorf("%d workers", len(h.workers))
	}
	for _, path := range []string{"/", "/state", "/page.js", "/style.css", "/worker.js"} {
		if out := sent(w, "GET", path, ""); out.Code != http.StatusOK || strings.Contains(out.Body.String(), w.code) {
			t.Errorf("%s: %d, and the code is in it", path, out.Code)
		}
	}
	if r := askedWeb(t, w, ask{Worker: rand.Text()}); r.Task == nil {
		t.Errorf("with the code: %+v", r)
	}
}

// Every answer has the headers that keep a page elsewhere from using this one, and a request under a name is
// refused.
func TestWebHeaders(t *testing.T) {
	_, w, _ := newTestWeb(t, 12)
	for _, try := range []struct {
		method, path, host string
		status             int
	}{
		{"GET", "/", here, 200}, {"GET", "/state", "[::1]:8080", 200}, {"GET", "/", "localhost:8080", 200}, {"GET", "/worker.wasm", here, 200},
		{"GET", "/", "evil.example", 421}, {"GET", "/state", "evil.example:8080", 421}, {"POST", "/ask", "evil.example", 421}, {"GET", "/", "", 421},
		{"GET", "/ask", here, 405}, {"OPTIONS", "/ask", here, 405}, {"POST", "/", here, 405}, {"POST", "/state", here, 405},
		{"GET", "/en.txt", here, 404}, {"GET", "/../web.go", here, 404}, {"GET", "//", here, 404},
	} {
		out := sent(w, try.method, try.path, "", "Host", try.host, "Origin", "http://evil.example")
		if out.Code != try.status {
			t.Errorf("%s %s of %q: %d, expected %d", try.method, try.path, try.host, out.Code, try.status)
		}
		head := out.Header()
		p := head.Get("Content-Security-Policy")
		if !strings.HasPrefix(p, "default-src 'none'; ") || strings.Contains(p, "unsafe-inline") || strings.Contains(p, "'unsafe-eval'") || strings.Contains(p, "*") ||
			head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Access-Control-Allow-Origin") != "" || head.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("%s %s: %v", try.method, try.path, head)
		}
	}
}

// Junk is refused, and changes nothing.
func TestWebJunk(t *testing.T) {
	h, w, _ := newTestWeb(t, 12)
	id := rand.Text()
	for what, body := range map[string]string{
		"nothing": "", "no JSON": "\x00\xff", "null": "null", "no worker": "{}", "unknown": `{"Worker":"` + id + `","Rank":1}`,
		"trailing": `{"Worker":"` + id + `"}{}`, "deep": strings.Repeat("[", 4000), "a result without a lease": `{"Worker":"` + id + `","Done":true}`,
	} {
		if out := sent(w, "POST", "/ask", body, codeHeader, w.code); out.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, out.Code, out.Body)
		}
	}
	for _, n := range []int{maxMessage + 1, 1 << 20} {
		if out := sent(w, "POST", "/ask", strings.Repeat(" ", n), codeHeader, w.code); out.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes: %d", n, out.Code)
		}
	}
	if len(h.workers) != 0 {
		t.Errorf("%d workers", len(h.workers))
	}
}

// A worker over the web port finds the key; what asks later is told so, and the page shows it.
func TestWebFind(t *testing.T) {
	h, w, ended := newTestWeb(t, 16)
	searched(t, h, w, served(t, w), ended)
	all := h.compared(time.Now())
	w.state.Store(&shown{key: h.key, text: h.text, place: h.place, room: all[len(all)-1]})
	if r := askedWeb(t, w, ask{Worker: rand.Text()}); !r.Done {
		t.Errorf("after the end: %+v", r)
	}
	out := sent(w, "GET", "/", "").Body.String()
	for _, want := range []string{"The boiler man", "Deep Crack", "this room", `<td data-put="room-bits">16</td>`, `<td data-put="room-machines">1</td>`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the page %s", want, out)
		}
	}
}

// A liar over the web port is caught.
func TestWebLiar(t *testing.T) {
	_, w, _ := newTestWeb(t, 16)
	id := rand.Text()
	for range 2000 {
		r := askedWeb(t, w, ask{Worker: id})
		if r.Error != "" {
			return
		}
		if r.Task != nil {
			askedWeb(t, w, ask{Worker: id, Lease: r.Lease, Done: true, Places: nothing(r)})
		}
		w.clients = map[netip.Addr]*client{} // it keeps within the rate
	}
	t.Error("a worker that always says nothing is not caught")
}

// An address that floods is refused, while others are answered; so is one with too many workers.
func TestWebFlood(t *testing.T) {
	h, w, ended := newTestWeb(t, 16)
	address := served(t, w)
	began := time.Now()
	flood := func() (refused int) {
		for range 3 * maxWebBurst {
			if out := sent(w, "POST", "/ask", "junk", codeHeader, w.code, "From", "198.51.100.1:9"); out.Code == http.StatusTooManyRequests {
				refused++
			}
		}
		return refused
	}
	if n, more := flood(), int(time.Since(began).Seconds()*maxWebRate)+1; n < 2*maxWebBurst-more {
		t.Errorf("%d of %d requests are refused", n, 3*maxWebBurst)
	}
	if out := sent(w, "GET", "/", "", "From", "198.51.100.2:9"); out.Code != http.StatusOK {
		t.Errorf("another address: %d", out.Code)
	}
	if out := sent(w, "GET", "/", "", "From", "[2001:db8::1]:9"); out.Code != http.StatusOK {
		t.Errorf("another address: %d", out.Code)
	}
	if a, b := addressOf("[2001:db8::1]:9"), addressOf("[2001:db8:0:0:ffff::2]:7"); a != b {
		t.Errorf("one network is two addresses, %v and %v", a, b)
	}
	now := time.Now()
	a := netip.MustParseAddr("198.51.100.3")
	w.allow(a, now)
	for i := range maxWorkers {
		if ok := w.admit(a, rand.Text(), now); ok != (i < maxWorkers/4) {
			t.Fatalf("worker %d: %v", i, ok)
		}
	}
	if !w.admit(a, rand.Text(), now.Add(2*w.alive)) {
		t.Error("the workers of yesterday still count")
	}
	searched(t, h, w, address, ended)
}

// The rate is an average: who has sent a burst may go on after some time.
func TestWebRate(t *testing.T) {
	w := &web{alive: alive, clients: map[netip.Addr]*client{}}
	a, now := netip.MustParseAddr("198.51.100.1"), time.Now()
	n := 0
	for ; w.allow(a, now); n++ {
	}
	for range 1000 { // what is refused costs nothing
		w.allow(a, now)
	}
	more := 0
	for ; w.allow(a, now.Add(time.Second)); more++ {
	}
	if n != maxWebBurst || more != maxWebRate {
		t.Errorf("%d at once and %d after a second", n, more)
	}
	// What is remembered has an end, and the forgotten make room.
	for i := range 2 * maxWebAddresses {
		w.allow(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), now)
	}
	if len(w.clients) > maxWebAddresses {
		t.Errorf("%d addresses are remembered", len(w.clients))
	}
	if w.allow(netip.MustParseAddr("198.51.100.2"), now.Add(time.Second)) || !w.allow(netip.MustParseAddr("198.51.100.2"), now.Add(2*alive)) {
		t.Error("addresses are forgotten at the wrong time")
	}
}

// One address has a quarter of the connections; what it closes it can open again.
func TestWebConnections(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, maxWebConnections)
	defer l.Close()
	accepted := make(chan net.Conn, maxWebConnections)
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	var first net.Conn
	for i := range maxWebConnections / 4 {
		dial()
		if c := <-accepted; i == 0 {
			first = c
		}
	}
	last := dial()
	last.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := last.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection too many is not closed: %v", err)
	}
	first.Close()
	first.Close() // which counts once
	dial()
	<-accepted
	last = dial()
	last.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := last.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after one is closed there is room for two: %v", err)
	}
}

// Clients that send slowly have an end, and others are served meanwhile.
func TestWebSlow(t *testing.T) {
	h, w, ended := newTestWeb(t, 16)
	address := served(t, w)
	var all []net.Conn
	for range maxWebConnections / 8 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "POST /ask HTTP/1.1\r\nHost: "+here+"\r\nContent-Length: 9")
		all = append(all, c)
	}
	searched(t, h, w, address, ended)
	all[0].SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.Copy(io.Discard, all[0]); err != nil { // until the server ends it
		t.Errorf("a slow client is waited for: %v", err)
	}
}

// While the search does not answer, requests end, and with a status by which a worker asks again.
func TestWebBusy(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12}) // which nobody runs
	w, err := newWeb(h, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest("POST", "/ask", bytes.NewReader(encode(ask{Worker: rand.Text()}))).WithContext(ctx)
	r.Host = here
	r.Header.Set(codeHeader, w.code)
	out := httptest.NewRecorder()
	cancel()
	if w.ServeHTTP(out, r); out.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", out.Code, out.Body)
	}
	if out := sent(w, "GET", "/worker.wasm", ""); out.Code != http.StatusNotFound {
		t.Errorf("a page that only watches: %d", out.Code)
	}
	if out := sent(w, "GET", "/", ""); strings.Contains(out.Body.String(), "<form") {
		t.Error("a page that only watches has a form")
	}
}

// What is compressed is what it was.
func TestWebCompressed(t *testing.T) {
	_, w, _ := newTestWeb(t, 12)
	for _, path := range []string{"/style.css", "/page.js", "/worker.js", "/worker.wasm"} {
		plain, zipped := sent(w, "GET", path, ""), sent(w, "GET", path, "", "Accept-Encoding", "gzip")
		z, err := gzip.NewReader(zipped.Body)
		if err != nil || zipped.Header().Get("Content-Encoding") != "gzip" {
			t.Fatal(path, err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// All words are in the tables, in both languages, with the same placeholders, and in no other file.
func TestWords(t *testing.T) {
	tables := map[string]*words.Table{}
	for _, lang := range []string{"en", "de"} {
		data, err := webFiles.ReadFile("web/" + lang + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if tables[lang], err = words.Parse(lang, data); err != nil {
			t.Fatal(err)
		}
	}
	en, de := tables["en"], tables["de"]
	if !slices.Equal(en.IDs(), de.IDs()) {
		t.Errorf("the languages have different texts:\n%v\n%v", en.IDs(), de.IDs())
	}
	for _, id := range en.IDs() {
		if !slices.Equal(en.Placeholders(id), de.Placeholders(id)) {
			t.Errorf("%s: %v in English, %v in German", id, en.Placeholders(id), de.Placeholders(id))
		}
	}
	data, err := webFiles.ReadFile("web/page.html.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	bare := regexp.MustCompile(`(?s)\{\{.*?\}\}|<[^>]*>`).ReplaceAllString(string(data), "")
	if words := strings.Fields(strings.NewReplacer("Deutsch", "", "English", "", "0", "").Replace(bare)); len(words) != 0 {
		t.Errorf("the template says %q", words)
	}
	for _, c := range ciphers {
		pages, err := newPages(task{Cipher: c.name, Bits: c.full, Limit: 1 << 40}, true)
		if err != nil {
			t.Fatal(err)
		}
		for lang, p := range pages {
			for _, s := range []shown{{}, {state: state{left: 5, ranges: 10, workers: 3, rate: 1.25e7, need: 90 * time.Minute}}, {key: []byte{1, 2}, text: []byte("<b>&"), place: 1234567}} {
				var b bytes.Buffer
				if err := p.write(&b, &s); err != nil {
					t.Fatal(err)
				}
				if html := b.String(); strings.Contains(html, "<b>") || regexp.MustCompile(`\{[a-z]+\}|<no value>| style=| on[a-z]+=`).MatchString(html) {
					t.Errorf("%s: %s", lang, html)
				}
				for _, minutes := range []time.Duration{0, time.Millisecond, time.Second, time.Minute, 100 * time.Minute, 50 * time.Hour, 1e9 * time.Second} {
					p.duration(minutes.Seconds()) // which has all units
				}
			}
		}
		de := pages["de"].view(&shown{state: state{left: 5, ranges: 10, workers: 3, rate: 1.25e9, need: 90 * time.Minute}})
		if de.Texts["rate"] != "1.250,0 Millionen" && de.Texts["rate"] != "1250,0 Millionen" || de.Texts["left"] != "1,5 Stunden" || de.Texts["share"] != "50,0 %" || !strings.Contains(de.Texts["news"], "50 %") {
			t.Errorf("%+v", de)
		}
	}
}

// FuzzWeb reads what strangers and workers send to the web port.
func FuzzWeb(f *testing.F) {
	w := &web{code: "CODE", alive: time.Second, calls: make(chan call), clients: map[netip.Addr]*client{}, files: map[string]file{}}
	var err error
	if w.pages, err = newPages(task{Cipher: "des", Bits: 40, Limit: 1 << 40}, true); err != nil {
		f.Fatal(err)
	}
	w.state.Store(&shown{key: []byte{1}}) // the search is done: who asks is told so
	f.Add("POST", "/ask", here, "CODE", "", encode(ask{Worker: rand.Text()}))
	f.Add("GET", "/state?lang=de", "[::1]", "", "de", []byte{})
	f.Add("GET", "/", "localhost", "", "de-CH,en", []byte{})
	f.Fuzz(func(t *testing.T, method, target, host, code, language string, body []byte) {
		r, err := http.NewRequest(method, target, bytes.NewReader(body))
		if err != nil {
			return
		}
		r.Host, r.RemoteAddr = host, "127.0.0.1:1"
		r.Header.Set(codeHeader, code)
		r.Header.Set("Accept-Language", language)
		w.clients = map[netip.Addr]*client{}
		out := httptest.NewRecorder()
		w.ServeHTTP(out, r)
		switch {
		case out.Header().Get("Content-Security-Policy") != policy:
			t.Fatal("no policy")
		case out.Code != http.StatusOK:
		case method != "POST":
			if r.URL.Path == "/state" && !json.Valid(out.Body.Bytes()) {
				t.Fatalf("%q", out.Body)
			}
		default:
			var a ask
			if code != "CODE" || decode(body, &a) != nil || a.check() != nil || !guard.Local(host) {
				t.Fatalf("accepted: %q", body)
			}
		}
	})
}
