package messenger

import (
	"context"
	"crypto/mlkem"
	"errors"

	"doormat/attacks"
	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// Private keys may lie in loot one by one, as they were drawn, and not in a device's state. A thief who
// finds publications beside them knows which key is whose:
//
//	32 bytes    an X25519 private key
//	64 bytes    private ‖ public of X25519, if they are a pair; otherwise a seed of ML-KEM-768
//	others      a publication, or nothing of this kind
//
// A handshake takes keys of both kinds, and all that it takes: see quantum.go, and Section 3.3 of PQXDH.

var errNoPrekeys = errors.New("attacks: the loot holds no publication with private keys of X25519 and of ML-KEM")

// recoverWithPrekeys reads the first messages of every session whose recipient's private keys are in the
// loot. It needs publications, the private keys, and the transcript.
func recoverWithPrekeys(ctx context.Context, w *Wire, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	if l.Len() < 3 {
		return 0, errNoPrekeys // a publication, and a private key of each kind
	}
	q := newQuantumLoot()
	for record, err := range l.All() {
		if err != nil {
			return 0, err
		}
		if len(record) > w.frame+2 && record[w.frame+1] == 3 { // noescrow/shelf.go: version, kind
			q.readPublished(record[w.frame:])
		}
	}
	if len(q.people) == 0 {
		return 0, errNoPrekeys
	}
	seeds := map[pqxdh.KEMPublicKey]pqxdh.KEMSeed{}
	for record, err := range l.All() {
		if err != nil {
			return 0, err
		}
		if len(record) != x25519.Size && len(record) != 2*x25519.Size {
			continue
		}
		private := x25519.PrivateKey(record[:x25519.Size])
		public := private.Public()
		if len(record) == x25519.Size || string(public[:]) == string(record[x25519.Size:]) {
			q.keep(public, private)
			continue
		}
		seed := pqxdh.KEMSeed(record)
		seeds[seed.Public()] = seed
	}
	if len(q.private) == 0 || len(seeds) == 0 {
		return 0, errNoPrekeys
	}
	return q.recover(ctx, w, t, func(to noescrow.Identity, in *pqxdh.Initial) (ss pqxdh.KEMSecret) {
		seed, ok := seeds[*q.people[to].kem[in.PostQuantumID]] // respond has looked: there is one
		if !ok {
			return ss
		}
		k, err := mlkem.NewDecapsulationKey768(seed[:])
		if err != nil {
			return ss
		}
		secret, err := k.Decapsulate(in.Ciphertext[:])
		if err != nil {
			return ss
		}
		return pqxdh.KEMSecret(secret)
	}, found)
}
