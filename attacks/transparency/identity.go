package transparency

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/noescrow/mls"
	"doormat/noescrow/transparency"
)

// The names of the systems with an identity provider, and of the theft of its key.
const (
	Certified = "identity provider"
	Logged    = "identity provider, logged"

	ProviderKey attacks.TheftName = "identity provider's key"
)

// groups carries messages in groups of two of package mls. The credentials are certificates of an identity
// provider. If logged, a device takes a credential only if the directory has its key too.
type groups struct {
	attacks.SystemName
	attacks.Roll[*mls.Identity]
	authority *mls.Authority
	accept    mls.Verifier
	directory *transparency.Directory // nil if not logged
	params    transparency.Parameters
	groups    map[[2]string]*mls.Group // of a person and a peer
	fakes     map[string]*mls.Identity // of the thief
	refused   bool                     // a device has refused a credential of the thief's
	taken     bool                     // a device has taken one
}

// NewIdentityProvider returns two messengers whose people are vouched for by an identity provider,
// without and with a directory, and a thief of the provider's key, who has taken the relay over as
// well.
func NewIdentityProvider() []attacks.System {
	return []attacks.System{newGroups(Certified), newGroups(Logged)}
}

func newGroups(name attacks.SystemName) *groups {
	return &groups{SystemName: name, groups: map[[2]string]*mls.Group{}}
}

// Certificates here are valid from and until these, and all clocks stand between.
var (
	validFrom  = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validUntil = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
)

func clock() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// found makes the provider, and the directory.
func (s *groups) found() (err error) {
	s.authority = mls.NewAuthority("identity provider", validFrom, validUntil)
	if s.accept, err = mls.AcceptCertificates(s.authority.Root()); err != nil || s.Name() != Logged {
		return err
	}
	if s.directory, err = transparency.NewDirectory(origin, transparency.VRFLabels); err != nil {
		return err
	}
	s.params = s.directory.Parameters()
	return nil
}

// newMember makes an identity with a certificate of who has the provider's key.
func newMember(a *mls.Authority, name string, accept mls.Verifier) (*mls.Identity, error) {
	id := mls.NewIdentity(name)
	id.SetClock(clock)
	id.SetVerifier(accept)
	c, err := a.Certify(name, id.SignatureKey(), validFrom, validUntil)
	if err != nil {
		return nil, err
	}
	return id, id.SetCredential(c)
}

// Enrol makes a person known to the provider, and to the directory.
func (s *groups) Enrol(name string) error {
	if s.authority == nil {
		if err := s.found(); err != nil {
			return err
		}
	}
	id, err := newMember(s.authority, name, s.accept)
	if err != nil {
		return err
	}
	s.Add(name, id.SignatureKey(), id)
	if s.directory == nil {
		return nil
	}
	if err := s.directory.Set(transparency.MLSLabel(name), id.SignatureKey()); err != nil {
		return err
	}
	if _, err := s.directory.Publish(clock().Add(-time.Hour + time.Duration(len(s.Names()))*time.Second)); err != nil {
		return err
	}
	client, err := transparency.NewClient(s.params)
	if err != nil {
		return err
	}
	id.SetVerifier(transparency.NewContacts(client, s.directory).Verifier(s.accept))
	return nil
}

// Identity returns a person's signature key.
func (s *groups) Identity(name string) ([]byte, error) {
	id, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return id.SignatureKey(), nil
}

// Bundle returns nil: a KeyPackage is handed out once.
func (s *groups) Bundle(string) ([]byte, error) { return nil, nil }

// An envelope is, in bytes:
//
//	opaque welcome<0..2^32-1>;    of the group, with its first message; otherwise empty
//	opaque message[];             a PrivateMessage
func envelope(welcome, message []byte) []byte {
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(welcome))), welcome, message)
}

var errEnvelope = errors.New("attacks: expected an envelope of a group of two, found something else")

func split(envelope []byte) (welcome, message []byte, err error) {
	if len(envelope) < 4 || uint64(binary.BigEndian.Uint32(envelope)) > uint64(len(envelope)-4) {
		return nil, nil, errEnvelope
	}
	n := 4 + binary.BigEndian.Uint32(envelope)
	return envelope[4:n], envelope[n:], nil
}

