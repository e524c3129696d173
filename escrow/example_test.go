package escrow_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"strings"

	"filippo.io/age"

	"doormat/escrow"
	"doormat/noescrow"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// enrol makes a device. A public key is all that it is told of the authority.
func enrol(authority string) *escrow.Device {
	d, err := escrow.NewDevice(authority)
	check(err)
	return d
}

// start opens a session. What travels between the two is the publication, through a relay.
func start(from *escrow.Device, to escrow.Identity, publication []byte) {
	shelf, err := escrow.NewShelf(publication)
	check(err)
	check(from.Start(to, shelf.Bundle()))
}

func publish(d *escrow.Device) []byte {
	publication, err := d.Publish(1)
	check(err)
	return publication
}

// Two people talk, and a relay keeps their envelopes. Years later a thief steals one line.
func Example() {
	var recorded [][]byte // by the relay
	var stolen string
	{
		authority := escrow.NewAuthority()
		alice, bob := enrol(authority.Recipient()), enrol(authority.Recipient())
		start(alice, bob.Identity(), publish(bob))
		for i, text := range []string{"Is the line safe?", "They say so.", "Then: the bridge, at six."} {
			from, to := alice, bob
			if i%2 == 1 {
				from, to = bob, alice
			}
			envelope, err := from.Seal(to.Identity(), []byte(text), nil)
			check(err)
			recorded = append(recorded, envelope)
			_, _, err = to.Open(envelope, nil)
			check(err)
		}
		stolen = authority.RecoveryKey()
	}

	thief, err := escrow.ParseAuthority(stolen)
	check(err)
	for _, envelope := range recorded {
		_, _, text, err := thief.Recover(envelope)
		check(err)
		fmt.Printf("%d bytes: %s\n", len(envelope), text)
	}
	_, _, _, err = escrow.NewAuthority().Recover(recorded[2])
	fmt.Println("with another key:", err)

	// Output:
	// 2742 bytes: Is the line safe?
	// 1606 bytes: They say so.
	// 1606 bytes: Then: the bridge, at six.
	// with another key: escrow: the field does not open with this authority's key
}

// The authority needs no device's state, and no one's help.
func ExampleAuthority_Recover() {
	authority := escrow.NewAuthority()
	alice, bob := enrol(authority.Recipient()), enrol(authority.Recipient())
	names := map[escrow.Identity]string{alice.Identity(): "Alice", bob.Identity(): "Bob"}
	start(alice, bob.Identity(), publish(bob))
	envelope, err := alice.Seal(bob.Identity(), []byte("the bridge, at six"), nil)
	check(err)

	from, to, text, err := authority.Recover(envelope)
	check(err)
	fmt.Printf("%s to %s: %s\n", names[from], names[to], text)

	// A noescrow envelope has nothing for it.
	_, _, _, err = authority.Recover(envelope[len(envelope)-1422:])
	fmt.Println(err)

	// Output:
	// Alice to Bob: the bridge, at six
	// escrow: the envelope does not open
}

// Alice's device was enrolled with another authority, so that Bob's cannot open what she
// writes. Bob reads it either way; only the check tells him.
func ExampleDevice_OpenChecked() {
	authority := escrow.NewAuthority()
	alice, bob := enrol(escrow.NewAuthority().Recipient()), enrol(authority.Recipient())
	start(alice, bob.Identity(), publish(bob))
	for _, text := range []string{"one", "two"} {
		envelope, err := alice.Seal(bob.Identity(), []byte(text), nil)
		check(err)
		open := bob.Open
		if text == "two" {
			open = bob.OpenChecked
		}
		_, got, err := open(envelope, nil)
		fmt.Printf("%s, error: %v\n", got, err)
	}

	// Output:
	// one, error: <nil>
	// two, error: escrow: the authority's field was not made from this message's key
}

// The authority's line opens the file; the age command would do it as well. It does not open
// the same file from noescrow.
func ExampleDevice_SealFile() {
	authority := escrow.NewAuthority()
	alice, bob := enrol(authority.Recipient()), enrol(authority.Recipient())
	text := "minutes of the meeting"

	var escrowed, plain bytes.Buffer
	check(alice.SealFile(&escrowed, strings.NewReader(text), bob.Recipient()))
	check(noescrow.NewDevice().SealFile(&plain, strings.NewReader(text), bob.Recipient()))

	key, err := age.ParseHybridIdentity(authority.RecoveryKey())
	check(err)
	for _, file := range []*bytes.Buffer{&escrowed, &plain} {
		size := file.Len()
		r, err := age.Decrypt(file, key)
		if err != nil {
			fmt.Printf("%d bytes: %v\n", size, err)
			continue
		}
		opened, err := io.ReadAll(r)
		check(err)
		fmt.Printf("%d bytes: %s\n", size, opened)
	}

	// Output:
	// 3238 bytes: minutes of the meeting
	// 1681 bytes: identity did not match any of the recipients: incorrect identity for recipient block
}
