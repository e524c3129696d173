package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"doormat/examples/classroom/relay"
	"doormat/examples/internal/qr"
)

// The class network is there with -listen only, under the same headers and hosts as the page.
func TestNetwork(t *testing.T) {
	h, err := newHandler(map[string][]byte{"index.html": []byte("<!doctype html>")})
	if err != nil {
		t.Fatal(err)
	}
	network := relay.New("K7-RIVER-B4-OTTER", "teacher")
	for _, x := range []struct {
		network *relay.Relay
		host    string
		status  int
	}{{network, "192.168.1.10:8093", 200}, {network, "doormat.example", 421}, {nil, "192.168.1.10:8093", 405}} {
		q := httptest.NewRequest("POST", "/join", strings.NewReader(`{"code":"k7-river-b4-otter","token":"00000000000000000000000001"}`))
		q.Host = x.host
		q.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		withNetwork(h, x.network).ServeHTTP(w, q)
		if w.Code != x.status || strings.Contains(w.Body.String(), "member") != (x.status == 200) {
			t.Errorf("%s: %d, %s", x.host, w.Code, w.Body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "connect-src 'self'") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the headers %v", x.host, w.Header())
		}
	}
	q := httptest.NewRequest("GET", "/", nil)
	q.Host = "localhost"
	w := httptest.NewRecorder()
	withNetwork(h, network).ServeHTTP(w, q)
	if w.Body.String() != "<!doctype html>" {
		t.Errorf("the page beside the network is %q", w.Body)
	}
}

// The longest address and class code fit into a QR code, and each run has other codes.
func TestOpenNetwork(t *testing.T) {
	var said [2]string
	for i := range said {
		var out bytes.Buffer
		if _, err := openNetwork([]string{"http://192.168.100.100:65535/"}, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		said[i] = out.String()
		if !strings.HasPrefix(said[i], "Class code: ") || strings.Count(said[i], "http://192.168.100.100:65535/#at=network&class=") != 1 {
			t.Errorf("it says %q", said[i])
		}
	}
	if said[0] == said[1] {
		t.Error("two runs have the same codes")
	}
	if _, err := qr.Encode("http://192.168.100.100:65535/#at=network&class=K7-THISTLE-K7-THISTLE"); err != nil {
		t.Error(err)
	}
}

// Where no address is named, none is listened on that isn't printed.
func TestFamily(t *testing.T) {
	for listen, want := range map[string]string{":8093": "tcp4", ":0": "tcp4", "192.168.1.10:8093": "tcp", "[::1]:8093": "tcp", "localhost:8093": "tcp"} {
		if got := family(listen); got != want {
			t.Errorf("%s: %s", listen, got)
		}
	}
}

// A computer that opens many connections is cut off, and no other.
func TestConnections(t *testing.T) {
	hook := limit(2)
	connect := func(address string) (*connection, bool) {
		c := &connection{address: address}
		hook(c, http.StateNew)
		return c, !c.closed
	}
	first, _ := connect("10.0.0.1:1000")
	connect("10.0.0.1:1001")
	third, ok := connect("10.0.0.1:1002")
	if ok {
		t.Error("a third connection stays")
	}
	if _, ok := connect("10.0.0.2:1000"); !ok {
		t.Error("another computer is cut off")
	}
	hook(third, http.StateClosed)
	hook(first, http.StateClosed)
	if _, ok := connect("10.0.0.1:1003"); !ok {
		t.Error("after one has closed, no other is taken")
	}
}

// A connection says from where it is, and whether it was closed.
type connection struct {
	net.Conn
	address string
	closed  bool
}

func (c *connection) RemoteAddr() net.Addr {
	a, err := net.ResolveTCPAddr("tcp", c.address)
	if err != nil {
		panic(err)
	}
	return a
}

func (c *connection) Close() error {
	c.closed = true
	return nil
}
