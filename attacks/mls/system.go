package mls

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow/mls"
)

// Names of the systems, and of the thefts that only groups know.
const (
	Name      = "MLS"
	NameXWing = "MLS, X-Wing"

	Infiltration                   = messenger.Infiltration
	Removed      attacks.TheftName = "removed member"
)

// RekeyAfter is how many messages of its own a device sends in a group before it commits, and has new keys.
const RekeyAfter = 3

// New returns package mls as a system, with suite 1 of RFC 9420.
func New() attacks.GroupSystem { return newSystem(Name, mls.X25519AES128) }

// NewXWing returns package mls as a system with the post-quantum suite.
func NewXWing() attacks.GroupSystem { return newSystem(NameXWing, mls.XWingAES128Experimental) }

// NewRemoved returns the system of New with one more member in each group of the victim, who is removed at
// the moment of the one theft: Removed, which is that member's.
func NewRemoved() attacks.GroupSystem { return &removal{newSystem(Name, mls.X25519AES128)} }

// NewInfiltrated returns the system of New with one theft, Infiltration: an officer is added to one group of
// the victim, by another member of it.
func NewInfiltrated() attacks.GroupSystem { return &infiltration{newSystem(Name, mls.X25519AES128)} }

// A system has a group for each set of people who write to each other. Its creator is who writes first.
type system struct {
	attacks.SystemName
	attacks.Roll[*device]
	suite     mls.CipherSuite
	circles   map[string]*circle // by the names of its members
	order     []string
	directory [][]byte // KeyPackages, in the order in which the relay handed them out
	log       []string // of the relay: who sent to whom
	now       time.Time
	phone     *phone // of the victim; nil if it keeps no messages
	phones    *messenger.Phones
	hoard     *hoard // of the quantum computer; nil if there is none
	guest     *guest
	officers  []*officer
}

// A circle is a group, as those in it know it.
type circle struct {
	id      []byte
	members []string
	guest   uint32 // leaf of the guest
	with    bool   // the guest is in it
}

func newSystem(name attacks.SystemName, suite mls.CipherSuite) *system {
	s := &system{SystemName: name, suite: suite, circles: map[string]*circle{}}
	s.phones = &messenger.Phones{
		Owners: s.Names,
		State: func(owner string) ([]byte, error) {
			d, err := s.Person(owner)
			if err != nil {
				return nil, err
			}
			return d.MarshalBinary()
		},
		Route: groupOf,
		Forge: forgeWithState,
		Named: func(state []byte) ([]byte, error) {
			d, err := parseDevice(state, time.Now)
			if err != nil {
				return nil, err
			}
			return d.id.SignatureKey(), nil
		},
		Now: func() time.Time { return s.now },
	}
	return s
}

// groupOf returns the group that an envelope shows.
func groupOf(envelope []byte) (group []byte, ok bool) {
	parts, ok := split(envelope)
	if !ok {
		return nil, false
	}
	return parts[len(parts)-1].group, true
}

// Enrol gives a person a device.
func (s *system) Enrol(name string) error {
	d := s.newDevice(name)
	s.Add(name, d.key, d)
	return nil
}

func (s *system) newDevice(name string) *device {
	d := &device{name: name, id: mls.NewIdentity(name), groups: map[string]*membership{}}
	d.key = d.id.SignatureKey()
	d.id.SetClock(s.clock)
	d.id.SetVerifier(s.known)
	return d
}

// clock is the date of the latest message.
func (s *system) clock() time.Time {
	if first := time.Unix(0, 0).Add(2 * mls.ClockSkew); s.now.Before(first) {
		return first // KeyPackages have no dates before 1970
	}
	return s.now
}

var errStranger = errors.New("attacks: the key is not the one that the directory has under that name")

// known is the devices' verifier: a name has the key that the relay's directory says.
func (s *system) known(c mls.Credential, key []byte, _ time.Time) error {
	d, err := s.Person(c.Identity)
	switch {
	case err == nil && bytes.Equal(key, d.key):
		return nil
	case s.guest != nil && bytes.Equal(key, s.guest.device.key):
		return nil
	case slices.ContainsFunc(s.officers, func(o *officer) bool { return bytes.Equal(key, o.key) }):
		return nil // under a name that is no other person's
	}
	return errStranger
}

// Identity returns the 32 bytes of a person's Ed25519 public key.
func (s *system) Identity(name string) ([]byte, error) {
	d, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return d.key, nil
}

// Bundle returns a KeyPackage. People are online, so each is drawn when it is asked for.
func (s *system) Bundle(name string) ([]byte, error) {
	d, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return s.keyPackage(d)
}

func (s *system) keyPackage(d *device) ([]byte, error) {
	k, err := d.id.KeyPackage(s.suite)
	if err != nil {
		return nil, err
	}
	s.directory = append(s.directory, k)
	return k, s.hoard.lookForKeyPackage(d, k)
}

// Inspect returns the state of a person's device, with all groups, and behind it the program on the phone, if it is
// not the release.
func (s *system) Inspect(name string) ([]byte, error) {
	d, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	if s.phone != nil && s.phone.seized && s.phone.owner == name {
		return nil, errSeized
	}
	state, err := d.MarshalBinary()
	return append(state, s.phones.Put(name)...), err
}

// Send seals a message to one person, in the group of the two.
func (s *system) Send(m attacks.Message) ([]byte, error) { return s.SendAll(m) }

