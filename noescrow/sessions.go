package noescrow

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
)

// A peer holds the sessions with one other device. There are several if both devices have started
// one at the same moment, or if one of them has started again. A device reads in all sessions and
// writes in the newest.
//
// The order of sessions must not depend on the order of arrival. In Sesame (Signal, revision 2 of
// 2017-04-14, Section 3) a session becomes active when a message opens in it. A relay that delays
// one message can then return two devices to an old session, and with them the thief of an old
// state. Here the order is fixed when a session is started, and it is the same on both sides. The
// number of a session is one more than the highest number that its initiator knows with this peer
// (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978). The
// handshake carries the number and authenticates it. Of two sessions with the same number, whose
// initiators did not know of each other, the one with the higher EK_A is newer.
//
//	Alice                     Bob
//	starts 5                  starts 5       neither knows of the other session
//	   -------- 5, a ------->                Bob reads, and then writes in the newer of a and b
//	  <-------- 5, b --------                Alice does the same: they have met
//	starts 6
//	   -------- 6, c ------->                both write in c, and read late messages in a and b
//
// Once both devices have written in a session, the initiator of any newer session knew of it.
//
// A device that has forgotten a peer no longer knows the numbers of the sessions that the peer
// still has. It goes on from the highest number of all sessions that it has forgotten, with any
// peer. A stranger can raise that number, but not above maxForgotten, which is more sessions than
// two honest devices have.
type peer struct {
	answered bool       // this device has sealed a message or started a session
	sessions []*session // at least one, from the newest to the oldest
}

// session is the result of one handshake.
type session struct {
	handshake [32]byte       // EK_A, which identifies the handshake
	number    uint32         // at least 1
	initial   *pqxdh.Initial // sent in every envelope until the first answer; then nil
	ratchet   *ratchet.Session
}

// maxForgotten is an upper bound on the numbers that a device remembers of forgotten sessions.
const maxForgotten = 1 << 16

var errNumbers = errors.New("the sessions with this device have used up their numbers: call Forget")

// compare orders sessions from the newest to the oldest.
func (s *session) compare(other *session) int {
	return cmp.Or(cmp.Compare(other.number, s.number), bytes.Compare(other.handshake[:], s.handshake[:]))
}

// add inserts a session in order and drops the oldest beyond the limit.
func (p *peer) add(s *session) {
	at, _ := slices.BinarySearchFunc(p.sessions, s, (*session).compare)
	p.sessions = slices.Insert(p.sessions, at, s)
	if n := 1 + MaxArchivedSessions; len(p.sessions) > n {
		p.sessions = slices.Delete(p.sessions, n, len(p.sessions))
	}
}

// find returns the session that was made from a handshake, or nil.
func (p *peer) find(handshake [32]byte) *session {
	for _, s := range p.sessions {
		if s.handshake == handshake {
			return s
		}
	}
	return nil
}

// peer returns the record of a peer, or a new record that is not in s.peers.
func (s *state) peer(id Identity) *peer {
	if p := s.peers[id]; p != nil {
		return p
	}
	return new(peer)
}

// answer records that the device has sealed a message for a peer or started a session with it.
func (s *state) answer(id Identity) {
	if p := s.peers[id]; !p.answered {
		p.answered = true
		s.unanswered = slices.DeleteFunc(s.unanswered, func(other Identity) bool { return other == id })
	}
}

// forget implements Forget. It does nothing for a device that is not among the peers.
func (s *state) forget(id Identity) {
	if p := s.peers[id]; p != nil {
		s.forgotten = max(s.forgotten, min(p.sessions[0].number, maxForgotten))
		s.answer(id)
		delete(s.peers, id)
	}
}

// limit enforces MaxUnanswered and MaxUnansweredKeys after a message from p. It drops unanswered
// peers in order of arrival, and then the oldest keys for late messages, again in order of arrival
// of the peers.
func (s *state) limit(p *peer) {
	if p.answered {
		return
	}
	sessions, keys := 0, 0
	for _, id := range s.unanswered {
		for _, session := range s.peers[id].sessions {
			sessions++
			keys += session.ratchet.Skipped()
		}
	}
	for sessions > MaxUnanswered {
		first := s.peers[s.unanswered[0]]
		for _, session := range first.sessions {
			sessions--
			keys -= session.ratchet.Skipped()
		}
		s.forget(s.unanswered[0])
	}
	for i := 0; keys > MaxUnansweredKeys; i++ {
		for _, session := range slices.Backward(s.peers[s.unanswered[i]].sessions) {
			before := session.ratchet.Skipped()
			session.ratchet.Trim(max(0, before-max(0, keys-MaxUnansweredKeys)))
			keys -= before - session.ratchet.Skipped()
		}
	}
}
