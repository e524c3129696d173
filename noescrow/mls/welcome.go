package mls

import (
	"bytes"
	"crypto/hmac"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// groupInfo signs the GroupInfo of a state (RFC 9420, Section 12.4.3).
func (s *state) groupInfo(extensions []Extension) *groupInfo {
	info := &groupInfo{context: s.context, extensions: extensions, confirmationTag: s.tag, signer: s.self}
	info.signature = signWithLabel(s.signer, "GroupInfoTBS", info.tbs())
	return info
}

// welcome makes the Welcome of a commit that has led to s (RFC 9420, Section 12.4.3.1).
func (s *state) welcome(ch *change, path *newPath, withTree bool) ([]byte, error) {
	var extensions []Extension
	if withTree {
		extensions = append(extensions, Extension{extensionRatchetTree, s.tree.add(nil)})
	}
	key, nonce := s.suite.welcomeKey(s.secrets.welcome)
	w := &welcome{suite: s.suite.id, secrets: make([]encryptedGroupSecrets, len(ch.added))}
	w.info = s.suite.newAEAD(key).Seal(nil, nonce, s.groupInfo(extensions).add(nil), nil)
	context := s.suite.prepare("Welcome", w.info)
	err := inParallel(len(ch.added), func(i int) (err error) {
		a := ch.added[i]
		secrets := groupSecrets{joiner: s.secrets.joiner[:], psks: ch.psks}
		if path != nil {
			secrets.pathSecret = path.secretFor(a.leaf)
		}
		w.secrets[i].newMember = a.keyPackage.ref()
		w.secrets[i].secrets, err = context.seal(a.keyPackage.initKey, secrets.add(nil))
		return err
	})
	m := mlsMessage{wire: wireWelcome, welcome: w}
	return m.add(nil), err
}

// Join joins the group of a Welcome with one of this identity's KeyPackages, which is used up. If the
// Welcome does not hold the tree, tree is what a member's Tree returned in the same epoch. Otherwise it is nil.
// Save the identity and the group together.
func (id *Identity) Join(welcome, tree []byte) (*Group, error) {
	return join(id, nil, welcome, tree)
}

func join(id *Identity, from *group, welcome, tree []byte) (*Group, error) {
	g, err := id.join(from, welcome, tree)
	if err != nil {
		return nil, prefix(err)
	}
	return &Group{g: &hiddenGroup{g}}, nil
}

// join does the steps of RFC 9420, Section 12.4.3.1. From is the group that the new one branches from or
// replaces, or nil.
func (id *Identity) join(from *group, message, tree []byte) (*group, error) {
	if len(message) > MaxMessage || len(tree) > MaxMessage {
		return nil, fmt.Errorf("expected a Welcome of at most %d bytes, found %d", MaxMessage, max(len(message), len(tree)))
	}
	m, err := parseMessage(message)
	if err != nil {
		return nil, err
	}
	if m.wire != wireWelcome {
		return nil, errors.New("expected a Welcome, found another message")
	}
	s := id.lock()
	defer id.mu.Unlock()
	b, ref, err := s.opened(m.welcome)
	if err != nil {
		return nil, err
	}
	c := s.checks(b.suite)
	st, secrets, err := c.openWelcome(b, m.welcome, ref, func(ids []pskID) (secret, error) {
		return lookUp(ids, func(p *pskID) []byte {
			if p.kind == pskExternal {
				return s.psks[string(p.id)]
			}
			if from != nil && bytes.Equal(p.groupID, from.context.groupID) {
				if r, ok := from.resumption[p.epoch]; ok {
					return r[:]
				}
			}
			return nil
		})
	}, tree)
	if err != nil {
		return nil, err
	}
	if s.groups[string(st.context.groupID)] {
		return nil, errInUse
	}
	if err := checkSubgroup(from, st, secrets.psks); err != nil {
		return nil, err
	}
	delete(s.packages, string(ref))
	s.groups[string(st.context.groupID)] = true
	return openGroup(id, st), nil
}

var errNoKeyPackage = errors.New("the Welcome is for no KeyPackage of this identity, or for one that was used before")

// opened finds the KeyPackage that a Welcome is for.
func (s *identity) opened(w *welcome) (b *bundle, ref []byte, err error) {
	for i := range w.secrets {
		if b := s.packages[string(w.secrets[i].newMember)]; b != nil {
			if b.suite.id != w.suite {
				return nil, nil, fmt.Errorf("expected a Welcome of suite %d, found suite %d", b.suite.id, w.suite)
			}
			return b, w.secrets[i].newMember, nil
		}
	}
	return nil, nil, errNoKeyPackage
}

// openWelcome opens a Welcome and checks all that is in it.
func (c *checks) openWelcome(b *bundle, w *welcome, ref []byte, psks func([]pskID) (secret, error), tree []byte) (*state, *groupSecrets, error) {
	var box hpkeCiphertext
	for i := range w.secrets {
		if bytes.Equal(w.secrets[i].newMember, ref) {
			box = w.secrets[i].secrets
			break
		}
	}
	plain, err := c.suite.decryptWithLabel(b.init.private, "Welcome", w.info, box)
	if err != nil {
		return nil, nil, fmt.Errorf("the Welcome does not open: %w", err)
	}
	secrets := new(groupSecrets)
	if in := cryptobyte.String(plain); !secrets.read(&in) || !in.Empty() || len(secrets.joiner) != nh ||
		secrets.pathSecret != nil && len(secrets.pathSecret) != nh {
		return nil, nil, errors.New("the GroupSecrets are malformed")
	}
	for i := range secrets.psks {
		if len(secrets.psks[i].nonce) != nh {
			return nil, nil, fmt.Errorf("expected a psk_nonce of %d bytes, found %d", nh, len(secrets.psks[i].nonce))
		}
	}
	psk, err := psks(secrets.psks)
	if err != nil {
		return nil, nil, err
	}
	member := memberSecret(secret(secrets.joiner), psk)
	key, nonce := c.suite.welcomeKey(member.derive("welcome"))
	if plain, err = c.suite.newAEAD(key).Open(nil, nonce, w.info, nil); err != nil {
		return nil, nil, errors.New("the GroupInfo in the Welcome does not open")
	}
	info := new(groupInfo)
	if in := cryptobyte.String(plain); !info.read(&in) || !in.Empty() {
		return nil, nil, errors.New("the GroupInfo is malformed")
	}
	st, err := c.checkGroupInfo(info, tree)
	if err != nil {
		return nil, nil, err
	}
	st.self, st.signer, st.private = none, b.key, map[uint32]keyPair{}
	st.tree.members(func(i uint32, l *leafNode) bool {
		if bytes.Equal(l.raw, b.keyPackage.leaf.raw) {
			st.self = i
		}
		return true
	})
	if st.self == none {
		return nil, nil, errors.New("the tree has no leaf of this KeyPackage")
	}
	st.private[2*st.self] = b.leaf
	if secrets.pathSecret != nil {
		if err := st.takePathSecret(info.signer, secret(secrets.pathSecret)); err != nil {
			return nil, nil, err
		}
	}
	st.secrets = fromJoiner(secret(secrets.joiner), psk, st.context.add(nil))
	if !hmac.Equal(st.tag, mac(st.secrets.confirm, st.context.confirmed)) {
		return nil, nil, errors.New("the confirmation tag of the GroupInfo is not that of the group")
	}
	st.begin()
	return st, secrets, nil
}

// takePathSecret derives the keys of the nodes above this member and the signer.
func (s *state) takePathSecret(signer uint32, p secret) error {
	path := s.tree.filteredPath(signer)
	for n, x := range path {
		if signer != s.self && inSubtree(2*s.self, x.copath) {
			_, pairs, err := s.tree.climb(s.suite, p, path[n:])
			for x, pair := range pairs {
				s.private[x] = pair
			}
			return err
		}
	}
	return errPathSecret
}

// checkGroupInfo finds the tree of a GroupInfo, checks both, and returns what of a state is public.
func (c *checks) checkGroupInfo(info *groupInfo, outside []byte) (*state, error) {
	context := &info.context
	if context.version != mls10 || context.suite != c.suite.id {
		return nil, fmt.Errorf("expected a group of version 1 and suite %d, found version %d and suite %d", c.suite.id, context.version, context.suite)
	}
	if err := checkUnique(info.extensions); err != nil {
		return nil, err
	}
	data, ok := find(info.extensions, extensionRatchetTree)
	if !ok {
		data = bytes.Clone(outside)
	}
	if len(data) == 0 {
		return nil, errors.New("the GroupInfo has no tree: get it from the sender, or from the delivery service")
	}
	tree := new(ratchetTree)
	if in := cryptobyte.String(data); !tree.read(&in) || !in.Empty() {
		return nil, errors.New("the tree is malformed, or has too many members")
	}
	signer := tree.leaf(info.signer)
	if signer == nil {
		return nil, fmt.Errorf("leaf %d, which has signed the GroupInfo, is blank", info.signer)
	}
	if !verifyWithLabel(signer.signatureKey, "GroupInfoTBS", info.tbs(), info.signature) {
		return nil, errors.New("the signature of the GroupInfo does not verify")
	}
	if err := c.checkWholeTree(tree, context); err != nil {
		return nil, err
	}
	return &state{suite: c.suite, context: *context, tree: tree, tag: info.confirmationTag,
		interim: interimHash(context.confirmed, info.confirmationTag)}, nil
}

// Tree returns the public tree, for who joins with a Welcome or a GroupInfo that does not hold it.
func (g *Group) Tree() []byte {
	s := g.lock()
	defer g.mu.Unlock()
	return s.tree.add(nil)
}
