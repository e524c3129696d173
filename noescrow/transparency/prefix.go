package transparency

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// The prefix tree is that of draft-ietf-keytrans-protocol (2026), over the 256 bits of an index, the most
// significant first:
//
//	leaf     SHA-256(0x02 ‖ index ‖ commitment)
//	parent   SHA-256(0x03 ‖ left ‖ right)
//	missing  32 bytes of zeros
//
// A leaf stands at the first bit that tells it from all others. The root is always a parent, also of
// nothing.

const hashSize = sha256.Size

type (
	hash  = [hashSize]byte
	index = [hashSize]byte
)

// A leaf is an entry of the tree.
type leaf struct {
	index      index
	commitment hash
}

// A node is a leaf, a parent, or pruned: then its hash is known and nothing below. A nil node is missing.
// Nodes do not change once they have a hash, so the trees of all epochs share them.
type node struct {
	hash        hash
	hashed      bool
	pruned      bool
	leaf        *leaf
	left, right *node
}

func bit(i *index, depth int) byte { return i[depth/8] >> (7 - depth%8) & 1 }

// sum returns the hash of a node.
func (n *node) sum() hash {
	switch {
	case n == nil:
		return hash{}
	case n.hashed:
		return n.hash
	case n.leaf != nil:
		n.hash = sha256.Sum256(slices.Concat([]byte{2}, n.leaf.index[:], n.leaf.commitment[:]))
	default:
		l, r := n.left.sum(), n.right.sum()
		n.hash = sha256.Sum256(slices.Concat([]byte{3}, l[:], r[:]))
	}
	n.hashed = true
	return n.hash
}

// child returns where the child of a parent on the way to an index is stored.
func (n *node) child(i *index, depth int) **node {
	if bit(i, depth) == 0 {
		return &n.left
	}
	return &n.right
}

var (
	errTaken  = errors.New("expected an index that is free, found a leaf there")
	errPruned = errors.New("expected a proof of every index that is asked for, found a part left out")
)

// insert returns the tree with one more leaf. The tree itself does not change.
func (n *node) insert(l *leaf) (*node, error) { return n.insertAt(l, 0) }

func (n *node) insertAt(l *leaf, depth int) (*node, error) {
	switch {
	case n == nil && depth > 0:
		return &node{leaf: l}, nil
	case n == nil:
		n = new(node)
	case n.pruned:
		return nil, errPruned
	case n.leaf != nil && n.leaf.index == l.index:
		return nil, errTaken
	case n.leaf != nil: // it goes one step down, beside the new one or on the same way
		below := new(node)
		*below.child(&n.leaf.index, depth) = n
		n = below
	}
	out := &node{left: n.left, right: n.right}
	at := out.child(&l.index, depth)
	below, err := (*at).insertAt(l, depth+1)
	*at = below
	return out, err
}

// find returns the leaf of an index, or nil if it is absent.
func (n *node) find(i *index) (*leaf, error) {
	for depth := 0; n != nil; depth++ {
		switch {
		case n.pruned:
			return nil, errPruned
		case n.leaf != nil && n.leaf.index == *i:
			return n.leaf, nil
		case n.leaf != nil:
			return nil, nil
		}
		n = *n.child(i, depth)
	}
	return nil, nil
}

// A proof is the tree with everything left out that the given indexes do not need, in bytes:
//
//	parent   uint4 kind of left; uint4 kind of right; left; right
//	leaf     index[32] ‖ commitment[32]
//	pruned   hash[32]
//	missing  nothing
const (
	kindMissing = 0
	kindLeaf    = 1
	kindPruned  = 2
	kindParent  = 3
)

// prove writes the proof of the indexes, present or absent.
func (n *node) prove(indexes []index) []byte {
	indexes = slices.Clone(indexes)
	slices.SortFunc(indexes, func(a, b index) int { return bytes.Compare(a[:], b[:]) })
	if n == nil {
		n = new(node)
	}
	return n.proveAt(nil, indexes, 0)
}

