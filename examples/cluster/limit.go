//go:build !js

package main

import (
	"net"
	"net/netip"
	"sync"
)

// limit limits the connections that a listener accepts. One address has no more than a quarter of them.
func limit(l net.Listener, most int) net.Listener {
	return &limited{Listener: l, most: most, open: map[netip.Addr]int{}}
}

// A limited listener closes connections beyond the limits.
type limited struct {
	net.Listener
	most int
	mu   sync.Mutex
	all  int
	open map[netip.Addr]int
}

// Accept implements [net.Listener].
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a := addressOf(c.RemoteAddr().String())
		l.mu.Lock()
		full := l.all >= l.most || l.open[a] >= l.most/4
		if !full {
			l.all++
			l.open[a]++
		}
		l.mu.Unlock()
		if full {
			c.Close()
			continue
		}
		return &limitedConn{Conn: c, closed: func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.all--
			if l.open[a]--; l.open[a] == 0 {
				delete(l.open, a)
			}
		}}, nil
	}
}

type limitedConn struct {
	net.Conn
	once   sync.Once
	closed func()
}

func (c *limitedConn) Close() error {
	c.once.Do(c.closed)
	return c.Conn.Close()
}

// addressOf returns what counts as one address: of IPv6 the first half, since a machine may choose the other.
func addressOf(remote string) netip.Addr {
	a, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return ip
	}
	half, _ := ip.WithZone("").Prefix(64) // an IPv6 address has one
	return half.Addr()
}
