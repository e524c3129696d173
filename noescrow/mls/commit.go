package mls

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
)

// content returns a message of this member in the present epoch, but for the part that kind selects.
func (g *group) content(kind uint8) *authenticatedContent {
	a := &authenticatedContent{wire: wirePrivate, content: framedContent{groupID: g.context.groupID, epoch: g.context.epoch,
		sender: sender{senderMember, g.self}, kind: kind}}
	if g.public && kind != contentApplication {
		a.wire = wirePublic
	}
	return a
}

// protect makes the message of a content.
func (g *group) protect(a *authenticatedContent) ([]byte, error) {
	if a.wire == wirePublic {
		return g.keys.protectPublic(a), nil
	}
	return g.keys.protectPrivate(a, g.noteIn(g.keys.epoch))
}

// Commit commits the proposals that have been sent in this epoch (but see [Group.Approve]), and more, if any.
// It returns the commit for all members, and a Welcome for those who are added, or nil. It does so with a
// path: this member's keys are new.
//
// The group stays in its epoch until Open is given the commit. Give it all commits in the order in which
// the delivery service has them, and the Welcome to new members after that: of two commits for one epoch,
// the first counts. If another one comes first, Open drops this one.
func (g *Group) Commit(proposals ...Proposal) (commit, welcome []byte, err error) {
	return g.commit(true, proposals)
}

// CommitWithoutPath is Commit without a path, where the proposals need none: Add, ExternalPSK, ResumptionPSK
// and ReInit. It costs less, and heals nothing: a thief who has this member's keys keeps up.
func (g *Group) CommitWithoutPath(proposals ...Proposal) (commit, welcome []byte, err error) {
	return g.commit(false, proposals)
}

func (g *Group) commit(path bool, proposals []Proposal) (commit, welcome []byte, err error) {
	s := g.lock()
	defer g.mu.Unlock()
	commit, welcome, err = s.commit(path, proposals)
	if err != nil {
		return nil, nil, prefix(err)
	}
	return commit, welcome, nil
}

// Discard drops a commit of this member that the delivery service has refused.
func (g *Group) Discard() {
	s := g.lock()
	defer g.mu.Unlock()
	s.setPending(nil)
}

func (g *group) commit(withPath bool, proposals []Proposal) (message, welcome []byte, err error) {
	if err := g.usable(); err != nil {
		return nil, nil, err
	}
	if g.pending != nil {
		return nil, nil, errors.New("there is a commit already: Open it when the delivery service returns it, or Discard it")
	}
	list := g.selected()
	for _, p := range proposals {
		if p.make == nil {
			return nil, nil, errNoProposal
		}
		made, err := p.make(g)
		if err != nil {
			return nil, nil, err
		}
		made.sender = sender{senderMember, g.self}
		list = append(list, *made)
	}
	return g.commitList(withPath, list, g.psks)
}

// commitList makes a commit of a list of proposals, and keeps the next state as pending.
func (g *group) commitList(withPath bool, list []sourced, psks func([]pskID) (secret, error)) (message, welcome []byte, err error) {
	c := g.checks()
	ch, err := g.apply(c, list, sender{senderMember, g.self})
	if err != nil {
		return nil, nil, err
	}
	for _, a := range ch.added { // the sender of an Add is stricter with the time than those who follow
		if err := c.checkLifetime(a.keyPackage.leaf, 0); err != nil {
			return nil, nil, err
		}
	}
	if ch.reInit != nil {
		withPath = false
	}
	if ch.needsPath && !withPath {
		return nil, nil, errors.New("the proposals need a commit with a path")
	}
	a := g.content(contentCommit)
	a.content.commit = &commit{}
	for i := range list {
		if p := &list[i]; p.ref != nil {
			a.content.commit.proposals = append(a.content.commit.proposals, proposalOrRef{ref: p.ref})
		} else {
			a.content.commit.proposals = append(a.content.commit.proposals, proposalOrRef{proposal: p.proposal})
		}
	}
	next, path, err := g.complete(c, ch, a, withPath, g.self, g.secrets.init, psks)
	if err != nil {
		return nil, nil, err
	}
	if message, err = g.protect(a); err != nil {
		return nil, nil, err
	}
	if len(ch.added) > 0 {
		if welcome, err = next.welcome(ch, path, !g.outside); err != nil {
			return nil, nil, err
		}
	}
	next.begin()
	g.setPending(&pending{bytes.Clone(message), next, ch.reInit})
	return message, welcome, nil
}

