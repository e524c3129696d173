package noescrow

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"filippo.io/age"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
)

// A Device holds one person's keys and sessions. It is safe for concurrent use.
// Printing one prints its identity only. The zero Device is a new one, as from [NewDevice].
type Device struct {
	mu sync.Mutex
	s  *hidden
}

// hidden keeps the state one pointer further away than package fmt goes when it prints a copy
// of a Device, or a struct with one, and knows nothing of Format.
type hidden struct{ *state }

func (d *Device) lock() *state {
	d.mu.Lock()
	if d.s == nil {
		d.s = &hidden{newState()}
	}
	return d.s.state
}

// state is what [Device.MarshalBinary] writes.
type state struct {
	identity x25519.PrivateKey
	public   Identity
	files    *age.HybridIdentity
	prekeys  prekeys
	peers    map[Identity][]*session // the active session first
}

// session is one handshake's outcome.
type session struct {
	handshake [32]byte       // EK_A, which names the handshake
	initial   *pqxdh.Initial // repeated in every envelope until the first answer; else nil
	ratchet   *ratchet.Session
}

// NewDevice makes a device with fresh keys.
func NewDevice() *Device { return &Device{s: &hidden{newState()}} }

func newState() *state {
	s := &state{peers: map[Identity][]*session{}}
	var public x25519.PublicKey
	s.identity, public = x25519.Generate()
	s.public = Identity(public)
	files, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("noescrow: internal error: " + err.Error()) // age draws 32 random bytes
	}
	s.files = files
	s.prekeys.rotate()
	return s
}

// Identity returns the device's public identity key.
func (d *Device) Identity() Identity {
	s := d.lock()
	defer d.mu.Unlock()
	return s.public
}

// Start opens a session with peer from a bundle that a relay handed out for it, and makes it
// the active one. Nothing is sent: the next Seal carries the handshake along. It fails if the
// bundle is not peer's, if one of its signatures does not verify, or if one of its keys is not
// in canonical form or not in the prime-order subgroup.
//
// That peer is who he says he is, the relay cannot tell: compare [SafetyNumber].
func (d *Device) Start(peer Identity, bundle []byte) error {
	b, err := parseBundle(bundle)
	if err != nil {
		return prefix(err)
	}
	if Identity(b.Identity) != peer {
		return prefix(errors.New("the bundle belongs to another device"))
	}
	s := d.lock()
	defer d.mu.Unlock()
	if peer == s.public {
		return prefix(errors.New("a device does not write to itself"))
	}
	sk, ad, initial, err := pqxdh.Initiate(s.identity, b)
	if err != nil {
		return prefix(err)
	}
	r, err := ratchet.NewInitiator(sk, ad, b.Signed.Key)
	if err != nil {
		return prefix(err)
	}
	s.activate(peer, &session{initial.Ephemeral, initial, r})
	return nil
}

// Seal encrypts plaintext, at most MaxPlaintext bytes, to a peer there is a session with. Save
// the device before the envelope leaves. Associated data is authenticated with the message and
// does not travel in it (AD of the Double Ratchet, Section 3.4): what the relay shows beside
// an envelope, a date for example. It may be nil.
func (d *Device) Seal(to Identity, plaintext, associated []byte) (envelope []byte, err error) {
	if len(plaintext) > MaxPlaintext {
		return nil, prefix(fmt.Errorf("the message has %d bytes, expected at most %d", len(plaintext), MaxPlaintext))
	}
	s := d.lock()
	defer d.mu.Unlock()
	sessions := s.peers[to]
	if len(sessions) == 0 {
		return nil, prefix(ErrNoSession)
	}
	e := envelopeHead{from: s.public, to: to, initial: sessions[0].initial}
	envelope, err = sessions[0].ratchet.Seal(e.clearPart(), plaintext, associated)
	if err != nil {
		return nil, prefix(err)
	}
	return envelope, nil
}

