package messenger

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
)

// An implant is code on a phone. It is no attack on the encryption: it has each text before it is sealed and
// after it is opened, from the day on which it is there, and on that day what the phone has stored. EncroChat's
// had two stages: the first sent what was on the phone, identifiers, passwords, address book, notes and
// chats; the second each later message, taken unencrypted from the phone's own store (R v A, B, D & C [2021] EWCA
// Crim 128).
//
// What it exports is the loot:
//
//	'D' ‖ the device's state                                             once for each phone
//	'E' ‖ owner<0..2^16-1> ‖ route<0..2^16-1> ‖ uint32 number ‖ uint64 date ‖ text     for each text
//
// The owner is the phone's. The route is what an envelope shows of its ends: in a messenger the identities of
// sender and recipient, in a group its ID, and no bytes for a text that has no recipient yet. The number tells texts
// of one route and one millisecond apart: it is how many the phone had before.

// The names of the thefts by code on phones.
const (
	ImplantName attacks.TheftName = "implant"
	UpdateKey   attacks.TheftName = "update key"
)

// The kinds of records in the loot.
const (
	kindState  = 'D'
	kindExport = 'E'
)

// Phones are the phones of all people of a system: what is typed and shown on them, what they store, and which
// program runs on them. Set the fields, and call Show for each text.
type Phones struct {
	Owners func() []string                                       // who has a phone
	State  func(owner string) ([]byte, error)                    // of that person's device
	Route  func(envelope []byte) (route []byte, ok bool)         // as Show is told it
	Forge  func(state []byte, f attacks.Forgery) ([]byte, error) // writes with a device's state
	Named  func(state []byte) (identity []byte, err error)       // whose state it is
	Now    func() time.Time                                      // the date of the latest message

	keeps    bool // some theft needs what is stored
	stored   attacks.Tape
	latest   int64             // the latest date of a text, in milliseconds
	numbers  map[string]uint32 // how many texts of that date a phone has had, by owner and route
	implants []*implant
	updates  updates
}

// An implant exports what is typed or shown on some phones.
type implant struct {
	loot  *attacks.Tape
	takes func(owner, peer string) bool
}

// maxName is the length of the longest name of the owner of a phone, in bytes: it is written behind two of them.
const maxName = 1<<16 - 1

var errName = errors.New("attacks: expected a name of at most 65,535 bytes, found a longer one")

// Show tells that a text is on a person's phone: typed, before it is sealed, or opened, before it is shown. The peer
// is the other of two people, or "" in a group.
func (p *Phones) Show(owner, peer string, route []byte, at time.Time, text string) error {
	if !p.keeps {
		return nil
	}
	if max(len(owner), len(peer)) > maxName {
		return errName
	}
	n, err := p.number(owner, route, at)
	if err != nil {
		return err
	}
	e := export{owner, peer, route, n, at, []byte(text)}
	err = p.stored.Append(e.stored())
	for _, i := range p.implants {
		if i.takes(owner, peer) {
			err = errors.Join(err, i.loot.Append(e.record()))
		}
	}
	return err
}

// number returns how many texts of a route and a date a phone has had. Dates rise in a conversation, so memory holds
// those of the latest date. Those of an earlier one, which a forgery has, are counted in what is stored.
func (p *Phones) number(owner string, route []byte, at time.Time) (n uint32, err error) {
	switch date := at.UnixMilli(); {
	case p.numbers == nil || date > p.latest:
		p.latest, p.numbers = date, map[string]uint32{}
	case date < p.latest:
		for record, err := range p.stored.All() {
			if err != nil {
				return 0, err
			}
			e, err := parseStored(record)
			if err != nil {
				return 0, err
			}
			if e.owner == owner && bytes.Equal(e.route, route) && e.at.UnixMilli() == date {
				n++
			}
		}
		return n, nil
	}
	key := owner + string(route) // a route has a fixed length
	n = p.numbers[key]
	p.numbers[key] = n + 1
	return n, nil
}

// Close removes the temporary file.
func (p *Phones) Close() error { return p.stored.Close() }

// put puts an implant on phones, and appends to the loot what is stored on them since a date: the zero date for all.
func (p *Phones) put(loot *attacks.Tape, since time.Time, takes func(owner, peer string) bool) error {
	for record, err := range p.stored.All() {
		if err != nil {
			return err
		}
		e, err := parseStored(record)
		if err != nil {
			return err
		}
		if e.at.Before(since) || !takes(e.owner, e.peer) {
			continue
		}
		if err := loot.Append(e.record()); err != nil {
			return err
		}
	}
	p.implants = append(p.implants, &implant{loot, takes})
	return nil
}

// export is one text on a phone.
type export struct {
	owner, peer string // the peer stays on the phone
	route       []byte
	number      uint32
	at          time.Time
	text        []byte
}

// record returns what an implant exports.
func (e *export) record() []byte {
	b := cryptobyte.NewBuilder([]byte{kindExport})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(e.owner)) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.route) })
	b.AddUint32(e.number)
	b.AddBytes(attacks.Date(e.at))
	b.AddBytes(e.text)
	return b.BytesOrPanic()
}

// stored returns what a phone stores: the peer's name, and the record.
func (e *export) stored() []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(e.peer)))
	return append(append(b, e.peer...), e.record()...)
}

var errExport = errors.New("attacks: expected a text that an implant has exported, found something else")