// complete adds path, signature and tag to a commit, and returns the state after it, on which begin is still to
// be called.
func (g *group) complete(c *checks, ch *change, a *authenticatedContent, withPath bool, self uint32, init secret,
	psks func([]pskID) (secret, error)) (*state, *newPath, error) {
	s := g.state
	signer := s.signer
	var path *newPath
	if withPath {
		id := g.id.lock()
		leaf := id.newLeaf()
		ch.own = &ownLeaf{signer: id.key}
		g.id.mu.Unlock()
		if old := s.tree.leaf(self); s.keys != nil && leaf.credential.client() != old.credential.client() {
			return nil, nil, fmt.Errorf("expected that %q stays the same, found %q", old.credential.name(), leaf.credential.name())
		}
		path = ch.tree.newPath(s.suite, self, leaf, ch.own.signer, s.context.groupID)
		ch.own.pair = path.leaf
		if s.keys == nil {
			signer = ch.own.signer // who joins by external commit
		}
		if err := c.checkLeaf(path.update.leaf, sourceCommit, s.context.groupID, self); err != nil {
			return nil, nil, err
		}
	}
	if err := checkTree(ch.tree, ch.extensions); err != nil {
		return nil, nil, err
	}
	provisional := s.provisional(ch)
	var commitSecret secret
	if path != nil {
		if err := path.encrypt(ch.tree, s.suite, provisional.add(nil), ch.skip); err != nil {
			return nil, nil, err
		}
		a.content.commit.path = path.update
		commitSecret = path.commit
	}
	psk, err := psks(ch.psks)
	if err != nil {
		return nil, nil, err
	}
	a.sign(signer, s.context.add(nil))
	n := s.next(ch, provisional, a, init, commitSecret, psk)
	a.confirmationTag = n.tag
	n.self, n.private = self, map[uint32]keyPair{}
	for x, p := range s.private {
		n.private[x] = p
	}
	if path != nil {
		for x, p := range path.pairs {
			n.private[x] = p
		}
	}
	return n, path, nil
}

// selected returns the proposals of this epoch that a commit of this member must contain: all that are
// valid, but for those that exclude each other (RFC 9420, Section 12.2). Then a Remove goes before an Update,
// the last Update of a member before others, the first of Adds of one client, the last of extensions, and
// everything before a ReInit. A member commits neither its own Update nor its own removal.
//
// If the rest are not valid together, as where a member that is to be added has a key of another, each
// proposal is taken that is valid with those before it: a proposal cannot stop the group.
func (g *group) selected() []sourced {
	list := g.compatible()
	if len(list) == 0 || g.valid(list) {
		return list
	}
	var taken []sourced
	for _, p := range list {
		if with := append(slices.Clip(taken), p); g.valid(with) {
			taken = with
		}
	}
	return taken
}

// valid reports whether this member could commit a list.
func (g *group) valid(list []sourced) bool {
	ch, err := g.apply(g.checks(), list, sender{senderMember, g.self})
	if err == nil {
		_, err = g.psks(ch.psks)
	}
	return err == nil && checkTree(ch.tree, ch.extensions) == nil
}

// compatible is selected without the last step.
func (g *group) compatible() (list []sourced) {
	removed, updated := map[uint32]bool{}, map[uint32]int{}
	lastExtensions := -1
	others := false
	var proposals []*sourced
	for _, p := range g.proposals {
		if !p.waits {
			proposals = append(proposals, p)
		}
	}
	for i, p := range proposals {
		others = others || p.kind != proposalReInit
		switch p.kind {
		case proposalRemove:
			removed[p.removed] = true
		case proposalUpdate:
			updated[p.sender.index] = i
		case proposalGroupContextExts:
			lastExtensions = i
		}
	}
	seen, members := map[string]bool{}, map[string]bool{}
	g.tree.members(func(i uint32, l *leafNode) bool {
		if !removed[i] || i == g.self {
			members[l.credential.client()] = true
		}
		return true
	})
	for i, p := range proposals {
		take := false
		switch p.kind {
		case proposalAdd:
			client := p.add.leaf.credential.client()
			take = !members[client]
			members[client] = true
		case proposalUpdate:
			take = updated[p.sender.index] == i && !removed[p.sender.index] && p.sender.index != g.self
		case proposalRemove:
			name := fmt.Sprint("remove ", p.removed)
			take = p.removed != g.self && !seen[name]
			seen[name] = true
		case proposalPSK:
			take = !seen[p.psk.name()]
			seen[p.psk.name()] = true
		case proposalReInit:
			take = !others && i == 0
		case proposalGroupContextExts:
			take = i == lastExtensions
		}
		if take {
			list = append(list, *p)
		}
	}
	return list
}

// psks looks up the secrets of PSKs, and returns psk_secret.
func (g *group) psks(ids []pskID) (secret, error) {
	id := g.id.lock()
	defer g.id.mu.Unlock()
	return lookUp(ids, func(p *pskID) []byte {
		if p.kind == pskExternal {
			return id.psks[string(p.id)]
		}
		if s, ok := g.resumption[p.epoch]; ok && bytes.Equal(p.groupID, g.context.groupID) {
			return s[:]
		}
		return nil
	})
}

// lookUp computes psk_secret with the PSKs that find returns.
func lookUp(ids []pskID, find func(*pskID) []byte) (secret, error) {
	if len(ids) > math.MaxUint16 {
		return secret{}, fmt.Errorf("expected at most %d PSKs, found %d", math.MaxUint16, len(ids))
	}
	psks := make([][]byte, len(ids))
	for i := range ids {
		if psks[i] = find(&ids[i]); psks[i] == nil {
			if ids[i].kind == pskExternal {
				return secret{}, fmt.Errorf("the PSK %q is not known", ids[i].id)
			}
			return secret{}, fmt.Errorf("the resumption PSK of epoch %d of group %x is not known", ids[i].epoch, ids[i].groupID)
		}
	}
	return pskSecret(ids, psks), nil
}