// Open decrypts an envelope that was sealed with the same associated data, and says which device
// wrote it. It tries the active session with
// that device, then the archived ones, and makes the one that fits the active one, so that two
// devices that start at the same moment meet (Sesame, Signal, 2017, Section 3). After an error
// the device is as it was.
func (d *Device) Open(envelope, associated []byte) (from Identity, plaintext []byte, err error) {
	s := d.lock()
	defer d.mu.Unlock()
	e, err := parseEnvelope(envelope)
	if err == nil && e.to != s.public {
		return Identity{}, nil, prefix(errors.New("the envelope is addressed to another device"))
	}
	if err == nil {
		plaintext, err = s.open(&e, envelope, associated)
	}
	if err != nil {
		return Identity{}, nil, prefix(err)
	}
	return e.from, plaintext, nil
}

func (s *state) open(e *envelopeHead, envelope, associated []byte) ([]byte, error) {
	if e.initial != nil {
		return s.openInitial(e, envelope, associated)
	}
	sessions := s.peers[e.from]
	if len(sessions) == 0 {
		return nil, ErrNoSession
	}
	failure := ErrOpen
	for _, session := range sessions {
		plaintext, err := session.open(e, envelope, associated)
		if err == nil {
			s.activate(e.from, session)
			return plaintext, nil
		}
		if err != ErrOpen {
			failure = err // it is of this session, and fails there
		}
	}
	return nil, failure
}

// openInitial opens an envelope that carries a handshake: in the session that the handshake
// has made already, or else in a new one.
func (s *state) openInitial(e *envelopeHead, envelope, associated []byte) ([]byte, error) {
	for _, session := range s.peers[e.from] {
		if session.handshake == e.initial.Ephemeral {
			plaintext, err := session.open(e, envelope, associated)
			if err == nil {
				s.activate(e.from, session)
			}
			return plaintext, err
		}
	}
	private, err := s.prekeys.find(s.identity, e.initial)
	if err != nil {
		return nil, err
	}
	alice, err := x25519.Parse(e.from[:])
	if err != nil {
		return nil, ErrOpen
	}
	if _, err := x25519.Parse(e.initial.Ephemeral[:]); err != nil {
		return nil, ErrOpen
	}
	sk, ad, err := pqxdh.Respond(private, alice, e.initial)
	if err != nil {
		return nil, ErrOpen
	}
	session := &session{e.initial.Ephemeral, nil, ratchet.NewResponder(sk, ad, private.Signed)}
	plaintext, err := session.open(e, envelope, associated)
	if err != nil {
		return nil, err
	}
	s.prekeys.use(e.initial)
	s.activate(e.from, session)
	return plaintext, nil
}

// open opens an envelope in one session. An answer ends the repetition of the handshake.
func (s *session) open(e *envelopeHead, envelope, associated []byte) ([]byte, error) {
	plaintext, err := s.ratchet.Open(envelope, e.clear, associated)
	switch err {
	case nil:
	case ratchet.ErrReplay:
		return nil, ErrReplay
	case ratchet.ErrJump:
		return nil, err
	default:
		return nil, ErrOpen
	}
	s.initial = nil
	return plaintext, nil
}

// activate puts session first among those with peer, and lets go of the oldest.
func (s *state) activate(peer Identity, active *session) {
	sessions := s.peers[peer]
	if len(sessions) > 0 && sessions[0] == active {
		return
	}
	sessions = slices.DeleteFunc(sessions, func(other *session) bool { return other == active })
	sessions = slices.Insert(sessions, 0, active)
	s.peers[peer] = sessions[:min(len(sessions), 1+MaxArchivedSessions)]
}

// Format implements [fmt.Formatter]: every verb prints the identity and no secret.
func (d *Device) Format(f fmt.State, _ rune) {
	io.WriteString(f, "noescrow.Device("+d.Identity().String()+")")
}

// LogValue implements [slog.LogValuer] as Format does.
func (d *Device) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// MarshalText implements [encoding.TextMarshaler] as Format does. Without it, encoders of text
// would turn to MarshalBinary.
func (d *Device) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(d)), nil }
