package mls

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
)

// Branch creates a group of some of the members of this one, whose secrets are bound to it (RFC 9420,
// Section 11.3). Each must give a new KeyPackage. It returns the group and a Welcome, for [Group.Join] of
// the others.
func (g *Group) Branch(groupID []byte, keyPackages ...[]byte) (*Group, []byte, error) {
	s := g.lock()
	defer g.mu.Unlock()
	if err := s.usable(); err != nil {
		return nil, nil, prefix(err)
	}
	r := &reInit{groupID, mls10, s.suite.id, s.context.extensions}
	return s.succeed(usageBranch, r, keyPackages)
}

// ReInitialize creates the group that this one is replaced with, after a commit of a [ReInit] (RFC 9420,
// Section 11.2). All members must give new KeyPackages of its suite.
func (g *Group) ReInitialize(keyPackages ...[]byte) (*Group, []byte, error) {
	s := g.lock()
	defer g.mu.Unlock()
	if s.reInit == nil {
		return nil, nil, prefix(errors.New("no ReInit of this group was committed"))
	}
	return s.succeed(usageReInit, s.reInit, keyPackages)
}

// Join joins the group of a Welcome that a member of this group has got from Branch or ReInitialize. The
// rest is as in [Identity.Join].
func (g *Group) Join(welcome, tree []byte) (*Group, error) {
	s := g.lock()
	defer g.mu.Unlock()
	return join(s.id, s, welcome, tree)
}

func (g *group) succeed(usage uint8, r *reInit, keyPackages [][]byte) (*Group, []byte, error) {
	if g.removed {
		return nil, nil, prefix(errClosed)
	}
	made, err := g.id.newGroup(r.suite, r.groupID, r.extensions)
	if err != nil {
		return nil, nil, prefix(err)
	}
	welcome, err := g.fill(made, usage, keyPackages)
	if err != nil {
		g.id.Forget(made.context.groupID)
		return nil, nil, prefix(err)
	}
	return &Group{g: &hiddenGroup{made}}, welcome, nil
}

// fill commits the members and the PSK of the old group.
func (g *group) fill(made *group, usage uint8, keyPackages [][]byte) (welcome []byte, err error) {
	p := pskID{kind: pskResumption, usage: usage, groupID: g.context.groupID, epoch: g.context.epoch, nonce: make([]byte, nh)}
	rand.Read(p.nonce)
	self := sender{senderMember, made.self}
	var list []sourced
	for _, k := range keyPackages {
		add, err := Add(k).make(made)
		if err != nil {
			return nil, err
		}
		add.sender = self
		list = append(list, *add)
	}
	list = append(list, sourced{proposal: &proposal{kind: proposalPSK, psk: p}, sender: self})
	resumption := g.resumption[g.context.epoch]
	made.successor = true
	_, welcome, err = made.commitList(true, list, func(ids []pskID) (secret, error) { return pskSecret(ids, [][]byte{resumption[:]}), nil })
	if err != nil {
		return nil, err
	}
	made.successor = false
	if err := checkSubgroup(g, made.pending.next, []pskID{p}); err != nil {
		return nil, err
	}
	_, err = made.accept()
	return welcome, err
}

// checkSubgroup checks that a group which was joined is what from has become, or a branch of it. From is
// nil if it was joined by itself.
func checkSubgroup(from *group, st *state, psks []pskID) error {
	var bound []*pskID
	for i := range psks {
		if p := &psks[i]; p.kind == pskResumption && p.usage != usageApplication {
			bound = append(bound, p)
		}
	}
	switch {
	case len(bound) == 0 && from == nil:
		return nil
	case len(bound) == 0:
		return errors.New("the Welcome is not bound to this group: join with the identity")
	case len(bound) > 1:
		return errors.New("the Welcome is bound to two groups")
	case from == nil:
		return errors.New("the Welcome is bound to another group: Join with that")
	case st.context.epoch != 1:
		return fmt.Errorf("expected a new group, in epoch 1, found epoch %d", st.context.epoch)
	}
	p := bound[0]
	if !bytes.Equal(p.groupID, from.context.groupID) {
		return errors.New("the Welcome is bound to another group")
	}
	old := map[string]bool{}
	from.tree.members(func(_ uint32, l *leafNode) bool {
		old[l.credential.client()] = true
		return true
	})
	n := 0
	var err error
	st.tree.members(func(_ uint32, l *leafNode) bool {
		n++
		if !old[l.credential.client()] {
			err = fmt.Errorf("%q is in the new group and not in the old", l.credential.name())
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if p.usage == usageBranch {
		if st.context.version != from.context.version || st.suite != from.suite {
			return errors.New("a branch has another suite than the group")
		}
		return nil
	}
	r := from.reInit
	switch {
	case r == nil || p.epoch != from.context.epoch:
		return errors.New("the Welcome reinitialises a group that has not ended so")
	case st.context.version != r.version || st.suite.id != r.suite || !bytes.Equal(st.context.groupID, r.groupID) ||
		!slices.EqualFunc(st.context.extensions, r.extensions, func(a, b Extension) bool { return a.Type == b.Type && bytes.Equal(a.Data, b.Data) }):
		return errors.New("the new group is not as the ReInit says")
	case n != len(old):
		return fmt.Errorf("expected the %d members of the old group, found %d", len(old), n)
	}
	return nil
}
