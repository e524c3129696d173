package attacks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// The order of things, for each system anew:
//
//	enrol everybody
//	for each message: send, record, receive, compare with what was written
//	    in the middle: steal what is stolen in passing
//	at the end: take what is taken away
//	for each theft: let the thief open the transcript, compare, count; let him forge, judge
//
// What the thief says is compared by hash, so that the plaintexts need not be kept.

// Progress is told, from time to time, how much of what is done.
type Progress func(what string, done, total int)

// Result is one system's run.
type Result struct {
	System     string
	Transcript *Transcript
	Loot       map[string]*Tape // by theft
	Exposures  []Exposure
	Named      Count // envelopes on which sender and recipient stand in clear
}

// fact is what is true of a message: what the attacks are measured against.
type fact struct {
	at       time.Time
	from, to string
	text     [sha256.Size]byte
}

// Run sends a conversation through a system, commits each of its thefts, and measures what
// opens. The victim is whose device is stolen, where it is one person's; thefts that are not at
// the end happen before the message with the index c.Len/2. Every message must arrive; if one
// does not, that is an error of the system. Progress may be nil. Close the result. A system that
// is an [io.Closer] is closed by Run.
func Run(ctx context.Context, s System, c *Conversation, victim string, progress Progress) (*Result, error) {
	if !slices.Contains(c.People, victim) {
		return nil, fmt.Errorf("attacks: the victim %q is not in the conversation", victim)
	}
	if progress == nil {
		progress = func(string, int, int) {}
	}
	r := &run{
		Result:   &Result{System: s.Name(), Transcript: &Transcript{Tape: new(Tape)}, Loot: map[string]*Tape{}},
		system:   s,
		c:        c,
		victim:   victim,
		progress: progress,
	}
	err := r.all(ctx)
	if s, ok := s.(io.Closer); ok {
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("attacks: %s: %w", s.Name(), err)
	}
	return r.Result, nil
}

// Close lets go of the temporary files.
func (r *Result) Close() error {
	err := r.Transcript.Tape.Close()
	for _, l := range r.Loot {
		err = errors.Join(err, l.Close())
	}
	return err
}

type run struct {
	*Result
	system   System
	c        *Conversation
	victim   string
	progress Progress

	facts   []fact
	noticed map[string]string // by theft
}

func (r *run) all(ctx context.Context) error {
	thefts := r.system.Thefts(r.victim)
	r.noticed = map[string]string{}
	if err := r.converse(ctx, thefts); err != nil {
		return err
	}
	for i := range thefts {
		e, err := r.expose(ctx, &thefts[i])
		if err != nil {
			return fmt.Errorf("%s: %w", thefts[i].Name, err)
		}
		r.Exposures = append(r.Exposures, *e)
	}
	return nil
}

// moment is the index of the message a theft comes before.
func (r *run) moment(t *Theft) int {
	if t.AtEnd {
		return len(r.facts)
	}
	return r.c.Len / 2
}

func (r *run) converse(ctx context.Context, thefts []Theft) error {
	for i, p := range r.c.People {
		r.progress(r.System+": enrolling", i, len(r.c.People))
		if err := errors.Join(ctx.Err(), r.system.Enrol(p)); err != nil {
			return err
		}
	}
	i := 0
	for m, err := range r.c.Messages {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if i == r.c.Len/2 {
			if err := r.steal(thefts, false); err != nil {
				return err
			}
		}
		if err := r.carry(m); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		i++
		r.progress(r.System+": sending", i, r.c.Len)
	}
	if i != r.c.Len {
		return fmt.Errorf("the conversation has %d messages, expected %d", i, r.c.Len)
	}
	if i == 0 { // there was no middle
		if err := r.steal(thefts, false); err != nil {
			return err
		}
	}
	return r.steal(thefts, true)
}

func (r *run) carry(m Message) error {
	m.At = m.At.UTC().Truncate(time.Millisecond)
	envelope, err := r.system.Send(m)
	if err != nil {
		return err
	}
	if err := r.Transcript.append(m.At, envelope); err != nil {
		return err
	}
	r.Named.Of++
	if r.names(m, envelope) {
		r.Named.N++
	}
	from, text, err := r.system.Receive(m.To, m.At, envelope)
	if err != nil {
		return err
	}
	if from != m.From || text != m.Text {
		return errors.New("another message arrived than was sent")
	}
	r.facts = append(r.facts, fact{m.At, m.From, m.To, sha256.Sum256([]byte(m.Text))})
	return nil
}

