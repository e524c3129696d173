package mls

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// The checks of RFC 9420, Sections 7.3 (leaves), 10.1 (key packages), 12.2 (lists of proposals) and
// 12.4.3.1 (trees).

// MaxLifetime bounds the lifetime of a KeyPackage, from its first second to its last. Section 7.2
// asks for a bound and leaves it to the application.
const MaxLifetime = 100 * 24 * time.Hour

// ClockSkew is how far apart the clocks of two members may be, if one has accepted a KeyPackage and
// the other is to accept it too.
const ClockSkew = 24 * time.Hour

// checks are what the checks need to know beyond the group.
type checks struct {
	suite  *suite
	verify Verifier
	now    func() time.Time
	// anyLifetime takes KeyPackages of every age and lifetime: the vectors have such.
	anyLifetime bool
	// successor takes PSKs that bind a group to the one that it branches from or replaces.
	successor bool
}

// isDefault reports whether a type of extension or proposal is one of RFC 9420's, which all members
// support and none lists.
func isDefault(kind uint16, last uint16) bool { return kind >= 1 && kind <= last }

const (
	lastExtension = extensionExternalSenders
	lastProposal  = proposalGroupContextExts
)

// checkLeaf does the part of Section 7.3 that concerns the leaf alone. Source is where it came from.
func (c *checks) checkLeaf(l *leafNode, source uint8, groupID []byte, index uint32) error {
	if l.source != source {
		return fmt.Errorf("expected a leaf of source %d, found %d", source, l.source)
	}
	return c.checkMember(l, groupID, index)
}

// checkMember is checkLeaf for a leaf of any source.
func (c *checks) checkMember(l *leafNode, groupID []byte, index uint32) error {
	if len(l.signatureKey) != ed25519.PublicKeySize {
		return fmt.Errorf("expected a signature key of %d bytes, found %d", ed25519.PublicKeySize, len(l.signatureKey))
	}
	if !l.verify(groupID, index) {
		return errors.New("the signature of a leaf does not verify")
	}
	if err := c.suite.checkKEMKey(l.encryptionKey); err != nil {
		return err
	}
	if err := checkUnique(l.extensions); err != nil {
		return err
	}
	for _, e := range l.extensions {
		if !isDefault(e.Type, lastExtension) && !slices.Contains(l.capabilities.extensions, e.Type) {
			return fmt.Errorf("a leaf has the extension %d, and its capabilities do not list it", e.Type)
		}
	}
	if err := c.checkCredential(&l.credential, l.signatureKey); err != nil {
		return err
	}
	return nil
}

// checkCredential asks the application.
func (c *checks) checkCredential(credential *credential, key []byte) error {
	if err := c.verify(credential.export(), bytes.Clone(key), c.now()); err != nil {
		return fmt.Errorf("a credential is refused: %w", err)
	}
	return nil
}

// checkUnique refuses lists with two extensions of one type (Section 13.4).
func checkUnique(list []Extension) error {
	seen := map[uint16]bool{}
	for _, e := range list {
		if seen[e.Type] {
			return fmt.Errorf("a list has two extensions of type %d", e.Type)
		}
		seen[e.Type] = true
	}
	return nil
}

// checkLifetime takes a leaf of a KeyPackage at a time, within a tolerance.
func (c *checks) checkLifetime(l *leafNode, skew time.Duration) error {
	if c.anyLifetime {
		return nil
	}
	if l.notAfter < l.notBefore || l.notAfter-l.notBefore > uint64(MaxLifetime/time.Second) {
		return fmt.Errorf("expected a KeyPackage that lives for at most %d days, found one from %d to %d (seconds since 1970)",
			MaxLifetime/(24*time.Hour), l.notBefore, l.notAfter)
	}
	now := c.now().Unix()
	if s := int64(skew / time.Second); now+s < int64(min(l.notBefore, 1<<62)) || now-s > int64(min(l.notAfter, 1<<62)) {
		return fmt.Errorf("the KeyPackage lives from %d to %d, and now is %d (seconds since 1970)", l.notBefore, l.notAfter, now)
	}
	return nil
}

// checkKeyPackage does Section 10.1.
func (c *checks) checkKeyPackage(k *keyPackage, skew time.Duration) error {
	if k.version != mls10 || k.suite != c.suite.id {
		return fmt.Errorf("expected a KeyPackage of version 1 and suite %d, found version %d and suite %d", c.suite.id, k.version, k.suite)
	}
	if err := c.checkLeaf(k.leaf, sourceKeyPackage, nil, 0); err != nil {
		return err
	}
	if !k.verify() {
		return errors.New("the signature of a KeyPackage does not verify")
	}
	if err := c.suite.checkKEMKey(k.initKey); err != nil {
		return err
	}
	if sameKey(k.initKey) == sameKey(k.leaf.encryptionKey) {
		return errors.New("the init key of a KeyPackage is its encryption key")
	}
	if err := checkUnique(k.extensions); err != nil {
		return err
	}
	return c.checkLifetime(k.leaf, skew)
}

