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
// restarts of sessions from both sides, saving, rotation, prekeys that run out, and devices
// that go back to a backup. A message is delivered at most late messages late, which keeps
// it within all limits; so without a backup in play
//
//   - it opens exactly once, with its text, from its sender, unless the receiver has rotated
//     twice since the handshake was handed out,
//   - a second time it fails with ErrReplay or ErrOpen,
//
// and with one it may be refused, but it never opens as something else and never twice. All
// failures leave the state as it was. At the end everybody can talk after a fresh Start.
func TestModel(t *testing.T) {
	schedules := 300
	if testing.Short() {
		schedules = 20
	}
	if *long {
		schedules = 5000
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

var long = flag.Bool("long", false, "play thousands of schedules on devices, which takes a minute")

const late = 4

type world struct {
	t       *testing.T
	r       *rand.Rand
	people  []*person
	mail    []*letter // under way
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
	active     map[int]*talk
	talks      map[*talk]bool
	opened     map[*letter]bool
}

func (k known) clone() known {
	k.active, k.talks, k.opened = maps.Clone(k.active), maps.Clone(k.talks), maps.Clone(k.opened)
	return k
}

// talk is a session.
type talk struct {
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
		p.known = known{active: map[int]*talk{}, talks: map[*talk]bool{}, opened: map[*letter]bool{}}
		p.relay = shelf(t, p.Device, r.IntN(3))
		w.people = append(w.people, p)
	}
	return w
}

func (w *world) step() {
	from := w.people[w.r.IntN(len(w.people))]
	to := w.people[(from.number+1+w.r.IntN(len(w.people)-1))%len(w.people)]
	switch op := w.r.IntN(100); {
	case op < 35:
		w.write(from, to)
	case op < 75:
		w.deliverOne()
	case op < 80 && len(w.seen) > 0: // a copy
		w.deliver(w.seen[w.r.IntN(len(w.seen))])
	case op < 85 && len(w.mail) > 0: // a damaged copy
		l := w.mail[w.r.IntN(len(w.mail))]
		e := bytes.Clone(l.envelope)
		e[w.r.IntN(len(e))] ^= 1 << w.r.IntN(8)
		refusesAny(w.t, l.to.Device, e, "damaged")
	case op < 89:
		from.Device = clone(w.t, from.Device)
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

func (w *world) start(from, to *person) {
	startFrom(w.t, from.Device, to.Device, to.relay.Bundle())
	s := &talk{generation: to.relayed, people: [2]int{from.number, to.number}, doubtful: to.stale}
	from.active[to.number], from.talks[s] = s, true
}

func (w *world) restock(p *person, n int) {
	if err := p.relay.Add(publish(w.t, p.Device, n)); err != nil {
		w.t.Fatal(err)
	}
	p.relayed = p.generation
}

func (w *world) write(from, to *person) {
	if from.active[to.number] == nil {
		w.start(from, to)
	}
	w.letters++
	l := &letter{talk: from.active[to.number], from: from, to: to, number: from.written[to.number]}
	from.written[to.number]++
	l.text = fmt.Sprint("letter ", w.letters)
	l.envelope = seal(w.t, from.Device, to.Device, l.text)
	w.mail = append(w.mail, l)
}

func (w *world) deliverOne() {
	w.mail = slices.DeleteFunc(w.mail, func(l *letter) bool { return l.number+late < l.from.written[l.to.number] })
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
	expired := l.number+late < l.from.written[to.number]
	must := !l.talk.doubtful && !to.opened[l] && !expired &&
		(to.talks[l.talk] || to.generation-l.talk.generation <= 1)
	may := (l.talk.doubtful || expired) && !to.opened[l]

	before := save(t, to.Device)
	from, text, err := to.Open(l.envelope, nil)
	switch {
	case err == nil && !must && !may:
		t.Fatalf("%q opens, though it must not", l.text)
	case err == nil && (string(text) != l.text || from != l.from.Identity()):
		t.Fatalf("%q opens as %q from %v", l.text, text, from)
	case err == nil:
		to.opened[l], to.talks[l.talk], to.active[l.from.number] = true, true, l.talk
	case must:
		t.Fatalf("%q does not open: %v", l.text, err)
	case !bytes.Equal(save(t, to.Device), before):
		t.Fatalf("the state moved with the error %q", err)
	case to.opened[l] && !l.talk.doubtful && !errors.Is(err, ErrReplay) && !errors.Is(err, ErrOpen):
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

func (w *world) finish() {
	for _, p := range w.people {
		w.republish(p)
	}
	for _, from := range w.people {
		for _, to := range w.people {
			if from != to {
				w.start(from, to)
				for range 2 {
					send(w.t, from.Device, to.Device, "are you there?")
					send(w.t, to.Device, from.Device, "yes")
				}
			}
		}
	}
}
