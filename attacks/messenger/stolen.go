package messenger

import (
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// Everything in this file stands in noescrow/state.go as well, and that is on purpose: a thief has
// no access to unexported fields. He has bytes, and a format that is documented. What he takes from it:
//
//	in the state                       what it is good for
//	identity, 32 bytes                 writing as the victim; the static half of each handshake
//	generations: a signed prekey and   first messages to the victim, in the place of his phone, until the
//	a last-resort seed each            second Rotate erases them
//	one-time prekeys, by number        the same, until the first message under one arrives
//	peers, their sessions: root,       what comes next, either way, until a turn; internal/ratchet/state.go
//	chain and header keys              has their format
//
// What is not in it: the keys of messages that have been opened, and those of chains that have ended.

// stolenDevice is a device's state, read by a thief.
type stolenDevice struct {
	identity x25519.PrivateKey
	curve    map[uint32]x25519.PrivateKey // signed and one-time prekeys, by number
	kem      map[uint32]pqxdh.KEMSeed     // last-resort and one-time prekeys, by number
	sessions map[noescrow.Identity][]*ratchet.Session
	newest   map[noescrow.Identity]uint32 // the number of the newest session

	generations                       [][]byte // signed and last-resort prekeys, without the record of handshakes
	generationsAt, oneTimeAt, peersAt int      // where those begin in the state, and the one-time prekeys, and the peers
}

var errStolen = errors.New("attacks: the loot is not a device's state")

func parseDevice(state []byte) (*stolenDevice, error) {
	d := &stolenDevice{
		curve:    map[uint32]x25519.PrivateKey{},
		kem:      map[uint32]pqxdh.KEMSeed{},
		sessions: map[noescrow.Identity][]*ratchet.Session{},
		newest:   map[noescrow.Identity]uint32{},
	}
	in := cryptobyte.String(state)
	at := func(p *int) bool { *p = len(state) - len(in); return true }
	var files, generations, curve, kem cryptobyte.String
	if !in.Skip(2) || !in.CopyBytes(d.identity[:]) || !in.ReadUint8LengthPrefixed(&files) || !in.Skip(4) ||
		!at(&d.generationsAt) || !in.ReadUint24LengthPrefixed(&generations) || !d.readGenerations(generations) ||
		!at(&d.oneTimeAt) || !in.ReadUint24LengthPrefixed(&curve) || !d.readCurve(curve) ||
		!in.ReadUint24LengthPrefixed(&kem) || !d.readKEM(kem) ||
		!at(&d.peersAt) || !d.readPeers(&in) || !d.readPeers(&in) || !in.Skip(4) || len(in)%32 != 0 {
		return nil, errStolen
	}
	return d, nil
}

func (d *stolenDevice) readGenerations(in cryptobyte.String) bool {
	for !in.Empty() {
		var curve, kem []byte
		var seen cryptobyte.String
		if !in.ReadBytes(&curve, 4+x25519.Size) || !d.readCurve(curve) ||
			!in.ReadBytes(&kem, 4+pqxdh.KEMSeedSize) || !d.readKEM(kem) ||
			!in.ReadUint24LengthPrefixed(&seen) {
			return false
		}
		d.generations = append(d.generations, slices.Concat(curve, kem))
	}
	return true
}

// A curveKey and a kemKey are private prekeys with their numbers.
type (
	curveKey struct {
		id  uint32
		key x25519.PrivateKey
	}
	kemKey struct {
		id   uint32
		seed pqxdh.KEMSeed
	}
)

// generation returns the signed and the last-resort prekey in use, which come first.
func (d *stolenDevice) generation() (curve curveKey, kem kemKey, err error) {
	if len(d.generations) == 0 {
		return curve, kem, errStolen
	}
	in := cryptobyte.String(d.generations[0])
	if !in.ReadUint32(&curve.id) || !in.CopyBytes(curve.key[:]) || !in.ReadUint32(&kem.id) || !in.CopyBytes(kem.seed[:]) {
		return curve, kem, errStolen
	}
	return curve, kem, nil
}

// withoutSessions is the state with its sessions and its record of handshakes gone, so that no
// handshake counts as a replay whose keys are still there.
func (d *stolenDevice) withoutSessions(state []byte) []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddBytes(state[:d.generationsAt])
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, g := range d.generations {
			b.AddBytes(g)
			b.AddUint24(0)
		}
	})
	b.AddBytes(state[d.oneTimeAt:d.peersAt])
	b.AddBytes(make([]byte, 12)) // no peers, answered or not, and none forgotten
	return b.BytesOrPanic()
}

func (d *stolenDevice) readCurve(in cryptobyte.String) bool {
	for !in.Empty() {
		var id uint32
		var k x25519.PrivateKey
		if !in.ReadUint32(&id) || !in.CopyBytes(k[:]) {
			return false
		}
		d.curve[id] = k
	}
	return true
}

func (d *stolenDevice) readKEM(in cryptobyte.String) bool {
	for !in.Empty() {
		var id uint32
		var k pqxdh.KEMSeed
		if !in.ReadUint32(&id) || !in.CopyBytes(k[:]) {
			return false
		}
		d.kem[id] = k
	}
	return true
}

func (d *stolenDevice) readPeers(list *cryptobyte.String) bool {
	var in cryptobyte.String
	var size uint32
	if !list.ReadUint32(&size) || !list.ReadBytes((*[]byte)(&in), int(size)) {
		return false
	}
	for !in.Empty() {
		var peer noescrow.Identity
		var size uint32
		var sessions []byte
		if !in.CopyBytes(peer[:]) || !in.ReadUint32(&size) || !in.ReadBytes(&sessions, int(size)) {
			return false
		}
		for s := cryptobyte.String(sessions); !s.Empty(); {
			var initial, r cryptobyte.String
			var number uint32
			if !s.Skip(32) || !s.ReadUint32(&number) || !s.ReadUint16LengthPrefixed(&initial) || !s.ReadUint24LengthPrefixed(&r) {
				return false
			}
			session, err := ratchet.Unmarshal(&r)
			if err != nil {
				return false
			}
			d.sessions[peer] = append(d.sessions[peer], session)
			d.newest[peer] = max(d.newest[peer], number)
		}
	}
	return true
}

// x25519Keys returns every X25519 private key on the device, each with its public key if that is in the state,
// and zero otherwise.
func (d *stolenDevice) x25519Keys() map[x25519.PrivateKey]x25519.PublicKey {
	keys := map[x25519.PrivateKey]x25519.PublicKey{}
	for _, sessions := range d.sessions {
		for _, s := range sessions {
			if k, public, ok := s.RatchetKey(); ok {
				keys[k] = public
			}
		}
	}
	keys[d.identity] = x25519.PublicKey{}
	for _, k := range d.curve {
		keys[k] = x25519.PublicKey{}
	}
	return keys
}
