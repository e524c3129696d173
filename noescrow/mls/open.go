package mls

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrMissing reports a message of a later epoch: commits are missing. Open them first, in their
	// order. If they are lost for good, join again with [Identity.JoinExternal].
	ErrMissing = errors.New("the message is of a later epoch: commits before it are missing")
	// ErrPast reports a proposal or commit for an epoch that has ended: another commit came first, and counts.
	// Its sender may propose or commit the same again. It also reports an application message of an epoch
	// that is not kept any more.
	ErrPast = errors.New("the message is of an epoch that has ended")
)

// A Received is what Open has found in a message.
type Received struct {
	Kind       Kind
	Epoch      uint64 // that the message was sent in
	Sender     Member // zero if External, but for an external commit
	External   bool   // the sender was not a member when it sent
	Text       []byte // of an Application message
	Associated []byte // authenticated_data: authentic, and sent in clear

	Proposal []byte // of a Proposed message: its name, for Approve

	// Of a Commit, what changed, and of a proposal, what it would change. Show it: the protocol guarantees that
	// every member's program knows of it, and the program must see to it that its user does.
	Added, Removed, Updated []Member
	// Closed is set if this member was removed, or the group reinitialised: it can send no more.
	Closed bool
}

// Kind says what a message was.
type Kind uint8

const (
	Application Kind = contentApplication
	Proposed    Kind = contentProposal
	Committed   Kind = contentCommit
)

// Seal encrypts plaintext, at most MaxPlaintext bytes, for all members of the present epoch.
// The associated data is authenticated and sent in clear. It may be nil.
func (g *Group) Seal(plaintext, associated []byte) (message []byte, err error) {
	s := g.lock()
	defer g.mu.Unlock()
	if message, err = s.seal(plaintext, associated); err != nil {
		return nil, prefix(err)
	}
	return message, nil
}

func (g *group) seal(plaintext, associated []byte) ([]byte, error) {
	if err := g.usable(); err != nil {
		return nil, err
	}
	if len(plaintext) > MaxPlaintext || len(associated) > MaxPlaintext {
		return nil, fmt.Errorf("expected at most %d bytes, found %d and %d", MaxPlaintext, len(plaintext), len(associated))
	}
	if len(g.proposals) > 0 && len(g.selected()) > 0 {
		return nil, ErrCommitFirst
	}
	a := g.content(contentApplication)
	a.content.application, a.content.authenticated = plaintext, associated
	a.sign(g.signer, g.keys.context)
	return g.protect(a)
}

// Open takes any message of the group: an application message, a proposal or a commit, this member's own
// commit included. After an error the group is unchanged, in every byte of its records.
func (g *Group) Open(message []byte) (*Received, error) {
	s := g.lock()
	defer g.mu.Unlock()
	r, err := s.open(message)
	if err != nil {
		return nil, prefix(err)
	}
	return r, nil
}

func (g *group) open(message []byte) (*Received, error) {
	if g.removed {
		return nil, errClosed
	}
	if len(message) > MaxMessage {
		return nil, fmt.Errorf("expected a message of at most %d bytes, found %d", MaxMessage, len(message))
	}
	if g.pending != nil && bytes.Equal(message, g.pending.message) {
		return g.accept()
	}
	m, err := parseMessage(message)
	if err != nil {
		return nil, err
	}
	var groupID []byte
	var epoch uint64
	switch m.wire {
	case wirePublic:
		groupID, epoch = m.public.content.groupID, m.public.content.epoch
	case wirePrivate:
		groupID, epoch = m.private.groupID, m.private.epoch
	default:
		return nil, errors.New("expected a message to the group, found a KeyPackage, a Welcome or a GroupInfo")
	}
	if !bytes.Equal(groupID, g.context.groupID) {
		return nil, fmt.Errorf("expected a message of group %x, found one of %x", g.context.groupID, groupID)
	}
	if epoch > g.context.epoch {
		return nil, fmt.Errorf("%w: it is of epoch %d, and this member is in epoch %d", ErrMissing, epoch, g.context.epoch)
	}
	if epoch < g.context.epoch {
		return g.openLate(m, epoch)
	}
	if m.wire == wirePublic {
		return g.openPublic(m.public)
	}
	a, u, err := g.keys.openPrivate(m.private)
	if err != nil {
		return nil, err
	}
	return g.take(a, func() { u.done(g.noteIn(epoch)) })
}

