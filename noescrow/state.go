package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"filippo.io/age"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
)

// A device in bytes. Prekeys are in ascending order of their numbers, so that a device has one form:
//
//	struct { uint32 id; opaque key[32]; } CurveKey;
//	struct { uint32 id; opaque seed[64]; } KEMKey;
//	struct { CurveKey signed; KEMKey last_resort; opaque seen<0..2^24-1>; } Generation;
//
//	struct {
//	    uint8      version = 2;
//	    uint8      kind = 5;
//	    opaque     identity[32];             /* private key */
//	    opaque     files<0..255>;            /* the line AGE-SECRET-KEY-PQ-1… */
//	    uint32     last_id;
//	    Generation generations<0..2^24-1>;   /* the current one, then the previous one if any */
//	    CurveKey   curve<0..2^24-1>;         /* one-time */
//	    KEMKey     kem<0..2^24-1>;           /* one-time */
//	    Peer       answered<0..2^32-1>;      /* in ascending order of identity */
//	    Peer       unanswered<0..2^32-1>;    /* in order of arrival */
//	    uint32     forgotten;                /* the highest number of a forgotten session */
//	    opaque     verified[length];         /* identities, ascending, 32 bytes each, to the end */
//	} Device;
//
//	struct {
//	    opaque  identity[32];
//	    Session sessions<0..2^32-1>;         /* at least one, from the newest to the oldest */
//	} Peer;
//
//	struct {
//	    opaque  handshake[32];               /* EK_A */
//	    uint32  number;                      /* at least 1 */
//	    opaque  initial<0..1132>;            /* the handshake until the first answer, then empty */
//	    opaque  ratchet<0..2^24-1>;          /* internal/ratchet/state.go */
//	} Session;

var (
	errDevice = errors.New("not a valid device state")
)

// MarshalBinary returns the device's state, with its secrets in clear: 244 bytes for a new device,
// and in addition 104 for each one-time prekey pair, 36 for each peer, at least 481 for each
// session, and 32 for each verified peer.
func (d *Device) MarshalBinary() ([]byte, error) {
	s := d.lock()
	defer d.mu.Unlock()
	size := 512 + 104*len(s.prekeys.kem) + 1024*len(s.peers) // an estimate, to avoid copies
	b := cryptobyte.NewBuilder(make([]byte, 0, size))
	b.AddUint8(version)
	b.AddUint8(kindDevice)
	b.AddBytes(s.identity[:])
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(s.files.String())) })
	s.prekeys.marshal(b)
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, id := range slices.SortedFunc(maps.Keys(s.peers), compare) {
			if p := s.peers[id]; p.answered {
				p.marshal(b, id)
			}
		}
	})
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, id := range s.unanswered {
			s.peers[id].marshal(b, id)
		}
	})
	b.AddUint32(s.forgotten)
	for _, id := range slices.SortedFunc(maps.Keys(s.verified), compare) {
		b.AddBytes(id[:])
	}
	return b.Bytes()
}

