package mls

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow/mls"
)

// A member's state has the secrets of the epoch, which are the same for all, and the private keys of its own
// place in the tree. A commit is encrypted to the members but its sender. So who has a copy of one member's
// state follows until that member commits; who has all private keys, as a quantum computer, moves the state to
// the seat of another then, and follows on. The public tree is the same, and the private keys are those of the
// new seat.

// seats are a thief's copies of one group in one epoch.
type seats struct {
	id    *mls.Identity
	group *mls.Group // in the seat that the thief has taken
	aside *mls.Group // in another; nil until it is needed
	keys  keys       // of a quantum computer; nil for a thief who cannot move
}

// open opens a message of the group, and follows if it is a commit. It returns how often it tried, and the text
// of an application message.
func (s *seats) open(message []byte) (tries int64, text []byte, ok bool) {
	r, err := s.group.Open(message)
	if err == nil {
		if r.Kind != mls.Application {
			s.aside = nil
		}
		return 1, r.Text, r.Kind == mls.Application
	}
	if s.keys == nil {
		return 1, nil, false
	}
	if s.aside == nil {
		if s.aside, err = s.move(); err != nil {
			return 1, nil, false
		}
	}
	r, err = s.aside.Open(message)
	if err != nil {
		return 2, nil, false
	}
	if r.Kind != mls.Application {
		s.group, s.aside = s.aside, nil // a commit from the seat itself
	}
	return 2, r.Text, r.Kind == mls.Application
}

var errSeat = errors.New("attacks: the state of the group is not as expected, or has one member")

// move returns a copy of the group in the seat of another member.
func (s *seats) move() (*mls.Group, error) {
	own := s.group.Self().Leaf
	for _, m := range s.group.Members() {
		if m.Leaf == own {
			continue
		}
		var records []mls.Record
		for _, r := range s.group.Records() {
			if r.Name == "group" {
				var err error
				if r.Data, err = reseat(r.Data, m.Leaf, s.keys); err != nil {
					return nil, err
				}
			}
			records = append(records, r)
		}
		return mls.LoadGroup(s.id, records)
	}
	return nil, errSeat
}

// reseat rewrites the record "group" (noescrow/mls/stored.go). What comes in it, behind a version and a flag:
//
//	GroupContext context;           RFC 9420, Section 8.1
//	optional<Node> tree<V>;         Section 7.8
//	opaque interim_hash<V>;
//	opaque confirmation_tag<V>;
//	uint32 leaf;
//	opaque signature_seed<V>;
//	struct { uint32 node; opaque private<V>; } keys<V>;
//	...
func reseat(record []byte, leaf uint32, known keys) ([]byte, error) {
	in := cryptobyte.String(record)
	var tree, seed, private []byte
	if !in.Skip(2) || !skipContext(&in) || !readV(&in, &tree) || !skipV(&in, 2) {
		return nil, errSeat
	}
	before := len(record) - len(in)
	if !in.Skip(4) || !readV(&in, &seed) || !readV(&in, &private) {
		return nil, errSeat
	}
	b := append([]byte(nil), record[:before]...)
	b = append(b, byte(leaf>>24), byte(leaf>>16), byte(leaf>>8), byte(leaf))
	b = addV(b, seed)
	public, ok := publicKeys(tree)
	if !ok {
		return nil, errSeat
	}
	var pairs []byte
	for _, x := range directPath(leaf, uint32(len(public))) {
		if k := known.of(public[x]); k != nil {
			pairs = append(pairs, byte(x>>24), byte(x>>16), byte(x>>8), byte(x))
			pairs = addV(pairs, k)
		}
	}
	return append(addV(b, pairs), in...), nil
}

func skipContext(in *cryptobyte.String) bool {
	// version, suite, group_id, epoch, tree_hash, confirmed_transcript_hash, extensions
	return in.Skip(4) && skipV(in, 1) && in.Skip(8) && skipV(in, 3)
}

func skipV(in *cryptobyte.String, n int) bool {
	var v []byte
	for range n {
		if !readV(in, &v) {
			return false
		}
	}
	return true
}

// publicKeys returns the encryption key of each node of a tree, nil where it is blank (RFC 9420, Sections
// 7.1, 7.2 and 7.8).
func publicKeys(tree []byte) (all [][]byte, ok bool) {
	in := cryptobyte.String(tree)
	for !in.Empty() {
		var present, kind uint8
		if !in.ReadUint8(&present) {
			return nil, false
		}
		var key []byte
		if present == 1 {
			ok := in.ReadUint8(&kind) && readV(&in, &key)
			switch kind {
			case 1:
				ok = ok && skipLeaf(&in)
			case 2:
				ok = ok && skipV(&in, 2) // parent_hash, unmerged_leaves
			default:
				ok = false
			}
			if !ok {
				return nil, false
			}
		}
		all = append(all, key)
	}
	for width := 1; ; width = 2*width + 1 { // blank nodes at the end are left out
		if width >= len(all) {
			return append(all, make([][]byte, width-len(all))...), true
		}
	}
}

// skipLeaf skips a leaf behind its encryption key.
func skipLeaf(in *cryptobyte.String) bool {
	var credential uint16
	var source uint8
	// signature_key; credential; capabilities: five vectors
	if !skipV(in, 1) || !in.ReadUint16(&credential) || !skipV(in, 1+5) || !in.ReadUint8(&source) {
		return false
	}
	switch source {
	case 1: // key_package: a lifetime
		if !in.Skip(16) {
			return false
		}
	case 3: // commit: a parent_hash
		if !skipV(in, 1) {
			return false
		}
	}
	return skipV(in, 2) // extensions, signature
}

// directPath returns the nodes from a leaf to the root of a tree that has so many nodes, both included (RFC
// 9420, Appendix C).
func directPath(leaf, width uint32) (path []uint32) {
	x := 2 * leaf
	root := (width+1)/2 - 1
	for level := 0; ; level++ {
		path = append(path, x)
		if x == root || level > 31 {
			return path
		}
		x = (x | 1<<level) &^ (1 << (level + 1))
	}
}
