package attacks

import (
	"context"
	"errors"

	"golang.org/x/crypto/cryptobyte"

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
// there was. Loot: a record of 64 bytes for each, private ‖ public, and each person's
// publication, which is public anyway.
type quantumLoot struct {
	private map[x25519.PublicKey]x25519.PrivateKey
	people  map[noescrow.Identity]*published
}

// published is a person's prekeys by number.
type published struct {
	curve map[uint32]x25519.PublicKey
	kem   map[uint32]*pqxdh.KEMPublicKey
}

var errPublished = errors.New("attacks: the loot holds an invalid publication")

func parseQuantumLoot(w *wire, l *Tape) (*quantumLoot, error) {
	q := &quantumLoot{map[x25519.PublicKey]x25519.PrivateKey{}, map[noescrow.Identity]*published{}}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 64 {
			q.private[x25519.PublicKey(record[32:])] = x25519.PrivateKey(record[:32])
			continue
		}
		if len(record) < w.frame {
			return nil, errPublished
		}
		if !q.readPublished(record[w.frame:]) {
			return nil, errPublished
		}
	}
	return q, nil
}

// readPublished reads the format of noescrow/shelf.go. A person may have published several times.
func (q *quantumLoot) readPublished(in cryptobyte.String) bool {
	var id noescrow.Identity
	if !in.Skip(2) || !in.CopyBytes(id[:]) {
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
		in.ReadUint24LengthPrefixed(&kem)
	for ok && !curve.Empty() {
		ok = p.readCurve(&curve)
	}
	for ok && !kem.Empty() {
		ok = p.readKEM(&kem)
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
// of its Diffie-Hellman results are right, and its KEM secret is a guess. What the session opens
// after that is read as far as the initiator's first chain goes.
func recoverQuantum(ctx context.Context, w *wire, l *Tape, t *Transcript, kem decapsulation, found func(i int, text []byte)) (operations int64, err error) {
	q, err := parseQuantumLoot(w, l)
	if err != nil {
		return 0, err
	}
	sessions := map[x25519.PublicKey]*ratchet.Session{} // by EK_A
	for e, err := range t.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return operations, err
		}
		p, ok := w.split(e.Bytes)
		if !ok || p.clear != clearInitial {
			continue
		}
		operations++
		in := readInitial(p.inner)
		if sessions[in.Ephemeral] == nil {
			if sessions[in.Ephemeral] = q.respond(p, in, kem); sessions[in.Ephemeral] == nil {
				continue
			}
		}
		opened, err := sessions[in.Ephemeral].Open(p.inner, p.clear, p.associated(e))
		if err != nil {
			continue
		}
		if text, ok := w.text(p, opened); ok {
			found(e.Index, text)
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
func (q *quantumLoot) respond(p parts, in *pqxdh.Initial, kem decapsulation) *ratchet.Session {
	bob := q.people[p.to]
	if bob == nil || bob.kem[in.PostQuantumID] == nil {
		return nil
	}
	identity, ok1 := q.private[x25519.PublicKey(p.to)]
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
	sk, ad, err := pqxdh.RespondWith(keys, x25519.PublicKey(p.from), in, kem(p.to, in), bob.kem[in.PostQuantumID])
	if err != nil {
		return nil
	}
	return ratchet.NewResponder(sk, ad, signed)
}

// forgeWithX25519 writes as somebody whose X25519 identity key is known. PQXDH authenticates by
// that key alone (Section 1: authentication "still relies on the hardness of the discrete log
// problem"), so it needs nothing of his device.
func forgeWithX25519(w *wire, l *Tape, f Forgery) ([]byte, error) {
	q, err := parseQuantumLoot(w, l)
	if err != nil {
		return nil, err
	}
	identity, ok := q.private[x25519.PublicKey(f.From)]
	if !ok {
		return nil, errNothingRecorded
	}
	own, err := w.fresh()
	if err != nil {
		return nil, err
	}
	state, err := own.MarshalBinary()
	if err != nil {
		return nil, err
	}
	copy(state[w.offset+2:], identity[:]) // noescrow/state.go: behind version and kind
	return forgeWithDevice(w, state, f)
}
