// Package ratchet is the conversation after the handshake: "The Double Ratchet Algorithm"
// (Perrin and Marlinspike, Signal; revision 1 of 2016-11-20, of which revision 4 of 2025-11-04
// keeps Sections 3 and 4), in the variant with header encryption of Section 4.
//
// Names follow the specification's, with the capitals gone: RK, CKs, HKs and NHKs are rk, cks,
// hks and nhks. Plaintexts are padded (package padme). Three things are arranged otherwise, and do the same:
//
//   - MKSKIPPED is kept by receiving chain, so that each chain's header key is tried once.
//   - The second half of DHRatchetHE, which makes a new key pair, waits for the next message
//     to send ("Deferring new ratchet key generation" among the security considerations).
//   - Open works on copies, and state moves after the message has authenticated.
//
// Read Seal, Open and openNext first.
//
//	root key   RK --KDF_RK(DH)--> RK --KDF_RK(DH)--> RK      a step when the talk turns
//	                   |                  |
//	chain key         CK -> CK -> CK     CK -> CK            a step a message
//	                   |    |     |       |    |
//	message key       MK   MK    MK      MK   MK             one message, then erased
package ratchet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/x25519"
)

// Limits on what a peer can make this side store and compute. Only the last refuses anything:
// at the others the oldest keys go, so that losses never close a session for ever.
const (
	MaxForwardJump = 1000    // keys kept when a message skips some: those just before it
	MaxSkipped     = 2000    // keys kept for late messages in a session
	MaxChains      = 5       // receiving chains with keys, the current one included
	MaxWalk        = 100_000 // messages one message may skip
)

// Overhead is how much longer a sealed message is than its padded plaintext, in bytes.
const Overhead = headerSize + chacha20poly1305.Overhead

var (
	// ErrOpen reports a message that does not open in this session: altered, or made for another.
	ErrOpen = errors.New("the message does not open")
	// ErrReplay reports an authentic header whose message key is gone: a copy of a message that
	// was opened before, one too late, or the work of a peer who went back to an old state.
	ErrReplay = errors.New("the message was opened before, is too late, or comes from an old copy of its sender's state")
	// ErrJump reports an authentic header that skips more than MaxWalk messages.
	ErrJump = errors.New("too many messages are missing before this one")
	// ErrSend reports a session that cannot send: nothing has been received in it yet, or a
	// chain has 2³² − 1 messages.
	ErrSend = errors.New("the session cannot send")
)

// Session is one side's state (Section 4.3). It is not safe for concurrent use.
type Session struct {
	ad   []byte  // the handshake's associated data, in every message
	rk   rootKey // RK
	turn bool    // dhr is new: the next Seal steps the root

	dhs       x25519.PrivateKey // DHs; zero while turn is set
	dhsPublic x25519.PublicKey
	hks, nhks headerKey // HKs, NHKs
	cks       chainKey  // CKs
	sending   bool      // there is a CKs
	ns, pn    uint32    // Ns, PN

	dhr    x25519.PublicKey // DHr
	nhkr   headerKey        // NHKr
	chains []chain          // receiving chains, the newest last
}

// Format implements [fmt.Formatter]: no verb prints a key.
func (s *Session) Format(f fmt.State, _ rune) { io.WriteString(f, "ratchet.Session(hidden)") }

// chain is a receiving chain: HKr, CKr, Nr and its part of MKSKIPPED.
type chain struct {
	hk      headerKey
	ck      chainKey // zero once the chain is closed
	n       uint32   // number of the next message, or of messages once it is closed
	closed  bool
	skipped []skippedKey // by number, the lowest first
}

type skippedKey struct {
	n  uint32
	mk messageKey
}

// NewInitiator starts the session of the one who sends first.
// It implements RatchetInitAliceHE according to the Double Ratchet, Section 4.3.
func NewInitiator(sk [32]byte, ad []byte, bob x25519.PublicKey) (*Session, error) {
	rk, hka, nhkb := initialKeys(sk)
	s := &Session{ad: ad, rk: rk, nhks: hka, nhkr: nhkb, dhr: bob}
	return s, s.step()
}

// NewResponder starts the session of the other, whose key pair the initiator stepped with: the
// signed prekey.
// It implements RatchetInitBobHE according to the Double Ratchet, Section 4.3.
func NewResponder(sk [32]byte, ad []byte, bob x25519.PrivateKey) *Session {
	rk, hka, nhkb := initialKeys(sk)
	return &Session{ad: ad, rk: rk, nhks: nhkb, nhkr: hka, dhs: bob}
}

// Seal appends to envelope the encrypted header and the encrypted plaintext. What envelope
// holds already stays in clear; it is authenticated, and so is ad, which does not travel.
// It implements RatchetEncryptHE according to the Double Ratchet, Section 4.4.
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

// Open opens an envelope of which the first clear bytes are authenticated only, as ad is. After
// an error the session is as it was.
// It implements RatchetDecryptHE according to the Double Ratchet, Section 4.5.
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
		return nil, ErrOpen // there is no DHs to step with, and no peer steps twice unanswered
	}
	if h, ok := s.nhkr.open(m.header); ok {
		return s.openNext(h, m)
	}
	return nil, ErrOpen
}

type message struct{ header, body, ad []byte }

// associate is CONCAT(AD, enc_header), unambiguous because all but the last part have a length
// that the session and the envelope's kind fix.
func (s *Session) associate(clearAndHeader, ad []byte) []byte {
	return slices.Concat(s.ad, clearAndHeader, ad)
}

// openOn opens a message of a chain that is known.
func (s *Session) openOn(i int, h header, m message) ([]byte, error) {
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

// openSkipped opens a late message, and forgets its key.
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

// openNext opens the first message to arrive of the peer's next chain: the receiving half of
// DHRatchetHE (Section 4.6).
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
	s.dhs, s.turn = x25519.PrivateKey{}, true // it has done its two steps
	s.evict()
	return plaintext, nil
}

// advance walks the chain to message n and one beyond: the keys it passes, the last
// MaxForwardJump of them, and the key of n.
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
	for c.n < n {
		mk := c.ck.next()
		if n-c.n <= MaxForwardJump {
			skipped = append(skipped, skippedKey{c.n, mk})
		}
		c.n++
	}
	return skipped
}

// closeChain ends the current chain, which had pn messages.
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

// evict keeps the limits: it drops the chains with nothing left to open, the oldest chains
// beyond MaxChains and the oldest skipped keys beyond MaxSkipped.
func (s *Session) evict() {
	s.chains = slices.DeleteFunc(s.chains, func(c chain) bool { return c.closed && len(c.skipped) == 0 })
	if extra := len(s.chains) - MaxChains; extra > 0 {
		s.chains = slices.Delete(s.chains, 0, extra)
	}
	total := 0
	for i := len(s.chains) - 1; i >= 0; i-- {
		c := &s.chains[i]
		if extra := total + len(c.skipped) - MaxSkipped; extra > 0 {
			c.skipped = slices.Delete(c.skipped, 0, min(extra, len(c.skipped)))
		}
		total += len(c.skipped)
	}
}