// openLate opens an application message of a past epoch. That a leaf was removed since does not matter.
func (g *group) openLate(m *mlsMessage, epoch uint64) (*Received, error) {
	i := slices.IndexFunc(g.past, func(e *epochKeys) bool { return e.epoch == epoch })
	if m.wire != wirePrivate || m.private.kind != contentApplication || i < 0 {
		return nil, fmt.Errorf("%w: it is of epoch %d, and this member is in epoch %d", ErrPast, epoch, g.context.epoch)
	}
	a, u, err := g.past[i].openPrivate(m.private)
	if err != nil {
		return nil, err
	}
	u.done(g.noteIn(epoch))
	from := a.content.sender.index
	by := g.past[i].member(from)
	return &Received{Kind: Application, Epoch: epoch, Sender: Member{from, by.credential.export(), bytes.Clone(by.key)},
		Text: a.content.application, Associated: a.content.authenticated}, nil
}

// openPublic authenticates a PublicMessage (RFC 9420, Sections 6.1 and 6.2).
func (g *group) openPublic(p *publicMessage) (*Received, error) {
	if err := g.keys.checkTag(p); err != nil {
		return nil, err
	}
	a := &p.authenticatedContent
	c := &a.content
	if c.kind == contentApplication {
		return nil, errors.New("an application message is not encrypted")
	}
	var key []byte
	switch c.sender.kind {
	case senderMember:
		if err := g.keys.verify(a); err != nil {
			return nil, err
		}
		return g.take(a, func() {})
	case senderExternal:
		data, _ := find(g.context.extensions, extensionExternalSenders)
		senders, _ := externalSenders(data)
		if c.sender.index >= uint32(len(senders)) {
			return nil, fmt.Errorf("expected one of %d external senders, found number %d", len(senders), c.sender.index)
		}
		from := &senders[c.sender.index]
		if err := g.checks().checkCredential(&from.credential, from.signatureKey); err != nil {
			return nil, err
		}
		key = from.signatureKey
	case senderNewMemberProposal:
		if c.kind != contentProposal || c.proposal.kind != proposalAdd {
			return nil, errors.New("expected an Add from outside the group")
		}
		key = c.proposal.add.leaf.signatureKey
	case senderNewMemberCommit:
		if c.kind != contentCommit || c.commit.path == nil {
			return nil, errors.New("expected a commit with a path from outside the group")
		}
		key = c.commit.path.leaf.signatureKey
	}
	if c.sender.kind != senderNewMemberCommit && c.kind != contentProposal {
		return nil, errors.New("expected a proposal from outside the group")
	}
	if !verifyWithLabel(key, "FramedContentTBS", a.tbs(g.keys.context), a.signature) {
		return nil, errAuth
	}
	return g.take(a, func() {})
}

// take acts on a message of the present epoch that has authenticated. Used is called once it is accepted.
func (g *group) take(a *authenticatedContent, used func()) (*Received, error) {
	c := &a.content
	r := &Received{Kind: Kind(c.kind), Epoch: c.epoch, Associated: c.authenticated, External: c.sender.kind != senderMember}
	if !r.External {
		r.Sender = g.tree.member(c.sender.index)
	}
	if c.kind == contentApplication {
		used()
		r.Text = c.application
		return r, nil
	}
	if err := g.usable(); err != nil {
		return nil, err
	}
	if c.kind == contentProposal {
		p := &sourced{proposal: c.proposal, sender: c.sender, ref: a.ref()}
		p.waits = r.External && p.kind == proposalAdd
		if err := g.takeProposal(p); err != nil {
			return nil, err
		}
		used()
		r.Proposal = p.ref
		switch p.kind {
		case proposalAdd:
			l := p.add.leaf
			r.Added = []Member{{none, l.credential.export(), bytes.Clone(l.signatureKey)}}
		case proposalRemove:
			r.Removed = []Member{g.tree.member(p.removed)}
		case proposalUpdate:
			r.Updated = []Member{{p.sender.index, p.update.credential.export(), bytes.Clone(p.update.signatureKey)}}
		}
		return r, nil
	}
	list, err := g.resolve(c.commit, c.sender)
	if err != nil {
		return nil, err
	}
	if !r.External && c.sender.index == g.self {
		return nil, errors.New("the commit is this member's own, and was discarded")
	}
	next, ch, err := g.follow(g.checks(), a, list, g.psks)
	if err != nil {
		return nil, err
	}
	used()
	if c.commit.path != nil {
		leaf := c.commit.path.leaf
		if r.External {
			i := joined(ch.tree, leaf)
			r.Sender = ch.tree.member(i)
			if ch.rejoins == none {
				r.Added = append(r.Added, r.Sender)
			}
		} else {
			r.Updated = append(r.Updated, ch.tree.member(c.sender.index))
		}
	}
	g.describe(r, ch)
	if next == nil {
		g.close()
		r.Closed = true
		return r, nil
	}
	g.enter(next)
	g.reInit = ch.reInit
	r.Closed = g.reInit != nil
	return r, nil
}

