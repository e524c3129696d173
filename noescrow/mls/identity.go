package mls

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// An Identity is one client: a name, the signature key behind it, and the private keys of the
// KeyPackages that it has published. It is safe for concurrent use. Save it, with MarshalBinary, after
// each KeyPackage, before that is published, and after each Join. The zero Identity has no name: it is for
// UnmarshalBinary.
type Identity struct {
	mu sync.Mutex
	s  *hiddenIdentity
}

// hiddenIdentity adds a pointer, which package fmt does not follow below the first level.
type hiddenIdentity struct{ *identity }

// identity is what [Identity.MarshalBinary] writes, but for the last four.
type identity struct {
	credential credential
	key        ed25519.PrivateKey
	packages   map[string]*bundle // by KeyPackageRef
	psks       map[string][]byte  // external, by psk_id
	groups     map[string]bool    // the identifiers of the groups that it is in

	verify      Verifier
	now         func() time.Time
	supports    capabilities
	anyLifetime bool
}

// bundle is a KeyPackage with its private keys.
type bundle struct {
	suite      *suite
	keyPackage *keyPackage
	init, leaf keyPair
	key        ed25519.PrivateKey
}

// Lifetime is how long a new KeyPackage lives. It begins a ClockSkew early.
const Lifetime = 84 * 24 * time.Hour

// MaxKeyPackages bounds the KeyPackages whose private keys an Identity holds. The oldest must be
// forgotten first.
const MaxKeyPackages = 1000

// NewIdentity draws a signature key for name, under a basic credential: no one vouches for it. The name
// must be unique in each group, so a person with two devices has two.
func NewIdentity(name string) *Identity { return &Identity{s: newIdentity(name)} }

func newIdentity(name string) *hiddenIdentity {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return &hiddenIdentity{&identity{
		credential: credential{kind: credentialBasic, identity: []byte(name)},
		key:        key,
		packages:   map[string]*bundle{},
		psks:       map[string][]byte{},
		groups:     map[string]bool{},
		verify:     AcceptBasic,
		now:        time.Now,
		supports:   ownCapabilities(),
	}}
}

func (id *Identity) lock() *identity {
	id.mu.Lock()
	if id.s == nil {
		id.s = newIdentity("")
	}
	return id.s.identity
}

// Credential returns the credential of new KeyPackages and commits.
func (id *Identity) Credential() Credential {
	s := id.lock()
	defer id.mu.Unlock()
	return s.credential.export()
}

// SignatureKey returns the public signature key, of 32 bytes.
func (id *Identity) SignatureKey() []byte {
	s := id.lock()
	defer id.mu.Unlock()
	return s.public()
}

func (s *identity) public() []byte { return bytes.Clone(s.key.Public().(ed25519.PublicKey)) }

// SetVerifier sets which credentials of others are accepted, in all groups of this identity. It is not
// saved. Without it, an identity uses [AcceptBasic].
func (id *Identity) SetVerifier(v Verifier) {
	s := id.lock()
	defer id.mu.Unlock()
	s.verify = v
}

// SetClock sets the source of the present time, which is time.Now without it. It is not saved.
func (id *Identity) SetClock(now func() time.Time) {
	s := id.lock()
	defer id.mu.Unlock()
	s.now = now
}

// SetCredential replaces the credential, by one with the same identity. It shows in new KeyPackages,
// and in a group from the next commit or Update of this member on.
func (id *Identity) SetCredential(c Credential) error {
	s := id.lock()
	defer id.mu.Unlock()
	own, err := c.parse()
	if err == nil && own.client() != s.credential.client() {
		err = fmt.Errorf("expected a credential of %q, found %q", s.credential.name(), own.name())
	}
	if err == nil {
		err = s.verify(own.export(), s.public(), s.now())
	}
	if err != nil {
		return prefix(err)
	}
	s.credential = own
	return nil
}

// Rotate draws a new signature key. It shows in new KeyPackages, and in a group from the next commit or
// Update of this member on. A certificate is for one key: SetCredential must follow.
func (id *Identity) Rotate() {
	s := id.lock()
	defer id.mu.Unlock()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	s.key = key
}

