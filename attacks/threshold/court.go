package threshold

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/threshold"
)

// warrantDays is how long a warrant reaches back, and ahead.
const warrantDays = 7

// A warrant is used so, on each message:
//
//	investigator                                    log             agents 1 to t
//	warrant, signed by the issuer
//	message = names, H(body), date, field
//	use = H(warrant), H(warrant, message) --------> an entry
//	                                                head, proof --> does it extend the head of before?
//	warrant, message, proof of the entry -------------------------> is the warrant genuine, does it cover
//	                                                                names and date, is the field bound to
//	                                                                these and to the body, is the use in
//	                                                                the log?
//	x_i u and a proof that it is that <-----------------------------
//	t of them: xu, and with it the message's key
//
// The log is a Merkle tree of entries. A reader who is shown a head wants a proof that it extends the last
// one (RFC 6962, Section 2.1.2), so a log can hide a use from a reader in one way only, by showing
// two histories from the fork on:
//
//	                    +-- another case             the head that the public is shown
//	an earlier case ----+
//	                    +-- use, use, use            the head that agents are shown
//
// Both heads are signed, and neither extends the other. Two people who compare them have the proof.

// byWarrant returns the reading under a warrant. No key is taken: an investigator asks, and those who
// are asked keep the rules. So there is something alive that the attack talks to, agents and a log,
// and all that it brings is the signed warrant. If the log is split, it shows agents one history and
// the public another.
//
// The log has an entry for each use before an agent answers, so what it shows follows from warrant
// and transcript. Noticed makes the entries again, and looks at the log as the public does.
func (s *system) byWarrant(name attacks.TheftName, use attacks.Use, takes string, warrant func() threshold.Warrant, split bool) attacks.Theft {
	parties := append(slices.Repeat([]attacks.Party{attacks.Agent}, s.agents.T()), attacks.Court)
	if split {
		parties = append(parties, "log")
	}
	return attacks.Theft{
		Name:    name,
		Use:     use,
		Takes:   takes,
		Parties: parties,
		Steal: func() (*attacks.Tape, error) {
			signed, err := s.issuer.Sign(warrant())
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(signed)
		},
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			c, err := s.newCourt(split)
			if err != nil {
				return 0, err
			}
			return recoverWithWarrant(ctx, c, loot, t, found)
		},
		Noticed: func(loot *attacks.Tape, t *attacks.Transcript) (attacks.Notice, error) {
			c, err := s.newCourt(split)
			if err != nil {
				return attacks.Notice{}, err
			}
			if _, _, err := c.enter(context.Background(), loot, t); err != nil {
				return attacks.Notice{}, err
			}
			return c.noticed(), nil
		},
	}
}

// warrantFor returns what the issuer signs against one person: a week to each side of the latest
// message.
func (s *system) warrantFor(victim string) func() threshold.Warrant {
	return func() threshold.Warrant {
		w := threshold.Warrant{
			From:   s.Now().AddDate(0, 0, -warrantDays),
			Until:  s.Now().AddDate(0, 0, warrantDays),
			Serial: 1,
		}
		if d, err := s.Person(victim); err == nil { // without a target, it is not signed
			w.Target = d.Identity()
		}
		return w
	}
}

// warrantForEveryone returns what the issuer signs against all people, of all dates. Nothing in the
// cryptography limits a warrant.
func warrantForEveryone() threshold.Warrant {
	return threshold.Warrant{
		Everyone: true,
		From:     time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		Until:    time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		Serial:   2,
	}
}

// A court is what an investigator turns to: t agents, who keep the rules, and the log. The
// investigator has no share, and sees of the agents what they answer.
type court struct {
	agents *threshold.Agents
	answer []*threshold.Agent
	log    *threshold.Log // as the agents are shown it
	public *threshold.Log // as the public is shown it: the same, or a fork
	reader *threshold.Reader
	issuer ed25519.PublicKey
}

