package mls

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// party is one client of a test, with what it has stored.
type party struct {
	t  testing.TB
	id *Identity
	*Group
	store map[string][]byte
}

func newParty(t testing.TB, name string) *party {
	return &party{t: t, id: NewIdentity(name), store: map[string][]byte{}}
}

// save applies the changes to the store.
func (p *party) save() {
	for _, r := range p.Changes() {
		if r.Data == nil {
			delete(p.store, r.Name)
		} else {
			p.store[r.Name] = r.Data
		}
	}
}

// restart loads the group from the store, which must be what Records returns.
func (p *party) restart() {
	p.t.Helper()
	p.save()
	var records []Record
	for name, data := range p.store {
		records = append(records, Record{name, data})
	}
	slices.SortFunc(records, byName)
	all := p.Records()
	if fmt.Sprint(records) != fmt.Sprint(all) {
		var have, want []string
		for _, r := range records {
			have = append(have, r.Name)
		}
		for _, r := range all {
			want = append(want, r.Name)
		}
		p.t.Fatalf("the store differs from the state:\n%v\n%v", have, want)
	}
	g, err := LoadGroup(p.id, records)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(g.g.changed) != 0 {
		p.t.Fatal("a loaded group has changes")
	}
	p.Group = g
}

func (p *party) keyPackage(suite CipherSuite) []byte {
	p.t.Helper()
	k, err := p.id.KeyPackage(suite)
	if err != nil {
		p.t.Fatal(err)
	}
	return k
}

// opens opens a message that must open.
func (p *party) opens(message []byte) *Received {
	p.t.Helper()
	r, err := p.Open(message)
	if err != nil {
		p.t.Fatalf("%s: %v", p.id, err)
	}
	return r
}

// refuses gives p a message that must be refused, and leave no trace. It returns the error.
func (p *party) refuses(message []byte) error {
	p.t.Helper()
	before, _ := p.MarshalBinary()
	_, err := p.Open(message)
	if err == nil {
		p.t.Fatalf("%s: the message opens", p.id)
	}
	if after, _ := p.MarshalBinary(); !bytes.Equal(before, after) {
		p.t.Fatalf("%s: a message that is refused changes the state: %v", p.id, err)
	}
	return err
}