func parseExport(record []byte) (e export, err error) {
	in := cryptobyte.String(record)
	var kind uint8
	var owner, route cryptobyte.String
	if !in.ReadUint8(&kind) || kind != kindExport || !in.ReadUint16LengthPrefixed(&owner) ||
		!in.ReadUint16LengthPrefixed(&route) || !in.ReadUint32(&e.number) {
		return e, errExport
	}
	e.owner, e.route = string(owner), route
	if e.at, e.text, err = attacks.CutDate(in); err != nil {
		return e, errExport
	}
	return e, nil
}

func parseStored(record []byte) (e export, err error) {
	in := cryptobyte.String(record)
	var peer cryptobyte.String
	if !in.ReadUint16LengthPrefixed(&peer) {
		return e, errExport
	}
	e, err = parseExport(in)
	e.peer = string(peer)
	return e, err
}

// readExports matches what an implant has exported with the envelopes, by route, date and number, and claims the
// texts. It believes what the records say. A text that was not sent has no envelope, and is claimed for none.
func readExports(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, route func(envelope []byte) ([]byte, bool), found attacks.Found) (operations int64, err error) {
	envelopes, err := indexRoutes(ctx, t, route)
	if err != nil {
		return 0, err
	}
	for record, err := range loot.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		if len(record) == 0 || record[0] != kindExport {
			continue
		}
		e, err := parseExport(record)
		if err != nil {
			return operations, err
		}
		operations++
		if i, ok := envelopes.find(e.route, e.at, e.number); ok {
			found(i, e.text)
		}
	}
	return operations, nil
}

// routes finds envelopes by their date and route, in 24 bytes for each. They are in the order of the dates, which is
// nearly that of the transcript.
type routes []routed

type routed struct {
	date  int64  // in milliseconds
	route uint64 // the first 64 bits of the route's SHA-256
	index int32  // of the envelope
}

func newRouted(route []byte, at time.Time, index int) routed {
	sum := sha256.Sum256(route)
	return routed{at.UnixMilli(), binary.BigEndian.Uint64(sum[:]), int32(index)}
}

func (r routed) compare(other routed) int {
	return cmp.Or(cmp.Compare(r.date, other.date), cmp.Compare(r.route, other.route), cmp.Compare(r.index, other.index))
}

func indexRoutes(ctx context.Context, t *attacks.Transcript, route func(envelope []byte) ([]byte, bool)) (routes, error) {
	all := make(routes, 0, t.Tape.Len())
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		if ends, ok := route(r.Bytes); ok {
			all = append(all, newRouted(ends, r.At, r.Index))
		}
	}
	slices.SortFunc(all, routed.compare)
	return all, nil
}

// find returns the index of the envelope that has the number of its route and date.
func (r routes) find(route []byte, at time.Time, number uint32) (index int, ok bool) {
	want := newRouted(route, at, 0)
	first, _ := slices.BinarySearchFunc(r, want, routed.compare)
	if i := int64(first) + int64(number); i < int64(len(r)) && r[i].date == want.date && r[i].route == want.route {
		return int(r[i].index), true
	}
	return 0, false
}

// Thefts lists what code on phones does: on the victim's, and on all of a service by its update key.
func (p *Phones) Thefts(victim string) []attacks.Theft {
	p.keeps = true
	return []attacks.Theft{p.onOne(victim), p.byUpdate(updatePlan{name: UpdateKey, takes: "the key that signs the app's updates, and so code on every phone", program: implanted})}
}

// onOne is the implant on one phone, which somebody has put there by a flaw, or by hand.
func (p *Phones) onOne(victim string) attacks.Theft {
	return attacks.Theft{
		Name:    ImplantName,
		Parties: []attacks.Party{attacks.Device},
		Takes:   "code on one person's phone: what it stores, and what is typed and shown from then on",
		Steal: func() (*attacks.Tape, error) {
			p.updates.run(victim, implanted)
			return p.install([]string{victim}, time.Time{}, nil)
		},
		Read:    p.read,
		Forge:   p.forge,
		Noticed: p.noticed,
	}
}

// install puts an implant on the phones of some people. The loot begins with the records, and the state of each phone.
func (p *Phones) install(owners []string, since time.Time, records [][]byte) (*attacks.Tape, error) {
	loot, err := attacks.TapeOf(records...)
	if err != nil {
		return nil, err
	}
	on := map[string]bool{}
	for _, owner := range owners {
		state, err := p.State(owner)
		if err == nil {
			err = loot.Append(append([]byte{kindState}, state...))
		}
		if err != nil {
			return nil, errors.Join(err, loot.Close())
		}
		on[owner] = true
	}
	if err := p.put(loot, since, func(owner, _ string) bool { return on[owner] }); err != nil {
		return nil, errors.Join(err, loot.Close())
	}
	return loot, nil
}

func (p *Phones) read(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return readExports(ctx, loot, t, p.Route, found)
}

// forge writes with the victim's state, if that is in the loot.
func (p *Phones) forge(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	for record, err := range loot.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 0 || record[0] != kindState {
			continue
		}
		state := slices.Clone(record[1:])
		if id, err := p.Named(state); err != nil || string(id) != string(f.From) {
			continue
		}
		return p.Forge(state, f)
	}
	return f.Held, nil
}

// noticed returns who could have noticed that the program on a phone is not the release: nobody, if this theft has
// put code on none, which has told its state.
func (p *Phones) noticed(loot *attacks.Tape, _ *attacks.Transcript) (n attacks.Notice, err error) {
	for record, err := range loot.All() {
		if err != nil {
			return n, err
		}
		if len(record) > 0 && record[0] == kindState {
			return attacks.Notice{Who: "who takes an app apart", Possible: true}, nil
		}
	}
	return n, nil
}

// Put returns the program on a person's phone if it is not the release, for what a system's Inspect returns.
func (p *Phones) Put(owner string) string { return p.updates.running[owner] }
