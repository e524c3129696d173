package messenger

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"doormat/attacks"
	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// A copy of a device does more for a thief who acts than for one who listens (device.go). The thief stands
// between the victim and each peer, which takes a place on the wire, where envelopes can be seen and others
// put in.
//
//	                     to the peer                          to the victim
//	the thief writes as  the victim                           the peer
//	with                 the copy, which continues its        a session of the thief's own: of the four
//	                     sessions, or starts one with the     Diffie-Hellman results of PQXDH, DH1 alone
//	                     victim's identity key                takes the initiator's identity key, or the
//	                                                          victim's signed prekey, which is in the copy
//	until                the victim has a new identity        the second Rotate after the theft
//
// The right-hand column is key compromise impersonation: a thief with the victim's keys can write to the
// victim as anyone. The victim's answer goes to the newest session with that peer, which is the thief's.
//
// An envelope that the thief can read is sealed again in the thief's sessions, and both sides go on without a
// break. One that the thief cannot read, because the victim has drawn a new key since, or because two people
// who had not met have started a session, passes as it is. Then the thief writes to each side in the other's
// name, and both are in the thief's sessions from there on. That text was written by neither, and the two
// find it if they compare what they have received and sent. The safety number is that of the two true
// identities, and shows nothing.
type impersonator struct {
	m      *Messenger
	w      *Wire
	state  []byte
	stolen *stolenDevice
	victim noescrow.Identity
	copied Device                                   // writes to peers, and reads them
	before map[noescrow.Identity][]*ratchet.Session // mirrors of the victim's sending chains in the copy
	legs   map[noescrow.Identity]*leg               // to the victim, by peer
	newest map[noescrow.Identity]uint32             // the highest number of a session that was seen or made, by peer
	notes  func(e attacks.InFlight, text []byte) error
}

// invented is what the thief writes to come between two people.
const invented = "Are you there?"

// deviceInTheMiddle returns the theft. The loot is the state of the victim's device, and notes behind it.
func (m *Messenger) deviceInTheMiddle(victim string) attacks.Theft {
	m.phone.owner = victim
	w := &m.kind.Wire
	return attacks.Theft{
		Name:    ActingDeviceKeys,
		Parties: []attacks.Party{attacks.Device},
		Takes:   "one person's device state, copied by malware, for a thief on the wire who writes to both sides",
		Steal:   m.stealDevice,
		Act:     m.actWithDevice,
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			state, err := l.First()
			if err != nil {
				return 0, err
			}
			n, err := recoverWithDevice(ctx, w, state, t, found)
			if err != nil {
				return n, err
			}
			notes, err := readNotes(ctx, l, found)
			return n + notes, err
		},
		Forge: func(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			state, err := l.First()
			if err != nil {
				return nil, err
			}
			return forgeWithDevice(w, state, f)
		},
	}
}

// actWithDevice returns the Middle of a thief who has the state of a device.
func (m *Messenger) actWithDevice(l *attacks.Tape) (attacks.Middle, error) {
	state, err := l.First()
	if err != nil {
		return nil, err
	}
	w := &m.kind.Wire
	stolen, err := parseDevice(state[min(len(state), w.Offset):])
	if err != nil {
		return nil, err
	}
	copied, err := w.load(state)
	if err != nil {
		return nil, err
	}
	t := &impersonator{
		m: m, w: w, state: state, stolen: stolen, victim: copied.Identity(), copied: copied,
		before: mirror(stolen),
		legs:   map[noescrow.Identity]*leg{},
		newest: maps.Clone(stolen.newest),
		notes:  func(e attacks.InFlight, text []byte) error { return note(l, e.Index, text) },
	}
	return t.pass, nil
}

// pass is a Middle.
func (t *impersonator) pass(e attacks.InFlight) ([]attacks.InFlight, error) {
	p, ok := t.w.split(e.Bytes)
	if !ok || p.From != t.victim && p.To != t.victim {
		return []attacks.InFlight{e}, nil
	}
	if n, ok := p.number(); ok {
		peer := p.From
		if peer == t.victim {
			peer = p.To
		}
		t.newest[peer] = max(t.newest[peer], n)
	}
	var text []byte
	if p.To == t.victim {
		_, opened, err := t.copied.Open(e.Bytes, attacks.Date(e.At))
		text, ok = opened, err == nil
	} else {
		text, ok = t.openVictims(p, e)
	}
	if !ok {
		both, err := t.comeBetween(p, e)
		return append([]attacks.InFlight{e}, both...), err
	}
	if err := t.notes(e, text); err != nil {
		return nil, err
	}
	out, err := t.seal(p.From, p.To, e, text)
	return []attacks.InFlight{out}, err
}

