package mls

import (
	"bytes"
	"fmt"
	"testing"
)

// messages returns one of each message of a group, with a function that takes it and the bytes of what
// it may change.
func messages(t *testing.T, suite CipherSuite) map[string]struct {
	message []byte
	take    func([]byte) error
	state   func() []byte
} {
	type kind = struct {
		message []byte
		take    func([]byte) error
		state   func() []byte
	}
	all := map[string]kind{}
	service := NewIdentity("service")
	r := newRoom(t, suite, 3, ExternalSenders(service))
	a, b := r.members[0], r.members[1]
	var saved []byte
	open := func(message []byte) kind {
		g := must1[*Group](t)(ParseGroup(b.id, saved)) // each from the same state
		return kind{message, func(m []byte) error { _, err := g.Open(m); return err },
			func() []byte { s, _ := g.MarshalBinary(); return s }}
	}
	saved, _ = b.MarshalBinary()
	for _, public := range []bool{false, true} {
		a.SendInPublic(public)
		name := fmt.Sprint(", public: ", public)
		update, _ := Update().make(a.g.group)
		all["proposal"+name] = open(evilProposal(t, a, update.proposal))
		commit, _, err := a.Commit()
		if err != nil {
			t.Fatal(err)
		}
		a.Discard()
		all["commit"+name] = open(commit)
		commit, _, err = a.CommitWithoutPath(ResumptionPSK(a.Epoch()))
		if err != nil {
			t.Fatal(err)
		}
		a.Discard()
		all["commit without path"+name] = open(commit)
	}
	all["message"] = open(must1[[]byte](t)(a.Seal([]byte("text"), []byte("associated"))))
	info := must1[[]byte](t)(a.GroupInfo())
	_, external, err := NewIdentity("eve").JoinExternal(info, nil)
	if err != nil {
		t.Fatal(err)
	}
	all["external commit"] = open(external)
	all["external proposal"] = open(must1[[]byte](t)(service.ProposeExternal(info, 0, Remove(2))))
	joiner := newParty(t, "joiner")
	all["new member's proposal"] = open(must1[[]byte](t)(joiner.id.ProposeJoin(info)))
	k := joiner.keyPackage(suite)
	all["KeyPackage"] = kind{k, func(m []byte) error { _, err := ParseKeyPackage(m); return err }, func() []byte { return nil }}
	all["GroupInfo"] = kind{info, func(m []byte) error { _, _, err := NewIdentity("eve").JoinExternal(m, nil); return err }, func() []byte { return nil }}
	_, welcome, err := a.Commit(Add(k))
	if err != nil {
		t.Fatal(err)
	}
	all["Welcome"] = kind{welcome, func(m []byte) error { _, err := joiner.id.Join(m, nil); return err },
		func() []byte { s, _ := joiner.id.MarshalBinary(); return s }}
	return all
}

// Each bit of each message matters, and so does its length. What is refused changes nothing.
func TestEveryBit(t *testing.T) {
	suitesHere, step := []CipherSuite{X25519AES128}, 7
	if testing.Short() {
		step = 41
	}
	if *long {
		suitesHere, step = allSuites, 1
	}
	for _, suite := range suitesHere {
		for what, m := range messages(t, suite) {
			before := m.state()
			try := func(where string, bad []byte) {
				t.Helper()
				if err := m.take(bad); err == nil {
					t.Fatalf("%s, %s: it is taken", what, where)
				}
				if !bytes.Equal(before, m.state()) {
					t.Fatalf("%s, %s: the state has changed", what, where)
				}
			}
			for i := 0; i < 8*len(m.message); i += step {
				bad := bytes.Clone(m.message)
				bad[i/8] ^= 1 << (i % 8)
				try(fmt.Sprintf("bit %d of %d", i, 8*len(m.message)), bad)
			}
			for n := 0; n < len(m.message); n += step {
				try(fmt.Sprintf("first %d of %d", n, len(m.message)), m.message[:n])
			}
			try("a byte more", append(bytes.Clone(m.message), 0))
			if err := m.take(m.message); err != nil {
				t.Errorf("%s: unchanged: %v", what, err)
			}
			if what != "Welcome" && m.state() != nil && bytes.Equal(before, m.state()) {
				t.Errorf("%s: it changes nothing", what)
			}
		}
	}
}