// proveAt appends the parent n, for indexes that are below it.
func (n *node) proveAt(b []byte, indexes []index, depth int) []byte {
	i := slices.IndexFunc(indexes, func(i index) bool { return bit(&i, depth) == 1 })
	if i < 0 {
		i = len(indexes)
	}
	left, right := kindOf(n.left, indexes[:i]), kindOf(n.right, indexes[i:])
	b = append(b, left<<4|right)
	b = n.left.proveAs(b, left, indexes[:i], depth+1)
	return n.right.proveAs(b, right, indexes[i:], depth+1)
}

func kindOf(n *node, indexes []index) byte {
	switch {
	case n == nil:
		return kindMissing
	case len(indexes) == 0:
		return kindPruned
	case n.leaf != nil:
		return kindLeaf
	}
	return kindParent
}

func (n *node) proveAs(b []byte, kind byte, indexes []index, depth int) []byte {
	switch kind {
	case kindLeaf:
		return append(append(b, n.leaf.index[:]...), n.leaf.commitment[:]...)
	case kindPruned:
		h := n.sum()
		return append(b, h[:]...)
	case kindParent:
		return n.proveAt(b, indexes, depth)
	}
	return b
}

var errTree = errors.New("expected a proof of the prefix tree, found something else")

// maxPath is the most that a proof has for one index, in bytes: a leaf at the end of 256 parents, and beside
// each a hash.
const maxPath = 8*hashSize*(1+hashSize) + 2*hashSize

// parseTree reads a proof of n indexes. It refuses what is longer than one can be, and leaves that stand where
// their index does not lead, or deeper than they must. The caller compares its sum with the root that is
// signed; see also onlyProves.
func parseTree(b []byte, n int) (*node, error) {
	if len(b) > 1+2*hashSize+n*maxPath {
		return nil, errTree
	}
	in := cryptobyte.String(b)
	root, ok := readParent(&in, index{}, 0)
	if !ok || !in.Empty() {
		return nil, errTree
	}
	return root, nil
}

// onlyProves checks that a proof, which parseTree has read as n, is what prove writes for these indexes: that
// it shows them, and nothing beside.
func (n *node) onlyProves(proof []byte, indexes []index) error {
	for _, i := range indexes {
		if _, err := n.find(&i); err != nil {
			return err
		}
	}
	if !bytes.Equal(n.prove(indexes), proof) {
		return errTree
	}
	return nil
}

// readParent reads the parent at the end of a path, the first bits of an index.
func readParent(in *cryptobyte.String, path index, depth int) (*node, bool) {
	var kinds byte
	if depth >= 8*hashSize || !in.ReadUint8(&kinds) {
		return nil, false
	}
	left, right := kinds>>4, kinds&15
	if depth > 0 && left <= kindLeaf && right <= kindLeaf && left+right < 2*kindLeaf {
		return nil, false // the one leaf would stand higher
	}
	n := new(node)
	var ok bool
	if n.left, ok = readNode(in, left, path, depth+1); !ok {
		return nil, false
	}
	path[depth/8] |= 1 << (7 - depth%8)
	n.right, ok = readNode(in, right, path, depth+1)
	return n, ok
}

func readNode(in *cryptobyte.String, kind byte, path index, depth int) (*node, bool) {
	switch kind {
	case kindMissing:
		return nil, true
	case kindLeaf:
		l := new(leaf)
		ok := in.CopyBytes(l.index[:]) && in.CopyBytes(l.commitment[:])
		return &node{leaf: l}, ok && samePath(&l.index, &path, depth)
	case kindPruned:
		n := &node{pruned: true, hashed: true}
		return n, in.CopyBytes(n.hash[:]) && n.hash != hash{}
	case kindParent:
		return readParent(in, path, depth)
	}
	return nil, false
}

// samePath reports whether two indexes begin with the same bits.
func samePath(a, b *index, bits int) bool {
	if !bytes.Equal(a[:bits/8], b[:bits/8]) {
		return false
	}
	rest := bits % 8
	return rest == 0 || (a[bits/8]^b[bits/8])>>(8-rest) == 0
}
