package mls

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha3"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/noescrow/mls"
)

// A quantum computer finds the private key to every X25519 and Ed25519 public key that there ever was. A hoard
// stands in for it: it copies each private key from the devices before it is erased. Of a key of X-Wing it
// copies the X25519 half, as the other half, of ML-KEM-768, is no such problem. Its loot has three kinds of
// records, told apart by their first byte:
//
//	'X' ‖ private ‖ public    of X25519, 32 bytes each
//	'E' ‖ seed ‖ name         of Ed25519, 32 bytes and whose it is, as the relay says to everyone
//	others                    a KeyPackage, which the relay hands to everyone
type hoard struct {
	pairs attacks.Tape
	held  map[string][][]byte // private keys in a device's group at the last look
	whole bool                // it copies X-Wing's keys whole: a control
}

func newHoard() *hoard { return &hoard{held: map[string][][]byte{}} }

// look copies the private keys of a group on a device that were not there at the last look.
func (h *hoard) look(d *device, g *mls.Group) error {
	if h == nil {
		return nil
	}
	var now [][]byte
	for _, r := range g.Records() {
		if r.Name == "group" {
			now = privateKeys(r.Data)
		}
	}
	name := d.name + "\x00" + string(g.ID())
	for _, k := range now {
		if !slices.ContainsFunc(h.held[name], func(before []byte) bool { return bytes.Equal(before, k) }) {
			if err := h.add(g.Suite(), k); err != nil {
				return err
			}
		}
	}
	h.held[name] = now
	return nil
}

// privateKeys returns the private keys in a record "group".
func privateKeys(record []byte) (all [][]byte) {
	in := cryptobyte.String(record)
	var pairs []byte
	if !in.Skip(2) || !skipContext(&in) || !skipV(&in, 3) || !in.Skip(4) || !skipV(&in, 1) || !readV(&in, &pairs) {
		return nil
	}
	for in = cryptobyte.String(pairs); !in.Empty(); {
		var k []byte
		if !in.Skip(4) || !readV(&in, &k) {
			return nil
		}
		all = append(all, k)
	}
	return all
}

// lookForKeyPackage copies the private keys of a KeyPackage that a device has drawn: its state (noescrow/mls/
// identity.go) has them behind the KeyPackage.
func (h *hoard) lookForKeyPackage(d *device, message []byte) error {
	if h == nil {
		return nil
	}
	state, err := d.id.MarshalBinary()
	if err != nil {
		return err
	}
	k, err := mls.ParseKeyPackage(message)
	if err != nil {
		return err
	}
	_, rest, ok := bytes.Cut(state, message[4:])
	in := cryptobyte.String(rest)
	for range 2 { // init, leaf
		var private []byte
		if ok = ok && readV(&in, &private); !ok {
			return errDevice
		}
		if err := h.add(k.Suite, private); err != nil {
			return err
		}
	}
	return nil
}

// add adds a private key, or its X25519 half. That of X-Wing (draft-connolly-cfrg-xwing-kem, Section 5.2):
//
//	SHAKE256(seed, 96) = d ‖ z ‖ private key of X25519
func (h *hoard) add(suite mls.CipherSuite, private []byte) error {
	half := private
	if suite == mls.XWingAES128Experimental {
		half = sha3.SumSHAKE256(private, 96)[64:]
	}
	k, err := ecdh.X25519().NewPrivateKey(half)
	if err != nil {
		return err
	}
	if h.whole {
		half = private
	}
	return h.pairs.Append(slices.Concat([]byte{'X'}, half, k.PublicKey().Bytes()))
}

func (h *hoard) close() error {
	if h == nil {
		return nil
	}
	return h.pairs.Close()
}

