package noescrow

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"

	"filippo.io/age"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
)

// To read this package, begin with Start, Seal and Open below: the handshake is in internal/pqxdh, the
// conversation in internal/ratchet. Then read sessions.go, for which session a message goes to, and
// prekeys.go, for how long keys are stored. The comments in envelope.go, shelf.go and state.go
// define the formats.

// A Device holds one person's keys and sessions. It is safe for concurrent use. Printing a Device
// prints its identity only. The zero Device draws its keys when it is first used, as [NewDevice]
// does at once.
type Device struct {
	mu sync.Mutex
	s  *hidden
}

// hidden adds a pointer. Package fmt ignores Format when it prints a copy of a Device or an
// unexported field, but it does not follow pointers below the first level.
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
	peers    map[Identity]*peer
	// unanswered lists the peers that are not answered, in order of arrival.
	unanswered []Identity
	// forgotten is the highest number of a forgotten session, at most maxForgotten.
	forgotten uint32
	// verified has the peers whose safety number was compared.
	verified map[Identity]bool
}

// NewDevice draws the keys of a new device.
func NewDevice() *Device { return &Device{s: &hidden{newState()}} }

// newState draws all keys of a new device.
func newState() *state {
	s := &state{peers: map[Identity]*peer{}, verified: map[Identity]bool{}}
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

// Start opens a session with a peer from a bundle that a relay has handed out for it. The session
// is newer than all others with this peer, so Seal uses it from now on, even if messages of an
// older session arrive late. Start sends nothing: every envelope carries the handshake until the
// first answer. Start returns an error if the bundle is another device's, if one of its signatures
// does not verify, or if one of its keys is not in canonical form or not in the prime-order
// subgroup.
//
// A relay cannot vouch for the person behind an identity key: compare [SafetyNumber].
func (d *Device) Start(to Identity, bundle []byte) error {
	b, err := parseBundle(bundle)
	if err != nil {
		return prefix(err)
	}
	if Identity(b.Identity) != to {
		return prefix(errors.New("the bundle belongs to another device"))
	}
	s := d.lock()
	defer d.mu.Unlock()
	if to == s.public {
		return prefix(errors.New("a device does not write to itself"))
	}
	p := s.peer(to)
	number := s.forgotten
	if len(p.sessions) > 0 {
		number = p.sessions[0].number
	}
	if number == math.MaxUint32 {
		return prefix(errNumbers)
	}
	sk, ad, initial, err := pqxdh.Initiate(s.identity, b)
	if err != nil {
		return prefix(err)
	}
	r, err := ratchet.NewInitiator(sk, ad, b.Signed.Key)
	if err != nil {
		return prefix(err)
	}
	s.peers[to] = p
	p.add(&session{initial.Ephemeral, number + 1, initial, r})
	s.answer(to)
	return nil
}

// Peers returns the devices with which there is a session, to which Seal can write, in ascending
// order. They include those that have written first and were never answered.
func (d *Device) Peers() []Identity {
	s := d.lock()
	defer d.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.peers), compare)
}

// Forget erases a peer: its identity, all sessions with it, and that it was verified. Envelopes of these sessions that
// arrive later do not open. The peer still has the sessions, but one that is started later counts
// as newer on both sides.
func (d *Device) Forget(peer Identity) {
	s := d.lock()
	defer d.mu.Unlock()
	s.forget(peer)
	delete(s.verified, peer)
}

// Seal encrypts plaintext, at most MaxPlaintext bytes, in the newest session with a peer. Save the
// device before sending the envelope. The error wraps ErrNoSession if there is no session: then fetch a
// bundle and call Start. The associated data is authenticated but not part of the
// envelope (AD of the Double Ratchet, Section 3.4); it is for what a relay shows beside an
// envelope, such as a date, and may be nil.
func (d *Device) Seal(to Identity, plaintext, associated []byte) (envelope []byte, err error) {
	if len(plaintext) > MaxPlaintext {
		return nil, prefix(fmt.Errorf("the message has %d bytes, expected at most %d", len(plaintext), MaxPlaintext))
	}
	s := d.lock()
	defer d.mu.Unlock()
	p := s.peer(to)
	if len(p.sessions) == 0 {
		return nil, prefix(ErrNoSession)
	}
	newest := p.sessions[0]
	e := envelopeHead{from: s.public, to: to, initial: newest.initial, number: newest.number}
	envelope, err = newest.ratchet.Seal(e.clearPart(ratchet.Length(len(plaintext))), plaintext, associated)
	if err != nil {
		return nil, prefix(err)
	}
	s.answer(to)
	return envelope, nil
}

// Open decrypts an envelope that was sealed with the same associated data and returns the device
// that wrote it. It tries the sessions with that device from the newest to the oldest. Save the device
// when it has opened one. The error wraps ErrOpen, ErrReplay, ErrPrekey, ErrNoSession or ErrExhausted, or
// says which limit the envelope exceeds, or that it is addressed to another device. After an error the
// device is unchanged.
//
// A client of a relay saves the device, and then acknowledges the envelope. One that was saved and not
// acknowledged comes again: acknowledge it on ErrReplay. No error here is mended by trying the same
// envelope later, so those with any other error are acknowledged too, and reported.
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

// open opens an envelope from any device. It returns ErrNoSession, ErrPrekey, ErrReplay, ErrOpen, or
// the error of an exceeded limit, and changes the state only after a message has authenticated.
func (s *state) open(e *envelopeHead, envelope, associated []byte) ([]byte, error) {
	if e.initial != nil {
		return s.openInitial(e, envelope, associated)
	}
	p := s.peer(e.from)
	if len(p.sessions) == 0 {
		return nil, ErrNoSession
	}
	failure := ErrOpen
	for _, session := range p.sessions {
		plaintext, err := session.open(e, envelope, associated)
		if err == nil {
			s.limit(p)
			return plaintext, nil
		}
		if err != ErrOpen {
			failure = err // the envelope belongs to this session
		}
	}
	return nil, failure
}

// openInitial opens an envelope that carries a handshake, in the session that was made from this
// handshake before, or else in a new session.
func (s *state) openInitial(e *envelopeHead, envelope, associated []byte) ([]byte, error) {
	p := s.peer(e.from)
	if session := p.find(e.initial.Ephemeral); session != nil {
		plaintext, err := session.open(e, envelope, associated)
		if err == nil {
			s.limit(p)
		}
		return plaintext, err
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
	session := &session{e.initial.Ephemeral, e.number, nil, ratchet.NewResponder(sk, ad, private.Signed)}
	plaintext, err := session.open(e, envelope, associated)
	if err != nil {
		return nil, err
	}
	s.prekeys.use(e.initial)
	if s.peers[e.from] == nil {
		s.peers[e.from] = p
		s.unanswered = append(s.unanswered, e.from)
	}
	p.add(session)
	s.limit(p)
	return plaintext, nil
}

// open opens an envelope in one session. After the first answer, envelopes no longer carry the
// handshake.
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

// Format implements [fmt.Formatter]: every verb prints the identity and no secret.
func (d *Device) Format(f fmt.State, _ rune) {
	io.WriteString(f, "noescrow.Device("+d.Identity().String()+")")
}

// LogValue implements [slog.LogValuer] as Format does.
func (d *Device) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// MarshalText implements [encoding.TextMarshaler] and always returns an error, so that package json
// neither shows a secret nor writes something that is no device.
func (d *Device) MarshalText() ([]byte, error) {
	return nil, prefix(errors.New("a device is saved by MarshalBinary or Lock, not as text"))
}