// newCourt returns a court with an empty docket: a fresh log, with one entry that is not a use, or
// two in the public's history if the log is split.
func (s *system) newCourt(split bool) (*court, error) {
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

// publish shows the present heads to the agents, and to the public. Until then neither knows of the
// entries that were made since the last time.
func (c *court) publish() error {
	for _, a := range c.answer { // each keeps its own head
		if err := c.log.Show(a); err != nil {
			return err
		}
	}
	return c.public.Show(c.reader)
}

// recoverWithWarrant needs a warrant, a wiretap, and agents and a log that do as they should. It
// enters each use in the log, asks the agents for their shares of each message's u, with proofs that
// these are right, and combines them: TDH2, according to Shoup and Gennaro. It shows that a warrant
// gets its target's messages between its dates, and no others. Its operations are the agents' answers
// that it asks for.
func recoverWithWarrant(ctx context.Context, c *court, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	signed, entries, err := c.enter(ctx, loot, t)
	if err != nil {
		return 0, err
	}
	messages, err := t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		entry, ok := entries[r.Index]
		if !ok {
			return
		}
		text, err := c.ask(signed, r, entry)
		tried(text, err == nil)
	})
	return messages * int64(len(c.answer)), err
}

// enter makes the log's entries for a signed warrant, the first record of the loot. It returns the
// warrant, and where the entries are, by the envelope's index.
func (c *court) enter(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript) (signed []byte, entries map[int]int64, err error) {
	if signed, err = loot.First(); err != nil {
		return nil, nil, err
	}
	w, err := threshold.ParseWarrant(signed, c.issuer)
	if err != nil {
		return nil, nil, err
	}
	entries = map[int]int64{}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, nil, err
		}
		p, ok := layout.Split(r.Bytes)
		if !ok || !wanted(w, p, r.At) {
			continue
		}
		m, err := threshold.Describe(r.Bytes, r.At)
		if err != nil {
			return nil, nil, err
		}
		use, err := threshold.NewUse(signed, m)
		if err != nil {
			return nil, nil, err
		}
		entries[r.Index] = c.log.Append(use)
	}
	return signed, entries, c.publish()
}

// wanted reports whether a warrant covers an envelope of that date: the target wrote it or received
// it, From is not after the date, and To is. It saves entries and questions, and decides nothing: the
// agents look for themselves.
func wanted(w *threshold.Warrant, p messenger.Parts, at time.Time) bool {
	named := w.Everyone || p.From == w.Target || p.To == w.Target
	return named && !at.Before(w.From) && at.Before(w.Until)
}

// ask asks each agent about one message, and returns its text. It fails with the first agent who
// refuses, and if one of the answers is wrong: each comes with a proof that it was made with the
// agent's share.
func (c *court) ask(signed []byte, r attacks.Record, entry int64) ([]byte, error) {
	proof, err := c.log.ProveEntry(entry)
	if err != nil {
		return nil, err
	}
	m, err := threshold.Describe(r.Bytes, r.At)
	if err != nil {
		return nil, err
	}
	var partials [][]byte
	for _, a := range c.answer {
		p, err := a.Partial(threshold.Request{Warrant: signed, Message: m, Index: entry, Proof: proof})
		if err != nil {
			return nil, err
		}
		partials = append(partials, p)
	}
	_, _, text, err := c.agents.Recover(signed, r.Bytes, r.At, partials...)
	return text, err
}

// noticed looks at what is public, in the order of what it takes: any reader of the log sees the uses
// in it, with the number of messages and which share a warrant, and neither whose nor what they are.
// Where the log shows no use, one has to compare the public's head with an agent's.
func (c *court) noticed() attacks.Notice {
	_, size := c.reader.Head()
	for i := range size {
		if entry, err := c.public.Entry(i); err == nil && c.isUse(i, entry) {
			return attacks.Notice{Who: "readers of the log", Possible: true}
		}
	}
	for _, a := range c.answer {
		if c.gossip(a) != nil {
			return attacks.Notice{Who: "who compares heads", Possible: true}
		}
	}
	return attacks.Notice{}
}

// isUse checks that an entry is in the log, and reports whether it is the use of a warrant.
func (c *court) isUse(i int64, entry []byte) bool {
	proof, err := c.public.ProveEntry(i)
	if err != nil || c.reader.Check(i, entry, proof) != nil {
		return false
	}
	_, err = threshold.ParseUse(entry)
	return err == nil
}

// gossip compares the public's head with an agent's. Where the sizes differ, the log has to prove
// that one extends the other (RFC 6962, Section 2.1.2).
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
