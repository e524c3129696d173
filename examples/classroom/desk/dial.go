package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/escrow/threshold"
)

const (
	maxAgents = 27
	// dialMessages is how many of the town's messages are opened with j shares, for each j.
	dialMessages = 100
)

// A dial is station 5: a key that is shared among n agents, of whom k are needed.
type dial struct{}

func (dial) close() {}

func (dial) do(t *turn, do string, a Args) error {
	if do != "deal" {
		return errUnknown(do)
	}
	if err := mayDeal(a.N, a.K); err != nil {
		return err
	}
	if _, err := t.bet(fmt.Sprintf("deal %d %d", a.N, a.K)); err != nil {
		return err
	}
	return t.drawing(fmt.Sprintf("deal %d %d", a.N, a.K), func() error { return deal(t, a.N, a.K) })
}

func mayDeal(n, k int) error {
	if n < 1 || n > maxAgents || k < 1 || k > n {
		return fmt.Errorf("expected from 1 to %d agents and from 1 to all of them needed, found %d and %d", maxAgents, n, k)
	}
	return nil
}

// A shared is a messenger whose escrow key is shared, and what has been sent in it.
type shared struct {
	agents *threshold.Agents
	shares []threshold.Share
	system *messenger.Messenger
	stage  *attacks.Stage
}

// layout is the format of escrow/threshold's envelopes.
var layout = messenger.Layout{Version: 0xe2, Field: 160}

// newShared deals a key, and sends the first messages of the town.
func newShared(n, k int) (*shared, error) {
	agents, shares, err := threshold.Deal(k, n)
	if err != nil {
		return nil, err
	}
	newDevice := func() (messenger.Device, error) { return escrow.NewDeviceFor(agents.Key()) }
	system := messenger.New(messenger.Kind{
		Name:      "threshold agents",
		NewDevice: func(string) (messenger.Device, error) { return newDevice() },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return escrow.NewShelf(p) },
		Wire:      layout.Wire(len(agents.Key().Bytes()), newDevice),
	})
	s := &shared{agents, shares, system, attacks.NewStage(system, Victim, nil)}
	messages := theTown().messages[:dialMessages]
	for _, p := range attacks.NewConversation(messages).People {
		if err := s.stage.Enrol(p); err != nil {
			return nil, errors.Join(err, s.stage.Close())
		}
	}
	for _, m := range messages {
		if err := s.stage.Send(m); err != nil {
			return nil, errors.Join(err, s.stage.Close())
		}
	}
	return s, nil
}

// deal tells, for each number of agents, what a thief of their shares opens, and whether a warrant works if as many
// are willing.
func deal(t *turn, n, k int) error {
	s, err := newShared(n, k)
	if err != nil {
		return err
	}
	defer s.stage.Close()
	court, err := s.newCourt()
	if err != nil {
		return err
	}
	for j := range n + 1 {
		opened := 0
		if j > 0 {
			e, err := s.rob(t.ctx, j)
			if err != nil {
				return err
			}
			opened = e.Readable().N
		}
		works := court.opens(j)
		t.event(Event{Kind: "step", Index: j, N: opened, Of: dialMessages, Flags: []bool{opened > 0, works}})
	}
	t.number("n", float64(n))
	t.number("k", float64(k))
	t.number("of", dialMessages)
	t.number("uses", float64(court.uses))
	return nil
}

// rob measures what a thief of the shares of j agents reads.
func (s *shared) rob(ctx context.Context, j int) (*attacks.Exposure, error) {
	loot := new(attacks.Tape)
	for _, share := range s.shares[:j] {
		if err := loot.Append(share.RecoveryKey()); err != nil {
			return nil, err
		}
	}
	defer loot.Close()
	return s.stage.Expose(ctx, &attacks.Stolen{Theft: attacks.Theft{Name: "shares", Read: readWithShares}, Loot: loot, Moment: dialMessages})
}

// readWithShares is the Read of a thief who has shares. Too few of them make another key, which opens nothing.
func readWithShares(ctx context.Context, loot *attacks.Tape, transcript *attacks.Transcript, found attacks.Found) (int64, error) {
	var shares []threshold.Share
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		share, err := threshold.ParseShare(record)
		if err != nil {
			return 0, err
		}
		shares = append(shares, share)
	}
	key, err := threshold.RecoverKey(shares...)
	if err != nil {
		return 0, err
	}
	return transcript.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, _, text, err := key.Recover(r.Bytes)
		tried(text, err == nil)
	})
}

// A court has a warrant for one message of the victim's, and the answers of all agents to it.
type court struct {
	agents   *threshold.Agents
	warrant  []byte
	envelope []byte
	at       time.Time
	text     string
	partials [][]byte
	uses     int // entries in the public log
}

// newCourt asks all agents about the victim's first message, under a warrant, once the use is in the log.
func (s *shared) newCourt() (*court, error) {
	id, err := s.system.Identity(Victim)
	if err != nil {
		return nil, err
	}
	c := &court{agents: s.agents}
	for r, err := range s.stage.Transcript().All() {
		if err != nil {
			return nil, err
		}
		if m := theTown().messages[r.Index]; m.From == Victim {
			c.envelope, c.at, c.text = append([]byte(nil), r.Bytes...), r.At, m.Text
			break
		}
	}
	issuer, log := threshold.NewIssuer(), threshold.NewLog()
	c.warrant, err = issuer.Sign(threshold.Warrant{Target: escrow.Identity(id), From: c.at.AddDate(0, 0, -7), Until: c.at.AddDate(0, 0, 7), Serial: 1})
	if err != nil {
		return nil, err
	}
	m, err := threshold.Describe(c.envelope, c.at)
	if err != nil {
		return nil, err
	}
	use, err := threshold.NewUse(c.warrant, m)
	if err != nil {
		return nil, err
	}
	entry := log.Append(use)
	proof, err := log.ProveEntry(entry)
	if err != nil {
		return nil, err
	}
	for _, share := range s.shares {
		agent, err := threshold.NewAgent(s.agents, share, issuer.PublicKey(), log.Key())
		if err != nil {
			return nil, err
		}
		if err := log.Show(agent); err != nil {
			return nil, err
		}
		partial, err := agent.Partial(threshold.Request{Warrant: c.warrant, Message: m, Index: entry, Proof: proof})
		if err != nil {
			return nil, err
		}
		c.partials = append(c.partials, partial)
	}
	c.uses = int(log.Size())
	return c, nil
}

// opens reports whether the answers of j agents open the message.
func (c *court) opens(j int) bool {
	_, _, text, err := c.agents.Recover(c.warrant, c.envelope, c.at, c.partials[:min(j, len(c.partials))]...)
	return err == nil && string(text) == c.text
}