// joined returns where a leaf is that is in the tree.
func joined(t *ratchetTree, leaf *leafNode) (at uint32) {
	t.members(func(i uint32, l *leafNode) bool {
		at = i
		return l != leaf
	})
	return at
}

// takeProposal checks a proposal by itself, and stores it.
func (g *group) takeProposal(p *sourced) error {
	if p.sender.kind == senderMember && p.sender.index == g.self {
		if slices.ContainsFunc(g.proposals, func(q *sourced) bool { return bytes.Equal(p.ref, q.ref) }) {
			return nil // it has come back
		}
		return errors.New("the proposal has this member's signature, and this member has not made it")
	}
	if err := g.check(g.checks(), p); err != nil {
		return err
	}
	if err := g.room(p.waits); err != nil {
		return err
	}
	g.keep(p)
	return nil
}

// resolve replaces the references in a commit by what they refer to.
func (g *group) resolve(c *commit, from sender) (list []sourced, err error) {
	for _, p := range c.proposals {
		if p.proposal != nil {
			list = append(list, sourced{proposal: p.proposal, sender: from})
			continue
		}
		i := slices.IndexFunc(g.proposals, func(q *sourced) bool { return bytes.Equal(p.ref, q.ref) })
		if i < 0 {
			return nil, errors.New("the commit refers to a proposal that is missing: Open it first")
		}
		list = append(list, *g.proposals[i])
	}
	return list, nil
}

// accept moves to the epoch of this member's own commit.
func (g *group) accept() (*Received, error) {
	before, next := g.state, g.pending.next
	r := &Received{Kind: Committed, Epoch: before.context.epoch, Sender: before.tree.member(before.self)}
	r.Added, r.Removed, r.Updated = difference(before.tree, next.tree)
	ended := g.pending.reInit
	g.enter(next)
	g.reInit, r.Closed = ended, ended != nil
	return r, nil
}

// describe lists what a commit has changed beyond its sender's own leaf.
func (g *group) describe(r *Received, ch *change) {
	for _, i := range ch.updated {
		r.Updated = append(r.Updated, ch.tree.member(i))
	}
	for _, i := range ch.removed {
		if i == ch.rejoins {
			r.Updated = append(r.Updated, r.Sender)
			continue
		}
		r.Removed = append(r.Removed, g.tree.member(i))
	}
	for _, a := range ch.added {
		r.Added = append(r.Added, ch.tree.member(a.leaf))
	}
}

// difference compares two trees, leaf by leaf.
func difference(before, after *ratchetTree) (added, removed, updated []Member) {
	for i := range max(before.leaves(), after.leaves()) {
		switch b, a := before.leaf(i), after.leaf(i); {
		case b == a:
		case b == nil:
			added = append(added, after.member(i))
		case a == nil:
			removed = append(removed, before.member(i))
		case a.credential.client() == b.credential.client():
			updated = append(updated, after.member(i))
		default:
			removed, added = append(removed, before.member(i)), append(added, after.member(i))
		}
	}
	return added, removed, updated
}

// close ends the group for this member: all secrets are erased.
func (g *group) close() {
	for _, e := range append(slices.Clip(g.past), g.keys) {
		g.noteAll(e)
	}
	for _, p := range g.proposals {
		g.note(storedKey{kind: storedProposal, ref: string(p.ref)})
	}
	g.setPending(nil)
	g.past, g.proposals, g.resumption = nil, nil, map[uint64]secret{}
	g.state = g.state.closed()
	g.removed = true
	g.note(storedKey{kind: storedGroup})
	g.id.Forget(g.context.groupID)
}
