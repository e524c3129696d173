// Package messenger is what the messengers under study have in common: people with devices, a relay
// between them, and the thefts that every messenger knows. The twins, noescrow and escrow, have the
// same verbs, so one type carries messages with either; wire.go and layout.go have what differs in
// their bytes.
//
// All people are online: an envelope is opened as soon as it is sent. People fetch a bundle when they
// first write to a peer, and publish new prekeys before theirs run out. Whose identity is whose they
// learn from the relay, once, and keep (contacts.go).
//
// What thieves who act do, and code on phones (implant.go), beside those who listen; targeted.go has the other ways to
// one person's messages:
//
//	                     they have                  they read, from then on      and who could notice
//	relay                the relay's database       nothing                      nobody
//	relay, acting        the relay                  those who meet later         who compares safety numbers
//	device keys          a copy of a device         its owner, until the next    nobody
//	                                                turn with each peer
//	device keys, acting  the same, and the wire     its owner, but for at most   who compares histories, if the
//	                                                one message with each peer   thief has had to invent a text
//	implant              code on a phone            its owner, and what it has   who takes an app apart
//	                                                stored, until it is found
//	update key           who signs the updates      everyone, the same           who takes an app apart, or
//	                                                                             rebuilds what is logged
//
// What ends the acting device keys is measured in TestWhatEndsTheImpersonation: a new identity. The second Rotate
// and then a Start keep what the owner writes from the thief, and nothing else does.
//
// To measure a scheme of one's own beside the twins, choose the least that is one's own. If it is how the
// message's key is wrapped for the authority, write an escrow.Scheme: escrow.NewDeviceFor makes the devices,
// and [Layout.Wire] the wire. If it is the envelope, write a [Device] around noescrow's, and describe it with
// [Around]. Then give New a [Kind], and add the thefts that are the scheme's own to those of every messenger:
//
//	type system struct {
//		*messenger.Messenger
//		key …                                  // what the scheme's authority holds
//	}
//
//	func (s *system) Thefts(victim string) []attacks.Theft {
//		return slices.Concat([]attacks.Theft{s.Warrant(victim)}, s.Network(), []attacks.Theft{ … }, s.Phone(victim), []attacks.Theft{s.Quantum()})
//	}
//
// Here the warrant is for the phone. Where a key of the authority's serves it, the first theft is
// [attacks.Warrant] of the theft of that key, which has the key's Read look at one person's envelopes alone.
//
// The Example in example_test.go does this for a scheme in some hundred lines, of which a third are the
// device.
//
// Words: an envelope is the bytes of one message as they cross the wire. The relay passes envelopes
// on, and keeps the prekeys that each person publishes, so that others can start a session while that
// person is away; what it hands out of them to one peer is a bundle.
package messenger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/noescrow"
)

// A Device has the verbs that the devices of the twins share; what each does is said at
// [noescrow.Device]. A scheme of one's own may implement it around a *noescrow.Device: see [Around]. Seal
// returns an error that wraps [noescrow.ErrNoSession] where there is no session; then the messenger fetches
// a bundle and calls Start.
type Device interface {
	Identity() noescrow.Identity
	Publish(n int) ([]byte, error)
	Start(peer noescrow.Identity, bundle []byte) error
	Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error)
	Open(envelope, associated []byte) (noescrow.Identity, []byte, error)
	MarshalBinary() ([]byte, error)
	UnmarshalBinary(data []byte) error
}

// A Shelf has the verbs that the shelves of the twins share: see [noescrow.Shelf].
type Shelf interface {
	Add(publication []byte) error
	Bundle() []byte
}

// A Kind is what one messenger is made of. Enrol returns an error if NewDevice, NewShelf or Wire is empty.
// Enrol or Send return an error if a thief with that Wire could not read a state, a publication or an
// envelope.
type Kind struct {
	Name      attacks.SystemName                      // of the system, a word or two
	NewDevice func(person string) (Device, error)     // the device of a person who enrols
	NewShelf  func(publication []byte) (Shelf, error) // the relay's shelf, with that person's first publication
	Wire      Wire                                    // what a thief knows of the formats
	Keys      []attacks.Attack                        // with each kind of key that the messenger has beside those of every messenger
}

// A Messenger carries messages: people with devices, and a relay. It is an [attacks.System].
type Messenger struct {
	attacks.SystemName
	attacks.Roll[Device]
	kind     Kind
	relay    relay
	contacts contacts
	phone    phone
	phones   *Phones
	hoard    *hoard // of the quantum computer; nil if the system has no such theft
	now      time.Time
	tried    bool // the Wire, if it is one that is tried
}

// New returns a messenger in which no one is enrolled.
func New(k Kind) *Messenger {
	m := &Messenger{SystemName: k.Name, kind: k}
	m.phones = &Phones{
		Owners: m.Names,
		State:  m.state,
		Route:  m.route,
		Forge:  func(state []byte, f attacks.Forgery) ([]byte, error) { return forgeWithDevice(&m.kind.Wire, state, f) },
		Named:  m.named,
		Now:    m.Now,
	}
	return m
}

