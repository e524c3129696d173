package mls

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/hpke"
	"errors"
	"fmt"
)

// state is one epoch of a group, as one member sees it. It does not change: a commit makes another
// state. What does change in an epoch, the secret tree, is behind keys.
type state struct {
	suite   *suite
	context groupContext
	tree    *ratchetTree
	interim []byte // interim_transcript_hash
	tag     []byte // confirmation_tag

	self    uint32
	signer  ed25519.PrivateKey
	private map[uint32]keyPair // of the nodes whose private keys this member has
	secrets *epochSecrets
	keys    *epochKeys
}

// begin sets what follows from the secrets. What the secret tree makes unnecessary is erased.
func (s *state) begin() {
	members := make([]memberKey, s.tree.leaves())
	s.tree.members(func(i uint32, l *leafNode) bool {
		members[i] = memberKey{l.signatureKey, l.credential}
		return true
	})
	s.keys = &epochKeys{
		suite: s.suite, context: s.context.add(nil), groupID: s.context.groupID, epoch: s.context.epoch,
		senderData: s.secrets.senderData, membership: s.secrets.membership,
		secrets: newSecretTree(s.secrets.encryption, s.tree.leaves(), s.suite.nk), members: members,
	}
	s.secrets.encryption, s.secrets.joiner, s.secrets.welcome = secret{}, secret{}, secret{}
	for x, p := range s.private { // of nodes that are blank now, or have another key
		if x >= uint32(len(s.tree.nodes)) || s.tree.nodes[x].blank() || !bytes.Equal(s.tree.nodes[x].encryptionKey(), p.public) {
			delete(s.private, x)
		}
	}
}

// closed returns what is left of s to a member that was removed: no secret.
func (s *state) closed() *state {
	keys := &epochKeys{suite: s.suite, epoch: s.context.epoch, secrets: newSecretTree(secret{}, 1, s.suite.nk)}
	clear(keys.secrets.nodes)
	return &state{suite: s.suite, context: s.context, tree: s.tree, self: none, secrets: new(epochSecrets), keys: keys}
}

// sourced is a proposal, where it came from, and, if it was not in the commit itself, its reference.
type sourced struct {
	*proposal
	sender sender
	ref    []byte
	own    *ownLeaf // of an Update of this member
	waits  bool     // for Approve
}

// ownLeaf has the private keys of a new leaf of this member.
type ownLeaf struct {
	pair   keyPair
	signer ed25519.PrivateKey
}

// change is what a list of proposals does to a group.
type change struct {
	tree       *ratchetTree
	extensions []Extension
	added      []addedMember
	skip       map[uint32]bool // the leaves of added
	removed    []uint32
	updated    []uint32
	psks       []pskID
	reInit     *reInit
	kemOutput  []byte // external_init
	own        *ownLeaf
	needsPath  bool
	rejoins    uint32 // external commit: the leaf that it removes, or none
}

type addedMember struct {
	leaf       uint32
	keyPackage *keyPackage
}

const none = ^uint32(0)

// check does the part of RFC 9420, Section 12.1, that concerns one proposal alone.
func (s *state) check(c *checks, p *sourced) error {
	switch p.sender.kind {
	case senderExternal:
		if p.kind == proposalUpdate || p.kind == proposalExternalInit {
			return fmt.Errorf("a proposal of type %d comes from an external sender", p.kind)
		}
	case senderNewMemberProposal:
		if p.kind != proposalAdd {
			return fmt.Errorf("a proposal of type %d comes from outside the group", p.kind)
		}
	case senderMember:
		if p.kind == proposalExternalInit {
			return errors.New("an ExternalInit comes from a member")
		}
	}
	switch p.kind {
	case proposalAdd:
		return c.checkKeyPackage(p.add, ClockSkew)
	case proposalUpdate:
		return s.checkUpdate(c, p.sender.index, p.update, sourceUpdate)
	case proposalRemove:
		if s.tree.leaf(p.removed) == nil {
			return fmt.Errorf("leaf %d, which is to be removed, is blank", p.removed)
		}
	case proposalPSK:
		if len(p.psk.nonce) != nh {
			return fmt.Errorf("expected a psk_nonce of %d bytes, found %d", nh, len(p.psk.nonce))
		}
		if p.psk.kind == pskResumption && p.psk.usage != usageApplication && !c.successor {
			return errors.New("a PSK for a branch or a reinitialised group is proposed in an ordinary commit")
		}
	case proposalReInit:
		if p.reInit.version < s.context.version {
			return fmt.Errorf("a ReInit goes back to version %d", p.reInit.version)
		}
		_, err := checkExtensions(p.reInit.extensions)
		return err
	case proposalGroupContextExts:
		_, err := checkExtensions(p.extensions)
		return err
	}
	return nil
}

