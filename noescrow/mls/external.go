package mls

import (
	"bytes"
	"crypto/hpke"
	"errors"
	"fmt"
)

// GroupInfo returns a GroupInfo with which an Identity can join by itself, with [Identity.JoinExternal],
// once: to give it to a delivery service opens the group to all whose credentials the members accept.
func (g *Group) GroupInfo() ([]byte, error) {
	s := g.lock()
	defer g.mu.Unlock()
	if err := s.usable(); err != nil {
		return nil, prefix(err)
	}
	extensions := []Extension{{extensionExternalPub, addV(nil, s.suite.deriveKeyPair(s.secrets.external).public)}}
	if !s.outside {
		extensions = append(extensions, Extension{extensionRatchetTree, s.tree.add(nil)})
	}
	m := mlsMessage{wire: wireGroupInfo, groupInfo: s.state.groupInfo(extensions)}
	return m.add(nil), nil
}

func parseGroupInfo(message []byte) (*groupInfo, *suite, error) {
	if len(message) > MaxMessage {
		return nil, nil, fmt.Errorf("expected a GroupInfo of at most %d bytes, found %d", MaxMessage, len(message))
	}
	m, err := parseMessage(message)
	if err != nil {
		return nil, nil, err
	}
	if m.wire != wireGroupInfo {
		return nil, nil, errors.New("expected a GroupInfo, found another message")
	}
	suite, err := suiteOf(m.groupInfo.context.suite)
	return m.groupInfo, suite, err
}

// JoinExternal joins a group with a GroupInfo, and returns a commit for its members. If a member has
// this identity's name, the commit removes it: so does a member come back that has lost its state. The
// group counts once the delivery service has accepted the commit. If it accepts another, drop the group and
// try again with a new GroupInfo.
//
// The group's own state is not a secret from who made the GroupInfo, and PSKs must be ones of SetPSK.
func (id *Identity) JoinExternal(groupInfo, tree []byte, psks ...Proposal) (g *Group, commit []byte, err error) {
	s, commit, err := id.joinExternal(groupInfo, tree, psks)
	if err != nil {
		return nil, nil, prefix(err)
	}
	return &Group{g: &hiddenGroup{s}}, commit, nil
}

// joinExternal implements RFC 9420, Section 12.4.3.2.
func (id *Identity) joinExternal(message, tree []byte, proposals []Proposal) (*group, []byte, error) {
	info, suite, err := parseGroupInfo(message)
	if err != nil {
		return nil, nil, err
	}
	s := id.lock()
	c, client := s.checks(suite), s.credential.client()
	id.mu.Unlock()
	if len(tree) > MaxMessage {
		return nil, nil, fmt.Errorf("expected a tree of at most %d bytes, found %d", MaxMessage, len(tree))
	}
	st, err := c.checkGroupInfo(info, tree)
	if err != nil {
		return nil, nil, err
	}
	var external []byte
	data, _ := find(info.extensions, extensionExternalPub)
	if in := stringOf(data); !readV(&in, &external) || !in.Empty() {
		return nil, nil, errors.New("the GroupInfo has no external_pub, so it is not for joining")
	}
	if err := suite.checkKEMKey(external); err != nil {
		return nil, nil, err
	}
	public, err := suite.kem.NewPublicKey(external)
	must(err)
	enc, sending, err := hpke.NewSender(public, hpke.HKDFSHA256(), suite.aead, nil)
	if err != nil {
		return nil, nil, errKEMKey
	}
	exported, err := sending.Export(externalInitLabel, nh)
	must(err)

	g := &group{id: id, state: st, resumption: map[uint64]secret{}, changed: map[storedKey]bool{}}
	from := sender{kind: senderNewMemberCommit}
	list := []sourced{{proposal: &proposal{kind: proposalExternalInit, kemOutput: enc}, sender: from}}
	st.tree.members(func(i uint32, l *leafNode) bool {
		if l.credential.client() == client {
			list = append(list, sourced{proposal: &proposal{kind: proposalRemove, removed: i}, sender: from})
		}
		return true
	})
	for _, p := range proposals {
		if p.make == nil {
			return nil, nil, errNoProposal
		}
		made, err := p.make(g)
		if err != nil {
			return nil, nil, err
		}
		made.sender = from
		list = append(list, *made)
	}
	ch, err := st.apply(c, list, from)
	if err != nil {
		return nil, nil, err
	}
	if ch.tree.full() {
		return nil, nil, fmt.Errorf("the group has %d members, which is the limit", MaxMembers)
	}
	self := ch.tree.reserve()
	a := &authenticatedContent{wire: wirePublic, content: framedContent{groupID: st.context.groupID, epoch: st.context.epoch,
		sender: from, kind: contentCommit, commit: &commit{}}}
	for i := range list {
		a.content.commit.proposals = append(a.content.commit.proposals, proposalOrRef{proposal: list[i].proposal})
	}
	next, _, err := g.complete(c, ch, a, true, self, secret(exported), g.psks)
	if err != nil {
		return nil, nil, err
	}
	next.begin()
	s = id.lock()
	defer id.mu.Unlock()
	if s.groups[string(st.context.groupID)] && ch.rejoins == none {
		return nil, nil, errInUse
	}
	s.groups[string(st.context.groupID)] = true
	m := mlsMessage{wire: wirePublic, public: &publicMessage{authenticatedContent: *a}}
	return openGroup(id, next), m.add(nil), nil
}

// ProposeExternal returns a proposal of an identity that is not a member, but stands in the extension
// [ExternalSenders] of the group at an index. The GroupInfo says which group and epoch.
func (id *Identity) ProposeExternal(groupInfo []byte, index uint32, p Proposal) ([]byte, error) {
	message, err := id.proposeOutside(groupInfo, sender{senderExternal, index}, p)
	if err != nil {
		return nil, prefix(err)
	}
	return message, nil
}

// ProposeJoin returns a proposal to add this identity, which is not a member, with a new KeyPackage.
// Save the identity first.
func (id *Identity) ProposeJoin(groupInfo []byte) ([]byte, error) {
	_, suite, err := parseGroupInfo(groupInfo)
	if err != nil {
		return nil, prefix(err)
	}
	k, err := id.KeyPackage(suite.id)
	if err != nil {
		return nil, err
	}
	message, err := id.proposeOutside(groupInfo, sender{kind: senderNewMemberProposal}, Add(k))
	if err != nil {
		return nil, prefix(err)
	}
	return message, nil
}

func (id *Identity) proposeOutside(groupInfo []byte, from sender, p Proposal) ([]byte, error) {
	info, suite, err := parseGroupInfo(groupInfo)
	if err != nil {
		return nil, err
	}
	if p.make == nil {
		return nil, errNoProposal
	}
	made, err := p.make(&group{id: id, state: &state{suite: suite, context: info.context}})
	if err != nil {
		return nil, err
	}
	if made.kind == proposalUpdate || made.kind == proposalExternalInit {
		return nil, errors.New("only a member proposes an Update")
	}
	a := &authenticatedContent{wire: wirePublic, content: framedContent{groupID: info.context.groupID, epoch: info.context.epoch,
		sender: from, kind: contentProposal, proposal: made.proposal}}
	s := id.lock()
	a.sign(s.key, nil)
	id.mu.Unlock()
	m := mlsMessage{wire: wirePublic, public: &publicMessage{authenticatedContent: *a}}
	return bytes.Clone(m.add(nil)), nil
}
