package attacks

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/internal/x25519"
	"doormat/noescrow"
)

// One adapter serves both twins, since they have the same verbs. It is the people, their phones
// and the relay between them; wire.go has what differs in their bytes. Everybody is online: an
// envelope is opened as soon as it is sent. People fetch a bundle when they first write to
// somebody, and publish new prekeys before theirs run out.

// oneTimePrekeys is how many of each kind a person publishes when he enrols, and again when
// they have been handed out.
const oneTimePrekeys = 10

// device and shelf are the verbs that the twins share.
type device interface {
	Identity() noescrow.Identity
	Publish(n int) ([]byte, error)
	Start(peer noescrow.Identity, bundle []byte) error
	Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error)
	Open(envelope, associated []byte) (noescrow.Identity, []byte, error)
	MarshalBinary() ([]byte, error)
	UnmarshalBinary(data []byte) error
}

type shelf interface {
	Add(publication []byte) error
	Bundle() []byte
}

// messenger carries messages with either of the twins: people with devices, and a relay.
type messenger struct {
	systemName
	newDevice func(person string) (device, error)
	newShelf  func(publication []byte) (shelf, error)
	wire      wire

	people map[string]*person
	names  map[noescrow.Identity]string
	order  []string
	victim string    // the person whose phone keeps its messages, for a seizure
	phone  Tape      // what it keeps
	now    time.Time // the date of the last message, whoever wrote it
	seized bool

	log    relayLog
	x25519 map[x25519.PrivateKey]x25519.PublicKey // every one there was, for the quantum computer; nil if nobody has one
	talker map[[2]string]string                   // who of two wrote last
}

func newMessenger(name systemName) *messenger {
	return &messenger{
		systemName: name,
		people:     map[string]*person{},
		names:      map[noescrow.Identity]string{},
		log:        relayLog{},
		x25519:     map[x25519.PrivateKey]x25519.PublicKey{},
		talker:     map[[2]string]string{},
	}
}

type person struct {
	device       device
	shelf        shelf
	publications [][]byte
	bundles      int // handed out
}

var errSeized = errors.New("attacks: the phone is gone")

func (m *messenger) Enrol(name string) error {
	d, err := m.newDevice(name)
	if err != nil {
		return err
	}
	p := &person{device: d}
	publication, err := d.Publish(oneTimePrekeys)
	if err != nil {
		return err
	}
	if p.shelf, err = m.newShelf(publication); err != nil {
		return err
	}
	p.publications = append(p.publications, publication)
	m.people[name] = p
	m.names[d.Identity()] = name
	m.order = append(m.order, name)
	return m.collect(p)
}

func (m *messenger) person(name string) (*person, error) {
	p := m.people[name]
	if p == nil {
		return nil, fmt.Errorf("attacks: %q is not enrolled", name)
	}
	return p, nil
}

func (m *messenger) Identity(name string) ([]byte, error) {
	p, err := m.person(name)
	if err != nil {
		return nil, err
	}
	id := p.device.Identity()
	return id[:], nil
}

func (m *messenger) Send(msg Message) ([]byte, error) {
	from, err := m.person(msg.From)
	if err != nil {
		return nil, err
	}
	to, err := m.person(msg.To)
	if err != nil {
		return nil, err
	}
	id := to.device.Identity()
	m.now = msg.At
	envelope, err := from.device.Seal(id, []byte(msg.Text), date(msg.At))
	if errors.Is(err, noescrow.ErrNoSession) {
		if err := m.start(from, to); err != nil {
			return nil, err
		}
		envelope, err = from.device.Seal(id, []byte(msg.Text), date(msg.At))
	}
	if err != nil {
		return nil, err
	}
	m.log.add(msg, envelope)
	if m.turns(msg.From, msg.To) {
		if err := m.collect(from); err != nil {
			return nil, err
		}
	}
	return envelope, m.keep(msg.From, msg.At, msg.Text)
}

func (m *messenger) start(from, to *person) error {
	bundle, err := m.bundle(to)
	if err != nil {
		return err
	}
	return from.device.Start(to.device.Identity(), bundle)
}

func (m *messenger) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	p, err := m.person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := p.device.Open(envelope, date(at))
	if err != nil {
		return "", "", err
	}
	return m.names[id], string(plaintext), m.keep(to, at, string(plaintext))
}