// Enrol gives a person a device, and the relay that person's prekeys.
func (m *Messenger) Enrol(name string) error {
	if m.kind.NewDevice == nil || m.kind.NewShelf == nil || m.kind.Wire.split == nil {
		return fmt.Errorf("messenger: the kind of %s is wrong: expected NewDevice, NewShelf and a Wire, found one of them empty", m.Name())
	}
	if m.kind.Wire.tried && !m.tried {
		if err := m.kind.try(); err != nil {
			return fmt.Errorf("messenger: the wire of %s is wrong: %w", m.Name(), err)
		}
		m.tried = true
	}
	d, err := m.kind.NewDevice(name)
	if err != nil {
		return err
	}
	publication, err := d.Publish(oneTimePrekeys)
	if err != nil {
		return err
	}
	shelf, err := m.kind.NewShelf(publication)
	if err != nil {
		return err
	}
	if err := m.kind.Wire.reads(d, publication); err != nil {
		return fmt.Errorf("messenger: the wire of %s is wrong: %w", m.Name(), err)
	}
	m.relay.register(name, shelf, publication)
	id := d.Identity()
	m.Add(name, id[:], d)
	return nil
}

// Identity returns the 32 bytes of a person's X25519 public key.
func (m *Messenger) Identity(name string) ([]byte, error) {
	d, err := m.Person(name)
	if err != nil {
		return nil, err
	}
	id := d.Identity()
	return id[:], nil
}

// Send seals a message, with its date as associated data, and starts a session first if there is
// none.
func (m *Messenger) Send(msg attacks.Message) ([]byte, error) {
	from, to, err := m.Pair(msg)
	if err != nil {
		return nil, err
	}
	if msg.At.After(m.now) {
		m.now = msg.At
	}
	contact := m.contact(msg.From, msg.To, to)
	id := from.Identity()
	if err := m.phones.Show(msg.From, msg.To, slices.Concat(id[:], contact[:]), msg.At, msg.Text); err != nil { // before it is sealed
		return nil, err
	}
	seal := func() ([]byte, error) { return from.Seal(contact, []byte(msg.Text), attacks.Date(msg.At)) }
	envelope, err := seal()
	if errors.Is(err, noescrow.ErrNoSession) {
		var bundle []byte
		if bundle, err = m.bundleFor(contact, msg.To); err != nil {
			return nil, err
		}
		if err := from.Start(contact, bundle); err != nil {
			return nil, err
		}
		envelope, err = seal()
	}
	if err != nil {
		return nil, err
	}
	if p, ok := m.kind.Wire.split(envelope); !ok || p.From != from.Identity() || p.To != contact {
		return nil, fmt.Errorf("messenger: the wire of %s is wrong: it does not read an envelope of %d bytes", m.Name(), len(envelope))
	}
	m.relay.note(msg, envelope)
	return envelope, m.phone.keep(msg.From, msg.At, msg.Text)
}

// Receive opens an envelope on a person's device.
func (m *Messenger) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	d, err := m.Person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.Open(envelope, attacks.Date(at))
	if err != nil {
		return "", "", err
	}
	if from = m.nameFor(to, id); from == "" {
		return "", "", errStranger
	}
	own := d.Identity()
	shown := m.phones.Show(to, from, slices.Concat(id[:], own[:]), at, string(plaintext))
	return from, string(plaintext), errors.Join(shown, m.phone.keep(to, at, string(plaintext)))
}

// Bundle returns what the relay hands out to everyone. Before the one-time prekeys run out, the
// person publishes again.
func (m *Messenger) Bundle(name string) ([]byte, error) {
	d, err := m.Person(name)
	if err != nil {
		return nil, err
	}
	return m.relay.bundle(name, d)
}

// Inspect returns the state of a person's device, and behind it the program on the phone, if it is not the release.
// The identities of the contacts are in the state, as peers.
func (m *Messenger) Inspect(name string) ([]byte, error) {
	d, err := m.Person(name)
	if err != nil {
		return nil, err
	}
	if m.phone.seized && name == m.phone.owner {
		return nil, errSeized
	}
	state, err := d.MarshalBinary()
	return append(state, m.phones.Put(name)...), err
}

// state returns the state of a person's device.
func (m *Messenger) state(name string) ([]byte, error) {
	d, err := m.Person(name)
	if err != nil {
		return nil, err
	}
	return d.MarshalBinary()
}

// named returns the identity of a device, from its state.
func (m *Messenger) named(state []byte) ([]byte, error) {
	d, err := m.kind.Wire.load(state)
	if err != nil {
		return nil, err
	}
	id := d.Identity()
	return id[:], nil
}

// route returns what an envelope shows of its ends, 64 bytes.
func (m *Messenger) route(envelope []byte) (ends []byte, ok bool) {
	p, ok := m.kind.Wire.split(envelope)
	return slices.Concat(p.From[:], p.To[:]), ok
}

// Now returns the date of the latest message of anyone.
func (m *Messenger) Now() time.Time { return m.now }

// Close removes the temporary files of the phone's history, of what phones store, and of the quantum computer's keys.
func (m *Messenger) Close() error {
	err := errors.Join(m.phone.history.Close(), m.phones.Close())
	if m.hoard != nil {
		err = errors.Join(err, m.hoard.keys.Close())
	}
	return err
}
