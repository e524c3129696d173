package escrow

import (
	"context"
	"crypto/sha3"
	"slices"

	"filippo.io/age"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/x25519"
)

// The field is encrypted to the authority with X-Wing (draft-connolly-cfrg-xwing-kem-06), which takes
// its shared secret from an ML-KEM-768 and an X25519 secret, hashed together:
//
//	ss = SHA3-256(ssM ‖ ssX ‖ ctX ‖ pkX ‖ label)      Section 5.3
//
// A quantum computer finds ssX, and not ssM. What it opens with one half is measured here.

var fieldInfo = hpke.NewInfo("doormat 1 escrow field")

// quantum is the theft of every messenger, with the X25519 half of the authority's key in the loot, as
// its last record, and the attack on the field.
func (s *system) quantum() attacks.Theft {
	t := s.Quantum()
	steal, read := t.Steal, t.Read
	t.Steal = func() (*attacks.Tape, error) {
		l, err := steal()
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
	t.Read = func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := read(ctx, l, t, found)
		if err != nil {
			return n, err
		}
		m, err := recoverField(ctx, l, t, guessZeros, found)
		return n + m, err
	}
	return t
}

// authorityX25519 returns the X25519 half of an X-Wing private key (Section 5.2).
func authorityX25519(a *escrow.Authority) (k x25519.PrivateKey, err error) {
	identity, err := age.ParseHybridIdentity(a.RecoveryKey())
	if err != nil {
		return k, err
	}
	seed := agekey.Seed(identity)
	return x25519.PrivateKey(sha3.SumSHAKE256(seed[:], 96)[64:]), nil
}

// A decapsulation is how the attacker comes by ssM, the ML-KEM half of a field's shared secret.
type decapsulation func(ciphertext []byte) (ssM [32]byte)

// guessZeros is all that a quantum computer can do about ML-KEM.
func guessZeros([]byte) (zeros [32]byte) { return zeros }

// recoverField computes ssX for each field, takes ssM from kem, and tries to open the body. The
// authority's X25519 key pair is the last record of 64 bytes in the loot. It needs one discrete logarithm
// for all messages there are; with the right ssM it opens each of them, which a test shows.
func recoverField(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, kem decapsulation, found attacks.Found) (int64, error) {
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
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		p, ok := layout.Split(r.Bytes)
		if !ok {
			return
		}
		enc, ciphertext := p.Field[:hpke.CiphertextSize], p.Field[hpke.CiphertextSize:]
		ctX := x25519.PublicKey(enc[len(enc)-x25519.Size:])
		ssX, err := private.DH(ctX)
		if err != nil {
			tried(nil, false)
			return
		}
		ssM := kem(enc[:len(enc)-x25519.Size])
		ss := sha3.Sum256(slices.Concat(
			ssM[:],
			ssX[:],
			ctX[:],
			public[:],
			[]byte(`\./`+`/^\`), // the label
		))
		key, err := fieldInfo.OpenShared(ss, ciphertext)
		if err != nil {
			tried(nil, false)
			return
		}
		tried(p.Open(key))
	})
}
