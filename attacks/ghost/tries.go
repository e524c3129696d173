package ghost

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/noescrow/mls"
)

// alterTree writes the third party's leaf over Ben's in a GroupInfo, which a new device of Cas's is given
// to join with. The leaves have the same length, as the names have.
func alterTree(r *room) (Try, error) {
	t := Try{Name: "put a leaf into the tree that a new member gets", Control: "the tree as it is",
		Why: "a member signs the GroupInfo, with the tree in it and the tree's hash (12.4.3)"}
	info, err := r.groups["Ana"].GroupInfo()
	if err != nil {
		return t, err
	}
	r.third = mls.NewIdentity("Gho") // as long as "Ben"
	kp, err := r.third.KeyPackage(suite)
	if err != nil {
		return t, err
	}
	ours, err := leafOf(kp)
	if err != nil {
		return t, err
	}
	parsed := r.member("Ana", "Ben")
	at := bytes.Index(info, parsed.SignatureKey)
	if at < 0 {
		return t, errors.New("the GroupInfo has no leaf of Ben's")
	}
	// encryption_key<V> comes before signature_key<V>: 33 bytes and a length
	start := at - 1 - 33
	altered := slices.Concat(info[:start], ours, info[start+len(ours):])
	_, _, err = mls.NewIdentity("Cas's laptop").JoinExternal(altered, nil)
	t = t.refused("Cas's laptop", err)
	if _, _, err := mls.NewIdentity("Cas's laptop").JoinExternal(info, nil); err != nil {
		return t, err
	}
	return r.after(t)
}

// member returns a member as another one's program lists it.
func (r *room) member(by, name string) mls.Member {
	for _, m := range r.groups[by].Members() {
		if m.Credential.Identity == name {
			return m
		}
	}
	return mls.Member{}
}

// leafOf returns the leaf in a KeyPackage: what comes behind four bytes of the MLSMessage, version, suite
// and the init key, without the two bytes of no extensions and the signature at the end (RFC 9420,
// Section 10).
func leafOf(keyPackage []byte) ([]byte, error) {
	const before, behind = 4 + 2 + 2 + 33, 1 + 2 + 64
	if len(keyPackage) < before+behind {
		return nil, errors.New("expected a KeyPackage, found something shorter")
	}
	return keyPackage[before : len(keyPackage)-behind], nil
}

// ownCommit adds the third party by a commit of the provider's own making: that of a member of another
// group, which has the same name and the same members' names.
func ownCommit(r *room) (Try, error) {
	t := Try{Name: "commit the Add itself", Control: "the commit of a member",
		Why: "a commit is signed by a member, and tagged with the epoch's key (6.1, 6.2)"}
	forged := mls.NewIdentity("Ana")
	group, err := forged.NewGroup(suite, []byte("dinner"))
	if err != nil {
		return t, err
	}
	group.SendInPublic(true)
	empty, _, err := group.Commit()
	if err != nil {
		return t, err
	}
	if _, err := group.Open(empty); err != nil { // now in the epoch of the other group
		return t, err
	}
	kp, err := r.third.KeyPackage(suite)
	if err != nil {
		return t, err
	}
	commit, _, err := group.Commit(mls.Add(kp))
	if err != nil {
		return t, err
	}
	t = t.refused(r.deliver(commit, "Ben", "Cas"))
	if err := r.settle("Ana"); err != nil {
		return t, err
	}
	return r.after(t)
}

// alterCommit puts the third party's KeyPackage into a commit of Ana's that adds Dee, which is sent in
// public.
func alterCommit(r *room) (Try, error) {
	t := Try{Name: "change who is added, in a member's commit", Control: "the commit as it is",
		Why: "the member's signature covers all of the commit, and the tag too (6.1, 6.2)"}
	r.third = mls.NewIdentity("Gho")
	dee, err := mls.NewIdentity("Dee").KeyPackage(suite)
	if err != nil {
		return t, err
	}
	ours, err := r.third.KeyPackage(suite)
	if err != nil {
		return t, err
	}
	ana := r.groups["Ana"]
	ana.SendInPublic(true)
	commit, _, err := ana.Commit(mls.Add(dee))
	if err != nil {
		return t, err
	}
	if len(ours) != len(dee) || !bytes.Contains(commit, dee[4:]) {
		return t, errors.New("the commit is not in clear")
	}
	altered := bytes.Replace(commit, dee[4:], ours[4:], 1)
	t = t.refused(r.deliver(altered, "Ben", "Cas"))
	if _, err := r.deliver(commit, r.names...); err != nil {
		return t, err
	}
	return r.after(t)
}

