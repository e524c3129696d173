package conversation

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
)

// A message is one message of a file, as a reader hands it to the spool.
type message struct {
	At   time.Time // in UTC
	From party
	To   []party // recipients, never the sender; nil for everyone else who has written in the room
	Room int     // the chat of several in one file; 0 if there is only one
	Peer party   // of a chat of two, the one who is in it without having written; no one elsewhere
	Text string  // valid UTF-8 with \n line ends, never empty
}

// A spool keeps the messages of a file on a tape, so that they can be ranged over again, and the people
// in memory. A record of the tape is
//
//	uint64  date, as attacks.Date writes it
//	uvarint sender, as an index of people
//	uvarint number of recipients, 0 for everyone else
//	uvarint recipient, that many times; or, for everyone else, the room
//	opaque  text, to the end of the record
type spool struct {
	tape    *attacks.Tape
	people  people
	last    time.Time // date of the last record
	back    bool      // some message is older than the one before it
	letters int       // messages to people by name
	named   int       // recipients of those
	rooms   []room    // by number
}

// A room is a chat in which each message goes to everyone else.
type room struct {
	members  []int        // who has written in it, in order of appearance, and the peer
	in       map[int]bool // the same
	messages int
	peer     int // who is in it in any case, or -1
}

func newSpool() *spool {
	return &spool{tape: new(attacks.Tape), people: newPeople()}
}

func (s *spool) add(m message) error {
	r := record{at: m.At, from: s.people.add(m.From, true), room: m.Room, text: []byte(m.Text)}
	for _, p := range m.To {
		r.to = append(r.to, s.people.add(p, false))
	}
	if m.To == nil {
		in := s.room(m.Room)
		if m.Peer.isParty() && in.peer < 0 {
			in.peer = s.people.add(m.Peer, false)
		}
	}
	return s.append(r)
}

// append adds a record and counts it.
func (s *spool) append(r record) error {
	s.count(r)
	return s.tape.Append(r.bytes())
}

func (s *spool) count(r record) {
	s.back = s.back || r.at.Before(s.last)
	s.last = r.at
	s.people.all[r.from].wrote++
	s.people.all[r.from].there = true
	for _, i := range r.to {
		s.people.all[i].received++
		s.people.all[i].there = true
	}
	if r.to != nil {
		s.letters++
		s.named += len(r.to)
		return
	}
	in := s.room(r.room)
	in.messages++
	for _, i := range []int{r.from, in.peer} {
		if i >= 0 && !in.in[i] {
			in.in[i] = true
			in.members = append(in.members, i)
			s.people.all[i].there = true
		}
	}
}

func (s *spool) room(number int) *room {
	for len(s.rooms) <= number {
		s.rooms = append(s.rooms, room{in: make(map[int]bool), peer: -1})
	}
	return &s.rooms[number]
}

// fresh returns a spool with the people and the rooms of s, and without messages.
func (s *spool) fresh() *spool {
	part := newSpool()
	part.people = s.people.fresh()
	for i, r := range s.rooms {
		part.room(i).peer = r.peer
	}
	return part
}

// A record is a message on the tape.
type record struct {
	at   time.Time
	from int
	to   []int // nil for everyone else in the room
	room int
	text []byte
}

func (r record) bytes() []byte {
	b := attacks.Date(r.at)
	b = binary.AppendUvarint(b, uint64(r.from))
	b = binary.AppendUvarint(b, uint64(len(r.to)))
	for _, i := range r.to {
		b = binary.AppendUvarint(b, uint64(i))
	}
	if len(r.to) == 0 {
		b = binary.AppendUvarint(b, uint64(r.room))
	}
	return append(b, r.text...)
}

var errRecord = errors.New("conversation: internal error: a record of the spool is cut short")

// parseRecord is the reverse of bytes. The text is part of b.
func parseRecord(b []byte) (r record, err error) {
	if r.at, b, err = attacks.CutDate(b); err != nil {
		return r, err
	}
	number := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			err = errRecord
			return 0
		}
		b = b[size:]
		return int(n)
	}
	r.from = number()
	for range number() {
		r.to = append(r.to, number())
	}
	if r.to == nil {
		r.room = number()
	}
	r.text = b
	return r, err
}

// records ranges over the tape. The text of a record is valid until the next one.
func (s *spool) records(yield func(record, error) bool) {
	for b, err := range s.tape.All() {
		var r record
		if err == nil {
			r, err = parseRecord(b)
		}
		if !yield(r, err) || err != nil {
			return
		}
	}
}

// envelopes returns the number of recipients of all messages.
func (s *spool) envelopes() int {
	n := s.named
	for _, r := range s.rooms {
		n += r.messages * (len(r.members) - min(len(r.members), 1))
	}
	return n
}

// len returns the number of messages. Those of a room in which there is one person have no recipient.
func (s *spool) len() int {
	n := s.letters
	for _, r := range s.rooms {
		if len(r.members) > 1 {
			n += r.messages
		}
	}
	return n
}

// sort puts the messages in the order of their dates. Those of one date stay in the order of the file.
func (s *spool) sort() error {
	if !s.back {
		return nil
	}
	sorted, err := sortByDate(s.tape)
	if err != nil {
		return err
	}
	err = s.tape.Close()
	s.tape, s.back = sorted, false
	return err
}

// conversation returns what is on the spool. Nothing may be added after it.
func (s *spool) conversation() *Conversation {
	n := s.len()
	c := &Conversation{
		Conversation: &attacks.Conversation{Len: n, Moment: n / 2},
		Envelopes:    s.envelopes(),
		spool:        s,
	}
	names := s.people.names()
	for i := range s.people.all {
		if s.people.all[i].there {
			c.People = append(c.People, names[i])
		}
	}
	c.Messages = func(yield func(attacks.Message, error) bool) { s.messages(names, yield) }
	if i := s.people.busiest(); i >= 0 {
		c.Busiest = names[i]
	}
	if n > 0 {
		c.Shown = slices.Compact([]int{n / 4, n / 2, 3 * n / 4})
	}
	return c
}

// messages ranges over the spool, without messages that have no recipient.
func (s *spool) messages(names []string, yield func(attacks.Message, error) bool) {
	for r, err := range s.records {
		if err != nil {
			yield(attacks.Message{}, err)
			return
		}
		to := r.to
		if to == nil {
			to = s.rooms[r.room].members
		}
		var recipients []string
		for _, i := range to {
			if i != r.from {
				recipients = append(recipients, names[i])
			}
		}
		if len(recipients) == 0 {
			continue
		}
		m := attacks.Message{At: r.at, From: names[r.from], To: recipients[0], Text: string(r.text)}
		if len(recipients) > 1 {
			m.Also = recipients[1:]
		}
		if !yield(m, nil) {
			return
		}
	}
}

// first returns a spool with the first messages of s: as many as make at most n envelopes.
func (s *spool) first(n int) (*spool, error) {
	whole := s.fresh()
	k := 0
	for r, err := range s.records {
		if err != nil {
			return nil, err
		}
		if whole.count(r); whole.envelopes() > n {
			break
		}
		k++
	}
	part := s.fresh()
	for r, err := range s.records {
		if err == nil && part.tape.Len() < k {
			err = part.append(r)
		}
		if err != nil {
			part.tape.Close()
			return nil, err
		}
		if part.tape.Len() == k {
			break
		}
	}
	return part, nil
}
