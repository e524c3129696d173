package attacks

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha3"
	"slices"
	"sync/atomic"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/escrow"
	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/padme"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// NewEscrow returns package escrow as a system, with an authority of its own.
func NewEscrow() System {
	m, authority := newEscrowMessenger()
	return &escrowSystem{m, authority}
}

type escrowSystem struct {
	*messenger
	authority *escrow.Authority
}

func newEscrowMessenger() (*messenger, *escrow.Authority) {
	authority := escrow.NewAuthority()
	m := newMessenger("escrow")
	m.newDevice = func(string) (device, error) { return escrow.NewDevice(authority.Recipient()) }
	m.newShelf = func(p []byte) (shelf, error) { return escrow.NewShelf(p) }
	m.wire = escrowWire
	return m, authority
}

// Thefts are those of both twins, and the authority's key.
func (s *escrowSystem) Thefts(victim string) []Theft {
	thefts := s.messenger.Thefts(victim)
	for i := range thefts {
		if thefts[i].Name == "quantum" {
			thefts[i] = s.quantum(thefts[i])
		}
	}
	return slices.Insert(thefts, 2, Theft{
		Name:  "escrow key",
		Takes: "the authority's 32 bytes",
		Steal: func() (*Tape, error) { return loot([]byte(s.authority.RecoveryKey())) },
		Open:  recoverWithEscrowKey,
		Forge: forgeWithEscrowKey,
	})
}

// The escrow key needs nothing beside it: no device, no session, no order. Each envelope opens by
// itself, so the work can be split over as many cores as the thief can pay for, and it is the
// same work for last year's message as for tomorrow's.

// recoverWithEscrowKey is what an authority does with a warrant, and a thief without one:
// Recover, for each envelope, on every core.
func recoverWithEscrowKey(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	line, err := l.First()
	if err != nil {
		return 0, err
	}
	authority, err := escrow.ParseAuthority(string(line))
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		operations.Add(1)
		if _, _, text, err := authority.Recover(e.Bytes); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// forgeWithEscrowKey takes an envelope that is under way, and puts another text under its message
// key.
func forgeWithEscrowKey(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	line, err := l.First()
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseHybridIdentity(string(line))
	if err != nil {
		return nil, err
	}
	p, ok := splitEscrow(f.Held)
	if !ok {
		return nil, errNothingRecorded
	}
	key, err := hpke.NewPrivateKey(agekey.Seed(identity)).Open(fieldInfo, p.field)
	if err != nil {
		return nil, err
	}
	return slices.Concat(escrowHead(p.field, sealBody(key, p.from, p.to, f.Text)), p.inner), nil
}

// quantum adds the X25519 half of the authority's key to the loot, and the attack on the field.
func (s *escrowSystem) quantum(t Theft) Theft {
	inner := t.Open
	t.Steal = func() (*Tape, error) {
		l, err := s.stealX25519()
		if err != nil {
			return nil, err
		}
		private, err := authorityX25519(s.authority)
		if err != nil {
			return nil, err
		}
		public := private.Public()
		return l, l.Append(append(private[:], public[:]...))
	}
	t.Open = func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
		n, err := inner(ctx, l, t, found)
		if err != nil {
			return n, err
		}
		m, err := recoverField(ctx, l, t, guessZerosField, found)
		return n + m, err
	}
	return t
}

// authorityX25519 is the X25519 half of an X-Wing private key
// (draft-connolly-cfrg-xwing-kem-06, Section 5.2).
func authorityX25519(a *escrow.Authority) (k x25519.PrivateKey, err error) {
	identity, err := age.ParseHybridIdentity(a.RecoveryKey())
	if err != nil {
		return k, err
	}
	seed := agekey.Seed(identity)
	return x25519.PrivateKey(sha3.SumSHAKE256(seed[:], 96)[64:]), nil
}

// fieldDecapsulation is how the attacker comes by the ML-KEM half of a field's shared secret.
// The quantum computer cannot, and guesses zeros.
type fieldDecapsulation func(ciphertext []byte) (ssM [32]byte)

