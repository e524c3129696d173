package ghost

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/noescrow/mls"
)

// A Try is one attempt of a provider, which delivers the messages of an MLS group and keeps its
// directory, to put a third party into it.
type Try struct {
	Name    string   // what the provider does
	Control string   // what it does the same way, and works
	By, Err string   // whose program refuses, and its error; "" if none does
	Sees    []string // members whose list of members has the third party in it, by its key
	Stopped []string // members who can read what another writes no more, or are not read
	Read    int      // messages that the third party reads, of one from each member, afterwards
	Why     string   // what decides it, with the section of RFC 9420
}

// Tries are all of them, in the order of their force. Each is made against a new group of Ana, Ben and
// Cas, and each has a control in the same run: Tries returns an error if that does not work. It has the
// powers of a provider: the messages, which it can withhold, repeat, alter and invent, the KeyPackages,
// and, where a group gives it one, a GroupInfo. The credentials are basic ones, for which no one vouches,
// unless the name says otherwise.
func Tries() (all []Try, err error) {
	for _, try := range []func(*room) (Try, error){
		alterTree, ownCommit, alterCommit, oldWelcome, secondGroup, proposeItself,
		fork, joinByItself, dropNotice, joinInAName, joinWithCertificates, falseKeyPackage,
	} {
		r, err := newRoom()
		if err != nil {
			return nil, err
		}
		t, err := try(r)
		if err != nil {
			return nil, fmt.Errorf("attacks: %w", err)
		}
		if all = append(all, t); t.Read > 0 && t.Err != "" {
			return nil, fmt.Errorf("attacks: %q is refused, and reads %d messages", t.Name, t.Read)
		}
	}
	return all, nil
}

const (
	suite = mls.X25519AES128
	third = "third" // the name of the third party's client
)

// A room is a group, its members by name, and the third party that the provider works for.
type room struct {
	names  []string
	ids    map[string]*mls.Identity
	groups map[string]*mls.Group
	third  *mls.Identity
	tapped *mls.Group // the third party's side of the group, if it has one
	out    string     // the member whom the third party has removed, if it has

	welcome []byte // the one with which Ben and Cas have joined
}

func newRoom() (*room, error) {
	return newRoomWith(func(name string) (*mls.Identity, error) { return mls.NewIdentity(name), nil })
}

// newRoomWith makes the clients with identity. Ana creates the group and adds the others.
func newRoomWith(identity func(name string) (*mls.Identity, error)) (r *room, err error) {
	r = &room{names: []string{"Ana", "Ben", "Cas"}, ids: map[string]*mls.Identity{}, groups: map[string]*mls.Group{}}
	for _, name := range r.names {
		if r.ids[name], err = identity(name); err != nil {
			return nil, err
		}
	}
	r.third = mls.NewIdentity(third)
	if r.groups["Ana"], err = r.ids["Ana"].NewGroup(suite, []byte("dinner")); err != nil {
		return nil, err
	}
	var adds []mls.Proposal
	for _, name := range r.names[1:] {
		kp, err := r.ids[name].KeyPackage(suite)
		if err != nil {
			return nil, err
		}
		adds = append(adds, mls.Add(kp))
	}
	commit, welcome, err := r.groups["Ana"].Commit(adds...)
	if err != nil {
		return nil, err
	}
	if _, err := r.groups["Ana"].Open(commit); err != nil {
		return nil, err
	}
	r.welcome = welcome
	for _, name := range r.names[1:] {
		if r.groups[name], err = r.ids[name].Join(welcome, nil); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// deliver gives a message to all these members, and returns the first who refuses it, and why.
func (r *room) deliver(message []byte, names ...string) (by string, err error) {
	for _, name := range names {
		if _, wrong := r.groups[name].Open(message); wrong != nil && by == "" {
			by, err = name, wrong
		}
	}
	return by, err
}

// after fills in what is so afterwards: who sees the third party, who is cut off, and what it reads.
func (r *room) after(t Try) (Try, error) {
	for _, name := range r.names {
		if slices.ContainsFunc(r.groups[name].Members(), func(m mls.Member) bool {
			return bytes.Equal(m.SignatureKey, r.third.SignatureKey())
		}) {
			t.Sees = append(t.Sees, name)
		}
	}
	apart := map[string]bool{}
	for _, from := range r.names {
		message, err := r.groups[from].Seal([]byte("from "+from), nil)
		if errors.Is(err, mls.ErrCommitFirst) { // a proposal waits, which any member's commit settles
			if err = r.settle(from); err == nil {
				message, err = r.groups[from].Seal([]byte("from "+from), nil)
			}
		}
		if err != nil && from == r.out {
			continue // his program says that he was removed
		}
		if err != nil {
			return t, err
		}
		for _, to := range r.names {
			if to == from {
				continue
			}
			if got, err := r.groups[to].Open(message); err != nil || string(got.Text) != "from "+from {
				apart[from], apart[to] = true, true
			}
		}
		if r.tapped != nil {
			if got, err := r.tapped.Open(message); err == nil && got.Kind == mls.Application {
				t.Read++
			}
		}
	}
	for _, name := range r.names {
		if apart[name] {
			t.Stopped = append(t.Stopped, name)
		}
	}
	return t, nil
}

// settle commits what is proposed, without what waits for approval.
func (r *room) settle(name string) error {
	commit, _, err := r.groups[name].Commit()
	if err != nil {
		return err
	}
	_, err = r.deliver(commit, r.names...)
	return err
}

// refused sets who refuses, and the error.
func (t Try) refused(by string, err error) Try {
	if err != nil {
		t.By, t.Err = by, err.Error()
	}
	return t
}
