package transparency

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow"
	"doormat/noescrow/transparency"
)

// The names of the systems.
const (
	Name  = "key transparency"
	Plain = "plain directory"
)

// The names of the thefts that only these systems know.
const (
	State     attacks.TheftName = "directory keys"
	Swap      attacks.TheftName = "directory, swapping keys"
	Split     attacks.TheftName = "directory, two histories"
	Collusion attacks.TheftName = "two histories, witnesses too"
)

// witnesses and quorum are those of the directory: two histories need 2k-n = 2 that sign both.
const (
	witnesses = 4
	quorum    = 3
	origin    = "directory.example"
	epoch     = 24 * time.Hour
)

var kind = messenger.Kind{
	Name:      Name,
	NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
	NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
	Wire:      messenger.NoEscrow,
}

// A system is a messenger with a directory. All people have their keys from it, renewed every day, and
// look at their own entry as often.
type system struct {
	*messenger.Messenger
	transparent bool
	theft       func(victim string) attacks.Theft // of a thief who acts; nil for those who listen
	victim      string

	clients  map[string]*transparency.Client
	keys     map[string]map[string]noescrow.Identity // what each person believes today, by name
	before   map[string]map[string]noescrow.Identity // and on the last day on which the directory answered
	main     *view
	views    map[string]*view // of those to whom another is shown
	params   transparency.Parameters
	signers  []*transparency.Witness
	fakes    map[string]*noescrow.Device
	now      time.Time
	evidence []byte          // that an owner has published
	warned   bool            // everybody has seen it
	refused  map[string]bool // who has refused a checkpoint that too few witnesses have signed
}

// A view is a directory with the witnesses that sign for it.
type view struct {
	*transparency.Directory
	signers []*transparency.Witness
}

func newSystem(name attacks.SystemName, theft func(s *system, victim string) attacks.Theft) *system {
	k := kind
	k.Name = name
	s := &system{
		Messenger: messenger.New(k), transparent: name == Name,
		clients: map[string]*transparency.Client{},
		keys:    map[string]map[string]noescrow.Identity{}, before: map[string]map[string]noescrow.Identity{},
		views: map[string]*view{}, refused: map[string]bool{},
	}
	if theft != nil {
		s.theft = func(victim string) attacks.Theft { return theft(s, victim) }
	}
	return s
}

// New returns a messenger with a transparent directory as a system, for thieves who listen.
func New() attacks.System { return newSystem(Name, nil) }

// NewActing returns a messenger with a plain directory and one with a transparent directory, each with
// a thief who has taken the directory over and acts.
func NewActing() []attacks.System {
	return []attacks.System{
		newSystem(Plain, (*system).swap), newSystem(Name, (*system).swap),
		newSystem(Name, (*system).split), newSystem(Name, (*system).collude),
	}
}

// found makes the directory, when the first person enrols.
func (s *system) found() error {
	d, err := transparency.NewDirectory(origin, transparency.VRFLabels)
	if err != nil {
		return err
	}
	s.params = d.Parameters()
	s.params.Quorum = quorum
	for i := range witnesses {
		w, err := transparency.NewWitness(fmt.Sprintf("witness%d.example", i+1))
		if err != nil {
			return err
		}
		if err := w.Trust(s.params.Log); err != nil {
			return err
		}
		s.signers = append(s.signers, w)
		s.params.Witnesses = append(s.params.Witnesses, w.VerifierKey())
	}
	s.main = &view{d, s.signers}
	return nil
}

// Enrol gives a person a device, whose key it tells the directory.
func (s *system) Enrol(name string) error {
	if err := s.Messenger.Enrol(name); err != nil || !s.transparent {
		return err
	}
	if s.main == nil {
		if err := s.found(); err != nil {
			return err
		}
	}
	id, err := s.Identity(name)
	if err != nil {
		return err
	}
	if s.clients[name], err = transparency.NewClient(s.params); err != nil {
		return err
	}
	if err := s.clients[name].Own(name, id); err != nil {
		return err
	}
	return s.main.Set(name, id)
}

// Send lets the days pass, looks the recipient up and seals.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	if err := s.pass(m.At); err != nil {
		return nil, err
	}
	if s.theft == nil {
		return s.sendHonest(m)
	}
	from, err := s.Person(m.From)
	if err != nil {
		return nil, err
	}
	id, err := s.key(m.From, m.To)
	if err != nil {
		return nil, err
	}
	return s.seal(from, id, m.To, m.Text, m.At)
}

// sendHonest sends as every messenger does, and compares the recipient with the directory.
func (s *system) sendHonest(m attacks.Message) ([]byte, error) {
	envelope, err := s.Messenger.Send(m)
	if err != nil {
		return nil, err
	}
	id, err := s.key(m.From, m.To)
	if err != nil {
		return nil, err
	}
	if _, to, err := noescrow.Addresses(envelope); err != nil || to != id {
		return nil, errors.Join(errStranger, err)
	}
	return envelope, nil
}

