package messenger

import (
	"context"
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// Somebody records everything today and has a quantum computer one day. It solves discrete
// logarithms, so no X25519 private key is a secret any more. What a handshake is made of, seen
// from there (Section 3.3 of PQXDH):
//
//	DH1 = DH(IK_A, SPK_B)   known        DH3 = DH(EK_A, SPK_B)   known
//	DH2 = DH(EK_A, IK_B)    known        DH4 = DH(EK_A, OPK_B)   known
//	SS  = ML-KEM            not known, and it is hashed together with the four
//
// The ratchet after it is X25519 alone, but it hides its public keys in encrypted headers, under
// keys that come from the handshake. So the first unknown shuts everything behind it. It is the
// same with the field of an escrow envelope: half of X-Wing falls and the other half holds.
//
// Who wrote a message is another matter. The identity key is X25519 alone, and whoever has it
// writes in its owner's name, from then on.

// A quantum computer is simulated by handing over the private key to every X25519 public key
// there was. The loot has two kinds of records, told apart by their length:
//
//	64 bytes    private ‖ public, for each X25519 key
//	others      a publication (noescrow/shelf.go, behind the frame of an escrow scheme), which the relay
//	            hands to everyone: it says which prekeys have which number
//
// A ratchet key opens nothing without the root key beside it, so what a thief keeps in memory are the
// identities and the prekeys: all that a handshake takes, and few beside the keys of every turn.
type quantumLoot struct {
	people    map[noescrow.Identity]*published
	published map[x25519.PublicKey]bool              // identities and prekeys
	private   map[x25519.PublicKey]x25519.PrivateKey // to those
}

// published is a person's prekeys by number.
type published struct {
	curve map[uint32]x25519.PublicKey
	kem   map[uint32]*pqxdh.KEMPublicKey
}

var errPublished = errors.New("attacks: the loot holds an invalid publication")

func parseQuantumLoot(w *Wire, l *attacks.Tape) (*quantumLoot, error) {
	q := newQuantumLoot()
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) != 64 && (len(record) < w.frame || !q.readPublished(record[w.frame:])) {
			return nil, errPublished
		}
	}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 64 {
			q.keep(x25519.PublicKey(record[32:]), x25519.PrivateKey(record[:32]))
		}
	}
	return q, nil
}

func newQuantumLoot() *quantumLoot {
	return &quantumLoot{
		people:    map[noescrow.Identity]*published{},
		published: map[x25519.PublicKey]bool{},
		private:   map[x25519.PublicKey]x25519.PrivateKey{},
	}
}

// keep remembers a key pair if its public key has been published, as an identity or as a prekey.
func (q *quantumLoot) keep(public x25519.PublicKey, private x25519.PrivateKey) {
	if q.published[public] {
		q.private[public] = private
	}
}

// readPublished reads the format of noescrow/shelf.go, without looking at its signatures. A person may
// have published several times.
func (q *quantumLoot) readPublished(in cryptobyte.String) bool {
	var id noescrow.Identity
	if !in.Skip(2) || !in.CopyBytes(id[:]) || !in.Skip(4) {
		return false
	}
	p := q.people[id]
	if p == nil {
		p = &published{map[uint32]x25519.PublicKey{}, map[uint32]*pqxdh.KEMPublicKey{}}
		q.people[id] = p
	}
	var curve, kem cryptobyte.String
	ok := p.readCurve(&in) && in.Skip(64) &&
		p.readKEM(&in) &&
		in.ReadUint24LengthPrefixed(&curve) &&
		in.ReadUint24LengthPrefixed(&kem) && in.Skip(64)
	for ok && !curve.Empty() {
		ok = p.readCurve(&curve)
	}
	for ok && !kem.Empty() {
		ok = p.readKEM(&kem)
	}
	q.published[x25519.PublicKey(id)] = true
	for _, k := range p.curve {
		q.published[k] = true
	}
	return ok
}

func (p *published) readCurve(in *cryptobyte.String) bool {
	var id uint32
	var k x25519.PublicKey
	ok := in.ReadUint32(&id) && in.CopyBytes(k[:])
	p.curve[id] = k
	return ok
}

func (p *published) readKEM(in *cryptobyte.String) bool {
	var id uint32
	k := new(pqxdh.KEMPublicKey)
	ok := in.ReadUint32(&id) && in.CopyBytes(k[:]) && in.Skip(64)
	p.kem[id] = k
	return ok
}

