package traceback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"doormat/attacks"
	"doormat/escrow/traceback"
	"doormat/noescrow"
)

// The ways to come by a trace that [Measure] tries.
const (
	Lawful   attacks.TheftName = "lawful trace"       // one recipient's report of one message
	LateKey  attacks.TheftName = "trace key, later"   // the key, and the envelopes from the middle on
	LateLogs attacks.TheftName = "trace store, later" // the store, and the envelopes from the middle on
)

// Traced is what a theft tells of the rumours.
type Traced struct {
	System string
	Theft  attacks.TheftName

	Named      attacks.Count // messages whose originator is named, and is the one who wrote the words, of all
	Wrong      int           // messages for which another person is named
	Linked     attacks.Count // forwards that are tied to the message that they forward, of all forwards
	WrongLinks int
	Bystanders attacks.Count // people who are named as having had a text, and have not written it, of all people
	Texts      attacks.Count // texts that open, of all messages
	Source     bool          // the originator of the text that is reported is named, for one message of it at least
	Origin     string        // who is named as the originator of what the reporter received; "" if no one is
}

// told takes what a thief has found out. What is true stands behind it, out of the thief's reach: index
// only says which message is meant.
type told struct {
	index      func(text []byte, from, to noescrow.Identity) int // which message that is, or -1
	originator func(i int, who noescrow.Identity)
	link       func(child, parent int)
	met        func(who noescrow.Identity, text []byte)
}

// Measure sends rumours through a system, of which it is the first use, and then traces them in each way
// that the system has. The reporter, who must have received the text, reports it; and later the reporter's
// phone is taken. Closing the system is left to the caller.
func Measure(ctx context.Context, s *System, r *Rumours, reporter, text string) (all []Traced, err error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	transcript := &attacks.Transcript{Tape: new(attacks.Tape)}
	defer func() { err = errors.Join(err, transcript.Tape.Close()) }()
	for _, person := range r.People {
		if err := s.Enrol(person); err != nil {
			return nil, err
		}
	}
	typed := map[[2]string]bool{} // what a person has typed once is sent from there to others
	for i, step := range r.Steps {
		if by := [2]string{step.From, step.Text}; (step.Parent < 0 || step.Retyped) && !typed[by] {
			s.Retype(step.From, step.Text)
			typed[by] = true
		}
		envelope, err := s.Send(step.Message)
		if err != nil {
			return nil, err
		}
		if err := transcript.Append(step.At, envelope); err != nil {
			return nil, err
		}
		from, text, err := s.Receive(step.To, step.At, envelope)
		if err != nil || from != step.From || text != step.Text {
			return nil, fmt.Errorf("attacks: message %d does not arrive: %w", i, err)
		}
	}
	for _, theft := range s.traces(r, reporter, text) {
		loot, err := theft.steal()
		if err != nil {
			return nil, err
		}
		t, err := s.judge(ctx, r, reporter, text, theft, loot, transcript)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", theft.name, err)
		}
		all = append(all, *t)
	}
	return all, nil
}

// A trace is a way to trace: what is taken, and what is told of it.
type trace struct {
	name  attacks.TheftName
	from  int // the first envelope that the thief has
	steal func() (*attacks.Tape, error)
	tell  func(loot *attacks.Tape, t []attacks.Record, say told) error
}

// traces lists the ways that the system has.
func (s *System) traces(r *Rumours, reporter, text string) []trace {
	store := func() (*attacks.Tape, error) { return s.loot("") }
	phone := func() (*attacks.Tape, error) { return s.phone(reporter, "") }
	report := func() (*attacks.Tape, error) { return s.phone(reporter, text) }
	middle := len(r.Steps) / 2
	switch w := s.way.(type) {
	case *tags:
		key := func() (*attacks.Tape, error) { return attacks.TapeOf(w.key.RecoveryKey()) }
		return []trace{
			{Store, 0, store, s.tellEqual}, {LateLogs, middle, store, s.tellEqual},
			{TraceKey, 0, key, s.tellTags}, {LateKey, middle, key, s.tellTags},
		}
	case *table:
		return []trace{{Store, 0, store, s.tellTable}}
	case *path:
		return []trace{{Store, 0, store, s.tellEqual}, {Lawful, 0, report, tellPaths}, {Phone, 0, phone, tellPaths}}
	default:
		return []trace{{Store, 0, store, s.tellEqual}, {Lawful, 0, report, tellTrees}, {Phone, 0, phone, tellTrees}}
	}
}

