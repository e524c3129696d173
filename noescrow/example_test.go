package noescrow_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"doormat/noescrow"
)

// Alice writes to Bob. They meet only through bytes: what a relay carries.
func Example() {
	bob := noescrow.NewDevice()
	publication, err := bob.Publish(10)
	if err != nil {
		log.Fatal(err)
	}
	// A relay keeps Bob's prekeys and hands out one bundle to each who asks.
	relay, err := noescrow.NewShelf(publication)
	if err != nil {
		log.Fatal(err)
	}

	alice := noescrow.NewDevice()
	if err := alice.Start(bob.Identity(), relay.Bundle()); err != nil {
		log.Fatal(err)
	}
	envelope, err := alice.Seal(bob.Identity(), []byte("Dinner at eight?"), nil)
	if err != nil {
		log.Fatal(err)
	}

	answer := Bob(bob, envelope)

	_, text, err := alice.Open(answer, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Alice reads %q in %d bytes\n", text, len(answer))

	// The keys are gone with the message.
	_, _, err = alice.Open(answer, nil)
	fmt.Println(err)

	// Output:
	// Bob reads "Dinner at eight?" in 1426 bytes
	// Alice reads "Make it nine." in 290 bytes
	// noescrow: the envelope was opened before, is too late, or comes from an old copy of its sender's state
}

func Bob(bob *noescrow.Device, envelope []byte) (answer []byte) {
	from, text, err := bob.Open(envelope, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Bob reads %q in %d bytes\n", text, len(envelope))

	answer, err = bob.Seal(from, []byte("Make it nine."), nil)
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

// The state is on the disk before the envelope is on the wire. In the other order a crash
// between the two would leave a device that uses a message key again.
func ExampleDevice_Seal() {
	alice, bob := acquainted()
	dir, err := os.MkdirTemp("", "noescrow")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "alice.state")

	post := func(text string) (envelope []byte) {
		envelope, err := alice.Seal(bob.Identity(), []byte(text), nil)
		if err != nil {
			log.Fatal(err)
		}
		state, err := alice.MarshalBinary()
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file+".new", state, 0o600); err != nil {
			log.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			log.Fatal(err)
		}
		return envelope
	}

	first := post("before the crash")
	alice = new(noescrow.Device) // the crash
	state, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	if err := alice.UnmarshalBinary(state); err != nil {
		log.Fatal(err)
	}
	second := post("after the crash")

	for _, envelope := range [][]byte{second, first} {
		_, text, err := bob.Open(envelope, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", text)
	}
	// Output:
	// after the crash
	// before the crash
}

// A locked state may lie on a disk that others read.
func ExampleDevice_Lock() {
	alice := noescrow.NewDevice()
	locked, err := alice.Lock("correct horse battery staple")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.SplitAfter(string(locked), "\n")[0])

	var again noescrow.Device
	fmt.Println(again.Unlock(locked[:len(locked)-1], ""))
	if err := again.Unlock(locked, "correct horse battery staple"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Replace(again.Identity().String(), alice.Identity().String(), "the same identity", 1))
	// Output:
	// age-encryption.org/v1
	//
	// noescrow: the passphrase is wrong
	// the same identity
}

// Alice asks a relay for Bob's key, and Bob reads his number out over the phone. The relay
// that has put its own key between the two is found out.
func ExampleSafetyNumber() {
	alice := noescrow.Identity(bytes.Repeat([]byte{0xa1}, 32))
	bob := noescrow.Identity(bytes.Repeat([]byte{0xb0}, 32))
	relay := noescrow.Identity(bytes.Repeat([]byte{0xee}, 32))

	fmt.Println("Bob reads out ", noescrow.SafetyNumber(bob, alice))
	fmt.Println("Alice expects ", noescrow.SafetyNumber(alice, bob))
	fmt.Println("betrayed, she ", noescrow.SafetyNumber(alice, relay))
	// Output:
	// Bob reads out  40172 14809 39409 41588 82090 65635 94710 32012 01451 71325 83789 79217
	// Alice expects  40172 14809 39409 41588 82090 65635 94710 32012 01451 71325 83789 79217
	// betrayed, she  40172 14809 39409 41588 82090 65635 70148 13409 07822 68014 38819 86477
}

// Files go to a key that does not change, and so have no forward secrecy. Who may read is
// said by name.
func ExampleDevice_SealFile() {
	alice, bob := acquainted()
	var sealed bytes.Buffer
	err := alice.SealFile(&sealed, strings.NewReader("a photograph"), bob.Recipient())
	if err != nil {
		log.Fatal(err)
	}

	var photograph bytes.Buffer
	if err := bob.OpenFile(&photograph, bytes.NewReader(sealed.Bytes())); err != nil {
		log.Fatal(err)
	}
	fmt.Println("Bob:", photograph.String())
	fmt.Println("Alice:", alice.OpenFile(new(bytes.Buffer), bytes.NewReader(sealed.Bytes())))
	// Output:
	// Bob: a photograph
	// Alice: noescrow: identity did not match any of the recipients: incorrect identity for recipient block
}

// acquainted returns two devices, of which the first has a session with the second.
func acquainted() (alice, bob *noescrow.Device) {
	alice, bob = noescrow.NewDevice(), noescrow.NewDevice()
	publication, err := bob.Publish(1)
	if err != nil {
		log.Fatal(err)
	}
	relay, err := noescrow.NewShelf(publication)
	if err != nil {
		log.Fatal(err)
	}
	if err := alice.Start(bob.Identity(), relay.Bundle()); err != nil {
		log.Fatal(err)
	}
	return alice, bob
}
