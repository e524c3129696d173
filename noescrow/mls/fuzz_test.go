package mls

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// What is read is written as it was, byte for byte.
func FuzzMessage(f *testing.F) {
	for _, v := range read[map[string]hexBytes](f, "messages")[:2] {
		for _, b := range v {
			f.Add([]byte(b))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := parseMessage(b); err == nil && !bytes.Equal(m.add(nil), b) {
			t.Errorf("%x is written as %x", b, m.add(nil))
		}
		for _, x := range []interface {
			read(*cryptobyte.String) bool
			add([]byte) []byte
		}{new(ratchetTree), new(groupSecrets), new(commit), new(groupContext), new(authenticatedContent), new(requiredCapabilities), new(senderData)} {
			if s := cryptobyte.String(b); x.read(&s) && s.Empty() && !bytes.Equal(x.add(nil), b) {
				t.Errorf("%T: %x is written as %x", x, b, x.add(nil))
			}
		}
	})
}

// A tree that is read can be hashed and checked, whatever is in it.
func FuzzTree(f *testing.F) {
	for _, v := range read[struct{ Tree hexBytes }](f, "tree-validation")[:6] {
		f.Add([]byte(v.Tree))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tree := new(ratchetTree)
		if s := cryptobyte.String(b); !tree.read(&s) {
			return
		}
		c := NewIdentity("x").s.checks(suites[X25519AES128])
		tree.checkParentHashes()
		c.checkWholeTree(tree, &groupContext{treeHash: tree.hash(tree.root())})
		if l := tree.leaf(0); l != nil {
			tree.addLeaf(l)
			tree.removeLeaf(0)
		}
	})
}

// Whatever comes, a group takes it or stays as it was.
func FuzzOpen(f *testing.F) {
	vectors := read[passive](f, "passive-client-handling-commit")[:3]
	var groups [][]byte
	var ids []*Identity
	for _, v := range vectors {
		g := v.join(f)
		s, _ := g.MarshalBinary()
		groups, ids = append(groups, s), append(ids, g.g.id)
		f.Add([]byte(v.Epochs[0].Commit))
		f.Add([]byte(v.Welcome))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for i, s := range groups {
			g, err := ParseGroup(ids[i], s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := g.Open(b); err != nil {
				if after, _ := g.MarshalBinary(); !bytes.Equal(s, after) {
					t.Errorf("a message that is refused changes the state: %v", err)
				}
			}
			reloaded(t, g)
			id := vectors[i].identity(t)
			before, _ := id.MarshalBinary()
			if _, err := id.Join(b, nil); err != nil {
				if after, _ := id.MarshalBinary(); !bytes.Equal(before, after) {
					t.Errorf("a Welcome that is refused changes the identity: %v", err)
				}
			}
			id.JoinExternal(b, nil)
		}
	})
}

// A state that is read is written as it was.
func FuzzState(f *testing.F) {
	v := read[passive](f, "passive-client-handling-commit")[0]
	g := v.join(f)
	s, _ := g.MarshalBinary()
	f.Add(s)
	id, _ := g.g.id.MarshalBinary()
	f.Add(id)
	id, _ = v.identity(f).MarshalBinary()
	f.Add(id)
	f.Fuzz(func(t *testing.T, b []byte) {
		if g, err := ParseGroup(NewIdentity("x"), b); err == nil {
			reloaded(t, g)
			g.Open(nil)
			g.Seal(nil, nil)
			g.Commit()
		}
		id := new(Identity)
		if id.UnmarshalBinary(b) == nil {
			if again, _ := id.MarshalBinary(); len(again) != len(b) {
				t.Errorf("%x is written as %x", b, again)
			}
			id.KeyPackage(X25519AES128)
		}
	})
}

// Schedules by the bytes of the input.
func FuzzSchedule(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		s := &schedule{t: t, rng: rand.New(rand.NewPCG(a, b)), suite: X25519AES128, count: map[string]int{}}
		first := s.newPlayer()
		first.Group = must1[*Group](t)(first.id.NewGroup(s.suite, nil))
		s.players = []*player{first}
		for range 100 {
			s.step(5)
		}
		s.finish()
	})
}
