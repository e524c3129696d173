//go:build !js

package main

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// A worker listens to its own answers and to no others. A name that is a pattern of subjects is refused.
func TestInbox(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	running(t, h)
	victim, err := enter(h.job.Address, h.job.Code)
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	if _, err := victim.Request(subjectAsk, encode(ask{Worker: rand.Text()}), enough); err != nil {
		t.Fatalf("a worker's own answer: %v", err)
	}
	refused := make(chan error, 8)
	nc, err := enter(h.job.Address, h.job.Code, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, subject := range []string{"_INBOX.>", "_INBOX.*.>", inbox(victim.Opts.Name) + ".>", inbox(victim.Opts.Name) + ".*.*"} {
		if _, err := nc.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Error(err)
			}
		case <-time.After(enough):
			t.Fatalf("a worker may listen to %s", subject)
		}
	}
	for _, name := range []string{"", "*", ">", "A.>", strings.Repeat("*", 26), strings.Repeat("A", 25), strings.Repeat("A", 27), strings.Repeat("A", 26) + "\n"} {
		other, err := nats.Connect("nats://"+h.job.Address, nats.UserInfo("worker", h.job.Code), nats.Name(name))
		if !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("the name %q: %v", name, err)
		}
		if err == nil {
			other.Close()
		}
	}
	for _, user := range []string{"", "server", "worker2"} { // whose password the code is not
		if other, err := nats.Connect("nats://"+h.job.Address, nats.UserInfo(user, h.job.Code), nats.Name(rand.Text())); err == nil {
			t.Errorf("the user %q", user)
			other.Close()
		}
	}
}

// One address has a quarter of the server's connections, and no more.
func TestConnections(t *testing.T) {
	h := opened(t, t.TempDir(), task{Cipher: "des", Bits: 12})
	for i := range maxConnections / 4 {
		nc, err := enter(h.job.Address, h.job.Code)
		if err != nil {
			t.Fatalf("connection %d: %v", i+1, err)
		}
		defer nc.Close()
	}
	c, err := net.Dial("tcp", h.job.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(enough))
	if n, err := c.Read(make([]byte, 1)); n > 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) { // the server speaks first
		t.Errorf("one connection more: %d bytes, %v", n, err)
	}
}

// What passes through to the server arrives, and who takes nothing is closed.
func TestPass(t *testing.T) {
	a, b := net.Pipe()
	c, d := net.Pipe()
	go pass(c, b)
	go pass(b, c)
	long := strings.Repeat("doormat ", 1<<13)
	go io.WriteString(a, long)
	got := make([]byte, len(long))
	if _, err := io.ReadFull(d, got); err != nil || string(got) != long {
		t.Errorf("%d bytes arrive, %v", len(got), err)
	}
	d.Close()
	if _, err := a.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the other side is closed: %v", err)
	}
}
