package noescrow

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestModel plays random schedules: sends, deliveries in any order, losses, copies, damage,
// messages held back for long, restarts of sessions from both sides, saving, rotation, prekeys
// that run out, devices that forget one another, and devices that go back to a backup. A message that is delivered at most late
// messages late is within all limits; so without a backup in play
//
//   - it opens exactly once, with its text, from its sender, unless the receiver has rotated
//     twice since the handshake was handed out,
//   - a second time it fails with ErrReplay, ErrPrekey or ErrOpen,
//
// and with one, or held back for longer, it may be refused, but it never opens as something else
// and never twice. All failures leave the state as it was. A device writes in the newest session
// it knows, whatever has arrived last. At the end all meet: without a Start if none went back to
// a backup, and else with as many as have been lost.
func TestModel(t *testing.T) {
	schedules := 50
	if testing.Short() {
		schedules = 20
	}
	if *long {
		schedules = 1500
	}
	t.Parallel()
	for seed := range schedules {
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t, rand.New(rand.NewPCG(uint64(seed), 1)))
			for range 60 {
				w.step()
			}
			w.finish()
		})
		if !ok {
			return
		}
	}
}

var long = flag.Bool("long", false, "play many more schedules on devices, and flip more bits")

const late = 4

type world struct {
	t       *testing.T
	r       *rand.Rand
	people  []*person
	mail    []*letter // under way
	held    []*letter // under way for long
	seen    []*letter // delivered at least once
	letters int
}

// person is a device, its relay, and the model of it.
type person struct {
	*Device
	number  int
	relay   *Shelf
	stale   bool // the relay has prekeys the device has forgotten
	relayed int  // the generation that the relay has
	known
	backup      []byte
	backupKnown known
	written     map[int]int // to whom, how many letters
}

// known is what the model says of a device's state.
type known struct {
	generation int
	talks      map[*talk]bool
	opened     map[*letter]bool
	answered   map[int]bool   // whom the device has written to
	forgotten  map[*talk]bool // what it has known
	highest    uint32         // number of a talk it has forgotten
}

func (k known) clone() known {
	k.talks, k.opened, k.answered = maps.Clone(k.talks), maps.Clone(k.opened), maps.Clone(k.answered)
	k.forgotten = maps.Clone(k.forgotten)
	return k
}

// forget lets go of what is known of another person, as a device does.
func (k *known) forget(of int) {
	if t := k.newest(of); t != nil {
		k.highest = max(k.highest, t.number)
	}
	delete(k.answered, of)
	for t := range k.talks {
		if slices.Contains(t.people[:], of) {
			k.forgotten[t] = true
			delete(k.talks, t)
		}
	}
}

// newest returns the talk with another person that a device writes in, or nil.
func (k known) newest(with int) (newest *talk) {
	for t := range k.talks {
		if slices.Contains(t.people[:], with) && (newest == nil || t.number > newest.number ||
			t.number == newest.number && string(t.handshake[:]) > string(newest.handshake[:])) {
			newest = t
		}
	}
	return newest
}

// number returns the highest number of a talk with another person.
func (k known) number(with int) uint32 {
	if t := k.newest(with); t != nil {
		return t.number
	}
	return k.highest
}

// talk is a session.
type talk struct {
	number     uint32
	handshake  [32]byte
	generation int // of the responder's prekeys
	people     [2]int
	doubtful   bool // one of its devices has gone back to a backup
}

type letter struct {
	talk     *talk
	from, to *person
	number   int // among those from from to to
	text     string
	envelope []byte
}

func newWorld(t *testing.T, r *rand.Rand) *world {
	w := &world{t: t, r: r}
	for i := range 2 + r.IntN(2) {
		p := &person{Device: NewDevice(), number: i, written: map[int]int{}}
		p.known = known{
			talks: map[*talk]bool{}, opened: map[*letter]bool{}, answered: map[int]bool{},
			forgotten: map[*talk]bool{},
		}
		p.relay = shelf(t, p.Device, r.IntN(3))
		w.people = append(w.people, p)
	}
	return w
}

