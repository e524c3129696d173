// Package traceback puts the three proposals of package traceback under study, in four systems: the
// messenger of package noescrow, and beside each envelope what the provider, who runs the relay, is given so that the
// author of a forward can be named.
//
//	system             beside each envelope     stored by the provider      a theft of that
//	originator's tag   the originator, to the   the tags                    links forwards; with the trace
//	                   trace key, 80 bytes                                  key names every originator
//	table of hashes    SHA-256 of the text,     hash, first sender, date    names every first sender, and
//	                   32 bytes                                             every text that can be guessed
//	path traceback     addr ‖ ct, 48 bytes      both, and two names         nothing; with one phone, the
//	                                                                        paths of its messages
//	tree traceback     80 bytes                 80 bytes, and two names     nothing; with one phone, the
//	                                                                        trees of its messages
//
// The wiretap sits where the relay does, and sees what the provider is given beside each envelope: it
// guesses texts from their hashes as well.
//
// The usual thefts count texts that open. What these systems are for is names, so [Measure] sends rumours
// that travel (rumours.go) and counts beside them originators that are named, and forwards that are tied to
// what they forward. No one can notice any of it: [Measure] has no such column.
package traceback

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/traceback"
	"doormat/noescrow"
)

// The names of the systems.
const (
	Tag   = "originator's tag"
	Table = "table of hashes"
	Path  = "path traceback"
	Tree  = "tree traceback"
)

// The names of the thefts that only these systems know.
const (
	TraceKey attacks.TheftName = "trace key" // of the provider, in the system of tags
	Store    attacks.TheftName = "trace store"
	Phone    attacks.TheftName = "store and a phone"
)

// NewTag, NewTable, NewPath and NewTree return the four systems.
func NewTag() *System   { return newSystem(Tag, &tags{key: traceback.NewTraceKey()}) }
func NewTable() *System { return newSystem(Table, &table{rows: new(traceback.Table)}) }
func NewPath() *System  { return newSystem(Path, &path{rows: new(traceback.PathPlatform)}) }
func NewTree() *System  { return newSystem(Tree, &tree{rows: new(traceback.TreePlatform)}) }

// NewFramer returns the system of tags, in which one person's client puts an innocent's name into its tags.
func NewFramer(cheat, innocent string) *System {
	s := NewTag()
	s.cheat, s.innocent = cheat, innocent
	return s
}

// NewStripper returns the system of tags, in which one person's client sends noise for a tag.
func NewStripper(cheat string) *System { return NewFramer(cheat, "") }

// NewSalted returns the system of hashes, in which each person's client has a salt of its own.
func NewSalted() *System {
	return newSystem(Table+", salted", &table{rows: new(traceback.Table), salted: true})
}

// A System is one of the four. It is an [attacks.System]. A person who sends a text that came from
// another person forwards it, unless Retype was called.
type System struct {
	*messenger.Messenger
	way             way
	cheat, innocent string
	devices         map[string]*device
}

// A way is what differs between the systems: what goes to the provider beside each envelope.
type way interface {
	size() int // bytes

	// seal returns the plaintext of a message and what the provider is given. kept is what the sender
	// has of the message that is forwarded, nil for a new one. after is what the sender keeps then.
	seal(self noescrow.Identity, text, kept []byte) (plaintext, sent, after []byte, err error)
	// pass has the provider store what it is given, and returns what the recipient gets.
	pass(sent []byte, from, to noescrow.Identity, at time.Time) (delivered []byte, err error)
	// open returns the text, and what the recipient keeps.
	open(plaintext, delivered []byte) (text, kept []byte, err error)
	// text returns the text in a plaintext, for a thief, who gets nothing delivered.
	text(plaintext []byte) ([]byte, bool)
	// confirm reports whether what the provider was given belongs to a text. key is any 16 bytes that
	// the thief has.
	confirm(sent, key, text []byte) bool
	// store is the provider's database.
	store() ([]byte, error)
}

// An envelope is, in bytes:
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 16;
//	    opaque sent[];          /* for the provider; of a fixed length in each system */
//	    opaque inner[];         /* a noescrow envelope */
//	} Envelope;
const (
	version = 0xe3
	kind    = 16
)

func newSystem(name string, w way) *System {
	s := &System{way: w, devices: map[string]*device{}}
	fresh := func() (messenger.Device, error) { return &device{noescrow.NewDevice(), w, nil, nil, nil}, nil }
	s.Messenger = messenger.New(messenger.Kind{
		Name: attacks.SystemName(name),
		NewDevice: func(person string) (messenger.Device, error) {
			d := &device{noescrow.NewDevice(), w, map[string][]byte{}, w.pass, nil}
			if person == s.cheat {
				d.forge = s.forgedTag
			}
			s.devices[person] = d
			return d, nil
		},
		NewShelf: func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire: messenger.Carried{Head: 2 + w.size(), Fresh: fresh, Text: func(_, opened []byte) ([]byte, bool) {
			return w.text(opened)
		}}.Wire(),
	})
	return s
}