// oldWelcome sends Ben the Welcome with which he joined, to have him go back to where an earlier state of
// the group stands.
func oldWelcome(r *room) (Try, error) {
	t := Try{Name: "send a member an old Welcome again", Control: "the Welcome, the first time",
		Why: "the keys of a KeyPackage are erased when it is used (16.8)"}
	_, err := r.ids["Ben"].Join(r.welcome, nil)
	return r.after(t.refused("Ben", err))
}

// secondGroup makes a group of the provider's own, with the identifier of theirs, and adds Ben with a
// KeyPackage that he has published.
func secondGroup(r *room) (Try, error) {
	t := Try{Name: "add a member to a second group of the same name", Control: "a group of another name",
		Why: "a member joins no group whose group_id it has (12.4.3.1)"}
	for _, name := range []string{"dinner", "lunch"} {
		kp, err := r.ids["Ben"].KeyPackage(suite)
		if err != nil {
			return t, err
		}
		own, err := mls.NewIdentity("Ana").NewGroup(suite, []byte(name))
		if err != nil {
			return t, err
		}
		_, welcome, err := own.Commit(mls.Add(kp))
		if err != nil {
			return t, err
		}
		_, err = r.ids["Ben"].Join(welcome, nil)
		if name == "dinner" {
			t = t.refused("Ben", err)
		} else if err != nil {
			return t, err
		}
	}
	return r.after(t)
}

// proposeItself has the third party propose that it be added.
func proposeItself(r *room) (Try, error) {
	t := Try{Name: "propose the third party from outside", Control: "a member that approves it",
		Why: "package mls leaves an Add from outside (12.1.8) waiting until a member approves it"}
	info, err := r.groups["Ana"].GroupInfo()
	if err != nil {
		return t, err
	}
	proposal, err := r.third.ProposeJoin(info)
	if err != nil {
		return t, err
	}
	var name []byte
	for _, member := range r.names {
		got, err := r.groups[member].Open(proposal)
		if err != nil {
			return t, err
		}
		name = got.Proposal
	}
	if err := r.settle("Ben"); err != nil {
		return t, err
	}
	if t, err = r.after(t); err != nil {
		return t, err
	}
	// the control: another proposal, which Ana approves
	if info, err = r.groups["Ana"].GroupInfo(); err != nil {
		return t, err
	}
	if proposal, err = r.third.ProposeJoin(info); err != nil {
		return t, err
	}
	got, err := r.groups["Ana"].Open(proposal)
	if err != nil {
		return t, err
	}
	if bytes.Equal(got.Proposal, name) {
		return t, errors.New("two proposals are one")
	}
	if err := r.groups["Ana"].Approve(got.Proposal); err != nil {
		return t, err
	}
	_, welcome, err := r.groups["Ana"].Commit()
	if err != nil || welcome == nil {
		return t, errors.Join(err, errors.New("the commit adds no one"))
	}
	return t, nil
}

// fork gives Ben one of two commits, and Ana and Cas the other.
func fork(r *room) (Try, error) {
	t := Try{Name: "show two halves of the group two commits", Control: "one commit to all",
		Why: "the commit is in the transcript that the epoch's keys come from (8.2): the halves have other keys"}
	if err := r.settle("Ana"); err != nil {
		return t, err
	}
	bens, _, err := r.groups["Ben"].Commit()
	if err != nil {
		return t, err
	}
	anas, _, err := r.groups["Ana"].Commit()
	if err != nil {
		return t, err
	}
	if _, err := r.deliver(bens, "Ben"); err != nil {
		return t, err
	}
	if _, err := r.deliver(anas, "Ana", "Cas"); err != nil {
		return t, err
	}
	t = t.refused(r.deliver(anas, "Ben"))
	if bytes.Equal(r.groups["Ana"].EpochAuthenticator(), r.groups["Ben"].EpochAuthenticator()) ||
		!bytes.Equal(r.groups["Ana"].EpochAuthenticator(), r.groups["Cas"].EpochAuthenticator()) {
		return t, errors.New("the halves are not told apart by their authenticators")
	}
	return r.after(t)
}

// joinExternally has the third party join with a GroupInfo that a member has stored with the provider.
func (r *room) joinExternally() (commit []byte, err error) {
	info, err := r.groups["Ana"].GroupInfo()
	if err != nil {
		return nil, err
	}
	r.tapped, commit, err = r.third.JoinExternal(info, nil)
	return commit, err
}

// joinByItself is an external commit.
func joinByItself(r *room) (Try, error) {
	t := Try{Name: "join by itself, with a GroupInfo that the group has stored", Control: "nothing: this is allowed",
		Why: "an external commit puts a leaf into every member's tree (12.4.3.2); with basic credentials all are accepted"}
	commit, err := r.joinExternally()
	if err != nil {
		return t, err
	}
	if _, err := r.deliver(commit, r.names...); err != nil {
		return t, err
	}
	return r.after(t)
}

