// Package threshold puts package threshold under study: escrow with more care. The key is shared
// among five agents, of whom three must agree; they want a warrant for each message, and each use is
// in a public log. It is the twin's messenger with another field, and has the thefts of every
// messenger beside these:
//
//	theft         the thief has                     it opens                       noticed by
//	one share     x_i of one agent, or of t-1       nothing                        nobody
//	t shares      x_i of t agents, stolen or        everything, past and future    nobody: agents and log
//	              put together                                                     need not take part
//	warrant       the issuer's signature, for a     the target's messages          readers of the log
//	              person and two dates              between the dates
//	bulk warrant  one signature, for everyone       everything                     readers of the log
//	split log     a warrant, and the log            as a warrant                   those who compare
//	                                                                               two heads
//	quantum       every private key there was,      everything: the field is       nobody
//	              x among them                      discrete logarithms alone
//
// Each agent holds a share x_i, the issuer of warrants and the log a signing key each, and no one
// holds x. What the design gets right: one theft at one door opens nothing, a warrant opens no more
// than it names, a wrong answer names its agent, and uses are counted in public. What remains: any t
// shares are the key, for good and with no trace; a warrant for everyone is one signature more; and a
// log has two histories until two people compare.
//
// No government has deployed it. It is made of Shamir's sharing with Feldman's commitments (FOCS
// 1987), the cryptosystem TDH2 (Shoup and Gennaro, J. Cryptology 15(2), 2002) and a log as in
// Certificate Transparency (RFC 6962). Green, Kaptchuk and Van Laer study such systems (Abuse
// Resistant Law Enforcement Access Systems, Eurocrypt 2021).
package threshold

import (
	"context"
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/escrow/threshold"
)

// Name is the name of the system.
const Name = "threshold agents"

// The names of the thefts that only this system knows.
const (
	OneShare    attacks.TheftName = "one share"
	Shares      attacks.TheftName = "t shares"
	Warrant     attacks.TheftName = attacks.WarrantName
	BulkWarrant attacks.TheftName = "bulk warrant"
	SplitLog    attacks.TheftName = "split log"
)

// New returns package threshold as a system, with five agents of whom three must agree. It also has
// an issuer of warrants. Logs are made when they are needed.
func New() attacks.System {
	s, err := newSystem(3, 5)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return s
}

type system struct {
	*messenger.Messenger
	agents *threshold.Agents // what is public of them: commitments, and Y = xG
	shares []threshold.Share // of agent 1, 2, and so on
	issuer *threshold.Issuer
}

// newSystem makes a messenger of escrow's devices, with the joint key of n agents of whom t must
// agree.
func newSystem(t, n int) (*system, error) {
	agents, shares, err := threshold.Deal(t, n)
	if err != nil {
		return nil, err
	}
	newDevice := func() (messenger.Device, error) { return escrow.NewDeviceFor(agents.Key()) }
	m := messenger.New(messenger.Kind{
		Name:      Name,
		NewDevice: func(string) (messenger.Device, error) { return newDevice() },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return escrow.NewShelf(p) },
		Wire:      layout.Wire(len(agents.Key().Bytes()), newDevice),
	})
	return &system{m, agents, shares, threshold.NewIssuer()}, nil
}

// layout is the format of escrow/threshold's envelopes: those of package escrow, with a field of 160
// bytes, c, u, ū, e and f of 32 each.
var layout = messenger.Layout{Version: 0xe2, Field: 160}

// Thefts lists those of both twins and, after those of the network, what shares open and what
// warrants do.
func (s *system) Thefts(victim string) []attacks.Theft {
	t, n := s.agents.T(), s.agents.N()
	own := []attacks.Theft{
		s.stolenShares(1, OneShare, fmt.Sprintf("the share of 1 agent of %d", n)),
		s.stolenShares(t, Shares, fmt.Sprintf("the shares of %d agents of %d, stolen or put together", t, n)),
		s.byWarrant(Warrant, attacks.Lawful, fmt.Sprintf("a warrant for one person, %d days back and %d ahead", warrantDays, warrantDays), s.warrantFor(victim), false),
		s.byWarrant(BulkWarrant, attacks.Lawful, "a warrant for everyone and all dates: one signature", warrantForEveryone, false),
		s.byWarrant(SplitLog, attacks.Taken, "that warrant; the log shows agents one history and the public another", s.warrantFor(victim), true),
	}
	return slices.Concat(s.Network(), own, s.Phone(victim), []attacks.Theft{s.quantum()})
}