// begin makes a group of two, given the other's KeyPackage.
func begin(from *mls.Identity, keyPackage []byte) (g *mls.Group, welcome []byte, err error) {
	if g, err = from.NewGroup(mls.X25519AES128, nil); err != nil {
		return nil, nil, err
	}
	commit, welcome, err := g.Commit(mls.Add(keyPackage))
	if err != nil {
		return nil, nil, err
	}
	_, err = g.Open(commit)
	return g, welcome, err
}

// Send seals in the group of the two, and makes one with the KeyPackage that the relay hands out if
// there is none. If the device refuses it, the two meet, and exchange the true one.
func (s *groups) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	pair := [2]string{m.From, m.To}
	var welcome []byte
	if s.groups[pair] == nil {
		handedOut := to
		if fake := s.fakes[m.To]; fake != nil {
			handedOut = fake
		}
		for range 2 {
			kp, err := handedOut.KeyPackage(mls.X25519AES128)
			if err != nil {
				return nil, err
			}
			if s.groups[pair], welcome, err = begin(from, kp); err == nil {
				s.taken = s.taken || handedOut != to
				break
			}
			if handedOut == to {
				return nil, err
			}
			s.refused, handedOut = true, to
		}
	}
	message, err := s.groups[pair].Seal([]byte(m.Text), attacks.Date(m.At))
	return envelope(welcome, message), err
}

// Receive opens in the group of the two that the message is of.
func (s *groups) Receive(to string, at time.Time, e []byte) (from, text string, err error) {
	id, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	welcome, message, err := split(e)
	if err != nil {
		return "", "", err
	}
	if len(welcome) > 0 {
		g, err := id.Join(welcome, nil)
		if err != nil {
			s.refused = true
			return "", "", err
		}
		for _, member := range g.Members() {
			if peer := member.Credential.Identity; peer != to {
				s.groups[[2]string{to, peer}] = g
			}
		}
	}
	for pair, g := range s.groups {
		if pair[0] != to {
			continue
		}
		r, err := g.Open(message)
		if err == nil && r.Kind == mls.Application && string(r.Associated) == string(attacks.Date(at)) {
			return r.Sender.Credential.Identity, string(r.Text), nil
		}
	}
	return "", "", errEnvelope
}

// Inspect returns the state of a person's device, but for the groups.
func (s *groups) Inspect(name string) ([]byte, error) {
	id, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return id.MarshalBinary()
}

// Thefts lists the one theft. Its loot is the provider's root certificate, its key, and notes.
func (s *groups) Thefts(string) []attacks.Theft {
	return []attacks.Theft{{
		Name:    ProviderKey,
		Takes:   "the key that certificates are signed with, by a thief who has the relay too",
		Parties: []attacks.Party{"identity provider", "relay"},
		Steal: func() (*attacks.Tape, error) {
			return attacks.TapeOf(s.authority.Root(), s.authority.RecoveryKey())
		},
		Act: s.act,
		Read: func(ctx context.Context, l *attacks.Tape, _ *attacks.Transcript, found attacks.Found) (operations int64, err error) {
			for r, err := range l.All() {
				if err != nil {
					return operations, err
				}
				if len(r) >= 5 && r[0] == 'T' {
					operations++
					found(int(binary.BigEndian.Uint32(r[1:])), r[5:])
				}
			}
			return operations, ctx.Err()
		},
		Noticed: func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) { return s.noticed(), nil },
	}}
}

// joinAs joins a group as a person, who need not be in it, by an external commit (RFC 9420, Section
// 12.4.3.2): it needs the authority's root certificate and key, and a GroupInfo, which members give to
// the relay. A member of that name is removed by the same commit. It shows what a credential is worth:
// what its issuer's key is.
func joinAs(root, key []byte, name string, groupInfo []byte) (id *mls.Identity, g *mls.Group, commit []byte, err error) {
	if id, err = fakeMember(root, key, name); err != nil {
		return nil, nil, nil, err
	}
	g, commit, err = id.JoinExternal(groupInfo, nil)
	return id, g, commit, err
}

