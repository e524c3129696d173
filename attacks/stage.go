package attacks

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Stage carries a conversation through one system, a step at a time. Steps may come in any order,
// and each as often as wanted:
//
//	Enrol       a person gets a device
//	Send        a message is sealed, recorded, delivered, opened and compared with what was written
//	Steal       a theft happens, now; a thief who acts is on the wire from here on
//	Expose      the thief reads all that has been sent so far, and what is claimed is compared
//	Forge       the thief forges, and the recipient judges
//
// What a thief claims is compared by hash: no plaintext is kept. A Stage is not safe for concurrent
// use.
type Stage struct {
	system     System
	victim     string
	thefts     []Theft
	wrong      error // what is wrong with the thefts
	people     []string
	transcript *Transcript
	facts      facts
	carried    carried
	written    written
	named      Count
	stolen     []*Stolen
	middles    []Middle // of the thefts that act, in the order in which they happened
	inserted   Count
	progress   Progress
	label      string // of the system in progress
}

// written is the victim's last message, without its text.
type written struct {
	at   time.Time
	to   string // "" if there is none
	also []string
}

// Stolen is what a theft at one moment has yielded.
type Stolen struct {
	Theft  Theft
	Loot   *Tape
	Moment int // the theft came before the message with this index

	changed Notice // people whose view of their own device changed
}

// NewStage puts a system on the stage. The victim is whose device is stolen, where it is one
// person's. Progress may be nil. Close the stage.
func NewStage(s System, victim string, progress Progress) *Stage {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	thefts := s.Thefts(victim)
	return &Stage{
		system:     s,
		victim:     victim,
		thefts:     thefts,
		wrong:      checkThefts(thefts),
		transcript: &Transcript{Tape: new(Tape)},
		progress:   progress,
		label:      s.Name(),
	}
}

// checkThefts returns an error that names the first theft which is not complete.
func checkThefts(thefts []Theft) error {
	for i, t := range thefts {
		switch {
		case t.Name == "":
			return fmt.Errorf("theft %d of %d has no name", i+1, len(thefts))
		case slices.ContainsFunc(thefts[:i], func(other Theft) bool { return other.Name == t.Name }):
			return fmt.Errorf("two thefts are called %q", t.Name)
		case t.Steal == nil:
			return fmt.Errorf("the theft %q has no Steal: where nothing is stolen, it is Nothing", t.Name)
		case t.Read == nil:
			return fmt.Errorf("the theft %q has no Read", t.Name)
		}
	}
	return nil
}

// System returns the system's name.
func (s *Stage) System() string { return s.system.Name() }

// Thefts returns what can be stolen, in the order of the system.
func (s *Stage) Thefts() []Theft { return slices.Clone(s.thefts) }

// People returns who has enrolled, in order.
func (s *Stage) People() []string { return slices.Clone(s.people) }

// Transcript returns what has crossed the wire so far. It grows as messages are sent.
func (s *Stage) Transcript() *Transcript { return s.transcript }

// Named returns how many envelopes show sender and recipient in clear.
func (s *Stage) Named() Count { return s.named }

// Enrol gives a person a device. It is an error if two of the system's thefts have one name, or if one
// has no Steal or no Read.
func (s *Stage) Enrol(person string) error {
	if s.wrong != nil {
		return s.wrong
	}
	if err := s.system.Enrol(person); err != nil {
		return err
	}
	s.people = append(s.people, person)
	return nil
}

// Send carries a message between people who have enrolled: in one envelope to each recipient or, if the system
// is a [GroupSystem], in one to all. It is an error if one of several recipients comes twice or is the sender: then
// nothing is sent. It is an error if the message does not arrive as it was written, unless a thief is on the wire:
// then it is lost, which Expose counts. A message that was on the wire counts also after an error, as one that was
// lost.
func (s *Stage) Send(m Message) error {
	if err := checkRecipients(m); err != nil {
		return err
	}
	m.At = m.At.UTC().Truncate(time.Millisecond)
	before := s.carried.n
	arrived, err := s.sendEach(m)
	if err != nil {
		if s.carried.n > before { // it was on the wire
			s.facts.add(m, true)
		}
		return err
	}
	s.facts.add(m, !arrived)
	if m.From == s.victim {
		s.written = written{m.At, m.To, m.Also}
	}
	return nil
}

