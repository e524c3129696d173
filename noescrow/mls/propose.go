package mls

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
)

// A Proposal is a change of the group, for Propose and Commit.
type Proposal struct {
	hidden[Proposal]
	make func(g *group) (*sourced, error)
}

var errNoProposal = errors.New("expected a proposal, found the zero value")

// Add adds the client of a KeyPackage.
func Add(keyPackage []byte) Proposal {
	return Proposal{make: func(*group) (*sourced, error) {
		k, err := parseKeyPackage(keyPackage)
		return &sourced{proposal: &proposal{kind: proposalAdd, add: k}}, err
	}}
}

// Remove removes the member at a leaf.
func Remove(leaf uint32) Proposal {
	return Proposal{make: func(*group) (*sourced, error) {
		return &sourced{proposal: &proposal{kind: proposalRemove, removed: leaf}}, nil
	}}
}

// Update replaces the keys of this member, once another member commits it. Commit does the same for
// its sender without it.
func Update() Proposal {
	return Proposal{make: func(g *group) (*sourced, error) {
		s := g.id.lock()
		defer g.id.mu.Unlock()
		own := &ownLeaf{g.suite.newKeyPair(), s.key}
		leaf := s.newLeaf()
		leaf.source, leaf.encryptionKey = sourceUpdate, own.pair.public
		leaf.sign(s.key, g.context.groupID, g.self)
		return &sourced{proposal: &proposal{kind: proposalUpdate, update: leaf}, own: own}, nil
	}}
}

// ExternalPSK mixes a key into the group that all members have from elsewhere ([Identity.SetPSK]).
func ExternalPSK(id []byte) Proposal { return psk(pskID{kind: pskExternal, id: bytes.Clone(id)}) }

// ResumptionPSK mixes in a secret of an earlier epoch of the group, and so shows that its members were
// there.
func ResumptionPSK(epoch uint64) Proposal {
	return Proposal{make: func(g *group) (*sourced, error) {
		return psk(pskID{kind: pskResumption, usage: usageApplication, groupID: g.context.groupID, epoch: epoch}).make(g)
	}}
}

func psk(id pskID) Proposal {
	return Proposal{make: func(*group) (*sourced, error) {
		id.nonce = make([]byte, nh)
		rand.Read(id.nonce)
		return &sourced{proposal: &proposal{kind: proposalPSK, psk: id}}, nil
	}}
}

// ReInit ends the group, so that [Group.ReInitialize] can make it anew with another suite or other
// extensions. If groupID is nil, 16 bytes are drawn.
func ReInit(suite CipherSuite, groupID []byte, extensions ...Extension) Proposal {
	return Proposal{make: func(*group) (*sourced, error) {
		if groupID == nil {
			groupID = make([]byte, 16)
			rand.Read(groupID)
		}
		_, err := suiteOf(suite)
		r := reInit{bytes.Clone(groupID), mls10, suite, cloneExtensions(extensions)}
		return &sourced{proposal: &proposal{kind: proposalReInit, reInit: r}}, err
	}}
}

// GroupContextExtensions replaces the extensions of the group.
func GroupContextExtensions(extensions ...Extension) Proposal {
	return Proposal{make: func(*group) (*sourced, error) {
		return &sourced{proposal: &proposal{kind: proposalGroupContextExts, extensions: cloneExtensions(extensions)}}, nil
	}}
}

// RequiredCapabilities is the extension with what every member must support (RFC 9420, Section 11.1).
func RequiredCapabilities(extensions, proposals []uint16, credentials []CredentialType) Extension {
	r := requiredCapabilities{extensions: extensions, proposals: proposals}
	for _, c := range credentials {
		r.credentials = append(r.credentials, uint16(c))
	}
	return Extension{extensionRequiredCapabilities, r.add(nil)}
}

// ExternalSenders is the extension with who may propose changes and is no member (RFC 9420, Section
// 12.1.8.1).
func ExternalSenders(ids ...*Identity) Extension {
	var list []externalSender
	for _, id := range ids {
		s := id.lock()
		list = append(list, externalSender{s.public(), s.credential})
		id.mu.Unlock()
	}
	return Extension{extensionExternalSenders, addList(nil, list, (*externalSender).add)}
}

// Propose returns a message that proposes a change. It happens when a member commits it.
func (g *Group) Propose(p Proposal) (message []byte, err error) {
	s := g.lock()
	defer g.mu.Unlock()
	message, err = s.propose(p)
	if err != nil {
		return nil, prefix(err)
	}
	return message, nil
}

func (g *group) propose(p Proposal) ([]byte, error) {
	if err := g.usable(); err != nil {
		return nil, err
	}
	if p.make == nil {
		return nil, errNoProposal
	}
	made, err := p.make(g)
	if err != nil {
		return nil, err
	}
	made.sender = sender{senderMember, g.self}
	if err := g.check(g.checks(), made); err != nil {
		return nil, err
	}
	if err := g.room(false); err != nil {
		return nil, err
	}
	a := g.content(contentProposal)
	a.content.proposal = made.proposal
	a.sign(g.signer, g.keys.context)
	message, err := g.protect(a)
	if err != nil {
		return nil, err
	}
	made.ref = a.ref()
	g.keep(made)
	return message, nil
}

// Approve lets this member commit an Add that comes from outside the group. Proposal is from the [Received]
// of it. Until then Commit leaves it out: otherwise a stranger who can send to the group would be added by the
// next member that commits anything. Members that do not approve follow one that does.
func (g *Group) Approve(proposal []byte) error {
	s := g.lock()
	defer g.mu.Unlock()
	for _, p := range s.proposals {
		if bytes.Equal(p.ref, proposal) {
			p.waits = false
			s.note(storedKey{kind: storedProposal, ref: string(p.ref)})
			return nil
		}
	}
	return prefix(errors.New("there is no such proposal in this epoch"))
}

// keep stores a proposal of this epoch.
func (g *group) keep(p *sourced) {
	if slices.ContainsFunc(g.proposals, func(q *sourced) bool { return bytes.Equal(p.ref, q.ref) }) {
		return
	}
	g.proposals = append(g.proposals, p)
	g.note(storedKey{kind: storedProposal, ref: string(p.ref)})
}

// room reports whether another proposal can be stored. Those that wait for Approve have a limit of their
// own, so that they keep no other out.
func (g *group) room(waits bool) error {
	n, limit := 0, MaxProposals
	if waits {
		limit = MaxWaiting
	}
	for _, p := range g.proposals {
		if p.waits == waits {
			n++
		}
	}
	if n >= limit {
		return fmt.Errorf("there are %d proposals of this kind in this epoch, which is the limit", n)
	}
	return nil
}