// SendAll seals a message once for its group. In front of it, in the same envelope, is what the group needs
// first: the Welcome of a new group, or a commit.
func (s *system) SendAll(m attacks.Message) ([]byte, error) {
	from, err := s.Person(m.From)
	if err != nil {
		return nil, err
	}
	if m.At.After(s.now) {
		s.now = m.At
	}
	c, front, err := s.prepare(from, m)
	if err != nil {
		return nil, err
	}
	in := from.groups[string(c.id)]
	if err := s.phones.Show(m.From, "", c.id, m.At, m.Text); err != nil { // before it is sealed
		return nil, err
	}
	sealed, err := in.group.Seal([]byte(m.Text), attacks.Date(m.At))
	if err != nil {
		return nil, err
	}
	in.sent++
	s.log = append(s.log, fmt.Sprintf("%d %s to %s", m.At.UnixMilli(), m.From, strings.Join(m.Recipients(), ", ")))
	envelope := join(append(front, sealed)...)
	if c.with { // the guest has the envelope too
		if _, err := s.guest.receive(s, m.At, envelope); err != nil {
			return nil, err
		}
	}
	return envelope, s.phone.keep(m.From, m.At, m.Text)
}

var errNotJoined = errors.New("attacks: the Welcome to the group has not arrived at its member, who writes to it")

// prepare returns the circle of a message, and what its sender sends before it.
func (s *system) prepare(from *device, m attacks.Message) (c *circle, front [][]byte, err error) {
	members := slices.Sorted(slices.Values(append(m.Recipients(), m.From)))
	key := fmt.Sprintf("%q", members) // a name may have any byte in it
	c = s.circles[key]
	if c == nil {
		c = &circle{members: members}
		welcome, err := s.create(c, from)
		if err != nil {
			return nil, nil, err
		}
		s.circles[key], s.order = c, append(s.order, key)
		return c, [][]byte{welcome}, nil
	}
	in := from.groups[string(c.id)]
	if in == nil {
		return nil, nil, errNotJoined
	}
	changes, err := s.changes(c, from)
	if err != nil {
		return nil, nil, err
	}
	if len(changes) == 0 && in.sent < RekeyAfter {
		return c, nil, nil
	}
	commit, welcome, err := in.group.Commit(changes...)
	if err != nil {
		return nil, nil, err
	}
	if err := s.accept(from, in, commit); err != nil {
		return nil, nil, err
	}
	front = [][]byte{commit}
	if welcome != nil {
		front = append(front, welcome)
	}
	return c, front, nil
}

// create makes the group of a circle on a device, and returns the Welcome.
func (s *system) create(c *circle, creator *device) (welcome []byte, err error) {
	g, err := creator.id.NewGroup(s.suite, nil)
	if err != nil {
		return nil, err
	}
	c.id = g.ID()
	var add []mls.Proposal
	for _, name := range c.members {
		if name == creator.name {
			continue
		}
		k, err := s.Bundle(name)
		if err != nil {
			return nil, err
		}
		add = append(add, mls.Add(k))
	}
	if s.guest != nil && !s.guest.gone && slices.Contains(c.members, s.guest.host) {
		k, err := s.keyPackage(s.guest.device)
		if err != nil {
			return nil, err
		}
		c.with = true
		add = append(add, mls.Add(k))
	}
	in := &membership{group: g}
	creator.groups[string(c.id)] = in
	commit, welcome, err := g.Commit(add...)
	if err != nil {
		return nil, err
	}
	if err := s.accept(creator, in, commit); err != nil {
		return nil, err
	}
	if c.with {
		for _, m := range g.Members() {
			if m.Credential.Identity == s.guest.device.name {
				c.guest = m.Leaf
			}
		}
	}
	return welcome, nil
}

// accept is what a device does when the relay has taken its commit.
func (s *system) accept(d *device, in *membership, commit []byte) error {
	if _, err := in.group.Open(commit); err != nil {
		return err
	}
	in.sent = 0
	return s.hoard.look(d, in.group)
}

// changes returns the proposals that are due in a circle when a device writes in it.
func (s *system) changes(c *circle, from *device) (list []mls.Proposal, err error) {
	if c.with && s.guest.gone {
		c.with = false
		list = append(list, mls.Remove(c.guest))
	}
	for _, o := range s.officers {
		if !o.inside && from.name != o.target && slices.Contains(c.members, o.target) {
			o.inside, o.informer = true, from.name
			list = append(list, mls.Add(o.keyPackage))
		}
	}
	return list, nil
}

// Receive opens an envelope on a person's device.
func (s *system) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	from, text, err = d.receive(s, at, envelope)
	if err != nil {
		return "", "", err
	}
	group, _ := groupOf(envelope)
	return from, text, errors.Join(s.phones.Show(to, "", group, at, text), s.phone.keep(to, at, text))
}

// Close removes the temporary files.
func (s *system) Close() error {
	err := errors.Join(s.hoard.close(), s.phones.Close())
	if s.phone != nil {
		err = errors.Join(err, s.phone.history.Close())
	}
	if s.guest != nil {
		err = errors.Join(err, s.guest.history.Close())
	}
	return err
}

// stealDirectory copies what the relay has: names, keys, KeyPackages, and who sent to whom and when.
func (s *system) stealDirectory() (*attacks.Tape, error) {
	loot := new(attacks.Tape)
	for _, name := range s.Names() {
		d, err := s.Person(name)
		if err == nil {
			err = errors.Join(loot.Append([]byte(name)), loot.Append(d.key))
		}
		if err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	for _, k := range s.directory {
		if err := loot.Append(k); err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	for _, line := range s.log {
		if err := loot.Append([]byte(line)); err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	return loot, nil
}