// checkUpdate checks the leaf that is to replace the leaf i, from an Update or a commit.
func (s *state) checkUpdate(c *checks, i uint32, l *leafNode, source uint8) error {
	old := s.tree.leaf(i)
	if old == nil {
		return fmt.Errorf("leaf %d, which is to be updated, is blank", i)
	}
	if err := c.checkLeaf(l, source, s.context.groupID, i); err != nil {
		return err
	}
	if sameKey(l.encryptionKey) == sameKey(old.encryptionKey) {
		return errors.New("a new leaf has the encryption key of the old one")
	}
	if l.credential.client() != old.credential.client() {
		return fmt.Errorf("expected that %q stays the same, found %q", old.credential.name(), l.credential.name())
	}
	return nil
}

// apply does a list of proposals in the order of RFC 9420, Section 12.3, after the checks of Section
// 12.2. What the tree must be like as a whole is checked by [checkTree], with the path in it.
func (s *state) apply(c *checks, list []sourced, committer sender) (*change, error) {
	external := committer.kind == senderNewMemberCommit
	ch := &change{tree: s.tree.clone(), extensions: s.context.extensions, skip: map[uint32]bool{}, rejoins: none, needsPath: len(list) == 0}
	touched, psks := map[uint32]bool{}, map[string]bool{}
	count := map[uint16]int{}
	check := s.check
	if external {
		check = s.checkExternal
	}
	if err := inParallel(len(list), func(i int) error { return check(c, &list[i]) }); err != nil {
		return nil, err
	}
	for i := range list {
		p := &list[i]
		count[p.kind]++
		switch p.kind {
		case proposalUpdate, proposalRemove:
			leaf := p.removed
			if p.kind == proposalUpdate {
				leaf = p.sender.index
			}
			if !external && leaf == committer.index {
				return nil, errors.New("a commit updates or removes its own sender")
			}
			if touched[leaf] {
				return nil, fmt.Errorf("two proposals update or remove leaf %d", leaf)
			}
			touched[leaf] = true
		case proposalPSK:
			if psks[p.psk.name()] {
				return nil, errors.New("two proposals are of one PSK")
			}
			psks[p.psk.name()] = true
			ch.psks = append(ch.psks, p.psk)
		case proposalReInit:
			ch.reInit = &p.reInit
		case proposalExternalInit:
			ch.kemOutput = p.kemOutput
		}
		switch p.kind {
		case proposalUpdate, proposalRemove, proposalExternalInit, proposalGroupContextExts:
			ch.needsPath = true
		}
	}
	switch {
	case count[proposalGroupContextExts] > 1:
		return nil, errors.New("two proposals set the extensions of the group")
	case count[proposalReInit] > 0 && len(list) > 1:
		return nil, errors.New("a ReInit is not alone in a commit")
	case external && count[proposalExternalInit] != 1:
		return nil, fmt.Errorf("expected one ExternalInit in an external commit, found %d", count[proposalExternalInit])
	case external && count[proposalRemove] > 1:
		return nil, errors.New("an external commit removes two members")
	}

	for i := range list {
		if p := &list[i]; p.kind == proposalGroupContextExts {
			ch.extensions = p.extensions
		}
	}
	for i := range list {
		if p := &list[i]; p.kind == proposalUpdate {
			ch.tree.updateLeaf(p.sender.index, p.update)
			ch.updated = append(ch.updated, p.sender.index)
			if s.keys != nil && p.sender.index == s.self {
				ch.own = p.own
			}
		}
	}
	for i := range list {
		if p := &list[i]; p.kind == proposalRemove {
			ch.tree.removeLeaf(p.removed)
			ch.removed = append(ch.removed, p.removed)
			if external {
				ch.rejoins = p.removed
			}
		}
	}
	for i := range list {
		if p := &list[i]; p.kind == proposalAdd {
			if ch.tree.full() {
				return nil, fmt.Errorf("the group has %d members, which is the limit", MaxMembers)
			}
			leaf := ch.tree.addLeaf(p.add.leaf)
			ch.added = append(ch.added, addedMember{leaf, p.add})
			ch.skip[leaf] = true
		}
	}
	return ch, nil
}

// checkExternal checks a proposal of an external commit (RFC 9420, Section 12.2).
func (s *state) checkExternal(c *checks, p *sourced) error {
	if p.ref != nil {
		return errors.New("an external commit refers to a proposal")
	}
	switch p.kind {
	case proposalExternalInit:
		return nil
	case proposalRemove, proposalPSK:
		return s.check(c, p)
	}
	return fmt.Errorf("an external commit has a proposal of type %d", p.kind)
}

// provisional returns the GroupContext under which path secrets are encrypted: that of the new epoch,
// with the confirmed_transcript_hash of the old.
func (s *state) provisional(ch *change) groupContext {
	c := s.context
	c.epoch++
	c.treeHash = ch.tree.hash(ch.tree.root())
	c.extensions = ch.extensions
	return c
}

