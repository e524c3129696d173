//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/wasm"
)

// program is what browsers run: this package, built for them.
const program = "doormat/examples/cluster"

// A site is the web port of a running program. Without -web it is nil, and does nothing.
type site struct {
	listener       net.Listener
	module, script []byte // what browsers run; nil if they only watch
	handler        *web
	server         *http.Server
	last           state
}

// openSite listens, and builds what browsers run. Both can fail, so it does them before the search is dealt.
func openSite(ctx context.Context, address string, watch bool, stderr io.Writer) (*site, error) {
	if address == "" {
		return nil, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, cli.BadInput("expected -web with a port, found %q", address)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, cli.BadInput("expected -web with an address of this machine and a free port: %v", err)
	}
	s := &site{listener: l}
	if !watch {
		fmt.Fprintln(stderr, "Building what browsers run. The first time takes half a minute.")
		if s.module, s.script, err = wasm.Build(ctx, program); err != nil {
			l.Close()
			return nil, err
		}
	}
	return s, nil
}

// serve begins to answer requests, and prints the page's address.
func (s *site) serve(h *hub, stdout io.Writer) (err error) {
	if s == nil {
		return nil
	}
	if s.handler, err = newWeb(h, s.module, s.script); err != nil {
		return err
	}
	s.last = s.handler.state.Load().state
	fmt.Fprintf(stdout, "page        http://%s/\n", reachable(s.listener.Addr().String()))
	s.server = newServer(s.handler)
	go s.server.Serve(limit(s.listener, maxWebConnections)) // until close; a listener that fails before that ends the page, and not the search
	return nil
}

// show shows how far the search is.
func (s *site) show(now shown) {
	if s != nil {
		s.last = now.state
		s.handler.state.Store(&now)
	}
}

// found shows the key, and tells it to the workers that still ask.
func (s *site) found(h *hub) {
	if s != nil {
		s.show(shown{state: s.last, key: h.key, text: h.text, place: h.place, room: h.compared(time.Now())[len(history)]})
	}
}

// wait keeps the page up, with the key, until the program is interrupted.
func (s *site) wait(ctx context.Context, stderr io.Writer) {
	if s != nil {
		fmt.Fprintln(stderr, "The page shows the key until you press Ctrl+C.")
		<-ctx.Done()
	}
}

func (s *site) close() {
	if s != nil {
		s.listener.Close()
	}
	if s != nil && s.server != nil {
		s.server.Close()
	}
}