// openVictims opens an envelope from the victim: in the thief's session, or on a chain that the copy has.
func (t *impersonator) openVictims(p Parts, e attacks.InFlight) (text []byte, ok bool) {
	sessions := t.before[p.To]
	if l := t.legs[p.To]; l != nil {
		sessions = append([]*ratchet.Session{l.session}, sessions...)
	}
	for i, s := range sessions {
		opened, err := s.Open(p.Inner, p.clear, p.associated(attacks.Record{At: e.At}))
		if err != nil {
			continue
		}
		if l := t.legs[p.To]; i == 0 && l != nil {
			l.initial = nil // the victim has answered
		}
		return t.w.text(p, opened)
	}
	return nil, false
}

// seal writes a text to one of the two in the name of the other.
func (t *impersonator) seal(from, to noescrow.Identity, e attacks.InFlight, text []byte) (attacks.InFlight, error) {
	var err error
	if to != t.victim {
		e.Bytes, err = t.copied.Seal(to, text, attacks.Date(e.At))
		return e, err
	}
	l := t.legs[from]
	if l == nil {
		if l, err = t.begin(from); err != nil {
			return e, err
		}
	}
	head, inner, err := t.w.wrap(t.state, from, to, text)
	if err != nil {
		return e, err
	}
	e.Bytes, err = l.seal(head, inner, attacks.Date(e.At))
	return e, err
}

// comeBetween writes to both sides of an envelope in new sessions, in the name of the other.
func (t *impersonator) comeBetween(p Parts, e attacks.InFlight) (both []attacks.InFlight, err error) {
	peer, name, victim := p.From, e.From, e.To
	if p.From == t.victim {
		peer, name, victim = p.To, e.To, e.From
	}
	if _, err := t.begin(peer); err != nil {
		return nil, err
	}
	bundle, err := t.m.Bundle(name)
	if err != nil {
		return nil, err
	}
	toVictim, err := t.seal(peer, t.victim, attacks.InFlight{Index: e.Index, From: name, To: victim, At: e.At}, []byte(invented))
	if err != nil {
		return nil, err
	}
	var toPeer attacks.InFlight
	for range maxStarts { // until the session is newer than all that the two have
		if err := t.copied.Start(peer, bundle); err != nil {
			return nil, err
		}
		toPeer, err = t.seal(t.victim, peer, attacks.InFlight{Index: e.Index, From: victim, To: name, At: e.At}, []byte(invented))
		if err != nil {
			return nil, err
		}
		if p, ok := t.w.split(toPeer.Bytes); ok {
			if n, _ := p.number(); n > t.newest[peer] {
				t.newest[peer] = n
				break
			}
		}
	}
	return []attacks.InFlight{toVictim, toPeer}, nil
}

// maxStarts is how often the thief starts a session to get ahead of those that the copy does not know. Each
// counts one more than the one before.
const maxStarts = 20

// A leg is a session with the victim in the name of a peer.
type leg struct {
	from, to noescrow.Identity
	initial  *pqxdh.Initial // until the victim's first answer
	number   uint32
	session  *ratchet.Session
}

// begin starts a leg. A device takes the session with the highest number as the newest
// (noescrow/sessions.go), and the leg's is above all that the thief knows of: numbers are in clear in the
// envelopes. It is PQXDH from the side of its initiator, whose identity key the thief does not have. The
// results are computed as the victim will compute them, with the victim's private keys; any ciphertext
// decapsulates to some secret.
func (t *impersonator) begin(peer noescrow.Identity) (*leg, error) {
	curve, kem, err := t.stolen.generation()
	if err != nil {
		return nil, err
	}
	_, ephemeral := x25519.Generate()
	in := &pqxdh.Initial{Ephemeral: ephemeral, SignedID: curve.id, PostQuantumID: kem.id}
	rand.Read(in.Ciphertext[:])
	keys := &pqxdh.Private{Identity: t.stolen.identity, Signed: curve.key, PostQuantum: kem.seed}
	sk, ad, err := pqxdh.Respond(keys, x25519.PublicKey(peer), in)
	if err != nil {
		return nil, err
	}
	session, err := ratchet.NewInitiator(sk, ad, curve.key.Public())
	if err != nil {
		return nil, err
	}
	t.newest[peer] = min(t.newest[peer], math.MaxUint32-1) + 1
	t.legs[peer] = &leg{peer, t.victim, in, t.newest[peer], session}
	return t.legs[peer], nil
}

// seal writes the format of noescrow/envelope.go, behind what the scheme puts there.
func (l *leg) seal(head, inner, date []byte) ([]byte, error) {
	clear := []byte{2, 2} // version, kind
	if l.initial != nil {
		clear[1] = 1
	}
	clear = slices.Concat(clear, l.from[:], l.to[:])
	if in := l.initial; in != nil {
		clear = append(clear, in.Ephemeral[:]...)
		for _, id := range []uint32{in.SignedID, in.PostQuantumID, in.OneTimeID} {
			clear = binary.BigEndian.AppendUint32(clear, id)
		}
		clear = binary.BigEndian.AppendUint32(append(clear, in.Ciphertext[:]...), l.number)
	}
	envelope, err := l.session.Seal(clear, inner, slices.Concat(head, date))
	return append(head, envelope...), err
}
