package threshold

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"
	"time"

	"doormat/escrow"
	"doormat/internal/secret"
)

// An Agent holds a share and keeps the rules. It is safe for concurrent use. Printing one prints its
// number. The zero Agent has no share, and answers nothing; make one with [NewAgent].
type Agent struct {
	named[Agent]
	agents *Agents
	share  Share
	issuer ed25519.PublicKey
	log    *Reader
}

// NewAgent makes an agent with a share, the issuer's public key of 32 bytes, and the key of the
// log, a line as [Log.Key] returns it. It returns an error if the share does not fit the
// commitments, or if a key is not well formed.
func NewAgent(agents *Agents, share Share, issuer ed25519.PublicKey, log string) (*Agent, error) {
	if err := agents.CheckShare(share); err != nil {
		return nil, err
	}
	if len(issuer) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("threshold: expected an issuer's key of %d bytes, found %d", ed25519.PublicKeySize, len(issuer))
	}
	reader, err := NewReader(log)
	if err != nil {
		return nil, err
	}
	return &Agent{secret.Name[Agent](strconv.Itoa(share.Agent())), agents, share, issuer, reader}, nil
}

// Follow gives the agent a new head of the log: see [Reader.Follow].
func (a *Agent) Follow(head, proof []byte) error { return a.reader().Follow(head, proof) }

// Head returns the last head that the agent was shown, and its size: see [Reader.Head].
func (a *Agent) Head() (head []byte, size int64) { return a.reader().Head() }

func (a *Agent) reader() *Reader {
	if a == nil {
		return nil
	}
	return a.log
}

var errNoShare = errors.New("threshold: the agent has no share: make it with NewAgent")

// A Request asks an agent to answer for one message. The agent trusts none of its fields.
type Request struct {
	Warrant []byte  // signed by the issuer
	Message Message // as [Describe] returns it
	Index   int64   // of the use in the log
	Proof   []byte  // that it is there, as [Log.ProveEntry] returns it
}

// Partial returns the agent's answer for one message, x_i u with a proof. It returns an error
// unless the warrant is the issuer's and covers the message, the field was made for the message's
// names, body and date, and the use is in the log under the last head that the agent was shown.
//
// Who attests to the date? The sender, who has bound it to the field; the recipient opens the message
// under no other date. The relay only repeats the date, and cannot change it.
func (a *Agent) Partial(r Request) (partial []byte, err error) {
	if a == nil || a.agents == nil {
		return nil, errNoShare
	}
	w, err := ParseWarrant(r.Warrant, a.issuer)
	if err != nil {
		return nil, err
	}
	if err := w.covers(&r.Message); err != nil {
		return nil, err
	}
	f, err := r.Message.bound()
	if err != nil {
		return nil, err
	}
	use, err := NewUse(r.Warrant, r.Message)
	if err != nil {
		return nil, err
	}
	if err := a.log.Check(r.Index, use, r.Proof); err != nil {
		return nil, err
	}
	h := a.agents.keys[a.share.agent-1]
	return newPartial(a.share, h, hashWarrant(r.Warrant), f).bytes(), nil
}

// CheckPartial returns an error unless an answer is right for this message and this warrant. The
// error names the agent.
func (a *Agents) CheckPartial(warrant []byte, m Message, partial []byte) error {
	f, err := m.bound()
	if err != nil {
		return err
	}
	_, err = a.readPartial(warrant, f, partial)
	return err
}

// readPartial reads an answer, and checks that it is right for f under the warrant.
func (a *Agents) readPartial(warrant []byte, f *field, b []byte) (*partial, error) {
	p, ok := parsePartial(b)
	if !ok {
		return nil, errors.New("threshold: expected a partial decryption, found something else")
	}
	if p.agent < 1 || int(p.agent) > a.N() {
		return nil, fmt.Errorf("threshold: expected a partial decryption of an agent from 1 to %d, found one of agent %d", a.N(), p.agent)
	}
	if want := hashWarrant(warrant); !bytes.Equal(p.warrant[:], want[:]) {
		return nil, fmt.Errorf("threshold: the partial decryption of agent %d is for another warrant", p.agent)
	}
	if !p.isOf(a.keys[p.agent-1], f) {
		return nil, fmt.Errorf("threshold: the partial decryption of agent %d is wrong", p.agent)
	}
	return p, nil
}

// Recover opens an envelope of a date with the answers of t agents for it under a warrant. It makes
// the agents' check of names, body and date again, since the envelope may not be the one that they
// answered for. It checks every answer, and returns an error that names the agent if one is wrong. It
// returns [ErrField] if all of that is right and the message does not open. It also returns the names
// on the envelope, as [escrow.Authority.Recover] does.
func (a *Agents) Recover(warrant, envelope []byte, at time.Time, partials ...[]byte) (from, to escrow.Identity, plaintext []byte, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, nil, err
	}
	m := describe(e, at)
	f, err := m.bound()
	if err != nil {
		return from, to, nil, err
	}
	list, err := a.readPartials(warrant, f, partials)
	if err != nil {
		return from, to, nil, err
	}
	plaintext, err = e.Open(mask(f.c, combine(list)))
	if err != nil {
		return from, to, nil, ErrField
	}
	return e.From, e.To, plaintext, nil
}

// readPartials reads all answers, which must be of different agents, and returns t of them.
func (a *Agents) readPartials(warrant []byte, f *field, partials [][]byte) (list []*partial, err error) {
	if a.T() == 0 {
		return nil, errNoAgents
	}
	if len(partials) < a.T() {
		return nil, fmt.Errorf("threshold: expected %d partial decryptions, found %d", a.T(), len(partials))
	}
	seen := map[uint8]bool{}
	for _, b := range partials {
		p, err := a.readPartial(warrant, f, b)
		if err != nil {
			return nil, err
		}
		if seen[p.agent] {
			return nil, fmt.Errorf("threshold: expected partial decryptions of different agents, found two of agent %d", p.agent)
		}
		seen[p.agent] = true
		list = append(list, p)
	}
	return list[:a.T()], nil
}