func must1[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// room is a group and its members, who all see the same.
type room struct {
	t       testing.TB
	members []*party
}

// newRoom makes a group of n members, of which the first has added the others with one commit.
func newRoom(t testing.TB, suite CipherSuite, n int, extensions ...Extension) *room {
	t.Helper()
	r := &room{t: t}
	first := newParty(t, "member 0")
	first.Group = must1[*Group](t)(first.id.NewGroup(suite, nil, extensions...))
	r.members = []*party{first}
	if n > 1 {
		var adds []Proposal
		var joining []*party
		for i := 1; i < n; i++ {
			p := newParty(t, fmt.Sprint("member ", i))
			joining = append(joining, p)
			adds = append(adds, Add(p.keyPackage(suite)))
		}
		r.commit(first, joining, adds...)
	}
	return r
}

// commit lets p commit, all follow, and joining join with the Welcome.
func (r *room) commit(p *party, joining []*party, proposals ...Proposal) *Received {
	r.t.Helper()
	commit, welcome, err := p.Commit(proposals...)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.follow(commit, welcome, joining)
}

// follow gives all a commit. Members who were removed leave.
func (r *room) follow(commit, welcome []byte, joining []*party) (first *Received) {
	r.t.Helper()
	var stay []*party
	for _, m := range r.members {
		got := m.opens(commit)
		if !got.Closed || m.g.reInit != nil {
			stay = append(stay, m)
		}
		if first == nil {
			first = got
		}
		m.save()
	}
	for _, j := range joining {
		j.Group = must1[*Group](r.t)(j.id.Join(welcome, nil))
		j.store = map[string][]byte{}
		j.save()
		stay = append(stay, j)
	}
	r.members = stay
	r.agree()
	return first
}

// agree checks that all members are in one state.
func (r *room) agree() {
	r.t.Helper()
	want := r.members[0]
	for _, m := range r.members {
		if m.Epoch() != want.Epoch() || !bytes.Equal(m.EpochAuthenticator(), want.EpochAuthenticator()) {
			r.t.Fatalf("%s is in epoch %d, and %s in epoch %d, or they differ", m.id, m.Epoch(), want.id, want.Epoch())
		}
		if fmt.Sprint(m.Members()) != fmt.Sprint(want.Members()) {
			r.t.Fatal("the members differ")
		}
	}
}

// talk lets every member say something to all others.
func (r *room) talk() {
	r.t.Helper()
	for i, m := range r.members {
		text := fmt.Sprintf("message of %s in epoch %d", m.id, m.Epoch())
		message := must1[[]byte](r.t)(m.Seal([]byte(text), []byte("in clear")))
		for j, other := range r.members {
			if i == j {
				continue
			}
			got := other.opens(message)
			if string(got.Text) != text || string(got.Associated) != "in clear" || got.Kind != Application ||
				got.Sender.Credential.Identity != m.Self().Credential.Identity || got.Sender.Leaf != m.Self().Leaf {
				r.t.Fatalf("%s reads %+v", other.id, got)
			}
			if err := other.refuses(message); !errors.Is(err, errUsed) {
				r.t.Fatalf("the same again: %v", err)
			}
		}
	}
}

var allSuites = []CipherSuite{X25519AES128, X25519ChaCha20, XWingAES128Experimental}

// Every kind of commit, in every suite, in clear and encrypted, with a restart of all after each step.
func TestGroup(t *testing.T) {
	for _, suite := range allSuites {
		for _, public := range []bool{false, true} {
			t.Run(fmt.Sprint(suite, public), func(t *testing.T) {
				r := newRoom(t, suite, 1)
				step := func() {
					t.Helper()
					for _, m := range r.members {
						m.restart()
						m.SendInPublic(public)
					}
					r.talk()
				}
				step()
				a := r.members[0]
				b, c, d := newParty(t, "b"), newParty(t, "c"), newParty(t, "d")
				got := r.commit(a, []*party{b}, Add(b.keyPackage(suite)))
				if len(got.Added) != 1 || got.Added[0].Credential.Identity != "b" {
					t.Errorf("%+v", got)
				}
				step()
				r.commit(b, []*party{c, d}, Add(c.keyPackage(suite)), Add(d.keyPackage(suite)))
				step()
				// An Update and a Remove by reference, and an Update of who commits.
				for _, p := range []struct {
					by *party
					p  Proposal
				}{{c, Update()}, {a, Remove(d.Self().Leaf)}} {
					m := must1[[]byte](t)(p.by.Propose(p.p))
					for _, other := range r.members {
						if other != p.by || public {
							other.opens(m)
						}
					}
				}
				if _, err := b.Seal(nil, nil); !errors.Is(err, ErrCommitFirst) {
					t.Errorf("a message before the commit: %v", err)
				}
				for _, m := range r.members {
					m.restart()
				}
				got = r.commit(b, nil)
				if len(got.Removed) != 1 || got.Removed[0].Credential.Identity != "d" || len(got.Updated) != 2 {
					t.Errorf("%+v", got)
				}
				if _, err := d.Seal(nil, nil); !errors.Is(err, errClosed) {
					t.Errorf("who was removed writes: %v", err)
				}
				d.restart()
				if err := d.refuses(must1[[]byte](t)(b.Seal([]byte("without d"), nil))); !errors.Is(err, errClosed) {
					t.Error(err)
				}
				step()
				// PSKs, extensions, no path.
				for _, m := range r.members {
					m.id.SetPSK([]byte("the psk"), []byte("of all"))
				}
				commit, welcome, err := a.CommitWithoutPath(ExternalPSK([]byte("the psk")), ResumptionPSK(a.Epoch()-1))
				if err != nil {
					t.Fatal(err)
				}
				r.follow(commit, welcome, nil)
				step()
				required := RequiredCapabilities(nil, nil, []CredentialType{Basic})
				r.commit(c, nil, GroupContextExtensions(required))
				if got := a.Extensions(); len(got) != 1 || got[0].Type != required.Type {
					t.Errorf("extensions %v", got)
				}
				step()
				// New signature keys.
				old := a.Self().SignatureKey
				a.id.Rotate()
				r.commit(a, nil)
				if bytes.Equal(a.Self().SignatureKey, old) || !bytes.Equal(a.Self().SignatureKey, a.id.SignatureKey()) {
					t.Error("the signature key stays")
				}
				step()
				r.commit(a, nil)
				step()
				// d joins by itself, and then again, because it has lost its state.
				d = newParty(t, "d")
				for _, already := range []bool{false, true} {
					info := must1[[]byte](t)(a.GroupInfo())
					g, commit, err := d.id.JoinExternal(info, nil)
					if err != nil {
						t.Fatal(err)
					}
					d.Group, d.store = g, map[string][]byte{}
					if already {
						r.members = slices.DeleteFunc(r.members, func(m *party) bool { return m == d })
					}
					got := r.follow(commit, nil, nil)
					if !got.External || got.Sender.Credential.Identity != "d" || len(got.Removed) != 0 ||
						len(got.Added) == 1 == already || len(got.Updated) == 1 != already {
						t.Errorf("%+v", got)
					}
					r.members = append(r.members, d)
					r.agree()
					step()
				}
				if exported := must1[[]byte](t)(a.Export("label", []byte("context"), 77)); !bytes.Equal(exported, must1[[]byte](t)(d.Export("label", []byte("context"), 77))) {
					t.Error("exported secrets differ")
				}
			})
		}
	}
}

func TestReInitAndBranch(t *testing.T) {
	for _, suite := range allSuites {
		r := newRoom(t, X25519AES128, 3)
		a, b, c := r.members[0], r.members[1], r.members[2]
		// A branch of two.
		branch, welcome, err := a.Branch(nil, b.keyPackage(X25519AES128))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.id.Join(welcome, nil); err == nil {
			t.Error("a branch is joined without its group")
		}
		joined := must1[*Group](t)(b.Join(welcome, nil))
		if !bytes.Equal(joined.EpochAuthenticator(), branch.EpochAuthenticator()) || joined.Epoch() != 1 {
			t.Error("the branch differs")
		}
		stranger := newParty(t, "stranger")
		if _, _, err := a.Branch(nil, stranger.keyPackage(X25519AES128)); err == nil {
			t.Error("a branch has a member that the group has not")
		}
		// ReInit: with another suite.
		r.commit(b, nil, ReInit(suite, nil))
		for _, m := range r.members {
			m.restart()
			if _, err := m.Seal(nil, nil); !errors.Is(err, errReInit) {
				t.Errorf("a message after the ReInit: %v", err)
			}
			if _, _, err := m.Commit(); !errors.Is(err, errReInit) {
				t.Errorf("a commit after the ReInit: %v", err)
			}
		}
		if _, _, err := c.ReInitialize(a.keyPackage(suite)); err == nil {
			t.Error("the new group lacks a member")
		}
		next, welcome, err := c.ReInitialize(a.keyPackage(suite), b.keyPackage(suite))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*party{a, b} {
			if _, err := m.id.Join(welcome, nil); err == nil {
				t.Error("the new group is joined without the old")
			}
			g := must1[*Group](t)(m.Join(welcome, nil))
			if !bytes.Equal(g.EpochAuthenticator(), next.EpochAuthenticator()) || g.Suite() != suite {
				t.Error("the new group differs")
			}
		}
	}
}
