package agetoken

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"sync"

	"golang.org/x/crypto/cryptobyte"
)

var (
	// ErrToken reports a token that was not signed by the issuer's key for one of the gate's challenges.
	ErrToken = errors.New("agetoken: the token is not the issuer's for this challenge")
	// ErrSpent reports a token that was spent before. Its owner may have been robbed.
	ErrSpent = errors.New("agetoken: the token has been spent")
)

// Spent is a list of nonces that have been spent, 32 bytes each. Gates that take tokens of the same challenge
// share one, as a token could be spent at each of them otherwise (TestGatesShareTheList). It grows until the
// key is given up. The zero Spent is empty. It is safe for concurrent use.
type Spent struct {
	mu     sync.Mutex
	nonces map[[nonceSize]byte]bool
}

// add adds a nonce, and reports false if it was there.
func (s *Spent) add(nonce [nonceSize]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[nonce] {
		return false
	}
	if s.nonces == nil {
		s.nonces = map[[nonceSize]byte]bool{}
	}
	s.nonces[nonce] = true
	return true
}

// Len returns how many tokens have been spent.
func (s *Spent) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.nonces)
}

// MarshalBinary returns the list: version, kind 4, and the nonces in ascending order, which says nothing of
// the order in which they were spent.
func (s *Spent) MarshalBinary() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := []byte{version, kindSpent}
	compare := func(a, b [nonceSize]byte) int { return bytes.Compare(a[:], b[:]) }
	for _, n := range slices.SortedFunc(maps.Keys(s.nonces), compare) {
		b = append(b, n[:]...)
	}
	return b, nil
}

// UnmarshalBinary reads what [Spent.MarshalBinary] returns. After an error the list is as it was.
func (s *Spent) UnmarshalBinary(data []byte) error {
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindSpent)
	nonces := map[[nonceSize]byte]bool{}
	var last []byte
	for ok && !in.Empty() {
		var n []byte
		ok = in.ReadBytes(&n, nonceSize) && (last == nil || bytes.Compare(last, n) < 0)
		if ok {
			nonces[[nonceSize]byte(n)] = true
		}
		last = n
	}
	if !ok {
		return errors.New("agetoken: expected a list of spent nonces, found something else")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nonces = nonces
	return nil
}

// A Gate is a site's: it takes tokens of one key, for one challenge, each once. It is safe for concurrent use.
type Gate struct {
	key    *PublicKey
	digest [sha256.Size]byte
	spent  *Spent
}

// NewGate returns a gate for a challenge in bytes.
func NewGate(key *PublicKey, challenge []byte, spent *Spent) (*Gate, error) {
	if _, err := ParseChallenge(challenge); err != nil {
		return nil, err
	}
	return &Gate{key, sha256.Sum256(challenge), spent}, nil
}

// Admit spends a token (RFC 9578, Section 6.4). It returns [ErrToken] or [ErrSpent], or an error for bytes
// that are no token. The nonce is noted only when all else is right, so that a stranger cannot fill the list.
func (g *Gate) Admit(token []byte) error {
	t, err := ParseToken(token)
	if err != nil {
		return err
	}
	if t.challenge != g.digest || t.key != g.key.ID() || !t.verify(g.key.key) {
		return ErrToken
	}
	if !g.spent.add(t.nonce) {
		return ErrSpent
	}
	return nil
}