// dropNotice is the same, where Ben is not to see it.
func dropNotice(r *room) (Try, error) {
	t := Try{Name: "join by itself, and withhold that from one member", Control: "the same, delivered to all",
		Why: "the commit is what brings the epoch's keys (8): Ben reads no more, and his program says what is missing"}
	commit, err := r.joinExternally()
	if err != nil {
		return t, err
	}
	if _, err := r.deliver(commit, "Ana", "Cas"); err != nil {
		return t, err
	}
	message, err := r.groups["Ana"].Seal([]byte("hello"), nil)
	if err != nil {
		return t, err
	}
	_, err = r.groups["Ben"].Open(message)
	if !errors.Is(err, mls.ErrMissing) {
		return t, fmt.Errorf("a member is not told that a commit is missing: %w", err)
	}
	return r.after(t)
}

// joinInAName is an external commit as Ben's program makes one if it has lost its state, which removes his old
// leaf. All names on the list are what they were.
func joinInAName(r *room) (Try, error) {
	t := Try{Name: "join by itself in Ben's name, and so remove Ben", Control: "nothing: a member who has lost his state comes back so",
		Why: "with a basic credential whoever says that he is Ben is Ben (5.3): the list has the same names, and another key"}
	before := fmt.Sprint(r.listed("Ana"))
	r.third = mls.NewIdentity("Ben")
	commit, err := r.joinExternally()
	if err != nil {
		return t, err
	}
	if _, err := r.deliver(commit, r.names...); err != nil {
		return t, err
	}
	r.out = "Ben"
	if _, err := r.groups["Ben"].Seal([]byte("hello"), nil); err == nil {
		return t, errors.New("a member who was removed is not told")
	}
	if after := fmt.Sprint(r.listed("Ana")); after != before {
		return t, fmt.Errorf("the list of names was %s and is %s", before, after)
	}
	return r.after(t)
}

// listed returns the names that a member's program lists, in order.
func (r *room) listed(by string) (names []string) {
	for _, m := range r.groups[by].Members() {
		names = append(names, m.Credential.Identity)
	}
	slices.Sort(names)
	return names
}

// joinWithCertificates is an external commit to a group whose members ask for a certificate.
func joinWithCertificates(*room) (t Try, err error) {
	t = Try{Name: "join by itself, where members ask for certificates", Control: "a new device with a certificate",
		Why: "every member asks who vouches for the new leaf's key (5.3.1)"}
	now := time.Now()
	authority := mls.NewAuthority("Town", now.Add(-time.Hour), now.Add(time.Hour))
	verify, err := mls.AcceptCertificates(authority.Root())
	if err != nil {
		return t, err
	}
	certified := func(name string) (*mls.Identity, error) {
		id := mls.NewIdentity(name)
		c, err := authority.Certify(name, id.SignatureKey(), now.Add(-time.Hour), now.Add(time.Hour))
		if err != nil {
			return nil, err
		}
		id.SetVerifier(verify)
		return id, id.SetCredential(c)
	}
	r, err := newRoomWith(certified)
	if err != nil {
		return t, err
	}
	other := mls.NewAuthority("Town", now.Add(-time.Hour), now.Add(time.Hour)) // of the provider's making
	c, err := other.Certify(third, r.third.SignatureKey(), now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		return t, err
	}
	r.third.SetVerifier(func(mls.Credential, []byte, time.Time) error { return nil })
	if err := r.third.SetCredential(c); err != nil {
		return t, err
	}
	commit, err := r.joinExternally()
	if err != nil {
		return t, err
	}
	t = t.refused(r.deliver(commit, r.names...))
	if t, err = r.after(t); err != nil {
		return t, err
	}
	if r.third, err = certified("Cas's laptop"); err != nil {
		return t, err
	}
	if commit, err = r.joinExternally(); err != nil {
		return t, err
	}
	_, err = r.deliver(commit, r.names...)
	return t, err
}

// falseKeyPackage gives Ana a KeyPackage of the third party's when she asks for Dee's. It is what
// remains: the third party is a member, under Dee's name.
func falseKeyPackage(r *room) (Try, error) {
	t := Try{Name: "hand out its own KeyPackage for a new member's", Control: "nothing: this is how it is done",
		Why: "a KeyPackage is worth what its credential is (5.3): all see a member, under another's name; certificates refuse it"}
	r.third = mls.NewIdentity("Dee")
	kp, err := r.third.KeyPackage(suite)
	if err != nil {
		return t, err
	}
	commit, welcome, err := r.groups["Ana"].Commit(mls.Add(kp))
	if err != nil {
		return t, err
	}
	if _, err := r.deliver(commit, r.names...); err != nil {
		return t, err
	}
	if r.tapped, err = r.third.Join(welcome, nil); err != nil {
		return t, err
	}
	return r.after(t)
}
