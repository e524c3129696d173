package mls_test

import (
	"fmt"
	"log"

	"doormat/noescrow/mls"
)

// Ana makes a group and adds Bob and a third. They meet only through bytes: what a delivery service
// carries.
func Example() {
	ana, bob, cem := mls.NewIdentity("ana/phone"), mls.NewIdentity("bob/phone"), mls.NewIdentity("cem/phone")
	ofAna := try(ana.NewGroup(mls.X25519AES128, []byte("dinner")))
	commit, welcome, err := ofAna.Commit(mls.Add(try(bob.KeyPackage(mls.X25519AES128))), mls.Add(try(cem.KeyPackage(mls.X25519AES128))))
	if err != nil {
		log.Fatal(err)
	}
	// The delivery service has taken the commit.
	show("Ana", try(ofAna.Open(commit)))
	ofBob, ofCem := try(bob.Join(welcome, nil)), try(cem.Join(welcome, nil))

	message := try(ofBob.Seal([]byte("At eight?"), nil))
	fmt.Printf("%d bytes for two\n", len(message))
	show("Ana", try(ofAna.Open(message)))
	show("Cem", try(ofCem.Open(message)))

	// Cem leaves. That he had the keys until then does not help him.
	commit, _, err = ofAna.Commit(mls.Remove(ofCem.Self().Leaf))
	if err != nil {
		log.Fatal(err)
	}
	show("Ana", try(ofAna.Open(commit)))
	show("Bob", try(ofBob.Open(commit)))
	message = try(ofAna.Seal([]byte("Without Cem, at nine."), nil))
	show("Bob", try(ofBob.Open(message)))
	_, err = ofCem.Open(message)
	fmt.Println("Cem:", err)
	show("Cem", try(ofCem.Open(commit)))

	// Output:
	// Ana sees [bob/phone cem/phone] added, [] removed
	// 196 bytes for two
	// Ana reads "At eight?" of bob/phone
	// Cem reads "At eight?" of bob/phone
	// Ana sees [] added, [cem/phone] removed
	// Bob sees [] added, [cem/phone] removed
	// Bob reads "Without Cem, at nine." of ana/phone
	// Cem: mls: the message is of a later epoch: commits before it are missing: it is of epoch 2, and this member is in epoch 1
	// Cem sees [] added, [cem/phone] removed
}

// A provider adds a ghost to a group. It needs a member's commit: its own splice of a leaf is refused.
// Whoever joins by itself is on every screen that shows Received.
func ExampleIdentity_JoinExternal() {
	ana, ghost := mls.NewIdentity("ana"), mls.NewIdentity("support")
	ofAna := try(ana.NewGroup(mls.XWingAES128Experimental, nil))
	info := try(ofAna.GroupInfo())

	info[len(info)-1] ^= 1
	_, _, err := ghost.JoinExternal(info, nil)
	fmt.Println(err)

	info[len(info)-1] ^= 1
	ofGhost, commit, err := ghost.JoinExternal(info, nil)
	if err != nil {
		log.Fatal(err)
	}
	show("Ana", try(ofAna.Open(commit)))
	fmt.Println(names(ofAna.Members()), len(ofGhost.Members()))
	// Output:
	// mls: the signature of the GroupInfo does not verify
	// Ana sees [support] added, [] removed
	// [ana support] 2
}

// A store applies what Changes returns. After a message that is one record: the rest stays as it is.
func ExampleGroup_Changes() {
	ana, bob := mls.NewIdentity("ana"), mls.NewIdentity("bob")
	ofAna := try(ana.NewGroup(mls.X25519AES128, nil))
	commit, welcome, err := ofAna.Commit(mls.Add(try(bob.KeyPackage(mls.X25519AES128))))
	if err != nil {
		log.Fatal(err)
	}
	try(ofAna.Open(commit))
	ofBob := try(bob.Join(welcome, nil))

	store := map[string][]byte{} // stands for a file or a database
	save := func() {
		for _, r := range ofBob.Changes() {
			if r.Data == nil {
				delete(store, r.Name)
				continue
			}
			store[r.Name] = r.Data
			fmt.Println("write", r.Name, len(r.Data))
		}
	}
	save()
	for _, text := range []string{"one", "two"} {
		show("Bob", try(ofBob.Open(try(ofAna.Seal([]byte(text), nil)))))
		save()
	}

	var records []mls.Record // after a restart
	for name, data := range store {
		records = append(records, mls.Record{Name: name, Data: data})
	}
	ofBob = try(mls.LoadGroup(bob, records))
	show("Bob", try(ofBob.Open(try(ofAna.Seal([]byte("three"), nil)))))
	// Output:
	// write epoch/1/node/1 33
	// write group 983
	// Bob reads "one" of ana
	// write epoch/1/chains/0 73
	// write epoch/1/node/2 33
	// Bob reads "two" of ana
	// write epoch/1/chains/0 73
	// Bob reads "three" of ana
}

// show prints what a member's program should show.
func show(who string, r *mls.Received) {
	switch r.Kind {
	case mls.Application:
		fmt.Printf("%s reads %q of %s\n", who, r.Text, r.Sender.Credential.Identity)
	case mls.Committed:
		fmt.Printf("%s sees %v added, %v removed\n", who, names(r.Added), names(r.Removed))
	}
}

func names(members []mls.Member) (all []string) {
	for _, m := range members {
		all = append(all, m.Credential.Identity)
	}
	return all
}

func try[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