// phone is the provider's store, then the identity of a phone's owner, then what the phone keeps: of the
// messages with one text, or of all.
func (s *System) phone(person, text string) (*attacks.Tape, error) {
	loot, err := s.loot(person)
	if err != nil {
		return nil, err
	}
	id, err := s.Identity(person)
	if err != nil {
		return nil, err
	}
	var records [][]byte
	for record, err := range loot.All() {
		if err != nil {
			return nil, err
		}
		if of, _, ok := cutKept(record); len(records) > 0 && text != "" && (!ok || string(of) != text) {
			continue
		}
		if records = append(records, bytes.Clone(record)); len(records) == 1 {
			records = append(records, id)
		}
	}
	return attacks.TapeOf(records...)
}

// judge compares what a thief tells with what is true.
func (s *System) judge(ctx context.Context, r *Rumours, reporter, text string, theft trace, loot *attacks.Tape, t *attacks.Transcript) (*Traced, error) {
	n := len(r.Steps)
	out := &Traced{
		System: s.Name(), Theft: theft.name,
		Named: attacks.Count{Of: n}, Linked: attacks.Count{Of: r.Forwards()},
		Bystanders: attacks.Count{Of: len(r.People)}, Texts: attacks.Count{Of: n},
	}
	named, wrong := map[int]bool{}, map[int]bool{}
	linked, wrongLinks := map[int]bool{}, map[[2]int]bool{}
	bystanders, texts := map[string]bool{}, map[int]bool{}
	say := told{
		index: func(text []byte, from, to noescrow.Identity) int {
			return r.find(string(text), s.NameOf(from[:]), s.NameOf(to[:]))
		},
		originator: func(i int, who noescrow.Identity) {
			if i >= 0 && i < n && r.Steps[i].To == reporter && r.Steps[i].Text == text {
				out.Origin = s.NameOf(who[:])
			}
			if i >= 0 && i < n && s.NameOf(who[:]) == r.Steps[r.Origin(i)].From {
				named[i] = true
			} else {
				wrong[i] = true
			}
		},
		link: func(child, parent int) {
			if child >= 0 && child < n && parent >= 0 && r.Steps[child].Parent == parent {
				linked[child] = true
			} else {
				wrongLinks[[2]int{child, parent}] = true
			}
		},
		met: func(who noescrow.Identity, text []byte) {
			name := s.NameOf(who[:])
			wrote := slices.ContainsFunc(r.Steps, func(step Step) bool {
				return step.From == name && step.Parent < 0 && step.Text == string(text)
			})
			if !wrote {
				bystanders[name] = true
			}
		},
	}
	var records []attacks.Record
	for record, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if record.Index >= theft.from {
			record.Bytes = bytes.Clone(record.Bytes)
			records = append(records, record)
		}
	}
	if err := theft.tell(loot, records, say); err != nil {
		return nil, err
	}
	first, err := loot.First() // a phone's own messages are not counted
	if err != nil {
		return nil, err
	}
	store, err := attacks.TapeOf(first)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	if _, err := s.recoverByGuessing(ctx, store, t, func(i int, text []byte) {
		mu.Lock()
		defer mu.Unlock()
		if r.Steps[i].Text == string(text) {
			texts[i] = true
		}
	}); err != nil {
		return nil, err
	}
	for i := range named {
		out.Source = out.Source || r.Steps[i].Text == text
	}
	out.Named.N, out.Wrong, out.Linked.N, out.WrongLinks = len(named), len(wrong), len(linked), len(wrongLinks)
	out.Bystanders.N, out.Texts.N = len(bystanders), len(texts)
	return out, nil
}

// head returns what an envelope shows to the provider, and its names.
func (s *System) head(r attacks.Record) (sent []byte, from, to noescrow.Identity, ok bool) {
	n := 2 + s.way.size()
	if len(r.Bytes) < n {
		return nil, from, to, false
	}
	from, to, err := noescrow.Addresses(r.Bytes[n:])
	return r.Bytes[2:n], from, to, err == nil
}

// tellEqual has no key. Where the provider was given the same bytes for several messages, they are of one
// text, and the first of them is from its originator.
func (s *System) tellEqual(_ *attacks.Tape, t []attacks.Record, say told) error {
	return s.equal(t, say, func(group []seen) {
		if len(group) < 2 {
			return // it may be a forward of anything
		}
		for _, m := range group {
			say.originator(m.index, group[0].from)
		}
	})
}

// seen is what the provider sees of a message.
type seen struct {
	index    int
	from, to noescrow.Identity
}

// equal ties messages whose sender has received the same bytes before to the one by which, and calls each
// for all messages with the same bytes.
func (s *System) equal(t []attacks.Record, say told, each func(group []seen)) error {
	groups := map[string][]seen{}
	var order []string
	for _, r := range t {
		sent, from, to, ok := s.head(r)
		if !ok {
			return errEnvelope
		}
		group := groups[string(sent)]
		if group == nil {
			order = append(order, string(sent))
		}
		for _, m := range slices.Backward(group) {
			if m.to == from {
				say.link(r.Index, m.index)
				break
			}
		}
		groups[string(sent)] = append(group, seen{r.Index, from, to})
	}
	for _, sent := range order {
		each(groups[sent])
	}
	return nil
}

