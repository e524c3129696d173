package attacks

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Progress is told how far a run is, as "NAME: PHASE", where NAME is the system's; of a second system of
// that name in a [Matrix], "NAME, THEFT" with its first theft. The phases of [Run] come in this order:
//
//	enrolling          done is how many of total people have enrolled; it is told before each
//	sending            done is how many of total messages have arrived, told after each
//	THEFT              done is how many of total envelopes the attack has read; a phase for each theft
//	THEFT, SEARCH      done is how many of total candidates a search has tried, where a theft has one
//
// It is called often, so it must return soon. One call ends before the next begins, but the calls of a theft
// come from other goroutines than that of Run: what Progress shares with the rest of a program needs a lock.
// An attack that reads the transcript twice begins again at 1, and a theft may end before done is total.
type Progress func(what string, done, total int)

// Result is one system's run.
type Result struct {
	System     string              // its name
	Transcript *Transcript         // all that was sent
	Loot       map[TheftName]*Tape // what each theft took
	Exposures  []Exposure          // what each theft opens, in the order of the system
	Named      Count               // envelopes in which the bytes of both Identities stand in clear

	carried carried
}

// MessageOf returns the index of the message that the envelope with an index in the transcript carries. It
// reports false if there is no such envelope.
func (r *Result) MessageOf(envelope int) (message int, ok bool) {
	message = r.carried.of(envelope)
	return message, message >= 0
}

// Run sends a conversation through a system, commits each of its thefts, and measures what opens. It
// is a loop over a [Stage]:
//
//	enrol everyone
//	send each message; before the one with the index c.Moment, commit the thefts that are not AtEnd
//	commit the thefts that are AtEnd
//	for each theft: expose, then forge
//
// The victim must be in the conversation. Every message must arrive; if one does not, that is an
// error of the system. A claim counts if its text is the message with that index, byte for byte. An error
// of the system, a theft or the conversation ends the run. Progress may be nil. Close the result. A system
// that is an [io.Closer] is closed by Run.
func Run(ctx context.Context, s System, c *Conversation, victim string, progress Progress) (*Result, error) {
	stages, err := stages([]System{s}, c, victim, func(int) Progress { return progress })
	if err != nil {
		return nil, err
	}
	return stages[0].run(ctx, c)
}

// stages puts systems on the stage. It returns the errors that can be known before anything is sent.
func stages(systems []System, c *Conversation, victim string, progress func(i int) Progress) (all []*Stage, err error) {
	if !slices.Contains(c.People, victim) {
		return nil, fmt.Errorf("attacks: the victim %q is not in the conversation", victim)
	}
	if c.Moment < 0 || c.Moment > c.Len {
		return nil, fmt.Errorf("attacks: expected the moment of the thefts from 0 to %d, found %d", c.Len, c.Moment)
	}
	known := map[string]map[TheftName]bool{}
	for i, s := range systems {
		if s == nil {
			return nil, fmt.Errorf("attacks: system %d of %d is nil", i+1, len(systems))
		}
		stage := NewStage(s, victim, progress(i))
		if stage.wrong != nil {
			return nil, fmt.Errorf("attacks: %s: %w", s.Name(), stage.wrong)
		}
		if known[s.Name()] == nil {
			known[s.Name()] = map[TheftName]bool{}
		} else if len(stage.thefts) > 0 {
			stage.label += ", " + string(stage.thefts[0].Name)
		}
		for _, t := range stage.thefts {
			if known[s.Name()][t.Name] {
				return nil, fmt.Errorf("attacks: two systems are called %q and know the theft %q: give one another name", s.Name(), t.Name)
			}
			known[s.Name()][t.Name] = true
		}
		all = append(all, stage)
	}
	return all, nil
}

// run runs the experiment, and closes the system.
func (s *Stage) run(ctx context.Context, c *Conversation) (*Result, error) {
	r, err := run(ctx, s, c)
	if err = errors.Join(err, s.closeSystem()); err != nil {
		s.closeTapes()
		return nil, fmt.Errorf("attacks: %s: %w", s.System(), err)
	}
	return r, nil
}

// Close removes the temporary files.
func (r *Result) Close() error {
	err := r.Transcript.Tape.Close()
	for _, l := range r.Loot {
		err = errors.Join(err, l.Close())
	}
	return err
}

// Exposure returns what a theft exposes, or nil if the system does not know it.
func (r *Result) Exposure(theft TheftName) *Exposure {
	for i := range r.Exposures {
		if r.Exposures[i].Theft == theft {
			return &r.Exposures[i]
		}
	}
	return nil
}

func run(ctx context.Context, s *Stage, c *Conversation) (*Result, error) {
	for i, p := range c.People {
		s.progress(s.label+": enrolling", i, len(c.People))
		if err := errors.Join(ctx.Err(), s.Enrol(p)); err != nil {
			return nil, err
		}
	}
	stolen, err := converse(ctx, s, c)
	if err != nil {
		return nil, err
	}
	r := &Result{System: s.System(), Transcript: s.Transcript(), Loot: map[TheftName]*Tape{}, Named: s.Named(), carried: s.carried}
	for _, t := range s.thefts {
		e, err := s.Expose(ctx, stolen[t.Name])
		if err != nil {
			return nil, err
		}
		r.Loot[t.Name] = stolen[t.Name].Loot
		r.Exposures = append(r.Exposures, *e)
	}
	// Nobody forges before all have read: what a forger types is no part of the conversation.
	for i, t := range s.thefts {
		if r.Exposures[i].Forged, err = s.Forge(stolen[t.Name]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func converse(ctx context.Context, s *Stage, c *Conversation) (map[TheftName]*Stolen, error) {
	all := map[TheftName]*Stolen{}
	steal := func(atEnd bool) error {
		for _, t := range s.thefts {
			if t.AtEnd != atEnd {
				continue
			}
			stolen, err := s.Steal(t.Name)
			if err != nil {
				return err
			}
			all[t.Name] = stolen
		}
		return nil
	}
	i, sending := 0, s.label+": sending"
	for m, err := range c.Messages {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		if i == c.Moment {
			if err := steal(false); err != nil {
				return nil, err
			}
		}
		if err := s.Send(m); err != nil {
			return nil, fmt.Errorf("message %d: %w", i, err)
		}
		i++
		s.progress(sending, i, c.Len)
	}
	if i != c.Len {
		return nil, fmt.Errorf("expected a conversation of %d messages, found %d", c.Len, i)
	}
	if c.Moment >= i { // it has not come
		if err := steal(false); err != nil {
			return nil, err
		}
	}
	return all, steal(true)
}
