package attacks

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"sync/atomic"
	"time"

	"doormat/escrow/threshold"
)

// A warrant is no theft of keys. Somebody asks, and those who are asked keep the rules. So there is
// something alive here that the attack talks to, agents and a log, and what it brings is the
// signed warrant alone.

// lawful is what a warrant opens, and who can notice.
func (s *thresholdSystem) lawful(name, takes string, warrant func() threshold.Warrant, split bool) Theft {
	var c *court
	return Theft{
		Name:  name,
		Takes: takes,
		Steal: func() (*Tape, error) {
			signed, err := s.issuer.Sign(warrant())
			if err != nil {
				return nil, err
			}
			return loot(signed)
		},
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (n int64, err error) {
			if c, err = s.newCourt(split); err != nil {
				return 0, err
			}
			return recoverWithWarrant(ctx, c, l, t, found)
		},
		Noticed: func() string { return c.noticed() },
	}
}

func (s *thresholdSystem) warrantFor(victim string) func() threshold.Warrant {
	return func() threshold.Warrant {
		w := threshold.Warrant{
			From:   s.now.AddDate(0, 0, -warrantDays),
			To:     s.now.AddDate(0, 0, warrantDays),
			Serial: 1,
		}
		if p, err := s.person(victim); err == nil { // of nobody, it is not signed
			w.Target = p.device.Identity()
		}
		return w
	}
}

func (s *thresholdSystem) warrantForEveryone() threshold.Warrant {
	return threshold.Warrant{
		Everyone: true,
		From:     time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		To:       time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		Serial:   2,
	}
}

// A court is whom an investigator turns to: t agents, who keep the rules, and the log. He has no
// share, and sees of the agents what they answer.
type court struct {
	agents *threshold.Agents
	answer []*threshold.Agent
	log    *threshold.Log // as the agents are shown it
	public *threshold.Log // as the public is shown it: the same, or a fork
	reader *threshold.Reader
	issuer ed25519.PublicKey
}

func (s *thresholdSystem) newCourt(split bool) (*court, error) {
	c := &court{agents: s.agents, log: threshold.NewLog(), issuer: s.issuer.PublicKey()}
	for _, share := range s.shares[:s.agents.T()] {
		a, err := threshold.NewAgent(s.agents, share, c.issuer, c.log.Key())
		if err != nil {
			return nil, err
		}
		c.answer = append(c.answer, a)
	}
	var err error
	if c.reader, err = threshold.NewReader(c.log.Key()); err != nil {
		return nil, err
	}
	c.log.Append([]byte("an earlier case"))
	c.public = c.log
	if split {
		c.public = c.log.Fork()
		c.public.Append([]byte("another case")) // life goes on in it
	}
	return c, c.publish()
}

// publish shows the heads to the agents, and to the public.
func (c *court) publish() error {
	for _, a := range c.answer {
		_, size := a.Head()
		if err := show(a, c.log, size); err != nil {
			return err
		}
	}
	_, size := c.reader.Head()
	return show(c.reader, c.public, size)
}

func show(to interface {
	Follow(head, proof []byte) error
}, log *threshold.Log, size int64) error {
	proof, err := log.ProveExtension(size)
	if err != nil {
		return err
	}
	return to.Follow(log.Head(), proof)
}

// recoverWithWarrant enters each use in the log, then asks the agents, message by message, and puts
// their answers together.
func recoverWithWarrant(ctx context.Context, c *court, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	signed, err := l.First()
	if err != nil {
		return 0, err
	}
	w, err := threshold.ParseWarrant(signed, c.issuer)
	if err != nil {
		return 0, err
	}
	entries, err := c.enter(ctx, w, signed, t)
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		entry, ok := entries[e.Index]
		if !ok {
			return
		}
		operations.Add(int64(len(c.answer)))
		if text, err := c.ask(signed, e, entry); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// enter makes the log's entries, and returns where they are, by the envelope's index.
func (c *court) enter(ctx context.Context, w *threshold.Warrant, signed []byte, t *Transcript) (map[int]int64, error) {
	entries := map[int]int64{}
	for e, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		p, ok := thresholdLayout.split(e.Bytes)
		if !ok || !wanted(w, p, e.At) {
			continue
		}
		use, err := threshold.NewUse(signed, e.Bytes)
		if err != nil {
			return nil, err
		}
		entries[e.Index] = c.log.Append(use)
	}
	return entries, c.publish()
}

func wanted(w *threshold.Warrant, p parts, at time.Time) bool {
	named := w.Everyone || p.from == w.Target || p.to == w.Target
	return named && !at.Before(w.From) && at.Before(w.To)
}

// ask asks each agent about one message.
func (c *court) ask(signed []byte, e Envelope, entry int64) ([]byte, error) {
	proof, err := c.log.ProveEntry(entry)
	if err != nil {
		return nil, err
	}
	var partials [][]byte
	for _, a := range c.answer {
		p, err := a.Partial(threshold.Request{Warrant: signed, Envelope: e.Bytes, At: e.At, Index: entry, Proof: proof})
		if err != nil {
			return nil, err
		}
		partials = append(partials, p)
	}
	_, _, text, err := c.agents.Recover(signed, e.Bytes, partials...)
	return text, err
}

// noticed reads the public's log, and then compares heads with the agents.
func (c *court) noticed() string {
	_, size := c.reader.Head()
	for i := range size {
		if entry, err := c.public.Entry(i); err == nil && c.isUse(i, entry) {
			return "readers of the log"
		}
	}
	for _, a := range c.answer {
		if c.gossip(a) != nil {
			return "who compares heads"
		}
	}
	return "nobody"
}

// isUse checks that an entry is in the log, and says whether it is the use of a warrant.
func (c *court) isUse(i int64, entry []byte) bool {
	proof, err := c.public.ProveEntry(i)
	if err != nil || c.reader.Check(i, entry, proof) != nil {
		return false
	}
	_, err = threshold.ParseUse(entry)
	return err == nil
}

// gossip compares the public's head with an agent's. The log has to prove that one extends the
// other.
func (c *court) gossip(a *threshold.Agent) error {
	head, size := a.Head()
	own, ownSize := c.reader.Head()
	if bytes.Equal(head, own) {
		return nil
	}
	proof, err := c.public.ProveExtension(min(size, ownSize))
	if err != nil {
		return err
	}
	return c.reader.Gossip(head, proof)
}