func fakeMember(root, key []byte, name string) (*mls.Identity, error) {
	a, err := mls.ParseAuthority(root, key)
	if err != nil {
		return nil, err
	}
	return newMember(a, name, func(mls.Credential, []byte, time.Time) error { return nil })
}

// act joins every group twice, to each of the two as the other. From then on the relay hands out
// KeyPackages of the thief's.
//
//	Ana            Ben              Ana ── "Ben"         "Ana" ── Ben
//	  └── group ──┘                      └ the thief ────────┘
func (s *groups) act(l *attacks.Tape) (attacks.Middle, error) {
	var stolen [][]byte
	for r, err := range l.All() {
		if err != nil {
			return nil, err
		}
		stolen = append(stolen, slices.Clone(r))
	}
	if len(stolen) < 2 {
		return nil, errLoot
	}
	legs := map[[2]string]*mls.Group{} // the thief's groups, by the person and as whom
	pairs := slices.SortedFunc(maps.Keys(s.groups), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, pair := range pairs {
		g := s.groups[pair]
		info, err := g.GroupInfo()
		if err != nil {
			return nil, err
		}
		_, leg, commit, err := joinAs(stolen[0], stolen[1], pair[1], info)
		if err != nil {
			return nil, err
		}
		if _, err := g.Open(commit); err != nil { // this is the person's device
			s.refused = true
			continue
		}
		legs[pair], s.taken = leg, true
	}
	s.fakes = map[string]*mls.Identity{}
	for _, name := range s.Names() {
		fake, err := fakeMember(stolen[0], stolen[1], name)
		if err != nil {
			return nil, err
		}
		s.fakes[name] = fake
	}
	return func(e attacks.InFlight) ([]attacks.InFlight, error) { return s.pass(l, legs, e) }, nil
}

// pass opens what is sealed for the thief in the place of the recipient, notes it, and seals it to the
// recipient in the place of the sender.
func (s *groups) pass(l *attacks.Tape, legs map[[2]string]*mls.Group, e attacks.InFlight) ([]attacks.InFlight, error) {
	welcome, message, err := split(e.Bytes)
	if err != nil {
		return nil, err
	}
	here, there := [2]string{e.From, e.To}, [2]string{e.To, e.From}
	if len(welcome) > 0 {
		if legs[here], err = s.fakes[e.To].Join(welcome, nil); err != nil {
			return []attacks.InFlight{e}, nil
		}
	}
	if legs[here] == nil {
		return []attacks.InFlight{e}, nil
	}
	r, err := legs[here].Open(message)
	if err != nil {
		return []attacks.InFlight{e}, nil
	}
	if err := l.Append(append(binary.BigEndian.AppendUint32([]byte{'T'}, uint32(e.Index)), r.Text...)); err != nil {
		return nil, err
	}
	welcome = nil
	if legs[there] == nil {
		to, err := s.Person(e.To)
		if err != nil {
			return nil, err
		}
		kp, err := to.KeyPackage(mls.X25519AES128)
		if err != nil {
			return nil, err
		}
		if legs[there], welcome, err = begin(s.fakes[e.From], kp); err != nil {
			return nil, err
		}
	}
	sealed, err := legs[there].Seal(r.Text, r.Associated)
	e.Bytes = envelope(welcome, sealed)
	return []attacks.InFlight{e}, err
}

// noticed returns who could have noticed: devices that have refused a credential, or two members who compare
// their epoch's authenticators.
func (s *groups) noticed() attacks.Notice {
	switch {
	case s.refused && s.taken:
		return attacks.Notice{Who: "some devices"}
	case s.refused:
		return attacks.Notice{Who: "all devices"}
	}
	for pair, g := range s.groups {
		other := s.groups[[2]string{pair[1], pair[0]}]
		if other == nil || string(g.EpochAuthenticator()) != string(other.EpochAuthenticator()) {
			return attacks.Notice{Who: "who compares authenticators", Possible: true}
		}
	}
	return attacks.Notice{}
}