func (w *world) step() {
	from := w.people[w.r.IntN(len(w.people))]
	to := w.people[(from.number+1+w.r.IntN(len(w.people)-1))%len(w.people)]
	defer w.agree()
	switch op := w.r.IntN(100); {
	case op < 35:
		w.write(from, to)
	case op < 70:
		w.deliverOne()
	case op < 75 && len(w.held) > 0:
		i := w.r.IntN(len(w.held))
		l := w.held[i]
		w.held = slices.Delete(w.held, i, i+1)
		w.seen = append(w.seen, l)
		w.deliver(l)
	case op < 80 && len(w.seen) > 0: // a copy
		w.deliver(w.seen[w.r.IntN(len(w.seen))])
	case op < 85 && len(w.mail) > 0: // a damaged copy
		l := w.mail[w.r.IntN(len(w.mail))]
		e := bytes.Clone(l.envelope)
		e[w.r.IntN(len(e))] ^= 1 << w.r.IntN(8)
		refusesAny(w.t, l.to.Device, e, "damaged")
	case op < 86:
		from.Device = clone(w.t, from.Device)
	case op < 87:
		from.Forget(to.Identity())
		from.forget(to.number)
	case op < 92:
		w.start(from, to)
	case op < 95:
		from.Rotate()
		from.generation++
		if w.r.IntN(2) == 0 {
			w.restock(from, w.r.IntN(3))
		}
	case op < 98:
		from.backup, from.backupKnown = save(w.t, from.Device), from.known.clone()
	case from.backup != nil:
		w.restore(from)
	}
}

// agree holds the devices against the model: each writes in the newest session it knows.
func (w *world) agree() {
	for _, from := range w.people {
		for _, to := range w.people {
			want, p := from.newest(to.number), from.s.peers[to.Identity()]
			switch {
			case from == to:
			case want == nil && p != nil && len(p.sessions) > 0:
				w.t.Fatalf("%d has a session with %d that the model has not", from.number, to.number)
			case want != nil && writes(from.Device, to.Device).handshake != want.handshake:
				w.t.Fatalf("%d does not write to %d in the newest session", from.number, to.number)
			case p != nil && p.answered != from.answered[to.number]:
				w.t.Fatalf("%d has answered %d: %v", from.number, to.number, p.answered)
			}
		}
	}
}

func (w *world) start(from, to *person) *talk {
	number := from.known.number(to.number) + 1
	startFrom(w.t, from.Device, to.Device, to.relay.Bundle())
	s := &talk{
		number:     number,
		handshake:  writes(from.Device, to.Device).handshake,
		generation: to.relayed,
		people:     [2]int{from.number, to.number},
		doubtful:   to.stale,
	}
	from.talks[s], from.answered[to.number] = true, true
	return s
}

func (w *world) restock(p *person, n int) {
	err := p.relay.Add(publish(w.t, p.Device, n))
	switch {
	case p.stale && errors.Is(err, ErrOldPublication): // an older copy's numbers are used up
		w.republish(p)
	case err != nil:
		w.t.Fatal(err)
	}
	p.relayed = p.generation
}

func (w *world) write(from, to *person) {
	if from.newest(to.number) == nil {
		w.start(from, to)
	}
	w.letters++
	l := &letter{talk: from.newest(to.number), from: from, to: to, number: from.written[to.number]}
	from.written[to.number]++
	l.text = fmt.Sprint("letter ", w.letters)
	l.envelope = seal(w.t, from.Device, to.Device, l.text)
	from.answered[to.number] = true
	w.mail = append(w.mail, l)
}

// expired reports whether a letter is so late that it may be beyond a limit.
func (l *letter) expired() bool { return l.number+late < l.from.written[l.to.number] }

func (w *world) deliverOne() {
	w.mail = slices.DeleteFunc(w.mail, func(l *letter) bool {
		if l.expired() {
			w.held = append(w.held, l)
		}
		return l.expired()
	})
	if len(w.mail) == 0 {
		return
	}
	i := w.r.IntN(len(w.mail))
	l := w.mail[i]
	w.mail = slices.Delete(w.mail, i, i+1)
	if w.r.IntN(8) == 0 {
		return // lost
	}
	w.seen = append(w.seen, l)
	w.deliver(l)
}