// seal seals a text, and starts a session with what the relay hands out where there is none.
func (s *system) seal(from messenger.Device, id noescrow.Identity, to, text string, at time.Time) ([]byte, error) {
	envelope, err := from.Seal(id, []byte(text), attacks.Date(at))
	if !errors.Is(err, noescrow.ErrNoSession) {
		return envelope, err
	}
	bundle, err := s.bundle(id, to)
	if err != nil {
		return nil, err
	}
	if err := from.Start(id, bundle); err != nil {
		return nil, err
	}
	return from.Seal(id, []byte(text), attacks.Date(at))
}

// bundle returns what the relay hands out for an identity of a name: a fake's, if it is one.
func (s *system) bundle(id noescrow.Identity, name string) ([]byte, error) {
	fake := s.fakes[name]
	if fake == nil || fake.Identity() != id {
		return s.Bundle(name)
	}
	publication, err := fake.Publish(1)
	if err != nil {
		return nil, err
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	return shelf.Bundle(), nil
}

var errStranger = errors.New("attacks: the identity is not the one that the directory has")

// Receive opens an envelope, and looks up the name under which it is shown.
func (s *system) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	if s.theft == nil {
		if from, text, err = s.Messenger.Receive(to, at, envelope); err != nil {
			return "", "", err
		}
	} else {
		d, err := s.Person(to)
		if err != nil {
			return "", "", err
		}
		id, opened, err := d.Open(envelope, attacks.Date(at))
		if err != nil {
			return "", "", err
		}
		from, text = s.nameOf(id), string(opened)
	}
	sender, _, err := noescrow.Addresses(envelope)
	if err != nil {
		return "", "", err
	}
	id, err := s.key(to, from)
	if err == nil && id != sender {
		err = errStranger
	}
	if err != nil {
		return "", "", err
	}
	return from, text, nil
}

// nameOf returns the name that the relay says an identity has.
func (s *system) nameOf(id noescrow.Identity) string {
	for name, fake := range s.fakes {
		if fake.Identity() == id {
			return name
		}
	}
	return s.NameOf(id[:])
}

// key returns the identity that a person's device has for a name today.
func (s *system) key(person, name string) (id noescrow.Identity, err error) {
	own, err := s.Identity(name)
	if err != nil {
		return id, err
	}
	if id, ok := s.keys[person][name]; ok {
		return id, nil
	}
	switch {
	case s.warned: // people go by what they have from each other in person
		id = noescrow.Identity(own)
	case s.transparent:
		if id, err = s.lookup(person, name, noescrow.Identity(own)); err != nil {
			return id, err
		}
	default:
		id = noescrow.Identity(own)
		if fake := s.fakes[name]; fake != nil {
			id = fake.Identity()
		}
	}
	if s.keys[person] == nil {
		s.keys[person] = map[string]noescrow.Identity{}
	}
	if s.before[person] == nil {
		s.before[person] = map[string]noescrow.Identity{}
	}
	s.keys[person][name] = id
	return id, nil
}

// lookup asks the directory. A device that refuses the answer stays with the key that it had, and its
// user, if it had none, gets one from the other in person.
func (s *system) lookup(person, name string, inPerson noescrow.Identity) (id noescrow.Identity, err error) {
	c := s.clients[person]
	data, err := s.viewOf(person).Lookup(name, c.Since())
	if err != nil {
		return id, err
	}
	b, err := c.Lookup(name, data, s.now)
	switch {
	case errors.Is(err, transparency.ErrQuorum):
		s.refused[person] = true
		if id, ok := s.before[person][name]; ok {
			return id, nil
		}
		return inPerson, nil
	case err != nil:
		return id, err
	case len(b.Value) != len(id):
		return id, errStranger
	}
	return noescrow.Identity(b.Value), nil
}

func (s *system) viewOf(person string) *view {
	if v := s.views[person]; v != nil {
		return v
	}
	return s.main
}

// Inspect returns the state of a person's device, and what its client of the directory has seen.
func (s *system) Inspect(name string) ([]byte, error) {
	view, err := s.Messenger.Inspect(name)
	if err != nil || !s.transparent {
		return view, err
	}
	seen, err := s.clients[name].MarshalBinary()
	return slices.Concat(view, seen), err
}

// Thefts lists those of every messenger and the directory's keys, or the one of a thief who acts.
func (s *system) Thefts(victim string) []attacks.Theft {
	if s.theft != nil {
		return []attacks.Theft{s.theft(victim)}
	}
	provider := s.Network()[1] // who tries the records of the loot as texts and as all kinds of keys
	return append(s.Messenger.Thefts(victim), attacks.Theft{
		Name:    State,
		Takes:   "the directory's state: the keys of log and labels, all names, all public keys",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   s.steal,
		Read:    provider.Read,
	})
}

func (s *system) steal() (*attacks.Tape, error) {
	state, err := s.main.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(state)
}