// Steal commits a theft now. It is an error if the system has none of that name.
func (s *Stage) Steal(name TheftName) (*Stolen, error) {
	if s.wrong != nil {
		return nil, s.wrong
	}
	i := slices.IndexFunc(s.thefts, func(t Theft) bool { return t.Name == name })
	if i < 0 {
		var names []string
		for _, t := range s.thefts {
			names = append(names, strconv.Quote(string(t.Name)))
		}
		return nil, fmt.Errorf("%s has no theft %q, expected one of %s", s.System(), name, strings.Join(names, ", "))
	}
	t := s.thefts[i]
	before := s.views()
	loot, err := t.Steal()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	stolen := &Stolen{Theft: t, Loot: loot, Moment: len(s.facts.all), changed: s.changed(before, s.views())}
	s.stolen = append(s.stolen, stolen)
	if t.Act != nil {
		middle, err := t.Act(loot)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.middles = append(s.middles, middle)
	}
	if t.Restore != nil {
		t.Restore()
	}
	return stolen, nil
}

// views returns what each person sees on the own device, hashed; nil where there is no device.
func (s *Stage) views() (views [][]byte) {
	for _, p := range s.people {
		view, err := s.system.Inspect(p)
		if err != nil {
			views = append(views, nil)
			continue
		}
		sum := sha256.Sum256(view)
		views = append(views, sum[:])
	}
	return views
}

// changed names the people whose view has changed.
func (s *Stage) changed(before, after [][]byte) Notice {
	var who []string
	for i, p := range s.people {
		if !bytes.Equal(before[i], after[i]) {
			who = append(who, p)
		}
	}
	switch len(who) {
	case 0:
		return Notice{}
	case 1:
		return Notice{Who: who[0]}
	}
	return Notice{Who: fmt.Sprintf("%d people", len(who))}
}

