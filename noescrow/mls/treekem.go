package mls

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// TreeKEM, RFC 9420, Sections 7.4 to 7.6. The committer draws path_secret[0]. Then, up the filtered
// direct path of its leaf,
//
//	path_secret[n] ─ "node" ─> KEM.DeriveKeyPair        the node's key pair
//	path_secret[n] ─ "path" ─> path_secret[n+1]         the last of them is commit_secret
//
// and path_secret[n] is encrypted to all below the other child of node n. The key pair of the leaf is
// drawn by itself.

// A newPath is a path of a committer before its secrets are encrypted.
type newPath struct {
	path    []pathNode
	secrets []secret // path_secret of each node
	commit  secret
	leaf    keyPair
	pairs   map[uint32]keyPair // of each node
	update  *updatePath
}

// newPath draws a path of the leaf i, and puts it in the tree, with l as the new leaf. L has all
// fields but those of the commit.
func (t *ratchetTree) newPath(s *suite, i uint32, l *leafNode, key ed25519.PrivateKey, groupID []byte) *newPath {
	p := &newPath{path: t.filteredPath(i), leaf: s.newKeyPair(), pairs: map[uint32]keyPair{}}
	var next secret
	rand.Read(next[:])
	keys := make([][]byte, len(p.path))
	for n, x := range p.path {
		pair := s.deriveKeyPair(next.derive("node"))
		p.secrets = append(p.secrets, next)
		p.pairs[x.node] = pair
		keys[n] = pair.public
		next = next.derive("path")
	}
	p.commit = next
	q := *l
	q.source, q.encryptionKey, q.notBefore, q.notAfter = sourceCommit, p.leaf.public, 0, 0
	q.parentHash = t.mergeKeys(i, p.path, keys)
	q.sign(key, groupID, i)
	t.set(2*i, node{leaf: &q})
	p.pairs[2*i] = p.leaf
	p.update = &updatePath{leaf: &q, nodes: make([]updatePathNode, len(keys))}
	for n := range keys {
		p.update.nodes[n].encryptionKey = keys[n]
	}
	return p
}

// mergeKeys blanks the direct path of a leaf, puts the public keys on its filtered path, computes the
// parent hashes from the root down, and returns that of the leaf (RFC 9420, Section 7.5).
func (t *ratchetTree) mergeKeys(leaf uint32, path []pathNode, keys [][]byte) (parentHash []byte) {
	for _, x := range t.directPath(leaf) {
		t.set(x, node{})
	}
	for n := len(path) - 1; n >= 0; n-- {
		t.set(path[n].node, node{parent: &parentNode{encryptionKey: keys[n], parentHash: parentHash}})
		parentHash = t.parentHash(path[n].node, path[n].copath)
	}
	return parentHash
}

// encrypt encrypts the path secrets under the GroupContext of the new epoch to all but the leaves in
// skip, which are new. The work is shared by the processors.
func (p *newPath) encrypt(t *ratchetTree, s *suite, context []byte, skip map[uint32]bool) error {
	var jobs []func() error
	info := s.prepare("UpdatePathNode", context)
	for n, x := range p.path {
		to := t.resolution(nil, x.copath, skip)
		out := make([]hpkeCiphertext, len(to))
		p.update.nodes[n].secrets = out
		for i, y := range to {
			jobs = append(jobs, func() (err error) {
				out[i], err = info.seal(t.nodes[y].encryptionKey(), p.secrets[n][:])
				return err
			})
		}
	}
	return inParallel(len(jobs), func(i int) error { return jobs[i]() })
}

// secretFor returns the path secret of the lowest node above both the committer and another leaf.
func (p *newPath) secretFor(leaf uint32) []byte {
	for n, x := range p.path {
		if inSubtree(2*leaf, x.copath) {
			return p.secrets[n][:]
		}
	}
	return nil
}

var (
	errPathLength = errors.New("the path of the commit does not fit the tree")
	errPathKey    = errors.New("a public key in the path of the commit is used in the group already")
	errPathHash   = errors.New("the parent hash of the committer's leaf does not fit the path")
	errPathSecret = errors.New("a path secret does not give the public keys of the path")
)

// mergePath puts the public part of a received path in the tree, in which the proposals are applied.
// The leaf has been checked, but for its keys and its parent hash.
func (t *ratchetTree) mergePath(s *suite, i uint32, u *updatePath, skip map[uint32]bool) ([]pathNode, error) {
	path := t.filteredPath(i)
	if len(path) != len(u.nodes) {
		return nil, fmt.Errorf("%w: expected %d nodes, found %d", errPathLength, len(path), len(u.nodes))
	}
	used := map[string]bool{}
	for _, n := range t.nodes {
		if !n.blank() {
			used[sameKey(n.encryptionKey())] = true
		}
	}
	keys := make([][]byte, 0, len(path)+1)
	for n := range u.nodes {
		keys = append(keys, u.nodes[n].encryptionKey)
		if want := len(t.resolution(nil, path[n].copath, skip)); want != len(u.nodes[n].secrets) {
			return nil, fmt.Errorf("%w: expected %d ciphertexts at node %d, found %d", errPathLength, want, n, len(u.nodes[n].secrets))
		}
	}
	for _, k := range append(keys, u.leaf.encryptionKey) {
		if err := s.checkKEMKey(k); err != nil {
			return nil, err
		}
		if used[sameKey(k)] {
			return nil, errPathKey
		}
		used[sameKey(k)] = true
	}
	if !bytes.Equal(t.mergeKeys(i, path, keys), u.leaf.parentHash) {
		return nil, errPathHash
	}
	t.set(2*i, node{leaf: u.leaf})
	return path, nil
}

// openPath decrypts the path secret for the leaf self, derives those above it, and compares their
// public keys with the tree's. Private holds the private keys of self. It returns the new ones of them.
func (t *ratchetTree) openPath(s *suite, self uint32, private map[uint32]keyPair, path []pathNode, u *updatePath,
	context []byte, skip map[uint32]bool) (commit secret, pairs map[uint32]keyPair, err error) {
	for n, x := range path {
		if !inSubtree(2*self, x.copath) {
			continue
		}
		for i, y := range t.resolution(nil, x.copath, skip) {
			own, ok := private[y]
			if !ok || !bytes.Equal(own.public, t.nodes[y].encryptionKey()) {
				continue
			}
			plain, err := s.decryptWithLabel(own.private, "UpdatePathNode", context, u.nodes[n].secrets[i])
			if err != nil || len(plain) != nh {
				return secret{}, nil, errPathSecret
			}
			return t.climb(s, secret(plain), path[n:])
		}
	}
	return secret{}, nil, errPathSecret
}

// climb derives the key pairs of the nodes of path from the path secret of the first.
func (t *ratchetTree) climb(s *suite, next secret, path []pathNode) (commit secret, pairs map[uint32]keyPair, err error) {
	pairs = map[uint32]keyPair{}
	for _, x := range path {
		pair := s.deriveKeyPair(next.derive("node"))
		if n := t.nodes[x.node]; n.blank() || !bytes.Equal(pair.public, n.encryptionKey()) {
			return secret{}, nil, errPathSecret
		}
		pairs[x.node] = pair
		next = next.derive("path")
	}
	return next, pairs, nil
}

// inParallel calls f for 0 to n−1, on all processors, and returns one of the errors.
func inParallel(n int, f func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = f(i)
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