// checkExtensions checks the extensions of a GroupContext by themselves, and returns the required
// capabilities.
func checkExtensions(list []Extension) (required requiredCapabilities, err error) {
	if err := checkUnique(list); err != nil {
		return required, err
	}
	for _, e := range list {
		s := cryptobyte.String(e.Data)
		switch e.Type {
		case extensionRequiredCapabilities:
			if !required.read(&s) || !s.Empty() {
				return required, errors.New("the extension required_capabilities is malformed")
			}
		case extensionExternalSenders:
			if _, ok := externalSenders(e.Data); !ok {
				return required, errors.New("the extension external_senders is malformed")
			}
		case extensionApplicationID, extensionRatchetTree, extensionExternalPub:
			return required, fmt.Errorf("the extension %d does not belong in a GroupContext", e.Type)
		}
	}
	return required, nil
}

// externalSenders reads the extension external_senders.
func externalSenders(data []byte) (senders []externalSender, ok bool) {
	s := cryptobyte.String(data)
	ok = readList(&s, &senders, (*externalSender).read) && s.Empty()
	return senders, ok
}

// supports reports whether a member can be in a group of these extensions (Sections 7.3 and 13.4).
func (l *leafNode) supports(required *requiredCapabilities, extensions []Extension) error {
	c := &l.capabilities
	for _, e := range extensions {
		if !isDefault(e.Type, lastExtension) && !slices.Contains(c.extensions, e.Type) {
			return fmt.Errorf("a member does not support the extension %d of the group", e.Type)
		}
	}
	for _, e := range required.extensions {
		if !isDefault(e, lastExtension) && !slices.Contains(c.extensions, e) {
			return fmt.Errorf("a member does not support the extension %d, which the group requires", e)
		}
	}
	for _, p := range required.proposals {
		if !isDefault(p, lastProposal) && !slices.Contains(c.proposals, p) {
			return fmt.Errorf("a member does not support the proposal %d, which the group requires", p)
		}
	}
	for _, k := range required.credentials {
		if !slices.Contains(c.credentials, k) {
			return fmt.Errorf("a member does not support the credential %d, which the group requires", k)
		}
	}
	return nil
}

// checkTree does what Section 7.3 asks of the members together: each supports what the group and the
// others use, and no two have one signature key, encryption key or identity. No two nodes have one
// encryption key.
func checkTree(t *ratchetTree, extensions []Extension) error {
	required, err := checkExtensions(extensions)
	if err != nil {
		return err
	}
	used := map[uint16]bool{}
	signatureKeys, identities := map[string]bool{}, map[string]bool{}
	t.members(func(_ uint32, l *leafNode) bool {
		used[l.credential.kind] = true
		id := l.credential.client()
		switch {
		case signatureKeys[string(l.signatureKey)]:
			err = errors.New("two members have one signature key")
		case identities[id]:
			err = fmt.Errorf("two members are %q", l.credential.name())
		}
		signatureKeys[string(l.signatureKey)], identities[id] = true, true
		return err == nil
	})
	if err != nil {
		return err
	}
	t.members(func(_ uint32, l *leafNode) bool {
		for kind := range used {
			if !slices.Contains(l.capabilities.credentials, kind) {
				err = fmt.Errorf("a member does not support the credential %d of another", kind)
				return false
			}
		}
		err = l.supports(&required, extensions)
		return err == nil
	})
	if err != nil {
		return err
	}
	keys := make(map[string]bool, len(t.nodes))
	for _, n := range t.nodes {
		if n.blank() {
			continue
		}
		k := sameKey(n.encryptionKey())
		if keys[k] {
			return errors.New("two nodes of the tree have one encryption key")
		}
		keys[k] = true
	}
	return nil
}

// checkUnmerged reports whether the unmerged leaves of every parent are members below it, and are
// unmerged at every parent in between too.
func (t *ratchetTree) checkUnmerged() error {
	for x := range t.nodes {
		p := t.nodes[x].parent
		if p == nil {
			continue
		}
		for _, l := range p.unmerged {
			if t.leaf(l) == nil || !inSubtree(2*l, uint32(x)) {
				return fmt.Errorf("node %d has the unmerged leaf %d, which is not a member below it", x, l)
			}
			for y := parentOf(2 * l); y != uint32(x); y = parentOf(y) {
				if q := t.nodes[y].parent; q != nil && !slices.Contains(q.unmerged, l) {
					return fmt.Errorf("leaf %d is unmerged at node %d and not at node %d below", l, x, y)
				}
			}
		}
	}
	return nil
}

// checkWholeTree checks a tree from outside, as a joiner does.
func (c *checks) checkWholeTree(t *ratchetTree, context *groupContext) error {
	if !bytes.Equal(t.hash(t.root()), context.treeHash) {
		return errors.New("the tree does not have the tree hash of the group")
	}
	if t.leaves() > 1 { // the smallest tree that holds its members
		half := t.leaves() / 2
		for i := half; t.leaf(i) == nil; i++ {
			if i == t.leaves()-1 {
				return errors.New("the right half of the tree has no member")
			}
		}
	}
	if err := t.checkUnmerged(); err != nil {
		return err
	}
	for _, n := range t.nodes {
		if n.blank() {
			continue
		}
		if err := c.suite.checkKEMKey(n.encryptionKey()); err != nil {
			return err
		}
	}
	if err := checkTree(t, context.extensions); err != nil {
		return err
	}
	if !t.checkParentHashes() {
		return errors.New("a parent hash of the tree is not valid")
	}
	return inParallel(int(t.leaves()), func(i int) error {
		l := t.leaf(uint32(i))
		if l == nil {
			return nil
		}
		return c.checkMember(l, context.groupID, uint32(i))
	})
}
