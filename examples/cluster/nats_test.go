//go:build !js

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"doormat/examples/internal/cli/clitest"
)

// configured returns the options that README.md has for a NATS server, with a class code.
func configured(t *testing.T, code, dir string, port int) *server.Options {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "```\n")
	text, _, _ = strings.Cut(text, "```")
	o := &server.Options{}
	if err := o.ProcessConfigString(strings.Replace(text, "CODE", code, 1)); err != nil || len(o.Users) != 2 {
		t.Fatalf("%v in the configuration %q", err, text)
	}
	o.Host, o.Port, o.StoreDir, o.NoSigs, o.NoLog = "127.0.0.1", port, dir, true, true
	return o
}

// outside starts a NATS server that is not the program's.
func outside(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(enough) {
		t.Fatal("the server does not start")
	}
	return s
}

// With a server elsewhere, by the configuration of README.md, a class finds the key, also if that server is
// restarted, and the queue is deleted then.
func TestOutside(t *testing.T) {
	store, dir := t.TempDir(), t.TempDir()
	s := outside(t, configured(t, "unknown yet", store, -1))
	address := s.Addr().(*net.TCPAddr)
	url := "nats://server:PASSWORD@" + address.String()
	h, err := open(t.Context(), dir, url, task{Cipher: "des", Bits: 18}, soon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	if err := s.ReloadOptions(configured(t, h.job.Code, store, address.Port)); err != nil {
		t.Fatal(err)
	}
	// Another search is refused, and so is this one without -nats, as they are typed.
	clitest.BadInput(t, run, "serve -bits 12 -dir "+t.TempDir()+" -nats "+url, "has a stream RANGES, of another search")
	clitest.BadInput(t, run, "serve -bits 18 -dir "+dir, "expected -nats as before")

	if _, err := join(t.Context(), h.job.Address, "wrong", silent); err == nil || !strings.Contains(err.Error(), "class code") {
		t.Errorf("a wrong code: %v", err)
	}
	refused := make(chan error, 8)
	nc, err := enter(h.job.Address, h.job.Code, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, subject := range []string{"$JS.API.STREAM.DELETE." + streamName, rangeSubject, subjectDone} {
		if err := nc.Publish(subject, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Error(err)
			}
		case <-time.After(enough):
			t.Errorf("a worker may publish to %s", subject)
		}
	}

	ended := running(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	r, err := request(ctx, natsWire(nc), ask{Worker: rand.Text()}) // which is never heard again
	if err != nil || r.Task == nil {
		t.Fatal(r, err)
	}
	s.Shutdown()
	s.WaitForShutdown()
	outside(t, configured(t, h.job.Code, store, address.Port))
	if r, err = request(ctx, natsWire(nc), ask{Worker: rand.Text()}); err != nil || r.Task == nil {
		t.Fatalf("after the restart: %+v, %v", r, err)
	}
	honest(t, h)
	if err := ended(); err != nil || h.place == 0 || h.caught != 0 {
		t.Fatalf("%v, number %d, %d liars", err, h.place, h.caught)
	}
	if err := h.drop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := h.js.Stream(t.Context(), streamName); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the queue stays behind: %v", err)
	}
}

// With a server elsewhere records are opened too, if it takes messages that are long enough.
func TestOutsideRecords(t *testing.T) {
	s := stolen(t, 30, false)
	o := configured(t, "unknown yet", t.TempDir(), -1)
	elsewhere := outside(t, o)
	port := elsewhere.Addr().(*net.TCPAddr).Port
	url := "nats://server:PASSWORD@" + elsewhere.Addr().String()
	clitest.BadInput(t, run, "serve -recover "+s.transcript+" -key "+s.key+" -dir "+t.TempDir()+" -nats "+url, "expected a max_payload of 512KB")
	elsewhere.Shutdown()
	elsewhere.WaitForShutdown()
	longer := func(code string) *server.Options {
		n := *o
		n.Users = configured(t, code, o.StoreDir, port).Users
		n.Port, n.MaxPayload = port, maxReply
		return &n
	}
	elsewhere = outside(t, longer("unknown yet"))
	b, err := openBulk(s.transcript, s.key, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	h, err := openHub(t.Context(), t.TempDir(), url, task{}, b, enough)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	if err := elsewhere.ReloadOptions(longer(h.job.Code)); err != nil {
		t.Fatal(err)
	}
	ended := running(t, h)
	honest(t, h)
	if err := ended(); err != nil {
		t.Fatal(err)
	}
	counted(t, h, s)
}
