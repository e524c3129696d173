// Package ghost puts the ghost of package doormat/escrow/ghost under study, and ANOM beside it. Each is a
// messenger of noescrow's devices.
//
//	theft          what is stolen               what opens
//	warrant        an order, lawful             what one person writes and receives from its date on
//	ghost's key    a copy of that ghost         the same: a ghost never answers, so it never heals
//	order key      the provider's power to      everything that everyone writes from then on
//	               add ghosts
//	bot's key      ANOM: a key of the maker     everything, from the first message on
//
// Of the thefts that every messenger knows, one gets worse: who copies a phone's keys while a ghost is
// there reads all that its owner writes from then on, for no session with the ghost makes a turn
// (TestGhostUndoesHealing). The thief who listens tries every copy in a message.
//
// Who could notice is measured: whose client shows the ghost at the end. If no one's does, its identity
// is looked for in all that Inspect returns, which finds it, for who takes an app apart, on each device
// that has written to it. The theft of a ghost's key adds nothing to what the order has put there, and
// nobody notices it.
//
// [Tries] is the same provider against a group of package noescrow/mls: all that it can try, what comes
// of it, and who sees it.
//
// A note to the reviewer: system.go is the messenger with the ghost, anom.go the other one, thefts.go
// what is stolen in both and what is done with it, and mls.go and tries.go the group.
package ghost

import (
	"bytes"
	"fmt"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/ghost"
	"doormat/noescrow"
)

// The names of the systems.
const (
	Name  = "ghost"
	Shown = "ghost, shown"
	ANOM  = "ANOM"
)

// The names of the thefts that only these systems know.
const (
	GhostKey attacks.TheftName = "ghost's key"
	OrderKey attacks.TheftName = "order key"
	BotKey   attacks.TheftName = "bot's key"
)

// New returns a messenger whose clients hide what the provider tells them to hide.
func New() attacks.System { return newSystem(Name, ghost.Hiding) }

// NewShown returns the same messenger with clients that show every device that they encrypt to.
func NewShown() attacks.System { return newSystem(Shown, ghost.Showing) }

// A system is a messenger whose envelopes are what escrow/ghost calls messages. Each person has a phone,
// and each two people a chat. The provider knows people by the number under which they enrolled.
type system struct {
	*messenger.Messenger
	provider *ghost.Provider
	key      *ghost.OrderKey
	phones   map[string]*phone
	chats    map[string]bool
	taps     map[string]*ghost.Ghost // the agency's, by target
}

// prekeys is how many one-time prekeys a ghost publishes, once. After that its last-resort prekey is used.
const prekeys = 20

var wire = messenger.Carried{HeadOf: ghost.Head, Fresh: newCopied, Text: func(_, opened []byte) ([]byte, bool) {
	_, text, ok := ghost.Split(opened)
	return text, ok
}}.Wire()

func newSystem(name string, build ghost.Build) *system {
	s := &system{
		key:    ghost.NewOrderKey(),
		phones: map[string]*phone{},
		chats:  map[string]bool{},
		taps:   map[string]*ghost.Ghost{},
	}
	s.provider = ghost.NewProvider(s.key.PublicKey())
	s.Messenger = messenger.New(messenger.Kind{
		Name: attacks.SystemName(name),
		NewDevice: func(person string) (messenger.Device, error) {
			p := &phone{ghost.NewClient(build), s, fmt.Sprint(len(s.phones) + 1)}
			s.phones[person] = p
			return p, nil
		},
		NewShelf: s.shelve,
		Wire:     wire,
		Keys:     []attacks.Attack{recoverWithGhost},
	})
	return s
}

// A shelf is the provider's, of one device.
type shelf struct {
	provider *ghost.Provider
	id       noescrow.Identity
}

func (s shelf) Add(publication []byte) error { return s.provider.Publish(s.id, publication) }

// Bundle returns nil if the provider does not know the device.
func (s shelf) Bundle() []byte {
	b, err := s.provider.Bundle(s.id)
	if err != nil {
		return nil
	}
	return b
}

// shelve links a phone to its owner's account.
func (s *system) shelve(publication []byte) (messenger.Shelf, error) {
	one, err := noescrow.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	id := one.Identity()
	for _, p := range s.phones {
		if p.Identity() == id {
			return shelf{s.provider, id}, s.provider.Link(p.account, publication)
		}
	}
	return nil, fmt.Errorf("attacks: expected the publication of a phone, found that of %v", id)
}

// A phone is a client with the verbs of noescrow's device.
type phone struct {
	*ghost.Client
	system  *system
	account string
}

// Seal asks the provider who is in the chat, and writes to all.
func (p *phone) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	at, _, err := attacks.CutDate(associated)
	if err != nil {
		return nil, err
	}
	roster, err := p.system.roster(p, to, at)
	if err != nil {
		return nil, err
	}
	unknown, err := p.Unknown(roster)
	if err != nil {
		return nil, err
	}
	for _, id := range unknown {
		if id == to {
			return nil, noescrow.ErrNoSession // the messenger starts that one
		}
	}
	for _, id := range unknown {
		bundle, err := p.system.provider.Bundle(id)
		if err != nil {
			return nil, err
		}
		if err := p.Start(id, bundle); err != nil {
			return nil, err
		}
	}
	return p.Client.Seal(roster, text, associated)
}