// decapsulation is how the attacker comes by a KEM secret. The quantum computer cannot, and
// guesses zeros.
type decapsulation func(to noescrow.Identity, in *pqxdh.Initial) pqxdh.KEMSecret

func guessZeros(noescrow.Identity, *pqxdh.Initial) (zeros pqxdh.KEMSecret) { return zeros }

// recoverQuantum computes every handshake that was recorded, in the place of its recipient: all
// of its Diffie-Hellman results are right, and its KEM secret is what kem returns. What the session opens
// after that is read as far as the initiator's first chain goes.
//
// It needs the transcript of years ago, and a discrete logarithm for each X25519 key in it and in the
// publications (Shor, 1994): harvest now, decrypt later, which is what PQXDH is made against (Section 1 of
// its revision 1). It shows that the KEM holds when everything else has fallen.
func recoverQuantum(ctx context.Context, w *Wire, l *attacks.Tape, t *attacks.Transcript, kem decapsulation, found attacks.Found) (operations int64, err error) {
	q, err := parseQuantumLoot(w, l)
	if err != nil {
		return 0, err
	}
	return q.recover(ctx, w, t, kem, found)
}

// recover computes handshakes with the keys of q, and reads what the sessions open.
func (q *quantumLoot) recover(ctx context.Context, w *Wire, t *attacks.Transcript, kem decapsulation, found attacks.Found) (operations int64, err error) {
	sessions := map[x25519.PublicKey]*ratchet.Session{} // by EK_A
	for r, err := range t.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return operations, err
		}
		p, ok := w.split(r.Bytes)
		if !ok || p.clear != clearInitial {
			continue
		}
		operations++
		in := readInitial(p.Inner)
		if sessions[in.Ephemeral] == nil {
			if sessions[in.Ephemeral] = q.respond(p, in, kem); sessions[in.Ephemeral] == nil {
				continue
			}
		}
		opened, err := sessions[in.Ephemeral].Open(p.Inner, p.clear, p.associated(r))
		if err != nil {
			continue
		}
		if text, ok := w.text(p, opened); ok {
			found(r.Index, text)
		}
	}
	return operations, nil
}

// readInitial reads the handshake in an initial envelope: noescrow/envelope.go.
func readInitial(envelope []byte) *pqxdh.Initial {
	in := new(pqxdh.Initial)
	s := cryptobyte.String(envelope[clearOrdinary:clearInitial])
	s.CopyBytes(in.Ephemeral[:])
	s.ReadUint32(&in.SignedID)
	s.ReadUint32(&in.PostQuantumID)
	s.ReadUint32(&in.OneTimeID)
	s.CopyBytes(in.Ciphertext[:])
	return in
}

// respond is the recipient's side of a handshake, or nil if a key it needs was not handed over.
func (q *quantumLoot) respond(p Parts, in *pqxdh.Initial, kem decapsulation) *ratchet.Session {
	bob := q.people[p.To]
	if bob == nil || bob.kem[in.PostQuantumID] == nil {
		return nil
	}
	identity, ok1 := q.private[x25519.PublicKey(p.To)]
	signed, ok2 := q.private[bob.curve[in.SignedID]]
	keys := &pqxdh.Private{Identity: identity, Signed: signed}
	ok3 := true
	if in.OneTimeID != 0 {
		var oneTime x25519.PrivateKey
		oneTime, ok3 = q.private[bob.curve[in.OneTimeID]]
		keys.OneTime = &oneTime
	}
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	sk, ad, err := pqxdh.RespondWith(keys, x25519.PublicKey(p.From), in, kem(p.To, in), bob.kem[in.PostQuantumID])
	if err != nil {
		return nil
	}
	return ratchet.NewResponder(sk, ad, signed)
}

// forgeWithX25519 writes as the owner of an X25519 identity key. PQXDH authenticates by that key alone
// (Section 1: authentication "still relies on the hardness of the discrete log problem"), so the attack
// needs that one private key, and nothing of the owner's device.
func forgeWithX25519(w *Wire, l *attacks.Tape, f attacks.Forgery) ([]byte, error) {
	q, err := parseQuantumLoot(w, l)
	if err != nil {
		return nil, err
	}
	identity, ok := q.private[x25519.PublicKey(f.From)]
	if !ok {
		return nil, attacks.ErrNothingRecorded
	}
	own, err := w.fresh()
	if err != nil {
		return nil, err
	}
	state, err := own.MarshalBinary()
	if err != nil {
		return nil, err
	}
	copy(state[w.Offset+2:], identity[:]) // noescrow/state.go: behind version and kind
	return forgeWithDevice(w, state, f)
}