// Expose lets the thief read everything that has been sent so far, and compares the claims with the
// facts. Forged is left at NotOffered.
func (s *Stage) Expose(ctx context.Context, stolen *Stolen) (*Exposure, error) {
	t := &stolen.Theft
	e := &Exposure{
		System: s.System(), Theft: t.Name, Use: t.Use, Takes: t.Takes, Only: t.Only, Search: t.Search, Parties: t.Parties, Means: t.Means,
		Moment:  stolen.Moment,
		Opened:  make([]bool, len(s.facts.all)),
		Noticed: stolen.changed,
	}
	reading := s.label + ": " + string(t.Name) // made once, since it is told for each envelope
	s.transcript.onProgress(func(what string, done, total int) {
		if what != "" {
			what = reading + ", " + what
		}
		s.progress(cmp.Or(what, reading), done, total)
	})
	defer s.transcript.onProgress(nil) // the forger's reading is not shown
	var mu sync.Mutex
	opened := make([]bool, s.carried.n) // envelopes
	start := time.Now()
	unplaced := sync.OnceValue(func() texts { return s.facts.byText(append(s.People(), "")...) })
	n, err := t.Read(ctx, stolen.Loot, s.transcript, func(i int, text []byte) {
		if i == Unplaced {
			all := unplaced().find(text)
			mu.Lock()
			defer mu.Unlock()
			for _, i := range all {
				e.Opened[i] = true
			}
			return
		}
		message := s.carried.of(i)
		right := s.facts.right(message, text)
		mu.Lock()
		defer mu.Unlock()
		if right {
			opened[i], e.Opened[message] = true, true
		} else {
			e.Wrong++
		}
	})
	e.Operations, e.Time = n, time.Since(start)
	s.transcript.onProgress(nil)
	if err == nil && t.Noticed != nil {
		e.Noticed, err = t.Noticed(stolen.Loot, s.transcript)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	s.count(e)
	e.Envelopes = countOf(opened)
	if t.Act != nil {
		e.Inserted = s.inserted
		if e.Noticed == (Notice{}) {
			e.Noticed = s.noticedMiddle(e.Lost)
		}
	}
	return e, nil
}

func (s *Stage) count(e *Exposure) {
	people, strangers := map[uint32]bool{}, map[uint32]bool{}
	victim, known := s.facts.number[s.victim]
	e.LastOpened = -1
	for i, f := range s.facts.all {
		c := &e.Before
		if i >= e.Moment {
			c = &e.After
		}
		c.Of++
		if f.lost {
			e.Lost++
		}
		victims := false
		s.facts.people(i, func(p uint32) { victims = victims || known && p == victim })
		if victims {
			e.Victims.Of++
		}
		if !e.Opened[i] {
			continue
		}
		c.N++
		if victims {
			e.Victims.N++
		}
		e.LastOpened = i
		s.facts.people(i, func(p uint32) {
			people[p] = true
			strangers[p] = strangers[p] || !victims
		})
	}
	e.People = Count{len(people), len(s.people)}
	e.Collateral = s.collateral(e, people, strangers)
}

// collateral counts what is not the victim's, given those of whom a message opened, and whether one did in which the
// victim has no part.
func (s *Stage) collateral(e *Exposure, people, strangers map[uint32]bool) (c Collateral) {
	all := e.Readable()
	others := len(s.people)
	if slices.Contains(s.people, s.victim) {
		others--
	}
	c.Messages = Count{all.N - e.Victims.N, all.Of - e.Victims.Of}
	c.People.Of, c.Strangers.Of = others, others
	for p := range people {
		if s.facts.names[p] == s.victim {
			continue
		}
		c.People.N++
		if strangers[p] {
			c.Strangers.N++
		}
	}
	return c
}

func countOf(list []bool) Count {
	c := Count{Of: len(list)}
	for _, b := range list {
		if b {
			c.N++
		}
	}
	return c
}

// Forge has the thief write from the victim to the person to whom the victim wrote last, with the
// date of that message, and returns that person's verdict; of several, the first's. One more message of the
// victim is held back on the way, for the thief to alter.
//
// A forgery that is accepted is part of the conversation from then on. In a messenger the recipient may
// answer in the forger's session, which the victim's device does not have: such an answer does not
// arrive, and Send returns an error. So forge last.
func (s *Stage) Forge(stolen *Stolen) (Verdict, error) {
	v, err := s.forge(stolen)
	if err != nil {
		return v, fmt.Errorf("%s: %w", stolen.Theft.Name, err)
	}
	return v, nil
}

func (s *Stage) forge(stolen *Stolen) (Verdict, error) {
	if stolen.Theft.Forge == nil {
		return NotOffered, nil
	}
	to := s.written.to
	f := Forgery{Text: "I never wrote this.", At: s.written.at}
	if to == "" {
		return NotOffered, nil
	}
	var errs [4]error
	f.From, errs[0] = s.system.Identity(s.victim)
	f.To, errs[1] = s.system.Identity(to)
	f.Bundle, errs[2] = s.system.Bundle(to)
	held := Message{At: f.At, From: s.victim, To: to, Text: "On my way.", Also: s.written.also}
	if group, ok := s.system.(GroupSystem); ok && len(held.Also) > 0 {
		f.Held, errs[3] = group.SendAll(held)
	} else {
		f.Held, errs[3] = s.system.Send(held.For(to))
	}
	if err := errors.Join(errs[:]...); err != nil {
		return NotOffered, err
	}
	envelope, err := stolen.Theft.Forge(stolen.Loot, s.transcript, f)
	if err != nil {
		return NotOffered, err
	}
	if bytes.Equal(envelope, f.Held) { // delivered, not forged
		return Refused, nil
	}
	// A text that arrives twice is forged too, so the text is not compared.
	if from, _, err := s.system.Receive(to, f.At, envelope); err == nil && from == s.victim {
		return Accepted, nil
	}
	return Refused, nil
}

// Close removes the temporary files of transcript and loot, and closes a system that is an
// [io.Closer].
func (s *Stage) Close() error {
	err := s.closeSystem()
	return errors.Join(err, s.closeTapes())
}

func (s *Stage) closeSystem() error {
	if c, ok := s.system.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func (s *Stage) closeTapes() error {
	err := s.transcript.Tape.Close()
	for _, stolen := range s.stolen {
		err = errors.Join(err, stolen.Loot.Close())
	}
	return err
}