// roster returns the roster of the chat of a phone's owner and the owner of another one.
func (s *system) roster(p *phone, to noescrow.Identity, at time.Time) ([]byte, error) {
	other := s.phones[s.NameOf(to[:])]
	if other == nil {
		return nil, fmt.Errorf("attacks: expected a phone, found %v", to)
	}
	chat := min(p.account, other.account) + " and " + max(p.account, other.account)
	if !s.chats[chat] {
		if err := s.provider.Open(chat, p.account, other.account); err != nil {
			return nil, err
		}
		s.chats[chat] = true
	}
	return s.provider.Roster(chat, p.account, at)
}

func (p *phone) Open(message, associated []byte) (from noescrow.Identity, text []byte, err error) {
	r, err := p.Client.Open(message, associated)
	return r.From, r.Text, err
}

// MarshalBinary returns the keys on the phone, which is what malware copies. Inspect returns more.
func (p *phone) MarshalBinary() ([]byte, error) { return p.State() }

// Inspect returns all that is on a phone: what the client shows, and the state of noescrow's device.
func (s *system) Inspect(name string) ([]byte, error) {
	if _, err := s.Messenger.Inspect(name); err != nil {
		return nil, err
	}
	return s.phones[name].Client.MarshalBinary()
}

// Receive opens a message on a phone, and on each ghost of the agency that has a copy.
func (s *system) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = s.Messenger.Receive(to, at, envelope)
	if err == nil {
		for _, g := range s.taps {
			g.Recover(envelope, attacks.Date(at)) // the agency reads at once; most have no copy
		}
	}
	return from, text, err
}

// tap puts a ghost of the agency into a person's account, from the date of the latest message on, and
// returns it.
func (s *system) tap(person string) (*ghost.Ghost, error) {
	if s.taps[person] == nil {
		g := ghost.NewGhost()
		if err := s.haunt(s.key, g, person); err != nil {
			return nil, err
		}
		s.taps[person] = g
	}
	return s.taps[person], nil
}

// never is when the orders end.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// haunt orders a ghost into the accounts of some people. All that it needs is the key for orders, and names.
func (s *system) haunt(key *ghost.OrderKey, g *ghost.Ghost, people ...string) error {
	publication, err := g.Publish(prekeys)
	if err != nil {
		return err
	}
	from := s.Now()
	if from.UnixMilli() < 0 {
		from = time.UnixMilli(0)
	}
	for _, name := range people {
		if s.phones[name] == nil {
			return fmt.Errorf("attacks: expected a person who is enrolled, found %q", name)
		}
		order, err := key.Sign(ghost.Order{Name: s.phones[name].account, From: from, Until: never, Publication: publication})
		if err != nil {
			return err
		}
		if err := s.provider.Obey(order); err != nil {
			return err
		}
	}
	return nil
}

// noticed returns who could have noticed a ghost: whose client shows it, or, if none does, who looks for its
// identity in all that is on the devices.
func (s *system) noticed(id noescrow.Identity) (attacks.Notice, error) {
	var who []string
	apart := false
	for _, name := range s.Names() {
		if s.phones[name].Shows(id) {
			who = append(who, name)
		}
		view, err := s.phones[name].Client.MarshalBinary()
		if err != nil {
			return attacks.Notice{}, err
		}
		apart = apart || bytes.Contains(view, id[:])
	}
	switch {
	case len(who) == 1:
		return attacks.Notice{Who: who[0]}, nil
	case len(who) > 1:
		return attacks.Notice{Who: fmt.Sprintf("%d people", len(who))}, nil
	case apart:
		return attacks.Notice{Who: "who takes an app apart", Possible: true}, nil
	}
	return attacks.Notice{}, nil
}

// A copied is a thief's device: noescrow's, with the verbs of the messenger.
type copied struct{ *noescrow.Device }

func newCopied() (messenger.Device, error) { return copied{noescrow.NewDevice()}, nil }

// alone is what comes before the only copy of a message, and chat what comes before a text.
var alone, chat = []byte{0xe8, 1, 0}, []byte("\x01?")

// Seal writes to one device and to no other: who forges sends the owner's other devices nothing, and a ghost
// neither.
func (c copied) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	envelope, err := c.Device.Seal(to, append(bytes.Clone(chat), text...), associated)
	return append(bytes.Clone(alone), envelope...), err
}

func (c copied) Open(message, associated []byte) (from noescrow.Identity, text []byte, err error) {
	n, ok := ghost.Head(message)
	if !ok {
		return from, nil, fmt.Errorf("attacks: expected a message, found something else")
	}
	from, plaintext, err := c.Device.Open(message[n:], associated)
	if err != nil {
		return from, nil, err
	}
	_, text, _ = ghost.Split(plaintext)
	return from, text, nil
}