// UnmarshalBinary replaces d by the device that MarshalBinary wrote. After an error d is unchanged.
func (d *Device) UnmarshalBinary(data []byte) error {
	s, err := parseDevice(data)
	if err != nil {
		return prefix(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.s = &hidden{s}
	return nil
}

// Lock returns the device's state encrypted with a passphrase: an age file with a scrypt recipient.
// Lock and Unlock take about a second.
func (d *Device) Lock(passphrase string) ([]byte, error) {
	data, err := d.MarshalBinary()
	if err != nil {
		return nil, prefix(err)
	}
	locked, err := agekey.Lock(data, passphrase)
	return locked, prefix(err)
}

// Unlock replaces d by the device that Lock encrypted. The error is ErrPassphrase if the passphrase is
// another. After an error d is unchanged.
func (d *Device) Unlock(locked []byte, passphrase string) error {
	data, err := agekey.Unlock(locked, passphrase)
	if err == agekey.ErrPassphrase {
		err = ErrPassphrase
	}
	if err != nil {
		return prefix(err)
	}
	return d.UnmarshalBinary(data)
}

// prefix adds the package's name to an error that is returned to a caller of the package.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("noescrow: %w", err)
}

func compare(a, b Identity) int { return bytes.Compare(a[:], b[:]) }

// parseDevice reads a device that MarshalBinary wrote. Every state has one form in bytes: parseDevice
// returns errDevice if MarshalBinary would write data differently, or if a limit is exceeded.
func parseDevice(data []byte) (*state, error) {
	s := &state{peers: map[Identity]*peer{}, verified: map[Identity]bool{}}
	var kind uint8
	var files, peers, unanswered cryptobyte.String
	in := cryptobyte.String(data)
	ok := readVersion(&in, &kind) && kind == kindDevice &&
		in.CopyBytes(s.identity[:]) &&
		in.ReadUint8LengthPrefixed(&files) &&
		s.prekeys.unmarshal(&in) &&
		readUint32LengthPrefixed(&in, &peers) &&
		readUint32LengthPrefixed(&in, &unanswered) &&
		in.ReadUint32(&s.forgotten) && s.forgotten <= maxForgotten &&
		s.unmarshalVerified(in)
	if !ok {
		return nil, errDevice
	}
	var err error
	if s.files, err = age.ParseHybridIdentity(string(files)); err != nil || s.files.String() != string(files) {
		return nil, errDevice
	}
	s.public = Identity(s.identity.Public())
	if !s.unmarshalPeers(peers) || !s.unmarshalUnanswered(unanswered) {
		return nil, errDevice
	}
	return s, nil
}

// unmarshalPeers reads the answered peers.
func (s *state) unmarshalPeers(in cryptobyte.String) bool {
	for last := (Identity{}); !in.Empty(); {
		p, id, ok := readPeer(&in)
		if !ok || compare(id, last) <= 0 {
			return false
		}
		p.answered = true
		s.peers[id], last = p, id
	}
	return true
}

// unmarshalUnanswered reads the other peers.
func (s *state) unmarshalUnanswered(in cryptobyte.String) bool {
	sessions, keys := 0, 0
	for !in.Empty() {
		p, id, ok := readPeer(&in)
		if !ok || s.peers[id] != nil {
			return false
		}
		s.peers[id] = p
		s.unanswered = append(s.unanswered, id)
		for _, session := range p.sessions {
			sessions++
			keys += session.ratchet.Skipped()
		}
	}
	return sessions <= MaxUnanswered && keys <= MaxUnansweredKeys
}

// unmarshalVerified reads the verified peers, to the end.
func (s *state) unmarshalVerified(in cryptobyte.String) bool {
	for last := (Identity{}); !in.Empty(); {
		var id Identity
		if !readKey(&in, (*x25519.PublicKey)(&id)) || compare(id, last) <= 0 {
			return false
		}
		s.verified[id], last = true, id
	}
	return true
}

func (p *peer) marshal(b *cryptobyte.Builder, id Identity) {
	b.AddBytes(id[:])
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, session := range p.sessions {
			session.marshal(b)
		}
	})
}

// readPeer reads a peer and checks the order and the number of its sessions.
func readPeer(in *cryptobyte.String) (p *peer, id Identity, ok bool) {
	p = new(peer)
	var sessions cryptobyte.String
	if !readKey(in, (*x25519.PublicKey)(&id)) || !readUint32LengthPrefixed(in, &sessions) {
		return nil, id, false
	}
	for !sessions.Empty() {
		s := new(session)
		n := len(p.sessions)
		if !s.unmarshal(&sessions) || n > 0 && p.sessions[n-1].compare(s) >= 0 {
			return nil, id, false
		}
		p.sessions = append(p.sessions, s)
	}
	return p, id, len(p.sessions) > 0 && len(p.sessions) <= 1+MaxArchivedSessions
}

// readUint32LengthPrefixed does for 32 bits what cryptobyte does for up to 24.
func readUint32LengthPrefixed(in, out *cryptobyte.String) bool {
	var n uint32
	return in.ReadUint32(&n) && uint64(n) <= uint64(len(*in)) && in.ReadBytes((*[]byte)(out), int(n))
}

func (s *session) marshal(b *cryptobyte.Builder) {
	b.AddBytes(s.handshake[:])
	b.AddUint32(s.number)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		if s.initial != nil {
			addInitial(b, s.initial)
		}
	})
	b.AddUint24LengthPrefixed(s.ratchet.Marshal)
}