// steal returns the loot.
func (h *hoard) steal(s *system) (*attacks.Tape, error) {
	loot := new(attacks.Tape)
	if err := appendAll(loot, &h.pairs); err != nil {
		return nil, err
	}
	for _, name := range s.Names() {
		d, err := s.Person(name)
		if err != nil {
			return nil, err
		}
		state, err := d.id.MarshalBinary()
		if err != nil {
			return nil, err
		}
		seed, ok := seedOf(state)
		if !ok {
			return nil, errDevice
		}
		if err := loot.Append(slices.Concat([]byte{'E'}, seed, []byte(name))); err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	for _, k := range s.directory {
		if err := loot.Append(k); err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	return loot, nil
}

// seedOf returns the seed of the signature key in the state of an identity with a basic credential.
func seedOf(identity []byte) (seed []byte, ok bool) {
	in := cryptobyte.String(identity)
	ok = in.Skip(3) && skipV(&in, 1) && readV(&in, &seed) && len(seed) == ed25519.SeedSize
	return seed, ok
}

// keys are private keys by their public keys: of X-Wing too, whose public keys end with those of X25519.
type keys map[string][]byte

// of returns what there is of the private key to a public key.
func (k keys) of(public []byte) []byte { return k[string(public[max(len(public)-32, 0):])] }

// A quantumLoot is what a quantum computer has.
type quantumLoot struct {
	keys     keys
	packages map[string][]byte // KeyPackages, without their header, by their reference
}

var errNoKeyPackages = errors.New("attacks: the loot holds no KeyPackage with private keys of X25519")

func parseQuantumLoot(l *attacks.Tape) (*quantumLoot, error) {
	q := &quantumLoot{keys{}, map[string][]byte{}}
	for record, err := range l.All() {
		switch {
		case err != nil:
			return nil, err
		case len(record) == 1+64 && record[0] == 'X':
			k := bytes.Clone(record[1:])
			q.keys[string(k[32:])] = k[:32]
		case len(record) > 4 && record[0] == 0 && record[3] == wireKeyPackage:
			k := bytes.Clone(record[4:])
			q.packages[reference(k)] = k
		}
	}
	if len(q.keys) == 0 || len(q.packages) == 0 {
		return nil, errNoKeyPackages
	}
	return q, nil
}

// reference computes the KeyPackageRef of RFC 9420, Section 5.2.
func reference(keyPackage []byte) string {
	sum := sha256.Sum256(addV(addV(nil, []byte("MLS 1.0 KeyPackage Reference")), keyPackage))
	return string(sum[:])
}

// recoverQuantum joins each group with the Welcome that was recorded, in the place of one whom that has added,
// and then follows it from commit to commit, always from the seat of a member to whom the new keys were
// encrypted. It needs the KeyPackages and the private keys. Each commit draws new keys, and is no hurdle if
// those are of X25519 too.
//
// Of X-Wing it has half of each private key, and tries that in the place of the whole. It would read if a
// member's program had done the same.
func recoverQuantum(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	q, err := parseQuantumLoot(l)
	if err != nil {
		return 0, err
	}
	clock := new(clock)
	groups := map[string]*seats{}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		clock.at = r.At
		parts, _ := split(r.Bytes)
		for _, p := range parts {
			if p.wire == wireWelcome {
				n, s := q.join(p.bytes, clock)
				operations += n
				if s != nil && groups[string(s.group.ID())] == nil {
					groups[string(s.group.ID())] = s
				}
				continue
			}
			if s := groups[string(p.group)]; s != nil {
				n, text, ok := s.open(p.bytes)
				operations += n
				if ok {
					found(r.Index, text)
				}
			}
		}
	}
	return operations, nil
}

// join joins with a Welcome as each member for whom it is, until that works.
func (q *quantumLoot) join(welcome []byte, clock *clock) (tries int64, s *seats) {
	for _, ref := range newMembers(welcome) {
		k, ok := q.packages[ref]
		if !ok {
			continue
		}
		tries++
		id, err := q.identity(k)
		if err != nil {
			continue
		}
		id.SetClock(clock.now)
		if g, err := id.Join(welcome, nil); err == nil {
			return tries, &seats{id: id, group: g, keys: q.keys}
		}
	}
	return tries, nil
}

// newMembers returns the KeyPackageRefs in a Welcome (RFC 9420, Section 12.4.3.1).
func newMembers(welcome []byte) (all []string) {
	in := cryptobyte.String(welcome)
	var secrets []byte
	if !in.Skip(4+2) || !readV(&in, &secrets) {
		return nil
	}
	for in = cryptobyte.String(secrets); !in.Empty(); {
		var ref []byte
		if !readV(&in, &ref) || !skipV(&in, 2) { // kem_output, ciphertext
			return nil
		}
		all = append(all, string(ref))
	}
	return all
}

// identity makes the identity that has drawn a KeyPackage. Its name and signature key are others: to read, it
// needs none.
func (q *quantumLoot) identity(keyPackage []byte) (*mls.Identity, error) {
	in := cryptobyte.String(keyPackage)
	var init, leaf []byte
	if !in.Skip(4) || !readV(&in, &init) || !readV(&in, &leaf) {
		return nil, errNoKeyPackages
	}
	seed := make([]byte, ed25519.SeedSize)
	keys := addV(addV(nil, q.keys.of(init)), q.keys.of(leaf))
	return identityOf("thief", seed, slices.Concat(keyPackage, keys, addV(nil, seed)))
}

// identityOf makes an identity, in the format of noescrow/mls/identity.go, with a KeyPackage and its private keys
// or without.
func identityOf(name string, seed, keyPackage []byte) (*mls.Identity, error) {
	b := addV([]byte{1, 0, 1}, []byte(name)) // version, basic credential
	b = addV(addV(b, seed), keyPackage)
	b = addV(addV(b, nil), nil) // no PSKs, no groups
	id := new(mls.Identity)
	return id, id.UnmarshalBinary(b)
}

// forgeWithSignatureKey writes as the owner of an Ed25519 key of the loot, in a new group. Signatures of the
// post-quantum suite are Ed25519 as well, so it forges there too.
func forgeWithSignatureKey(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) <= 1+ed25519.SeedSize || record[0] != 'E' {
			continue
		}
		seed, name := record[1:][:ed25519.SeedSize], record[1+ed25519.SeedSize:]
		if !bytes.Equal(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey), f.From) {
			continue
		}
		id, err := identityOf(string(name), seed, nil)
		if err != nil {
			return nil, err
		}
		return forge(id, f)
	}
	return nil, fmt.Errorf("attacks: expected the key of %x in the loot, found none", f.From)
}
