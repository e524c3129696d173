package mls

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

func parseTree(t *testing.T, b []byte) *ratchetTree {
	t.Helper()
	tree := new(ratchetTree)
	decode(t, b, tree.read)
	equal(t, "tree", tree.add(nil), b)
	return tree
}

func TestVectorsTreeValidation(t *testing.T) {
	type vector struct {
		Suite       CipherSuite `json:"cipher_suite"`
		Tree        hexBytes
		GroupID     hexBytes   `json:"group_id"`
		Hashes      []hexBytes `json:"tree_hashes"`
		Resolutions [][]uint32
	}
	for _, v := range read[vector](t, "tree-validation") {
		tree := parseTree(t, v.Tree)
		if len(tree.nodes) != len(v.Resolutions) {
			t.Fatalf("%d nodes, want %d", len(tree.nodes), len(v.Resolutions))
		}
		for x, want := range v.Resolutions {
			if got := tree.resolution(nil, uint32(x), nil); !slices.Equal(got, want) {
				t.Errorf("resolution of %d: got %v, want %v", x, got, want)
			}
			if tree.empty(uint32(x)) != (len(want) == 0) {
				t.Errorf("node %d: empty is wrong", x)
			}
			equal(t, fmt.Sprint("hash of ", x), tree.hash(uint32(x)), v.Hashes[x])
		}
		if !tree.checkParentHashes() {
			t.Error("the parent hashes are refused")
		}
		tree.members(func(i uint32, l *leafNode) bool {
			if !l.verify(v.GroupID, i) {
				t.Errorf("the signature of leaf %d is refused", i)
			}
			return true
		})
		if err := tree.checkUnmerged(); err != nil {
			t.Error(err)
		}
		// Each parent that is not blank has one node below it whose parent hash matters.
		parents, matters := 0, 0
		for x, n := range tree.nodes {
			if n.parent != nil {
				parents++
			}
			if n.blank() {
				continue
			}
			if p, ok := n.parentHashField(); ok && len(p) > 0 {
				bad := tree.clone()
				if n.leaf != nil {
					l := *n.leaf
					l.parentHash = append([]byte{p[0] ^ 1}, p[1:]...)
					bad.set(uint32(x), node{leaf: &l})
				} else {
					q := *n.parent
					q.parentHash = append([]byte{p[0] ^ 1}, p[1:]...)
					bad.set(uint32(x), node{parent: &q})
				}
				if !bad.checkParentHashes() {
					matters++
				}
			}
		}
		if matters < parents {
			t.Errorf("%d parent hashes matter to %d parents", matters, parents)
		}
	}
}

func TestVectorsTreeOperations(t *testing.T) {
	type vector struct {
		Before     hexBytes `json:"tree_before"`
		Proposal   hexBytes
		Sender     uint32   `json:"proposal_sender"`
		HashBefore hexBytes `json:"tree_hash_before"`
		After      hexBytes `json:"tree_after"`
		HashAfter  hexBytes `json:"tree_hash_after"`
	}
	for _, v := range read[vector](t, "tree-operations") {
		tree := parseTree(t, v.Before)
		equal(t, "before", tree.hash(tree.root()), v.HashBefore)
		var p proposal
		decode(t, v.Proposal, p.read)
		equal(t, "proposal", p.encode(nil), v.Proposal)
		old := tree
		tree = tree.clone()
		switch p.kind {
		case proposalAdd:
			tree.addLeaf(p.add.leaf)
		case proposalUpdate:
			tree.updateLeaf(v.Sender, p.update)
		case proposalRemove:
			tree.removeLeaf(p.removed)
		}
		equal(t, "after", tree.add(nil), v.After)
		equal(t, "hash after", tree.hash(tree.root()), v.HashAfter)
		equal(t, "the original", old.add(nil), v.Before)
		equal(t, "its hash", old.hash(old.root()), v.HashBefore)
	}
}

