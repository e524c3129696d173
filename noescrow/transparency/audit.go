package transparency

import (
	"errors"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"
)

// audited is the answer to an audit:
//
//	struct {
//	    uint8  version = 1; uint8 kind = 3; opaque head<0..2^16-1>;
//	    hashes frontier;                   of the auditor's tree
//	    struct {
//	        opaque entry[45];
//	        opaque tree<0..2^32-1>;        the tree before, a proof of the indexes of the changes
//	        Leaf   changes<0..2^32-1>;     index[32] ‖ commitment[32]
//	    } epochs<0..2^32-1>;
//	}
type audited struct {
	head     []byte
	frontier []tlog.Hash
	epochs   []auditedEpoch
}

type auditedEpoch struct {
	entry  entry
	tree   []byte
	leaves []leaf
}

// Audit answers what has changed in the tree in every epoch since the first since: which leaves are new, and
// that no other has changed. It shows no label and no value.
func (d *Directory) Audit(since int64) ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if err := d.s.checkSince(since); err != nil {
		return nil, prefix(err)
	}
	front, err := d.s.log.ReadHashes(frontier(since))
	if err != nil {
		return nil, prefix(err)
	}
	b := header(kindAudit, d.s.head)
	b.AddBytes(addHashes(nil, front))
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		before := new(node)
		if since > 0 {
			before = d.s.epochs[since-1].tree
		}
		for _, e := range d.s.epochs[since:] {
			var indexes []index
			for _, c := range e.changes {
				indexes = append(indexes, c.leaf.index)
			}
			b.AddBytes(e.entry.bytes())
			b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(before.prove(indexes)) })
			b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, c := range e.changes {
					b.AddBytes(c.leaf.index[:])
					b.AddBytes(c.leaf.commitment[:])
				}
			})
			before = e.tree
		}
	})
	return b.BytesOrPanic(), nil
}

func parseAudited(data []byte) (*audited, error) {
	a := new(audited)
	in := cryptobyte.String(data)
	var epochs cryptobyte.String
	if !readHeader(&in, kindAudit, &a.head) || !readHashes(&in, &a.frontier) || !read32(&in, &epochs) || !in.Empty() {
		return nil, errAnswer
	}
	for !epochs.Empty() {
		var e auditedEpoch
		var tree, leaves cryptobyte.String
		if !e.entry.read(&epochs) || !read32(&epochs, &tree) || !read32(&epochs, &leaves) {
			return nil, errAnswer
		}
		e.tree = tree
		for !leaves.Empty() {
			var l leaf
			if !leaves.CopyBytes(l.index[:]) || !leaves.CopyBytes(l.commitment[:]) {
				return nil, errAnswer
			}
			e.leaves = append(e.leaves, l)
		}
		a.epochs = append(a.epochs, e)
	}
	return a, nil
}

// An Auditor follows a directory from its first epoch on, and checks that its tree only grows: nothing
// that was in it is ever changed or taken out. It sees indexes and commitments, no labels and no
// values. It takes the checkpoints that clients take, with as many cosignatures, of any age. It is safe for
// concurrent use.
type Auditor struct {
	mu    sync.Mutex
	rules *rules
	tree  tree
	root  hash // of the prefix tree
}

// NewAuditor returns an auditor who has seen nothing.
func NewAuditor(p Parameters) (*Auditor, error) {
	r, err := p.parse()
	if err != nil {
		return nil, prefix(err)
	}
	return &Auditor{rules: r, tree: emptyTree(r), root: new(node).sum()}, nil
}

// Since returns the number of records that the auditor has seen, for [Directory.Audit].
func (a *Auditor) Since() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tree.size
}

// Audit checks an answer of [Directory.Audit], and returns the number of leaves that are new. After an
// error the auditor is unchanged. The error wraps ErrQuorum where too few witnesses have signed: then it may
// be the tree of another history than the clients'.
func (a *Auditor) Audit(data []byte) (changes int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if changes, err = a.audit(data); err != nil {
		return 0, prefix(err)
	}
	return changes, nil
}

func (a *Auditor) audit(data []byte) (changes int, err error) {
	u, err := parseAudited(data)
	if err != nil {
		return 0, err
	}
	t, cosigned, err := a.rules.open(u.head)
	if err == nil {
		err = a.rules.enough(cosigned)
	}
	if err != nil {
		return 0, err
	}
	var entries []entry
	for _, e := range u.epochs {
		entries = append(entries, e.entry)
	}
	if _, err := extend(a.tree, u.frontier, entries, a.tree, t); err != nil {
		return 0, err
	}
	root := a.root
	for _, e := range u.epochs {
		tree, err := parseTree(e.tree, len(e.leaves))
		if err != nil {
			return 0, err
		}
		var indexes []index
		for _, l := range e.leaves {
			indexes = append(indexes, l.index)
		}
		if err := tree.onlyProves(e.tree, indexes); err != nil {
			return 0, err
		}
		if tree.sum() != root {
			return 0, errors.New("expected a proof of the tree before, found one of another")
		}
		for _, l := range e.leaves {
			if tree, err = tree.insert(&l); err != nil {
				return 0, err
			}
		}
		if root = tree.sum(); root != e.entry.root || uint32(len(e.leaves)) != e.entry.changes {
			return 0, errors.New("expected a tree that has grown by the leaves that are shown, found another")
		}
		changes += len(e.leaves)
	}
	a.tree, a.root = t, root
	return changes, nil
}