// SetPSK stores an external pre-shared key, for proposals [ExternalPSK] of this id. An empty key
// erases it.
func (id *Identity) SetPSK(pskID, psk []byte) {
	s := id.lock()
	defer id.mu.Unlock()
	if len(psk) == 0 {
		delete(s.psks, string(pskID))
		return
	}
	s.psks[string(pskID)] = bytes.Clone(psk)
}

// Forget lets the identity join a group again whose state was lost.
func (id *Identity) Forget(groupID []byte) {
	s := id.lock()
	defer id.mu.Unlock()
	delete(s.groups, string(groupID))
}

// ownCapabilities lists what RFC 9420 does not take for granted.
func ownCapabilities() capabilities {
	c := capabilities{versions: []uint16{mls10}, credentials: []uint16{credentialBasic, credentialX509}}
	for id := range suites {
		c.suites = append(c.suites, uint16(id))
	}
	slices.Sort(c.suites)
	return c
}

// newLeaf returns the leaf of this identity, but for the key and what its source adds.
func (s *identity) newLeaf() *leafNode {
	return &leafNode{signatureKey: s.public(), credential: s.credential, capabilities: s.supports}
}

func (s *identity) checks(suite *suite) *checks {
	return &checks{suite: suite, verify: s.verify, now: s.now, anyLifetime: s.anyLifetime}
}

// KeyPackage returns a new KeyPackage (an MLSMessage) to be published: with it, others add this
// identity to a group of the suite, once. The private keys are kept until that, and until the lifetime
// ends.
func (id *Identity) KeyPackage(suite CipherSuite) ([]byte, error) {
	s := id.lock()
	defer id.mu.Unlock()
	b, err := s.newBundle(suite)
	if err != nil {
		return nil, prefix(err)
	}
	now := uint64(s.now().Unix())
	maps.DeleteFunc(s.packages, func(_ string, b *bundle) bool {
		return b.keyPackage.leaf.notAfter+uint64(ClockSkew/time.Second) < now
	})
	if len(s.packages) >= MaxKeyPackages {
		return nil, prefix(fmt.Errorf("there are %d KeyPackages that are not used yet", len(s.packages)))
	}
	s.packages[string(b.keyPackage.ref())] = b
	m := mlsMessage{wire: wireKeyPackage, keyPackage: b.keyPackage}
	return m.add(nil), nil
}

func (s *identity) newBundle(id CipherSuite) (*bundle, error) {
	suite, err := suiteOf(id)
	if err != nil {
		return nil, err
	}
	b := &bundle{suite, nil, suite.newKeyPair(), suite.newKeyPair(), s.key}
	leaf := s.newLeaf()
	leaf.encryptionKey = b.leaf.public
	leaf.source = sourceKeyPackage
	leaf.notBefore = uint64(s.now().Add(-ClockSkew).Unix())
	leaf.notAfter = uint64(s.now().Add(Lifetime).Unix())
	leaf.sign(s.key, nil, 0)
	b.keyPackage = &keyPackage{version: mls10, suite: id, initKey: b.init.public, leaf: leaf}
	b.keyPackage.sign(s.key)
	return b, nil
}

// A KeyPackage is what is readable in the bytes of one.
type KeyPackage struct {
	Suite        CipherSuite
	Credential   Credential
	SignatureKey []byte
	NotAfter     time.Time
}

// ParseKeyPackage reads a KeyPackage and checks its signatures. That says nothing about whose it is.
func ParseKeyPackage(message []byte) (*KeyPackage, error) {
	k, err := parseKeyPackage(message)
	if err != nil {
		return nil, prefix(err)
	}
	suite, err := suiteOf(k.suite)
	if err != nil {
		return nil, prefix(err)
	}
	any := func(Credential, []byte, time.Time) error { return nil }
	c := checks{suite: suite, verify: any, now: time.Now, anyLifetime: true}
	if err := c.checkKeyPackage(k, 0); err != nil {
		return nil, prefix(err)
	}
	return &KeyPackage{k.suite, k.leaf.credential.export(), k.leaf.signatureKey, time.Unix(int64(min(k.leaf.notAfter, 1<<62)), 0)}, nil
}