// names reports whether an envelope carries both names in clear.
func (r *run) names(m Message, envelope []byte) bool {
	from, err1 := r.system.Identity(m.From)
	to, err2 := r.system.Identity(m.To)
	return err1 == nil && err2 == nil && bytes.Contains(envelope, from) && bytes.Contains(envelope, to)
}

func (r *run) steal(thefts []Theft, atEnd bool) error {
	for i := range thefts {
		t := &thefts[i]
		if t.AtEnd != atEnd {
			continue
		}
		before := r.look()
		l, err := t.Steal()
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		r.Loot[t.Name] = l
		r.noticed[t.Name] = who(r.c.People, before, r.look())
		if t.Restore != nil {
			t.Restore()
		}
	}
	return nil
}

// look is what each person sees on his own device, hashed; nil if he has none.
func (r *run) look() (views [][]byte) {
	for _, p := range r.c.People {
		view, err := r.system.Inspect(p)
		if err != nil {
			views = append(views, nil)
			continue
		}
		sum := sha256.Sum256(view)
		views = append(views, sum[:])
	}
	return views
}

// who names those whose view has changed.
func who(people []string, before, after [][]byte) string {
	var who []string
	for i, p := range people {
		if !bytes.Equal(before[i], after[i]) {
			who = append(who, p)
		}
	}
	switch len(who) {
	case 0:
		return "nobody"
	case 1:
		return who[0]
	}
	return fmt.Sprintf("%d people", len(who))
}

// expose lets the thief work, and compares what he says with the facts.
func (r *run) expose(ctx context.Context, t *Theft) (*Exposure, error) {
	e := &Exposure{
		System: r.System, Theft: t.Name, Takes: t.Takes,
		Moment:  r.moment(t),
		Opened:  make([]bool, len(r.facts)),
		Noticed: r.noticed[t.Name],
	}
	r.Transcript.tick = func(done int) { r.progress(r.System+": "+t.Name, done, len(r.facts)) }
	var mu sync.Mutex
	start := time.Now()
	n, err := t.Open(ctx, r.Loot[t.Name], r.Transcript, func(i int, text []byte) {
		right := i >= 0 && i < len(r.facts) && r.facts[i].text == sha256.Sum256(text)
		mu.Lock()
		defer mu.Unlock()
		if right {
			e.Opened[i] = true
		} else {
			e.Wrong++
		}
	})
	r.Transcript.tick = nil // not of the forger's reading
	if err != nil {
		return nil, err
	}
	e.Operations, e.Time = n, time.Since(start)
	if t.Noticed != nil {
		e.Noticed = t.Noticed()
	}
	r.count(e)
	e.Forged, err = r.forge(t)
	return e, err
}

func (r *run) count(e *Exposure) {
	people := map[string]bool{}
	e.LastOpened = -1
	for i, f := range r.facts {
		c := &e.Before
		if i >= e.Moment {
			c = &e.After
		}
		c.Of++
		if !e.Opened[i] {
			continue
		}
		c.N++
		e.LastOpened = i
		people[f.from], people[f.to] = true, true
	}
	e.People = Count{len(people), len(r.c.People)}
}

// forge has the thief write from the victim to whoever the victim wrote to last, with the date of
// that message, and lets the recipient judge. One more message of the victim is held back on the
// way, for the thief to alter.
func (r *run) forge(t *Theft) (string, error) {
	if t.Forge == nil {
		return "-", nil
	}
	to := ""
	f := Forgery{Text: "I never wrote this."}
	for _, fact := range r.facts {
		if fact.from == r.victim {
			to, f.At = fact.to, fact.at
		}
	}
	if to == "" {
		return "-", nil
	}
	var errs [4]error
	f.From, errs[0] = r.system.Identity(r.victim)
	f.To, errs[1] = r.system.Identity(to)
	f.Bundle, errs[2] = r.system.Bundle(to)
	f.Held, errs[3] = r.system.Send(Message{At: f.At, From: r.victim, To: to, Text: "On my way."})
	if err := errors.Join(errs[:]...); err != nil {
		return "", err
	}
	envelope, err := t.Forge(r.Loot[t.Name], r.Transcript, f)
	if err != nil {
		return "", err
	}
	if bytes.Equal(envelope, f.Held) {
		return "refused", nil
	}
	// A text that arrives twice is forged too, so the text is not looked at.
	if from, _, err := r.system.Receive(to, f.At, envelope); err == nil && from == r.victim {
		return "accepted", nil
	}
	return "refused", nil
}
