package threshold

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"doormat/escrow"
)

// An Agent holds a share, and keeps the rules. It is safe for concurrent use. Printing one prints
// his number only.
type Agent struct {
	agents *Agents
	share  Share
	issuer ed25519.PublicKey
	log    *Reader
}

// NewAgent checks the share against the commitments, and knows from then on whose warrants count,
// and which log.
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
	return &Agent{agents, share, issuer, reader}, nil
}

// Follow shows the agent a new head of the log: see [Reader.Follow].
func (a *Agent) Follow(head, proof []byte) error { return a.log.Follow(head, proof) }

// Head returns the head that the agent was last shown: see [Reader.Head].
func (a *Agent) Head() (head []byte, size int64) { return a.log.Head() }

// A Request is what an agent is asked with. All of it was written by others.
type Request struct {
	Warrant  []byte // signed
	Envelope []byte
	At       time.Time // the message's date, as the relay shows it
	Index    int64     // of the use in the log
	Proof    []byte    // that it is there
}

// Partial returns the agent's answer for one message, x_i u with a proof, if the warrant is
// genuine and covers the message, and the use is in the log.
//
// Who attests to the date? The sender: he has bound it to the field, and the recipient opens the
// message under no other. The relay only says which it was, and cannot say another.
func (a *Agent) Partial(r Request) (partial []byte, err error) {
	w, err := ParseWarrant(r.Warrant, a.issuer)
	if err != nil {
		return nil, err
	}
	e, f, err := readField(r.Envelope)
	if err != nil {
		return nil, err
	}
	if err := w.covers(e, r.At); err != nil {
		return nil, err
	}
	if !f.isBoundTo(e.Label(Date(r.At))) {
		return nil, errors.New("threshold: the field was not made for these names and this date")
	}
	use, err := NewUse(r.Warrant, r.Envelope)
	if err != nil {
		return nil, err
	}
	if err := a.log.Check(r.Index, use, r.Proof); err != nil {
		return nil, err
	}
	h := a.agents.keys[a.share.agent-1]
	return newPartial(a.share, h, hashWarrant(r.Warrant), f).bytes(), nil
}

// CheckPartial reports an answer that is not right for this message and this warrant, and whose
// it is.
func (a *Agents) CheckPartial(warrant, envelope, partial []byte) error {
	_, f, err := readField(envelope)
	if err != nil {
		return err
	}
	_, err = a.readPartial(warrant, f, partial)
	return err
}

func (a *Agents) readPartial(warrant []byte, f *field, b []byte) (*partial, error) {
	p, ok := parsePartial(b)
	if !ok {
		return nil, errors.New("threshold: not a valid partial decryption")
	}
	if p.agent < 1 || int(p.agent) > a.n {
		return nil, fmt.Errorf("threshold: the partial decryption is of agent %d, expected one of 1 to %d", p.agent, a.n)
	}
	if want := hashWarrant(warrant); !bytes.Equal(p.warrant[:], want[:]) {
		return nil, fmt.Errorf("threshold: the partial decryption of agent %d is for another warrant", p.agent)
	}
	if !p.isOf(a.keys[p.agent-1], f) {
		return nil, fmt.Errorf("threshold: the partial decryption of agent %d is wrong", p.agent)
	}
	return p, nil
}

// Recover checks the agents' answers and opens the envelope with t of them.
func (a *Agents) Recover(warrant, envelope []byte, partials ...[]byte) (from, to escrow.Identity, plaintext []byte, err error) {
	e, f, err := readField(envelope)
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

func (a *Agents) readPartials(warrant []byte, f *field, partials [][]byte) (list []*partial, err error) {
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
			return nil, fmt.Errorf("threshold: the partial decryption of agent %d is there twice", p.agent)
		}
		seen[p.agent] = true
		list = append(list, p)
	}
	return list[:a.T()], nil
}

var errEnvelope = errors.New("threshold: not an envelope of this scheme")

func parseEnvelope(b []byte) (*escrow.Envelope, error) {
	e, err := scheme.Parse(b)
	if err != nil {
		return nil, errEnvelope
	}
	return e, nil
}

func readField(envelope []byte) (*escrow.Envelope, *field, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, nil, err
	}
	f, ok := parseField(e.Field)
	if !ok {
		return nil, nil, errors.New("threshold: the field is not one that an honest sender makes")
	}
	return e, f, nil
}