// forgedTag is what the cheat's client sends in the place of a tag.
func (s *System) forgedTag() ([]byte, error) {
	if s.innocent == "" {
		return make([]byte, s.way.size()), nil
	}
	id, err := s.Identity(s.innocent)
	if err != nil {
		return nil, err
	}
	return s.way.(*tags).key.PublicKey().Tag(noescrow.Identity(id)), nil
}

// A device is noescrow's, and what its owner keeps of the messages with each text, to forward them.
type device struct {
	*noescrow.Device
	way   way
	kept  map[string][]byte // by text
	pass  func(sent []byte, from, to noescrow.Identity, at time.Time) (delivered []byte, err error)
	forge func() ([]byte, error)
}

func (d *device) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	plaintext, sent, after, err := d.way.seal(d.Identity(), text, d.kept[string(text)])
	if err == nil && d.forge != nil && d.kept[string(text)] == nil {
		sent, err = d.forge()
		after = sent
	}
	if err != nil {
		return nil, err
	}
	inner, err := d.Device.Seal(to, plaintext, associated)
	if err != nil {
		return nil, err
	}
	if d.kept != nil {
		d.kept[string(text)] = after
	}
	return slices.Concat([]byte{version, kind}, sent, inner), nil
}

var errEnvelope = errors.New("attacks: expected an envelope that can be traced, found something else")

// Open opens an envelope that the provider passes on. The provider knows the sender by an account. Here the
// inner envelope, which has opened, stands for the account.
func (d *device) Open(envelope, associated []byte) (from noescrow.Identity, text []byte, err error) {
	n := 2 + d.way.size()
	if len(envelope) < n || envelope[0] != version || envelope[1] != kind {
		return from, nil, errEnvelope
	}
	from, plaintext, err := d.Device.Open(envelope[n:], associated)
	if err != nil {
		return from, nil, err
	}
	if d.pass == nil { // a thief's
		text, ok := d.way.text(plaintext)
		if !ok {
			return from, nil, errEnvelope
		}
		return from, text, nil
	}
	at, _, err := attacks.CutDate(associated)
	if err != nil {
		return from, nil, err
	}
	delivered, err := d.pass(envelope[2:n], from, d.Identity(), at)
	if err != nil {
		return from, nil, err
	}
	text, kept, err := d.way.open(plaintext, delivered)
	if err == nil && d.kept[string(text)] == nil {
		d.kept[string(text)] = kept
	}
	return from, text, err
}

// Retype makes the next message of a person with this text a new one, typed by hand.
func (s *System) Retype(person, text string) {
	if d := s.devices[person]; d != nil {
		delete(d.kept, text)
	}
}

// Thefts lists the warrant and the thefts of a messenger and, after those of the network, those of what the
// provider has for tracing. All of these also try to guess texts.
func (s *System) Thefts(victim string) []attacks.Theft {
	network := s.Network()
	clear := network[0].Read
	read := func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := clear(ctx, loot, t, found)
		if err != nil {
			return n, err
		}
		m, err := s.recoverByGuessing(ctx, loot, t, found)
		return n + m, err
	}
	for i := range network {
		network[i].Read = read
	}
	own := []attacks.Theft{{
		Name:    Store,
		Takes:   "what the provider stores in order to trace",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return s.loot("") },
		Read:    read,
	}}
	if t, ok := s.way.(*tags); ok {
		own = append(own, attacks.Theft{
			Name:    TraceKey,
			Takes:   "the provider's trace key, 32 bytes",
			Parties: []attacks.Party{attacks.Provider},
			Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(t.key.RecoveryKey()) },
			Read:    read,
		})
	}
	return slices.Concat([]attacks.Theft{s.Warrant(victim)}, network, own, s.Phone(victim), []attacks.Theft{s.Quantum()})
}

// loot is the provider's store and, if a person is named, what that person's phone keeps for tracing: a
// record for each message, its text behind a length of four bytes, and what was kept.
func (s *System) loot(person string) (*attacks.Tape, error) {
	db, err := s.way.store()
	if err != nil {
		return nil, err
	}
	records := [][]byte{db}
	if d := s.devices[person]; d != nil {
		texts := make([]string, 0, len(d.kept))
		for text := range d.kept {
			texts = append(texts, text)
		}
		slices.Sort(texts)
		for _, text := range texts {
			records = append(records, joinKept(text, d.kept[text]))
		}
	}
	return attacks.TapeOf(records...)
}

// Database returns what the provider stores in order to trace, as a thief gets it.
func (s *System) Database() ([]byte, error) { return s.way.store() }

// recoverByGuessing confirms guesses of texts by what the provider is given. It needs the envelopes alone,
// and a list of what people write. As keys it tries zeros and what the loot ends with.
func (s *System) recoverByGuessing(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	keys := [][]byte{make([]byte, 16)}
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		if len(record) >= 16 {
			keys = append(keys, bytes.Clone(record[len(record)-16:]))
		}
	}
	n := 2 + s.way.size()
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		if len(r.Bytes) < n {
			return
		}
		for _, key := range keys {
			for _, text := range Guesses {
				tried([]byte(text), s.way.confirm(r.Bytes[2:n], key, []byte(text)))
			}
		}
	})
}