// next runs the key schedule after a commit, and returns the state of the new epoch, with the tag that
// the commit must have.
func (s *state) next(ch *change, provisional groupContext, a *authenticatedContent, init, commit, psk secret) *state {
	provisional.confirmed = confirmedHash(s.interim, a)
	n := &state{suite: s.suite, context: provisional, tree: ch.tree, self: s.self, signer: s.signer}
	if ch.own != nil {
		n.signer = ch.own.signer
	}
	n.secrets = nextEpoch(init, commit, psk, provisional.add(nil))
	n.tag = mac(n.secrets.confirm, provisional.confirmed)
	n.interim = interimHash(provisional.confirmed, n.tag)
	return n
}

// ErrFork reports a commit after which its sender and this member do not agree: one of them is on
// another branch of the group's history, or the sender has broken a rule. The member stays in its
// epoch. If the others go on, join again with [Identity.JoinExternal], and compare EpochAuthenticator.
var ErrFork = errors.New("the commit does not lead where its sender says: if the other members accept it, join the group again")

// follow computes the state after a commit of another member. The content has been authenticated. psk
// looks up the secrets of PSKs.
func (s *state) follow(c *checks, a *authenticatedContent, list []sourced, psk func([]pskID) (secret, error)) (*state, *change, error) {
	from, u := a.content.sender, a.content.commit.path
	external := from.kind == senderNewMemberCommit
	ch, err := s.apply(c, list, from)
	if err != nil {
		return nil, nil, err
	}
	if u == nil && (ch.needsPath || external) {
		return nil, nil, errors.New("the commit has no path, and its proposals need one")
	}
	committer := from.index
	if external {
		if committer, err = s.placeJoiner(c, ch, u.leaf); err != nil {
			return nil, nil, err
		}
	} else if u != nil {
		if err := s.checkUpdate(c, committer, u.leaf, sourceCommit); err != nil {
			return nil, nil, err
		}
	}
	var path []pathNode
	if u != nil {
		if path, err = ch.tree.mergePath(s.suite, committer, u, ch.skip); err != nil {
			return nil, nil, err
		}
	}
	if err := checkTree(ch.tree, ch.extensions); err != nil {
		return nil, nil, err
	}
	for _, r := range ch.removed {
		if r == s.self {
			return nil, ch, nil // the tag is not for this member
		}
	}

	provisional := s.provisional(ch)
	private := map[uint32]keyPair{}
	for x, p := range s.private {
		private[x] = p
	}
	if ch.own != nil {
		private[2*s.self] = ch.own.pair
	}
	var commit secret
	if u != nil {
		var pairs map[uint32]keyPair
		commit, pairs, err = ch.tree.openPath(s.suite, s.self, private, path, u, provisional.add(nil), ch.skip)
		if err != nil {
			return nil, nil, fmt.Errorf("%w (%w)", ErrFork, err)
		}
		for x, p := range pairs {
			private[x] = p
		}
	}
	init := s.secrets.init
	if external {
		if init, err = s.externalInit(ch.kemOutput); err != nil {
			return nil, nil, err
		}
	}
	pskSecret, err := psk(ch.psks)
	if err != nil {
		return nil, nil, err
	}
	n := s.next(ch, provisional, a, init, commit, pskSecret)
	if !hmac.Equal(n.tag, a.confirmationTag) {
		return nil, nil, ErrFork
	}
	n.private = private
	n.begin()
	return n, ch, nil
}

// placeJoiner finds the leaf of who joins by external commit, and checks it (RFC 9420, Section
// 12.4.3.2).
func (s *state) placeJoiner(c *checks, ch *change, l *leafNode) (uint32, error) {
	if ch.tree.full() {
		return 0, fmt.Errorf("the group has %d members, which is the limit", MaxMembers)
	}
	i := ch.tree.reserve()
	if err := c.checkLeaf(l, sourceCommit, s.context.groupID, i); err != nil {
		return 0, err
	}
	if ch.rejoins != none && s.tree.leaf(ch.rejoins).credential.client() != l.credential.client() {
		return 0, errors.New("an external commit removes another member than the one that joins")
	}
	return i, nil
}

const externalInitLabel = "MLS 1.0 external init secret"

// externalInit computes the init_secret of an external commit (RFC 9420, Section 8.3).
func (s *state) externalInit(kemOutput []byte) (secret, error) {
	key, err := s.suite.kem.NewPrivateKey(s.suite.deriveKeyPair(s.secrets.external).private)
	must(err)
	r, err := hpke.NewRecipient(kemOutput, key, hpke.HKDFSHA256(), s.suite.aead, nil)
	if err != nil {
		return secret{}, errHPKE
	}
	exported, err := r.Export(externalInitLabel, nh)
	must(err)
	return secret(exported), nil
}

// member describes a leaf.
func (t *ratchetTree) member(i uint32) Member {
	l := t.leaf(i)
	if l == nil {
		return Member{Leaf: i}
	}
	return Member{i, l.credential.export(), bytes.Clone(l.signatureKey)}
}

// A Member is a leaf of the tree.
type Member struct {
	Leaf         uint32 // its number; 2³² − 1 if it is only proposed to be added
	Credential   Credential
	SignatureKey []byte
}