func guessZerosField([]byte) (zeros [32]byte) { return zeros }

// recoverField computes the X25519 half of each field's shared secret, and asks for the ML-KEM
// half. The authority's key pair is the last record of 64 bytes.
func recoverField(ctx context.Context, l *Tape, t *Transcript, kem fieldDecapsulation, found func(i int, text []byte)) (int64, error) {
	var private x25519.PrivateKey
	for record, err := range l.All() {
		if err != nil {
			return 0, err
		}
		if len(record) == 64 {
			private = x25519.PrivateKey(record)
		}
	}
	public := private.Public()
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		p, ok := splitEscrow(e.Bytes)
		if !ok {
			return
		}
		operations.Add(1)
		enc, ciphertext := p.field[:hpke.CiphertextSize], p.field[hpke.CiphertextSize:]
		ctX := x25519.PublicKey(enc[len(enc)-x25519.Size:])
		ssX, err := private.DH(ctX)
		if err != nil {
			return
		}
		ssM := kem(enc[:len(enc)-x25519.Size])
		ss := sha3.Sum256(slices.Concat(ssM[:], ssX[:], ctX[:], public[:], []byte(`\./`+`/^\`)))
		if key, err := fieldInfo.OpenShared(ss, ciphertext); err == nil {
			if text, ok := openBody(key, p); ok {
				found(e.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// What follows is the format of escrow/envelope.go and escrow/field.go, read by somebody else.

const (
	escrowVersion = 0xe1
	escrowField   = 1168
)

var (
	fieldInfo    = hpke.NewInfo("doormat 1 escrow field")
	escrowLayout = layout{escrowVersion, escrowField}
	escrowWire   = escrowLayout.wire(hpke.PublicKeySize, func() (device, error) {
		return escrow.NewDevice(escrow.NewAuthority().Recipient()) // any will do
	})
)

func splitEscrow(envelope []byte) (p parts, ok bool) { return escrowLayout.split(envelope) }

func escrowHead(field, body []byte) []byte { return escrowLayout.join(field, body) }

// layout is in what the envelopes of escrow's schemes differ.
type layout struct {
	version byte
	field   int // bytes
}

// wire is what a thief knows of a scheme, given the length of an authority's public key.
func (l layout) wire(keySize int, fresh func() (device, error)) wire {
	return wire{
		fresh:  fresh,
		offset: 2 + keySize,
		frame:  2,
		split:  l.split,
		text:   func(p parts, seed []byte) ([]byte, bool) { return openBody(messageKey(seed), p) },
	}
}

func (l layout) split(envelope []byte) (p parts, ok bool) {
	head := 1 + l.field + 3 // without the body
	if len(envelope) < head || envelope[0] != l.version {
		return p, false
	}
	n := envelope[1+l.field:]
	size := int(n[0])<<16 | int(n[1])<<8 | int(n[2])
	if len(envelope) < head+size {
		return p, false
	}
	p, ok = splitNoEscrow(envelope[head+size:])
	p.head = envelope[:head+size]
	p.field = p.head[1:][:l.field]
	p.body = p.head[head:]
	return p, ok
}

// join makes what stands before the inner envelope.
func (l layout) join(field, body []byte) []byte {
	head := append([]byte{l.version}, field...)
	n := len(body)
	return append(append(head, byte(n>>16), byte(n>>8), byte(n)), body...)
}

// messageKey is the first 32 bytes that a seed expands to.
func messageKey(seed []byte) []byte {
	key, err := hkdf.Key(sha256.New, seed, nil, "doormat 1 escrow message", chacha20poly1305.KeySize)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return key
}

func openBody(key []byte, p parts) ([]byte, bool) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, false
	}
	padded, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), p.body, slices.Concat(p.from[:], p.to[:]))
	if err != nil {
		return nil, false
	}
	text, err := padme.Unpad(padded)
	return text, err == nil
}

func sealBody(key []byte, from, to noescrow.Identity, text string) []byte {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad([]byte(text)), slices.Concat(from[:], to[:]))
}