func (s *session) unmarshal(in *cryptobyte.String) bool {
	var initial, r cryptobyte.String
	if !in.CopyBytes(s.handshake[:]) || !in.ReadUint32(&s.number) || s.number == 0 ||
		!in.ReadUint16LengthPrefixed(&initial) || !in.ReadUint24LengthPrefixed(&r) {
		return false
	}
	if !initial.Empty() {
		s.initial = new(pqxdh.Initial)
		if !readInitial(&initial, s.initial) || !initial.Empty() {
			return false
		}
	}
	var err error
	s.ratchet, err = ratchet.Unmarshal(&r)
	return err == nil && r.Empty()
}

func (p *prekeys) marshal(b *cryptobyte.Builder) {
	b.AddUint32(p.lastID)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		p.current.marshal(b)
		if p.previous != nil {
			p.previous.marshal(b)
		}
	})
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range p.curve {
			p.curve[i].marshal(b)
		}
	})
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range p.kem {
			p.kem[i].marshal(b)
		}
	})
}

// unmarshal reads the prekeys. A number above lastID would be given out a second time, and a lastID
// near the end of 32 bits would overflow in Rotate.
func (p *prekeys) unmarshal(in *cryptobyte.String) bool {
	var generations, curve, kem cryptobyte.String
	if !in.ReadUint32(&p.lastID) || p.lastID > maxID+maxID/2 ||
		!in.ReadUint24LengthPrefixed(&generations) || !p.current.unmarshal(&generations) ||
		!in.ReadUint24LengthPrefixed(&curve) ||
		!in.ReadUint24LengthPrefixed(&kem) {
		return false
	}
	if !generations.Empty() {
		p.previous = new(generation)
		if !p.previous.unmarshal(&generations) || !generations.Empty() {
			return false
		}
	}
	for !curve.Empty() {
		var k curveKey
		if n := len(p.curve); !k.unmarshal(&curve) || k.id > p.lastID || n > 0 && k.id <= p.curve[n-1].id {
			return false
		}
		p.curve = append(p.curve, k)
	}
	for !kem.Empty() {
		var k kemKey
		if n := len(p.kem); !k.unmarshal(&kem) || k.id > p.lastID || n > 0 && k.id <= p.kem[n-1].id {
			return false
		}
		p.kem = append(p.kem, k)
	}
	return len(p.curve) <= MaxOneTimePrekeys && len(p.kem) <= MaxOneTimePrekeys
}

func (g *generation) marshal(b *cryptobyte.Builder) {
	g.signed.marshal(b)
	g.lastResort.marshal(b)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		names := slices.SortedFunc(maps.Keys(g.seen), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
		for _, name := range names {
			b.AddBytes(name[:])
		}
	})
}

func (g *generation) unmarshal(in *cryptobyte.String) bool {
	var seen cryptobyte.String
	if !g.signed.unmarshal(in) || !g.lastResort.unmarshal(in) || !in.ReadUint24LengthPrefixed(&seen) {
		return false
	}
	g.seen = map[[32]byte]bool{}
	var last [32]byte
	for !seen.Empty() {
		var name [32]byte
		if !seen.CopyBytes(name[:]) || bytes.Compare(name[:], last[:]) <= 0 {
			return false
		}
		g.seen[name] = true
		last = name
	}
	return len(g.seen) <= MaxLastResort
}

func (k *curveKey) marshal(b *cryptobyte.Builder) {
	b.AddUint32(k.id)
	b.AddBytes(k.key[:])
}

func (k *curveKey) unmarshal(in *cryptobyte.String) bool {
	return in.ReadUint32(&k.id) && k.id != 0 && in.CopyBytes(k.key[:])
}

func (k *kemKey) marshal(b *cryptobyte.Builder) {
	b.AddUint32(k.id)
	b.AddBytes(k.seed[:])
}

func (k *kemKey) unmarshal(in *cryptobyte.String) bool {
	return in.ReadUint32(&k.id) && k.id != 0 && in.CopyBytes(k.seed[:])
}
