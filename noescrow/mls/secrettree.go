package mls

import (
	"errors"
	"fmt"
)

// secretTree is the tree of RFC 9420, Section 9, of one epoch. It has the ratchet tree's shape. What
// was used is erased, with all that it could be computed from (Section 9.2): after a message of leaf i,
// the tree has the siblings of its direct path in place of the root, and the two ratchets of i.
//
//	encryption_secret ─ "tree", "left" | "right" ─> … ─> leaf ─ "handshake"   ─> ratchet
//	                                                          ─ "application" ─> ratchet
//	ratchet ─ "key", "nonce" ─> of one message     ratchet ─ "secret" ─> ratchet, one generation on
type secretTree struct {
	leaves  uint32
	nk      int
	nodes   map[uint32]secret
	senders map[uint32]*[2]chain // by leaf: handshake, application
}

// The two ratchets of a leaf.
const (
	handshake   = 0
	application = 1
)

var chainLabels = [2]string{"handshake", "application"}

// chain is one ratchet: the secret of the next generation, and the keys of those before it that have
// not arrived.
type chain struct {
	next    uint32
	secret  secret
	skipped map[uint32]messageKey
}

// messageKey is the key and the nonce of one message.
type messageKey struct{ key, nonce []byte }

var (
	errUsed       = errors.New("the key of this message is erased: it was opened before, or is too late")
	errGeneration = errors.New("the ratchet of this sender has no more generations")
)

func newSecretTree(encryption secret, leaves uint32, nk int) *secretTree {
	return &secretTree{leaves, nk, map[uint32]secret{leaves - 1: encryption}, map[uint32]*[2]chain{}}
}

// A use is a message key, and how the tree changes once the message has authenticated.
type use struct {
	messageKey
	tree       *secretTree
	leaf, n    uint32
	which      int
	grown      map[uint32]secret // nodes that take the place of erased
	erased     []uint32
	chains     [2]chain // of a leaf that was not used yet
	fresh      bool
	after      chain                 // the ratchet as it will be, but for its skipped keys
	more       map[uint32]messageKey // to be added to these
	fromStored bool                  // n is one of these
}

// key looks up the key of generation n of a leaf's ratchet. Nothing changes before [use.done].
// Forward bounds how many generations may be skipped.
func (t *secretTree) key(leaf uint32, which int, n, forward uint32) (*use, error) {
	u := &use{tree: t, leaf: leaf, which: which, n: n}
	if chains := t.senders[leaf]; chains != nil {
		u.after = chains[which]
	} else if err := u.descend(); err != nil {
		return nil, err
	} else {
		u.after = u.chains[which]
	}
	if n < u.after.next {
		k, ok := u.after.skipped[n]
		if !ok {
			return nil, errUsed
		}
		u.messageKey, u.fromStored = k, true
		return u, nil
	}
	if n-u.after.next > forward {
		return nil, fmt.Errorf("the message skips %d generations of its sender, expected at most %d", n-u.after.next, forward)
	}
	if n == ^uint32(0) {
		return nil, errGeneration
	}
	u.more = map[uint32]messageKey{}
	for c := &u.after; ; {
		k := messageKey{c.secret.deriveTree("key", c.next, t.nk), c.secret.deriveTree("nonce", c.next, nn)}
		c.secret = secret(c.secret.deriveTree("secret", c.next, nh))
		c.next++
		if c.next > n {
			u.messageKey = k
			return u, nil
		}
		u.more[c.next-1] = k
	}
}

// descend derives the ratchets of a leaf from the lowest node above it that is left.
func (u *use) descend() error {
	t := u.tree
	if u.leaf >= t.leaves {
		return errUsed
	}
	x := 2 * u.leaf
	s, ok := t.nodes[x]
	var path []uint32 // from below
	for !ok {
		if x == t.leaves-1 {
			return errUsed
		}
		path = append(path, x)
		x = parentOf(x)
		s, ok = t.nodes[x]
	}
	u.erased, u.grown, u.fresh = []uint32{x}, map[uint32]secret{}, true
	for i := len(path) - 1; i >= 0; i-- {
		l := secret(expandWithLabel(s[:], "tree", []byte("left"), nh))
		r := secret(expandWithLabel(s[:], "tree", []byte("right"), nh))
		if x = path[i]; x == left(parentOf(x)) {
			s, u.grown[siblingOf(x)] = l, r
		} else {
			s, u.grown[siblingOf(x)] = r, l
		}
	}
	for i, label := range chainLabels {
		u.chains[i].secret = s.derive(label)
	}
	return nil
}

// done erases the key, and all that it could be computed from. It reports what has changed to note.
func (u *use) done(note func(storedKey)) {
	t := u.tree
	for _, x := range u.erased {
		delete(t.nodes, x)
		note(storedKey{kind: storedNode, a: x})
	}
	for x, s := range u.grown {
		t.nodes[x] = s
		note(storedKey{kind: storedNode, a: x})
	}
	if u.fresh {
		t.senders[u.leaf] = &u.chains
	}
	c := &t.senders[u.leaf][u.which]
	skippedKey := func(n uint32) storedKey {
		return storedKey{kind: storedSkipped + uint8(u.which), a: u.leaf, b: n}
	}
	if u.fromStored {
		delete(c.skipped, u.n)
		note(skippedKey(u.n))
		return
	}
	if c.skipped == nil {
		c.skipped = map[uint32]messageKey{}
	}
	for n, k := range u.more {
		c.skipped[n] = k
		note(skippedKey(n))
	}
	c.next, c.secret = u.after.next, u.after.secret
	note(storedKey{kind: storedChains, a: u.leaf})
	if len(u.more) > 0 {
		for n := range c.skipped { // the window moves on
			if c.next-n > MaxSkipped {
				delete(c.skipped, n)
				note(skippedKey(n))
			}
		}
	}
}
