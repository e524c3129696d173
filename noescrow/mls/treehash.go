package mls

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// hash returns the tree hash of x according to RFC 9420, Section 7.8:
//
//	Hash(uint8 1 ‖ uint32 leaf_index ‖ optional<LeafNode>)
//	Hash(uint8 2 ‖ optional<ParentNode> ‖ opaque left<V> ‖ opaque right<V>)
func (t *ratchetTree) hash(x uint32) []byte {
	if t.hashes[x] == nil {
		if level(x) == 0 {
			t.hashes[x] = t.hashLeaf(x, t.nodes[x].leaf)
		} else {
			t.hashes[x] = hashParent(t.nodes[x].parent, t.hash(left(x)), t.hash(right(x)))
		}
	}
	return t.hashes[x]
}

func (t *ratchetTree) hashLeaf(x uint32, l *leafNode) []byte {
	b := addUint32(append(make([]byte, 0, 512), 1), x/2)
	return hash(addOptional(b, l != nil, func(b []byte) []byte { return l.add(b) }))
}

func hashParent(p *parentNode, left, right []byte) []byte {
	b := append(make([]byte, 0, 256), 2)
	b = addOptional(b, p != nil, func(b []byte) []byte { return p.add(b) })
	return hash(addV(addV(b, left), right))
}

// hashWithout returns the tree hash of x with the leaves in gone blanked, and struck from all lists of
// unmerged leaves: the original_sibling_tree_hash of RFC 9420, Section 7.9.
func (t *ratchetTree) hashWithout(x uint32, gone []uint32) []byte {
	from, _ := slices.BinarySearch(gone, (x-(1<<level(x)-1))/2)
	to, _ := slices.BinarySearch(gone, (x+(1<<level(x)-1))/2+1)
	if gone = gone[from:to]; len(gone) == 0 {
		return t.hash(x)
	}
	if level(x) == 0 {
		return t.hashLeaf(x, nil)
	}
	p := t.nodes[x].parent
	if p != nil {
		q := *p
		q.unmerged = slices.DeleteFunc(slices.Clone(p.unmerged), func(l uint32) bool {
			_, struck := slices.BinarySearch(gone, l)
			return struck
		})
		p = &q
	}
	return hashParent(p, t.hashWithout(left(x), gone), t.hashWithout(right(x), gone))
}

// parentHash returns the parent hash of the node p with its copath child (RFC 9420, Section 7.9):
//
//	Hash(opaque encryption_key<V> ‖ opaque parent_hash<V> ‖ opaque original_sibling_tree_hash<V>)
func (t *ratchetTree) parentHash(p, copath uint32) []byte {
	n := t.nodes[p].parent
	b := addV(make([]byte, 0, sha256.Size*4), n.encryptionKey)
	return hash(addV(addV(b, n.parentHash), t.hashWithout(copath, n.unmerged)))
}

// checkParentHashes reports whether every parent that is not blank is parent-hash valid (RFC 9420,
// Section 7.9.2): exactly one node D of the tree has its parent hash, where C is a child of P and S the
// other child, and
//
//	D ∈ resolution(C),   D.parent_hash = hash of P with S,   P.unmerged ∩ leaves below C = resolution(C) without D.
func (t *ratchetTree) checkParentHashes() bool {
	for x := uint32(1); x < uint32(len(t.nodes)); x += 2 {
		if t.nodes[x].parent != nil && t.descendants(x) != 1 {
			return false
		}
	}
	return true
}

// descendants counts the nodes D of the above for P = p.
func (t *ratchetTree) descendants(p uint32) (count int) {
	for _, side := range [2][2]uint32{{left(p), right(p)}, {right(p), left(p)}} {
		c, s := side[0], side[1]
		resolution := t.resolution(nil, c, nil)
		var unmerged []uint32 // below C, as nodes
		for _, l := range t.nodes[p].parent.unmerged {
			if inSubtree(2*l, c) {
				unmerged = append(unmerged, 2*l)
			}
		}
		if len(resolution) != len(unmerged)+1 {
			continue
		}
		var want []byte
		for i, d := range resolution {
			got, ok := t.nodes[d].parentHashField()
			if !ok {
				continue
			}
			if want == nil {
				want = t.parentHash(p, s)
			}
			if bytes.Equal(got, want) && sameNodes(slices.Delete(slices.Clone(resolution), i, i+1), unmerged) {
				count++
			}
		}
	}
	return count
}

// sameNodes compares two lists as sets. The second is in ascending order.
func sameNodes(list, sorted []uint32) bool {
	slices.Sort(list)
	return slices.Equal(list, sorted)
}

// parentHashField returns the parent_hash of a parent, or of a leaf whose source is a commit.
func (n node) parentHashField() ([]byte, bool) {
	switch {
	case n.parent != nil:
		return n.parent.parentHash, true
	case n.leaf.source == sourceCommit:
		return n.leaf.parentHash, true
	}
	return nil, false
}
