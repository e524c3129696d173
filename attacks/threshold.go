package attacks

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"doormat/escrow"
	"doormat/escrow/threshold"
)

// Escrow with more care: the key in shares, a warrant for each message, a log of every use. What
// can go wrong is sorted by what somebody has:
//
//	one share                 nothing opens, and so it is up to t-1
//	t shares                  everything, and neither an agent nor the log learns of it. It is
//	                          the same whether a thief has them or t agents agree: suppressing
//	                          the log takes no more than not writing into it
//	a warrant                 its target's messages between its dates; the log shows each
//	a warrant for everyone    everything; the log shows each, and one signature was enough
//	a warrant, and the log    its target's messages; agents are shown one log and the public
//	                          another, until somebody compares two heads

// NewThreshold returns package threshold as a system, with five agents of whom three must agree.
func NewThreshold() System {
	s, err := newThreshold(3, 5)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return s
}

type thresholdSystem struct {
	*messenger
	agents *threshold.Agents
	shares []threshold.Share
	issuer *threshold.Issuer
}

func newThreshold(t, n int) (*thresholdSystem, error) {
	agents, shares, err := threshold.Deal(t, n)
	if err != nil {
		return nil, err
	}
	m := newMessenger("threshold agents")
	m.newDevice = func(string) (device, error) { return escrow.NewDeviceFor(agents.Key()), nil }
	m.newShelf = func(p []byte) (shelf, error) { return escrow.NewShelf(p) }
	m.wire = thresholdLayout.wire(len(agents.Key().Bytes()), func() (device, error) { return m.newDevice("") })
	return &thresholdSystem{m, agents, shares, threshold.NewIssuer()}, nil
}

var thresholdLayout = layout{0xe2, 160}

// warrantDays is how long a warrant reaches back and ahead.
const warrantDays = 7

// Thefts are those of both twins, what shares open, and what warrants do.
func (s *thresholdSystem) Thefts(victim string) []Theft {
	thefts := s.messenger.Thefts(victim)
	for i := range thefts {
		if thefts[i].Name == "quantum" {
			thefts[i] = s.quantum(thefts[i])
		}
	}
	t, n := s.agents.T(), s.agents.N()
	return slices.Insert(thefts, 2, Theft{
		Name:  "one share",
		Takes: fmt.Sprintf("the share of 1 agent of %d", n),
		Steal: func() (*Tape, error) { return s.stealShares(1) },
		Open:  recoverWithShares,
		Forge: forgeWithShares,
	}, Theft{
		Name:  "t shares",
		Takes: fmt.Sprintf("the shares of %d agents of %d, stolen or put together", t, n),
		Steal: func() (*Tape, error) { return s.stealShares(t) },
		Open:  recoverWithShares,
		Forge: forgeWithShares,
	},
		s.lawful("warrant", fmt.Sprintf("a warrant for one person, %d days back and %d ahead", warrantDays, warrantDays), s.warrantFor(victim), false),
		s.lawful("bulk warrant", "a warrant for everyone and all dates: one signature", s.warrantForEveryone, false),
		s.lawful("split log", "that warrant; the log shows agents one history and the public another", s.warrantFor(victim), true),
	)
}

func (s *thresholdSystem) stealShares(k int) (*Tape, error) {
	l := new(Tape)
	for _, share := range s.shares[:k] {
		if err := l.Append(share.Bytes()); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// recoverWithShares puts the shares together, however many there are, and tries the key.
func recoverWithShares(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	key, err := keyOfShares(l)
	if err != nil {
		return 0, err
	}
	return recoverWithKey(ctx, key, t, found)
}

func keyOfShares(l *Tape) (*threshold.Key, error) {
	var shares []threshold.Share
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		share, err := threshold.ParseShare(record)
		if err != nil {
			return nil, err
		}
		shares = append(shares, share)
	}
	return threshold.RecoverKey(shares...)
}

func recoverWithKey(ctx context.Context, key *threshold.Key, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		operations.Add(1)
		if _, _, text, err := key.Recover(e.Bytes); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// forgeWithShares takes an envelope that is under way, and puts another text under its message
// key.
func forgeWithShares(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	private, err := keyOfShares(l)
	if err != nil {
		return nil, err
	}
	p, ok := thresholdLayout.split(f.Held)
	if !ok {
		return nil, errNothingRecorded
	}
	key, err := private.Unwrap(p.field)
	if err != nil {
		return nil, err
	}
	return slices.Concat(thresholdLayout.join(p.field, sealBody(key[:], p.from, p.to, f.Text)), p.inner), nil
}

// quantum adds the discrete logarithm of the joint key to the loot. Nothing else stands before
// the fields.
func (s *thresholdSystem) quantum(t Theft) Theft {
	inner := t.Open
	t.Takes = "every private key to an X25519 or joint public key"
	t.Steal = func() (*Tape, error) {
		l, err := s.stealX25519()
		if err != nil {
			return nil, err
		}
		key, err := threshold.RecoverKey(s.shares[:s.agents.T()]...)
		if err != nil {
			return nil, err
		}
		return l, l.Append(slices.Concat(key.Bytes(), key.JointKey().Bytes()))
	}
	t.Open = func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
		n, err := inner(ctx, l, t, found)
		if err != nil {
			return n, err
		}
		key, err := logarithm(l)
		if err != nil {
			return n, err
		}
		m, err := recoverWithKey(ctx, key, t, found)
		return n + m, err
	}
	return t
}

// logarithm reads the last record of 64 bytes, x ‖ Y.
func logarithm(l *Tape) (*threshold.Key, error) {
	var x []byte
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 64 {
			x = append(x[:0], record[:32]...)
		}
	}
	return threshold.ParseKey(x)
}
