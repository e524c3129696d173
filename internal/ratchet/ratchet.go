// Package ratchet is the conversation after the handshake: "The Double Ratchet Algorithm"
// (Perrin and Marlinspike, Signal, revision 1, 2016-11-20), in the variant with header encryption
// of Section 4. All citations are of revision 1; revision 4 of 2025-11-04 keeps Sections 3 and 4.
//
// Names follow the specification, in lower case: RK, CKs, HKs and NHKs are rk, cks, hks and nhks.
// Plaintexts are padded (package padme). Three things are arranged differently and have the same
// effect:
//
//   - MKSKIPPED is stored by receiving chain, so that each chain's header key is tried once.
//   - The second half of DHRatchetHE, which draws a new key pair, waits for the next message
//     to send (Section 6.5, Deferring new ratchet key generation).
//   - Open works on copies, and changes the state after the message has authenticated.
//
// Read Seal, Open and openNext first.
//
//	root key   RK --KDF_RK(DH)--> RK --KDF_RK(DH)--> RK      one step per turn
//	                   |                  |
//	chain key         CK -> CK -> CK     CK -> CK            one step per message
//	                   |    |     |       |    |
//	message key       MK   MK    MK      MK   MK             erased after one message
package ratchet

import (
	"errors"
	"math"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/padme"
	"doormat/internal/secret"
	"doormat/internal/x25519"
)

// Limits on what a peer can make this side store and compute. Beyond MaxWalk, Open returns an
// error; at the other limits the oldest keys are dropped, so that lost messages never close a
// session for good.
const (
	MaxForwardJump = 1000 // keys stored when a message skips others: those of the last messages before it
	MaxSkipped     = 2000 // keys stored for late messages in a session
	MaxChains      = 5    // receiving chains with keys, including the current one
	MaxWalk        = 5000 // messages that one message may skip: it bounds the time that one envelope takes
)

// Overhead is the length of a sealed message minus that of its padded plaintext, in bytes.
const Overhead = headerSize + chacha20poly1305.Overhead

// Length returns the length of a sealed message of n bytes.
func Length(n int) int { return padme.Length(n) + Overhead }

var (
	// ErrOpen reports a message that was altered, or was sealed in another session.
	ErrOpen = errors.New("the message does not open")
	// ErrReplay reports an authentic header whose message key is erased or different: the message
	// was opened before, arrived too late, or comes from a peer that has gone back to an old state.
	ErrReplay = errors.New("the message was opened before, is too late, or comes from an old copy of its sender's state")
	// ErrJump reports an authentic header that skips more than MaxWalk messages. The peer's messages
	// open again on its next chain, which begins after an answer, or in a new session.
	ErrJump = errors.New("too many messages are missing before this one: answer, or start a new session")
	// ErrSend reports a session that cannot send, because it has received no message yet or
	// because the chain has 2³² − 1 messages.
	ErrSend = errors.New("the session cannot send")
)

// Session is one side's state (Section 4.3). It is not safe for concurrent use.
type Session struct {
	secret.Hidden[Session]

	ad   []byte  // the handshake's associated data, authenticated with every message
	rk   rootKey // RK
	turn bool    // dhr is new: the next Seal steps the root key

	dhs       x25519.PrivateKey // DHs; zero while turn is set
	dhsPublic x25519.PublicKey
	hks, nhks headerKey // HKs, NHKs
	cks       chainKey  // CKs
	sending   bool      // CKs is set
	ns, pn    uint32    // Ns, PN

	dhr    x25519.PublicKey // DHr
	nhkr   headerKey        // NHKr
	chains []chain          // receiving chains, the newest last
}

// chain is a receiving chain: HKr, CKr, Nr and the chain's part of MKSKIPPED.
type chain struct {
	hk      headerKey
	ck      chainKey // zero if closed
	n       uint32   // number of the next message; if closed, the number of messages
	closed  bool
	skipped []skippedKey // in ascending order of n
}

type skippedKey struct {
	n  uint32
	mk messageKey
}