func parseKeyPackage(message []byte) (*keyPackage, error) {
	m, err := parseMessage(message)
	if err != nil {
		return nil, err
	}
	if m.wire != wireKeyPackage {
		return nil, errors.New("expected a KeyPackage, found another message")
	}
	return m.keyPackage, nil
}

const identityVersion = 1

// MarshalBinary returns the identity with its private keys.
func (id *Identity) MarshalBinary() ([]byte, error) {
	s := id.lock()
	defer id.mu.Unlock()
	b := s.credential.add([]byte{identityVersion})
	b = addV(b, s.key.Seed())
	b = addVector(b, func(b []byte) []byte {
		for _, ref := range slices.Sorted(maps.Keys(s.packages)) {
			p := s.packages[ref]
			b = addV(addV(p.keyPackage.add(b), p.init.private), p.leaf.private)
			b = addV(b, p.key.Seed())
		}
		return b
	})
	b = addVector(b, func(b []byte) []byte {
		for _, name := range slices.Sorted(maps.Keys(s.psks)) {
			b = addV(addV(b, []byte(name)), s.psks[name])
		}
		return b
	})
	return addVector(b, func(b []byte) []byte {
		for _, name := range slices.Sorted(maps.Keys(s.groups)) {
			b = addV(b, []byte(name))
		}
		return b
	}), nil
}

// UnmarshalBinary reads what MarshalBinary wrote. The verifier and the clock are those of a new
// identity.
func (id *Identity) UnmarshalBinary(data []byte) error {
	s := newIdentity("").identity
	in := cryptobyte.String(bytes.Clone(data))
	var version uint8
	var seed []byte
	ok := in.ReadUint8(&version) && version == identityVersion &&
		s.credential.read(&in) &&
		readV(&in, &seed) && len(seed) == ed25519.SeedSize &&
		readVector(&in, s.readBundle) &&
		readVector(&in, func(in *cryptobyte.String) bool {
			var name, psk []byte
			if !readV(in, &name) || !readV(in, &psk) || len(psk) == 0 {
				return false
			}
			s.psks[string(name)] = psk
			return true
		}) &&
		readVector(&in, func(in *cryptobyte.String) bool {
			var name []byte
			if !readV(in, &name) {
				return false
			}
			s.groups[string(name)] = true
			return true
		}) &&
		in.Empty()
	if !ok {
		return prefix(errors.New("the state of the identity is malformed"))
	}
	s.key = ed25519.NewKeyFromSeed(seed)
	id.mu.Lock()
	defer id.mu.Unlock()
	id.s = &hiddenIdentity{s}
	return nil
}

func (s *identity) readBundle(in *cryptobyte.String) bool {
	p := &bundle{keyPackage: new(keyPackage)}
	var seed []byte
	if !p.keyPackage.read(in) || !readV(in, &p.init.private) || !readV(in, &p.leaf.private) || !readV(in, &seed) || len(seed) != ed25519.SeedSize {
		return false
	}
	var err error
	if p.suite, err = suiteOf(p.keyPackage.suite); err != nil {
		return false
	}
	p.key = ed25519.NewKeyFromSeed(seed)
	p.init.public, p.leaf.public = p.keyPackage.initKey, p.keyPackage.leaf.encryptionKey
	if !p.suite.owns(p.init.private, p.init.public) || !p.suite.owns(p.leaf.private, p.leaf.public) {
		return false
	}
	s.packages[string(p.keyPackage.ref())] = p
	return len(s.packages) <= MaxKeyPackages
}

// Format implements [fmt.Formatter]: every verb prints the name and no secret.
func (id *Identity) Format(f fmt.State, _ rune) {
	s := id.lock()
	defer id.mu.Unlock()
	fmt.Fprintf(f, "mls.Identity(%q)", s.credential.name())
}

// LogValue implements [slog.LogValuer] as Format does.
func (id *Identity) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(id)) }

// MarshalText implements [encoding.TextMarshaler] as Format does. Without it, text encoders would
// call MarshalBinary.
func (id *Identity) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(id)), nil }

// prefix is put before an error where it leaves the package.
func prefix(err error) error { return fmt.Errorf("mls: %w", err) }