// tellTags opens each tag with the trace key. It needs no other message of the same rumour.
func (s *System) tellTags(loot *attacks.Tape, t []attacks.Record, say told) error {
	b, err := loot.First()
	if err != nil {
		return err
	}
	key, err := traceback.ParseTraceKey(b)
	if err != nil {
		return err
	}
	for _, r := range t {
		sent, _, _, ok := s.head(r)
		if !ok {
			return errEnvelope
		}
		if originator, err := key.Recover(sent); err == nil {
			say.originator(r.Index, originator)
		}
	}
	return s.equal(t, say, func([]seen) {})
}

// tellTable asks the table for each digest. It needs no text for that.
func (s *System) tellTable(loot *attacks.Tape, t []attacks.Record, say told) error {
	b, err := loot.First()
	if err != nil {
		return err
	}
	stolen := new(traceback.Table)
	if err := stolen.UnmarshalBinary(b); err != nil {
		return err
	}
	for _, r := range t {
		sent, _, _, ok := s.head(r)
		if !ok {
			return errEnvelope
		}
		if first, err := stolen.Originator(traceback.Digest(sent)); err == nil {
			say.originator(r.Index, first.From)
		}
	}
	return s.equal(t, say, func([]seen) {})
}

// reports calls each for what a phone keeps of a message, with the store and the phone's owner.
func reports(loot *attacks.Tape, each func(store []byte, owner noescrow.Identity, text, kept []byte) error) error {
	var store []byte
	var owner noescrow.Identity
	i := 0
	for record, err := range loot.All() {
		if err != nil {
			return err
		}
		switch i++; i {
		case 1:
			store = bytes.Clone(record)
			continue
		case 2:
			if len(record) != len(owner) {
				return errMessage
			}
			owner = noescrow.Identity(record)
			continue
		}
		text, kept, ok := cutKept(record)
		if !ok {
			return errMessage
		}
		if err := each(store, owner, text, kept); err != nil {
			return err
		}
	}
	return nil
}

// tellPaths traces what a phone keeps: each message back to its originator. It is the lawful trace.
func tellPaths(loot *attacks.Tape, _ []attacks.Record, say told) error {
	return reports(loot, func(store []byte, owner noescrow.Identity, text, kept []byte) error {
		rows := new(traceback.PathPlatform)
		if err := rows.UnmarshalBinary(store); err != nil {
			return err
		}
		came, err := traceback.ParsePointer(kept)
		if err != nil {
			return err
		}
		path, err := rows.Trace(owner, text, came)
		if err != nil {
			return nil // a message that the owner has written
		}
		child := -1
		for i, from := range path[1:] {
			parent := say.index(text, from, path[i])
			say.originator(parent, path[len(path)-1])
			if child >= 0 {
				say.link(child, parent)
			}
			say.met(path[i], text)
			child = parent
		}
		return nil
	})
}

// tellTrees traces what a phone keeps: each message to its originator, and from there to everyone. It is
// the lawful trace.
func tellTrees(loot *attacks.Tape, _ []attacks.Record, say told) error {
	return reports(loot, func(store []byte, owner noescrow.Identity, text, kept []byte) error {
		rows := new(traceback.TreePlatform)
		if err := rows.UnmarshalBinary(store); err != nil {
			return err
		}
		thread, err := traceback.ParseThread(kept)
		if err != nil {
			return err
		}
		root, err := rows.Trace(owner, text, thread)
		if err != nil {
			return nil // a message that the owner has written
		}
		var walk func(n *traceback.Node, came int)
		walk = func(n *traceback.Node, came int) {
			for _, c := range n.Children {
				edge := say.index(text, n.Person, c.Person)
				say.originator(edge, root.Person)
				if came >= 0 {
					say.link(edge, came)
				}
				say.met(c.Person, text)
				walk(c, edge)
			}
		}
		walk(root, -1)
		return nil
	})
}

// FindNumbers tries all numbers of this many digits behind a beginning on a stolen table, and returns the
// texts that are in it, with their first senders, and how many were tried.
func FindNumbers(ctx context.Context, store []byte, beginning string, digits int) (texts []string, from []noescrow.Identity, tried int, err error) {
	stolen := new(traceback.Table)
	if err := stolen.UnmarshalBinary(store); err != nil {
		return nil, nil, 0, err
	}
	all := 1
	for range digits {
		all *= 10
	}
	for n := range all {
		if n%4096 == 0 && ctx.Err() != nil {
			return texts, from, n, ctx.Err()
		}
		text := fmt.Appendf(nil, "%s%0*d", beginning, digits, n)
		if first, err := stolen.Originator(traceback.Hash(nil, text)); err == nil {
			texts, from = append(texts, string(text)), append(from, first.From)
		}
	}
	return texts, from, all, nil
}