// NewInitiator starts the session of the side that sends first. bob is the responder's public key.
// It implements RatchetInitAliceHE according to the Double Ratchet, Section 4.4.
func NewInitiator(sk [32]byte, ad []byte, bob x25519.PublicKey) (*Session, error) {
	rk, hka, nhkb := initialKeys(sk)
	s := &Session{ad: ad, rk: rk, nhks: hka, nhkr: nhkb, dhr: bob}
	return s, s.step()
}

// NewResponder starts the session of the other side. bob is the private key of the public key that
// NewInitiator was given: the signed prekey.
// It implements RatchetInitBobHE according to the Double Ratchet, Section 4.4.
func NewResponder(sk [32]byte, ad []byte, bob x25519.PrivateKey) *Session {
	rk, hka, nhkb := initialKeys(sk)
	return &Session{ad: ad, rk: rk, nhks: nhkb, nhkr: hka, dhs: bob}
}

// Seal appends the encrypted header and the encrypted plaintext to envelope. The bytes that envelope
// holds already stay in clear. They are authenticated, and so is ad, which is not appended.
// It implements RatchetEncryptHE according to the Double Ratchet, Section 4.5.
func (s *Session) Seal(envelope, plaintext, ad []byte) ([]byte, error) {
	if s.turn {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	if !s.sending || s.ns == math.MaxUint32 {
		return nil, ErrSend
	}
	mk := s.cks.next()
	h := header{s.dhsPublic, s.pn, s.ns}
	s.ns++
	envelope = s.hks.seal(envelope, h)
	return mk.seal(envelope, plaintext, s.associate(envelope, ad)), nil
}

// step is the sending half of DHRatchetHE (Section 4.6).
func (s *Session) step() error {
	dhs, public := x25519.Generate()
	dh, err := dhs.DH(s.dhr)
	if err != nil {
		return err
	}
	s.pn, s.ns = s.ns, 0
	s.hks = s.nhks
	s.dhs, s.dhsPublic = dhs, public
	s.rk, s.cks, s.nhks = s.rk.next(dh)
	s.sending, s.turn = true, false
	return nil
}

// Open opens an envelope whose first clear bytes are not encrypted. These bytes and ad must be as
// they were in Seal. After an error the session is unchanged.
// It implements RatchetDecryptHE according to the Double Ratchet, Section 4.6.
func (s *Session) Open(envelope []byte, clear int, ad []byte) ([]byte, error) {
	if len(envelope) < clear+Overhead {
		return nil, ErrOpen
	}
	m := message{
		header: envelope[clear : clear+headerSize],
		body:   envelope[clear+headerSize:],
		ad:     s.associate(envelope[:clear+headerSize], ad),
	}
	for i := len(s.chains) - 1; i >= 0; i-- {
		if h, ok := s.chains[i].hk.open(m.header); ok {
			return s.openOn(i, h, m)
		}
	}
	if s.turn {
		return nil, ErrOpen // DHs is erased, and the peer does not step again before an answer
	}
	if h, ok := s.nhkr.open(m.header); ok {
		return s.openNext(h, m)
	}
	return nil, ErrOpen
}

type message struct{ header, body, ad []byte }

// associate returns CONCAT(AD, enc_header). It is unambiguous, since the session and the envelope's
// kind determine the length of every part but the last.
func (s *Session) associate(clearAndHeader, ad []byte) []byte {
	return slices.Concat(s.ad, clearAndHeader, ad)
}

// openOn opens a message of chain i. The current chain has one public key. A header with another
// one shows that the peer has stepped twice from the same root key, and so has used an old state.
func (s *Session) openOn(i int, h header, m message) ([]byte, error) {
	if i == len(s.chains)-1 && h.dh != s.dhr {
		return nil, ErrReplay
	}
	c := s.chains[i]
	if h.n < c.n {
		return s.openSkipped(i, h, m)
	}
	skipped, mk, err := c.advance(h.n)
	if err != nil {
		return nil, err
	}
	plaintext, err := mk.open(m)
	if err != nil {
		return nil, err
	}
	c.skipped = append(c.skipped, skipped...)
	s.chains[i] = c
	s.evict()
	return plaintext, nil
}

// openSkipped opens a late message and erases its key.
func (s *Session) openSkipped(i int, h header, m message) ([]byte, error) {
	c := &s.chains[i]
	at, found := slices.BinarySearchFunc(c.skipped, h.n, func(k skippedKey, n uint32) int {
		return int(int64(k.n) - int64(n))
	})
	if !found {
		return nil, ErrReplay
	}
	plaintext, err := c.skipped[at].mk.open(m)
	if err != nil {
		return nil, err
	}
	c.skipped = slices.Delete(c.skipped, at, at+1)
	s.evict()
	return plaintext, nil
}

// openNext opens the first message that arrives of the peer's next chain. It is the receiving half
// of DHRatchetHE (Section 4.6).
func (s *Session) openNext(h header, m message) ([]byte, error) {
	dhr, err := x25519.Parse(h.dh[:])
	if err != nil {
		return nil, ErrOpen
	}
	dh, err := s.dhs.DH(dhr)
	if err != nil {
		return nil, ErrOpen
	}
	rk, ck, nhkr := s.rk.next(dh)
	next := chain{hk: s.nhkr, ck: ck}
	skipped, mk, err := next.advance(h.n)
	if err != nil {
		return nil, err
	}
	plaintext, err := mk.open(m)
	if err != nil {
		return nil, err
	}
	next.skipped = skipped
	s.closeChain(h.pn)
	s.chains = append(s.chains, next)
	s.rk, s.nhkr, s.dhr = rk, nhkr, dhr
	s.dhs, s.turn = x25519.PrivateKey{}, true // DHs has been used for both of its steps
	s.evict()
	return plaintext, nil
}

// advance steps the chain to message n + 1. It returns the key of message n and the last
// MaxForwardJump of the keys before it.
func (c *chain) advance(n uint32) (skipped []skippedKey, mk messageKey, err error) {
	if c.closed {
		return nil, mk, ErrReplay
	}
	if n-c.n > MaxWalk || n == math.MaxUint32 {
		return nil, mk, ErrJump
	}
	skipped = c.skipTo(n)
	c.n++
	return skipped, c.ck.next(), nil
}

func (c *chain) skipTo(n uint32) (skipped []skippedKey) {
	for ; c.n < n && n-c.n > MaxForwardJump; c.n++ {
		c.ck.step()
	}
	for ; c.n < n; c.n++ {
		skipped = append(skipped, skippedKey{c.n, c.ck.next()})
	}
	return skipped
}

// closeChain closes the current chain, which had pn messages according to the next chain's header.
func (s *Session) closeChain(pn uint32) {
	if len(s.chains) == 0 {
		return
	}
	c := &s.chains[len(s.chains)-1]
	if c.n <= pn && pn-c.n <= MaxWalk {
		c.skipped = append(c.skipped, c.skipTo(pn)...)
	}
	c.ck, c.closed = chainKey{}, true
}

// evict enforces the limits. It drops chains that have no keys left, the oldest chains beyond
// MaxChains, and the oldest skipped keys beyond MaxSkipped.
func (s *Session) evict() {
	s.dropEmpty()
	if extra := len(s.chains) - MaxChains; extra > 0 {
		s.chains = slices.Delete(s.chains, 0, extra)
	}
	s.Trim(MaxSkipped)
}

// dropEmpty drops the closed chains that have no keys left.
func (s *Session) dropEmpty() {
	s.chains = slices.DeleteFunc(s.chains, func(c chain) bool { return c.closed && len(c.skipped) == 0 })
}

// Skipped returns the number of keys stored for late messages.
func (s *Session) Skipped() (n int) {
	for i := range s.chains {
		n += len(s.chains[i].skipped)
	}
	return n
}

// Trim drops the oldest keys stored for late messages until at most n are left.
func (s *Session) Trim(n int) {
	extra := s.Skipped() - n
	for i := 0; i < len(s.chains) && extra > 0; i++ {
		c := &s.chains[i]
		drop := min(extra, len(c.skipped))
		c.skipped = slices.Delete(c.skipped, 0, drop)
		extra -= drop
	}
	s.dropEmpty()
}
