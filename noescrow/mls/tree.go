package mls

import (
	"math/bits"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Tree math of RFC 9420, Appendix C. Nodes are numbered from left to right: leaf i is node 2i. A tree
// always has a power of two leaves.

func level(x uint32) int { return bits.TrailingZeros32(^x) }

func left(x uint32) uint32  { return x ^ 1<<(level(x)-1) }
func right(x uint32) uint32 { return x ^ 3<<(level(x)-1) }

func parentOf(x uint32) uint32 {
	k := level(x)
	return (x | 1<<k) &^ (1 << (k + 1))
}

func siblingOf(x uint32) uint32 {
	if p := parentOf(x); x < p {
		return right(p)
	} else {
		return left(p)
	}
}

// inSubtree reports whether node x is in the subtree with the root r.
func inSubtree(x, r uint32) bool {
	half := uint32(1)<<level(r) - 1
	return r-half <= x && x <= r+half
}

// parentNode is ParentNode of RFC 9420, Section 7.1. It does not change once it is in a tree.
type parentNode struct {
	encryptionKey []byte
	parentHash    []byte
	unmerged      []uint32 // unmerged_leaves, ascending
}

func (p *parentNode) add(b []byte) []byte {
	return addList(addV(addV(b, p.encryptionKey), p.parentHash), p.unmerged, add32)
}

func (p *parentNode) read(s *cryptobyte.String) bool {
	return readV(s, &p.encryptionKey) && readV(s, &p.parentHash) && readList(s, &p.unmerged, read32) && ascending(p.unmerged)
}

func ascending(list []uint32) bool {
	for i := 1; i < len(list); i++ {
		if list[i-1] >= list[i] {
			return false
		}
	}
	return true
}

// node is an entry of the ratchet tree: a leaf, a parent, or neither if it is blank.
type node struct {
	leaf   *leafNode
	parent *parentNode
}

func (n node) blank() bool { return n.leaf == nil && n.parent == nil }

func (n node) encryptionKey() []byte {
	if n.leaf != nil {
		return n.leaf.encryptionKey
	}
	return n.parent.encryptionKey
}

// ratchetTree is the tree of RFC 9420, Section 7. What a node points to does not change, so that a
// copy costs two words a node, and shares with its original what they have in common.
type ratchetTree struct {
	nodes  []node
	hashes [][]byte // tree hashes; nil where one has not been computed since it last changed
}

// newTree returns a tree of 2^d leaves, all blank.
func newTree(leaves uint32) *ratchetTree {
	return &ratchetTree{make([]node, 2*leaves-1), make([][]byte, 2*leaves-1)}
}

func (t *ratchetTree) clone() *ratchetTree {
	return &ratchetTree{slices.Clone(t.nodes), slices.Clone(t.hashes)}
}

func (t *ratchetTree) leaves() uint32 { return uint32(len(t.nodes)+1) / 2 }
func (t *ratchetTree) root() uint32   { return uint32(len(t.nodes)) / 2 }

// leaf returns the member at a leaf, or nil.
func (t *ratchetTree) leaf(i uint32) *leafNode {
	if i >= t.leaves() {
		return nil
	}
	return t.nodes[2*i].leaf
}

// members calls f for every leaf that is not blank, until it returns false.
func (t *ratchetTree) members(f func(i uint32, l *leafNode) bool) {
	for x := 0; x < len(t.nodes); x += 2 {
		if l := t.nodes[x].leaf; l != nil && !f(uint32(x/2), l) {
			return
		}
	}
}

// set puts n at x. The hashes of x and of all above it are void.
func (t *ratchetTree) set(x uint32, n node) {
	t.nodes[x] = n
	for t.hashes[x] = nil; x != t.root(); {
		x = parentOf(x)
		t.hashes[x] = nil
	}
}

// directPath returns the nodes from the parent of a leaf up to the root.
func (t *ratchetTree) directPath(leaf uint32) (path []uint32) {
	for x := 2 * leaf; x != t.root(); {
		x = parentOf(x)
		path = append(path, x)
	}
	return path
}

// pathNode is a node of a filtered direct path, and its child on the copath.
type pathNode struct{ node, copath uint32 }

// filteredPath returns the filtered direct path of RFC 9420, Section 4.1.2: without the nodes whose
// child on the copath has an empty resolution.
func (t *ratchetTree) filteredPath(leaf uint32) (path []pathNode) {
	for x := 2 * leaf; x != t.root(); x = parentOf(x) {
		if s := siblingOf(x); !t.empty(s) {
			path = append(path, pathNode{parentOf(x), s})
		}
	}
	return path
}

// empty reports whether the resolution of x is empty: whether all below x is blank, x included.
func (t *ratchetTree) empty(x uint32) bool {
	if !t.nodes[x].blank() {
		return false
	}
	return level(x) == 0 || t.empty(left(x)) && t.empty(right(x))
}

// resolution appends the resolution of x (RFC 9420, Section 4.1.1), without the leaves in skip.
func (t *ratchetTree) resolution(list []uint32, x uint32, skip map[uint32]bool) []uint32 {
	switch n := t.nodes[x]; {
	case n.leaf != nil:
		if !skip[x/2] {
			list = append(list, x)
		}
	case n.parent != nil:
		list = append(list, x)
		for _, l := range n.parent.unmerged {
			if !skip[l] {
				list = append(list, 2*l)
			}
		}
	case level(x) > 0:
		list = t.resolution(t.resolution(list, left(x), skip), right(x), skip)
	}
	return list
}

// reserve returns the leftmost blank leaf, and doubles the tree if there is none.
func (t *ratchetTree) reserve() uint32 {
	i := uint32(0)
	for i < t.leaves() && t.leaf(i) != nil {
		i++
	}
	if i == t.leaves() {
		t.nodes = append(t.nodes, make([]node, len(t.nodes)+1)...)
		t.hashes = append(t.hashes, make([][]byte, len(t.hashes)+1)...)
	}
	return i
}

// full reports whether the tree can take no other member.
func (t *ratchetTree) full() bool {
	if t.leaves() < MaxMembers {
		return false
	}
	full := true
	for i := uint32(0); i < t.leaves() && full; i++ {
		full = t.leaf(i) != nil
	}
	return full
}

// addLeaf puts l at the leftmost blank leaf and returns its index (RFC 9420, Sections 7.7 and 12.1.1).
func (t *ratchetTree) addLeaf(l *leafNode) uint32 {
	i := t.reserve()
	t.set(2*i, node{leaf: l})
	for _, x := range t.directPath(i) {
		if p := t.nodes[x].parent; p != nil {
			at, _ := slices.BinarySearch(p.unmerged, i)
			q := *p
			q.unmerged = slices.Insert(slices.Clone(p.unmerged), at, i)
			t.set(x, node{parent: &q})
		}
	}
	return i
}

// updateLeaf replaces a leaf, and blanks its direct path (RFC 9420, Section 12.1.2).
func (t *ratchetTree) updateLeaf(i uint32, l *leafNode) {
	t.set(2*i, node{leaf: l})
	for _, x := range t.directPath(i) {
		t.nodes[x] = node{}
	}
}

// removeLeaf blanks a leaf and its direct path (RFC 9420, Section 12.1.3). Then it halves the tree
// while the right half has no member.
func (t *ratchetTree) removeLeaf(i uint32) {
	t.updateLeaf(i, nil)
	for t.leaves() > 1 {
		half := t.leaves() / 2
		for l := half; l < t.leaves(); l++ {
			if t.leaf(l) != nil {
				return
			}
		}
		n := 2*half - 1
		clear(t.nodes[n:])
		t.nodes, t.hashes = t.nodes[:n:n], t.hashes[:n:n]
	}
}

// add appends the ratchet_tree extension (RFC 9420, Section 12.4.3.3), which ends with the last node
// that is not blank.
func (t *ratchetTree) add(b []byte) []byte {
	n := len(t.nodes)
	for n > 0 && t.nodes[n-1].blank() {
		n--
	}
	return addList(b, t.nodes[:n], (*node).add)
}

func (n *node) add(b []byte) []byte {
	return addOptional(b, !n.blank(), func(b []byte) []byte {
		if n.leaf != nil {
			return n.leaf.add(append(b, 1))
		}
		return n.parent.add(append(b, 2))
	})
}

func (n *node) read(s *cryptobyte.String) bool {
	return readOptional(s, func(s *cryptobyte.String) bool {
		var kind uint8
		if !s.ReadUint8(&kind) {
			return false
		}
		switch kind {
		case 1:
			n.leaf = new(leafNode)
			return n.leaf.read(s)
		case 2:
			n.parent = new(parentNode)
			return n.parent.read(s)
		}
		return false
	})
}

// read reads the ratchet_tree extension. Leaves must be at leaves, and parents at parents.
func (t *ratchetTree) read(s *cryptobyte.String) bool {
	var nodes []node
	bounded := func(n *node, s *cryptobyte.String) bool { return len(nodes) < 2*MaxMembers-1 && n.read(s) }
	if !readList(s, &nodes, bounded) || len(nodes) == 0 || nodes[len(nodes)-1].blank() {
		return false
	}
	for x, n := range nodes {
		if n.leaf != nil && x%2 == 1 || n.parent != nil && x%2 == 0 {
			return false
		}
	}
	full := 1
	for full < len(nodes) {
		full = 2*full + 1
	}
	t.nodes = append(nodes, make([]node, full-len(nodes))...)
	t.hashes = make([][]byte, full)
	return true
}
