package mls

import (
	"bytes"
	"testing"
	"time"
)

// Groups grow to 10,000 members. The times are printed, with -v, and not tested.
func TestGrowth(t *testing.T) {
	sizes := []int{100}
	if *long {
		sizes = []int{100, 1_000, 10_000}
	}
	for _, n := range sizes {
		start := time.Now()
		lap := func() time.Duration {
			d := time.Since(start).Round(10 * time.Microsecond)
			start = time.Now()
			return d
		}
		x, y, welcome := large(t, X25519AES128, n)
		made := lap()
		y.Group = must1[*Group](t)(y.id.Join(welcome, nil))
		joined := lap()
		commit, _, err := x.Commit()
		if err != nil {
			t.Fatal(err)
		}
		committed := lap()
		y.opens(commit)
		followed := lap()
		x.opens(commit)
		y.save()
		x.save()
		lap()
		message := must1[[]byte](t)(x.Seal(make([]byte, 256), nil))
		sealed := lap()
		y.opens(message)
		opened := lap()
		x.restart()
		saved := lap()
		t.Logf("%6d members: made and keys drawn %v; Welcome %d bytes, joined %v; commit %d bytes, made %v, followed %v; message %d bytes, sealed %v, opened %v; restarted %v",
			n, made, len(welcome), joined, len(commit), committed, followed, len(message), sealed, opened, saved)
		if len(x.Members()) != n || x.Epoch() != 2 || y.Epoch() != 2 {
			t.Errorf("%d members in epoch %d", len(x.Members()), x.Epoch())
		}
	}
}

// At the limit, a tree takes no other member, and no larger tree is read.
func TestMaxMembers(t *testing.T) {
	b, err := NewIdentity("x").s.newBundle(X25519AES128)
	if err != nil {
		t.Fatal(err)
	}
	tree := newTree(MaxMembers)
	for i := range uint32(MaxMembers) {
		tree.nodes[2*i] = node{leaf: b.keyPackage.leaf}
	}
	if !tree.full() {
		t.Error("the tree is not full")
	}
	tree.nodes[14] = node{}
	if tree.full() || tree.reserve() != 7 {
		t.Error("the tree is full")
	}
	blanks := make([]byte, 2*MaxMembers)
	for _, c := range []struct {
		nodes int
		ok    bool
	}{{2*MaxMembers - 2, true}, {2 * MaxMembers, false}} {
		in := stringOf(addV(nil, append(blanks[:c.nodes:c.nodes], addOptional(nil, true, func(b1 []byte) []byte { return b.keyPackage.leaf.add(append(b1, 1)) })...)))
		if ok := new(ratchetTree).read(&in); ok != c.ok {
			t.Errorf("%d blank nodes and a leaf: %v", c.nodes, ok)
		}
	}
	s := &state{suite: suites[1], tree: newTree(MaxMembers)}
	for i := range uint32(MaxMembers) {
		s.tree.nodes[2*i] = node{leaf: b.keyPackage.leaf}
	}
	id := NewIdentity("y")
	k, _ := id.s.newBundle(X25519AES128)
	_, err = s.apply(id.s.checks(suites[1]), []sourced{{proposal: &proposal{kind: proposalAdd, add: k.keyPackage}}}, sender{kind: senderMember, index: 3})
	says(t, "one too many", err, "which is the limit")
}

// Many short elements in one message do not take much memory.
func TestListsAreBounded(t *testing.T) {
	for what, c := range map[string]func(in []byte) bool{
		"proposals": func(b []byte) bool { in := stringOf(append(b, 0)); return new(commit).read(&in) },
		"extensions": func(b []byte) bool {
			var list []Extension
			in := stringOf(b)
			return readExtensions(&in, &list)
		},
	} {
		element := map[string][]byte{"proposals": {1, 0, 3, 0, 0, 0, 1}, "extensions": {0, 9, 0}}[what]
		for n, want := range map[int]bool{maxList: true, maxList + 1: false} {
			if got := c(addV(nil, bytes.Repeat(element, n))); got != want {
				t.Errorf("%d %s: %v", n, what, got)
			}
		}
	}
	var u updatePath
	b, _ := NewIdentity("x").s.newBundle(X25519AES128)
	for n, want := range map[int]bool{maxPath: true, maxPath + 1: false} {
		in := stringOf(append(b.keyPackage.leaf.add(nil), addV(nil, make([]byte, 2*n))...))
		u = updatePath{}
		if got := u.read(&in); got != want {
			t.Errorf("a path of %d nodes: %v", n, got)
		}
	}
}