func (m *messenger) Inspect(name string) ([]byte, error) {
	p, err := m.person(name)
	if err != nil {
		return nil, err
	}
	if m.seized && name == m.victim {
		return nil, errSeized
	}
	return p.device.MarshalBinary()
}

// Bundle is what the relay hands out to everyone.
func (m *messenger) Bundle(name string) ([]byte, error) {
	p, err := m.person(name)
	if err != nil {
		return nil, err
	}
	return m.bundle(p)
}

// bundle has the person publish again before the one-time prekeys run out.
func (m *messenger) bundle(p *person) ([]byte, error) {
	if p.bundles++; p.bundles%oneTimePrekeys == 0 {
		publication, err := p.device.Publish(oneTimePrekeys)
		if err != nil {
			return nil, err
		}
		if err := p.shelf.Add(publication); err != nil {
			return nil, err
		}
		p.publications = append(p.publications, publication)
		if err := m.collect(p); err != nil {
			return nil, err
		}
	}
	return p.shelf.Bundle(), nil
}

// Close lets go of the phone's temporary file.
func (m *messenger) Close() error { return m.phone.Close() }

// keep puts a message into the history of the phone that will be seized, if it is on that one:
// the date, and the text.
func (m *messenger) keep(name string, at time.Time, text string) error {
	if name != m.victim {
		return nil
	}
	return m.phone.Append(append(date(at), text...))
}

// stealDevice copies the victim's device state.
func (m *messenger) stealDevice() (*Tape, error) {
	p, err := m.person(m.victim)
	if err != nil {
		return nil, err
	}
	state, err := p.device.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return loot(state)
}

// seize takes the victim's phone away: its state, and the messages on it that are no older than the
// age at which they disappear (0 for never).
func (m *messenger) seize(disappear time.Duration) (*Tape, error) {
	l, err := m.stealDevice()
	if err != nil {
		return nil, err
	}
	m.seized = true
	for record, err := range m.phone.All() {
		if err != nil {
			return nil, err
		}
		if disappear > 0 && m.now.Sub(readDate(record)) > disappear {
			continue
		}
		if err := l.Append(record); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func readDate(record []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(record))).UTC()
}

// stealX25519 is what a quantum computer makes of every X25519 public key, and the public
// prekeys.
func (m *messenger) stealX25519() (*Tape, error) {
	l := new(Tape)
	keys := slices.SortedFunc(maps.Keys(m.x25519), func(a, b x25519.PrivateKey) int { return bytes.Compare(a[:], b[:]) })
	for _, private := range keys {
		public := m.x25519[private]
		if err := l.Append(append(private[:], public[:]...)); err != nil {
			return nil, err
		}
	}
	for _, name := range m.order {
		for _, p := range m.people[name].publications {
			if err := l.Append(p); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// stealRelay copies the relay's database, but for the envelopes, which are the transcript: each
// person's name and published prekeys in turn, then the log, a line a record. Its queues are
// empty, as everybody is online.
func (m *messenger) stealRelay() (*Tape, error) {
	l := new(Tape)
	for _, name := range m.order {
		for _, p := range m.people[name].publications {
			if err := errors.Join(l.Append([]byte(name)), l.Append(p)); err != nil {
				return nil, err
			}
		}
	}
	for _, line := range m.log.lines() {
		if err := l.Append([]byte(line)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// turns reports whether the talk between two has turned, which is when a new X25519 key is made.
func (m *messenger) turns(from, to string) bool {
	pair := [2]string{min(from, to), max(from, to)}
	turned := m.talker[pair] != from
	m.talker[pair] = from
	return turned
}

// collect remembers every X25519 private key on a device, for the quantum computer.
func (m *messenger) collect(p *person) error {
	if m.x25519 == nil {
		return nil
	}
	state, err := p.device.MarshalBinary()
	if err != nil {
		return err
	}
	d, err := parseDevice(state[m.wire.offset:])
	if err != nil {
		return err
	}
	for _, k := range d.x25519Keys() {
		if _, ok := m.x25519[k]; !ok {
			m.x25519[k] = k.Public()
		}
	}
	return nil
}

func loot(records ...[]byte) (*Tape, error) {
	t := new(Tape)
	for _, r := range records {
		if err := t.Append(r); err != nil {
			return nil, err
		}
	}
	return t, nil
}