func (w *world) deliver(l *letter) {
	t, to := w.t, l.to
	t.Helper()
	must := !l.talk.doubtful && !to.opened[l] && !l.expired() && w.alive(l.talk, to)
	may := (l.talk.doubtful || l.expired()) && !to.opened[l] && !to.forgotten[l.talk]

	before := save(t, to.Device)
	from, text, err := to.Open(l.envelope, nil)
	switch {
	case err == nil && !must && !may:
		t.Fatalf("%q opens, though it must not", l.text)
	case err == nil && (string(text) != l.text || from != l.from.Identity()):
		t.Fatalf("%q opens as %q from %v", l.text, text, from)
	case err == nil:
		to.opened[l], to.talks[l.talk] = true, true
	case must:
		t.Fatalf("%q does not open: %v", l.text, err)
	case !bytes.Equal(save(t, to.Device), before):
		t.Fatalf("the state moved with the error %q", err)
	case to.newest(l.from.number) == nil && errors.Is(err, ErrNoSession):
	case to.opened[l] && !l.talk.doubtful && !errors.Is(err, ErrReplay) && !errors.Is(err, ErrOpen) && !errors.Is(err, ErrPrekey):
		t.Fatalf("a copy of %q fails with %q", l.text, err)
	}
}

// restore brings the device back from its backup. What it said and heard since is forgotten.
func (w *world) restore(p *person) {
	doubt := func(s *talk) {
		if slices.Contains(s.people[:], p.number) {
			s.doubtful = true
		}
	}
	for _, l := range slices.Concat(w.mail, w.seen) {
		doubt(l.talk)
	}
	for _, q := range w.people {
		for s := range q.talks {
			doubt(s)
		}
	}
	for s := range p.backupKnown.talks {
		doubt(s)
	}
	p.Device = load(w.t, p.backup)
	p.known = p.backupKnown.clone()
	p.stale = true
	if w.r.IntN(2) == 0 {
		w.republish(p)
	}
}

func (w *world) republish(p *person) {
	p.relay, p.stale, p.relayed = shelf(w.t, p.Device, w.r.IntN(2)), false, p.generation
}

// alive reports whether p has the keys for a talk, or the prekeys.
func (w *world) alive(t *talk, p *person) bool {
	return p.talks[t] || p.generation-t.generation <= 1 && !p.forgotten[t]
}

func (w *world) finish() {
	for i, a := range w.people {
		for _, b := range w.people[:i] {
			w.meet(a, b)
		}
	}
	for _, p := range w.people {
		w.republish(p)
	}
	for _, from := range w.people {
		for _, to := range w.people {
			if from != to {
				w.startAnew(from, to)
			}
		}
	}
}

// meet requires that two people meet in one session, if they have ever talked, neither has gone
// back to a backup, and the newest session of each can be opened by the other.
func (w *world) meet(a, b *person) {
	for _, p := range []*person{a, b} {
		t := p.newest(a.number + b.number - p.number)
		if t == nil || t.doubtful || !w.alive(t, a) || !w.alive(t, b) {
			return
		}
	}
	for range 2 {
		for _, to := range []*person{a, b} {
			w.write(w.people[a.number+b.number-to.number], to)
			w.deliver(w.mail[len(w.mail)-1])
		}
	}
	if a.newest(b.number) != b.newest(a.number) {
		w.t.Fatalf("%d and %d do not meet", a.number, b.number)
	}
	w.agree()
}

// startAnew starts sessions, if need be as many as from has lost, until to writes in the same.
func (w *world) startAnew(from, to *person) {
	lost := int(to.known.number(from.number)) - int(from.known.number(to.number))
	for tries := 1; ; tries++ {
		s := w.start(from, to)
		send(w.t, from.Device, to.Device, "are you there?")
		if to.talks[s] = true; to.newest(from.number) == s {
			if tries > max(1, lost+1) {
				w.t.Fatalf("it takes %d Starts, with %d lost", tries, lost)
			}
			break
		}
	}
	to.answered[from.number] = true
	for range 2 {
		send(w.t, to.Device, from.Device, "yes")
		send(w.t, from.Device, to.Device, "are you there?")
	}
	w.agree()
}