func TestVectorsTreeKEM(t *testing.T) {
	type vector struct {
		Suite     CipherSuite `json:"cipher_suite"`
		GroupID   hexBytes    `json:"group_id"`
		Epoch     uint64
		Confirmed hexBytes `json:"confirmed_transcript_hash"`
		Tree      hexBytes `json:"ratchet_tree"`
		Leaves    []struct {
			Index          uint32
			EncryptionPriv hexBytes `json:"encryption_priv"`
			SignaturePriv  hexBytes `json:"signature_priv"`
			PathSecrets    []struct {
				Node   uint32
				Secret hexBytes `json:"path_secret"`
			} `json:"path_secrets"`
		} `json:"leaves_private"`
		Paths []struct {
			Sender      uint32
			Path        hexBytes    `json:"update_path"`
			PathSecrets []*hexBytes `json:"path_secrets"`
			Commit      hexBytes    `json:"commit_secret"`
			HashAfter   hexBytes    `json:"tree_hash_after"`
		} `json:"update_paths"`
	}
	for _, v := range read[vector](t, "treekem") {
		s := theSuite(t, v.Suite)
		tree := parseTree(t, v.Tree)
		private := map[uint32]map[uint32]keyPair{}
		for _, l := range v.Leaves {
			pairs := map[uint32]keyPair{2 * l.Index: {l.EncryptionPriv, tree.leaf(l.Index).encryptionKey}}
			if !s.owns(l.EncryptionPriv, tree.leaf(l.Index).encryptionKey) {
				t.Fatal("the private key of a leaf does not fit")
			}
			for _, p := range l.PathSecrets {
				pair := s.deriveKeyPair(secret(p.Secret).derive("node"))
				equal(t, "node key", pair.public, tree.nodes[p.Node].encryptionKey())
				pairs[p.Node] = pair
			}
			private[l.Index] = pairs
		}
		check := func(sender uint32, u *updatePath, commit, hashAfter []byte, secrets []*hexBytes) {
			t.Helper()
			after := tree.clone()
			path, err := after.mergePath(s, sender, u, nil)
			if err != nil {
				t.Fatal(err)
			}
			if hashAfter != nil {
				equal(t, "tree hash", after.hash(after.root()), hashAfter)
			}
			if !u.leaf.verify(v.GroupID, sender) || !after.checkParentHashes() {
				t.Error("the tree after the path is not valid")
			}
			context := groupContext{mls10, v.Suite, v.GroupID, v.Epoch, after.hash(after.root()), v.Confirmed, nil}
			for self, pairs := range private {
				if self == sender {
					continue
				}
				got, _, err := after.openPath(s, self, pairs, path, u, context.add(nil), nil)
				if err != nil {
					t.Fatalf("leaf %d: %v", self, err)
				}
				equal(t, "commit secret", got[:], commit)
			}
			for i, p := range secrets {
				if p == nil {
					continue
				}
				for n, x := range path {
					if inSubtree(2*uint32(i), x.copath) {
						got, _, err := after.climb(s, secret(*p), path[n:])
						if err != nil {
							t.Fatal(err)
						}
						equal(t, "commit secret from above", got[:], commit)
					}
				}
			}
		}
		for _, p := range v.Paths {
			u := new(updatePath)
			decode(t, p.Path, u.read)
			equal(t, "update path", u.add(nil), p.Path)
			check(p.Sender, u, p.Commit, p.HashAfter, p.PathSecrets)
		}
		// And one of ours.
		for _, l := range v.Leaves {
			after := tree.clone()
			p := after.newPath(s, l.Index, tree.leaf(l.Index), ed25519.NewKeyFromSeed(l.SignaturePriv), v.GroupID)
			context := groupContext{mls10, v.Suite, v.GroupID, v.Epoch, after.hash(after.root()), v.Confirmed, nil}
			if err := p.encrypt(after, s, context.add(nil), nil); err != nil {
				t.Fatal(err)
			}
			u := new(updatePath)
			decode(t, p.update.add(nil), func(in *cryptobyte.String) bool { return u.read(in) })
			check(l.Index, u, p.commit[:], nil, nil)
		}
	}
}