// What t shares are, and what fewer are (Shamir). The key x is f(0) of a random polynomial f of
// degree t-1, and agent i has f(i):
//
//	t shares      x = Σ λ_i f(i), with λ_i = Π j/(j-i) over the other agents j whose shares there are
//	t-1 shares    for each x there is one f through these points: all x are as likely as before
//
// What x opens. A field has five parts (TDH2), and two of them are enough for who has x:
//
//	c = key XOR H(rY), u = rG        key = c XOR H(xu), for xu = xrG = rY
//	ū, e, f                          the proof, which keeps agents from answering for a field that was
//	                                 moved into another envelope or before another body; a thief of x
//	                                 need not look at it

// stolenShares is the theft of k shares. It is the same whether a thief has them or k agents agree
// among themselves: to keep the log from showing it takes no more than not to write into it.
func (s *system) stolenShares(k int, name attacks.TheftName, takes string) attacks.Theft {
	return attacks.Theft{
		Name:    name,
		Takes:   takes,
		Parties: slices.Repeat([]attacks.Party{attacks.Agent}, k),
		Steal: func() (*attacks.Tape, error) {
			loot := new(attacks.Tape)
			for _, share := range s.shares[:k] {
				if err := loot.Append(share.RecoveryKey()); err != nil {
					return nil, err
				}
			}
			return loot, nil
		},
		Read:  recoverWithShares,
		Forge: forgeWithShares,
	}
}

// recoverWithShares needs shares and a wiretap. It computes x from the shares, as many as the loot
// has, by Lagrange's interpolation at 0 (Shamir), and tries it on each field. With t shares x is the
// agents' key; with fewer it is another number, which opens nothing. It shows that the rules are the
// agents', and not the key's.
func recoverWithShares(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	key, err := keyOfShares(loot)
	if err != nil {
		return 0, err
	}
	return recoverWithKey(ctx, key, t, found)
}

// keyOfShares reads the loot, a share in each record, and returns the key that they make. It does not
// know how many it takes: too few make a wrong key and no error.
func keyOfShares(loot *attacks.Tape) (*threshold.Key, error) {
	var shares []threshold.Share
	for record, err := range loot.All() {
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

// recoverWithKey tries a joint private key on each field, which takes one multiplication of u by x.
// The names and the date, the proof and the log are not looked at.
func recoverWithKey(ctx context.Context, key *threshold.Key, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, _, text, err := key.Recover(r.Bytes)
		tried(text, err == nil)
	})
}

// forgeWithShares takes an envelope that is under way, and puts another text under its message key.
// The inner envelope authenticates field and body, and the shares do not open that: recipients refuse
// the forgery.
func forgeWithShares(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	private, err := keyOfShares(loot)
	if err != nil {
		return nil, err
	}
	p, ok := layout.Split(f.Held)
	if !ok {
		return nil, attacks.ErrNothingRecorded
	}
	key, err := private.Unwrap(p.Field)
	if err != nil {
		return nil, err
	}
	return slices.Concat(layout.Join(p.Field, messenger.SealBody(key[:], p.From, p.To, f.Text)), p.Inner), nil
}

// quantum is the theft of every messenger, with the discrete logarithm x of the joint key Y in the
// loot, as its last record of 64 bytes, x ‖ Y. TDH2 has nothing but discrete logarithms to stand
// against it: unlike the twin's field, this one has no post-quantum half. Who records today opens all
// of it with x one day.
func (s *system) quantum() attacks.Theft {
	t := s.Quantum()
	t.Takes = "every private key to an X25519 or joint public key"
	steal, read := t.Steal, t.Read
	t.Steal = func() (*attacks.Tape, error) {
		loot, err := steal()
		if err != nil {
			return nil, err
		}
		key, err := threshold.RecoverKey(s.shares[:s.agents.T()]...)
		if err != nil {
			return nil, err
		}
		return loot, loot.Append(slices.Concat(key.RecoveryKey(), key.JointKey().Bytes()))
	}
	t.Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := read(ctx, loot, t, found)
		if err != nil {
			return n, err
		}
		key, err := logarithm(loot)
		if err != nil {
			return n, err
		}
		m, err := recoverWithKey(ctx, key, t, found)
		return n + m, err
	}
	return t
}

// logarithm reads x from the last record of 64 bytes.
func logarithm(loot *attacks.Tape) (*threshold.Key, error) {
	var x []byte
	for record, err := range loot.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 64 {
			x = append(x[:0], record[:32]...)
		}
	}
	return threshold.ParseKey(x)
}
