//go:build !js

package main

import (
	"crypto/subtle"
	"errors"
	"net"
	"regexp"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A guests says who may connect to the embedded server: this program, and workers with the class code. It
// implements [server.Authentication].
//
// A worker gives its connection a name that it has drawn, and is sent answers under that name alone: no other
// worker can listen to them.
type guests struct{ own, code string }

// Check implements [server.Authentication].
func (g guests) Check(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	switch {
	case o.Username == "server" && same(o.Password, g.own):
		c.RegisterUser(&server.User{Username: o.Username})
		return true
	case o.Username == "worker" && same(o.Password, g.code) && drawn.MatchString(o.Name):
		c.RegisterUser(&server.User{Username: o.Username, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{subjectAsk}},
			Subscribe: &server.SubjectPermission{Allow: []string{subjectDone, inbox(o.Name) + ".>"}},
		}})
		return true
	}
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// drawn matches what rand.Text returns, so that a name is no pattern of subjects.
var drawn = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// inbox returns the prefix of a worker's answers.
func inbox(name string) string { return "_INBOX." + name }

// letIn passes each connection of a listener to a server, until the listener is closed.
func letIn(l net.Listener, s *server.Server) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // such as too many open files
			time.Sleep(100 * time.Millisecond)
			continue
		}
		inside, err := s.InProcessConn()
		if err != nil { // the server ends
			c.Close()
			continue
		}
		go pass(c, inside)
		go pass(inside, c)
	}
}

// pass copies what one connection receives to another until either ends, and closes both.
func pass(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	room := make([]byte, 1<<14)
	for {
		n, err := from.Read(room)
		if err != nil {
			return
		}
		to.SetWriteDeadline(time.Now().Add(writePatience)) // an error comes again from Write
		if _, err := to.Write(room[:n]); err != nil {
			return
		}
	}
}
