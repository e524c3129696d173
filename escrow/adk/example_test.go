package adk_test

import (
	"fmt"
	"log"
	"time"

	"doormat/escrow/adk"
)

var year2000 = time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func generate(userID string, adks ...adk.ADK) *adk.SecretKey {
	k, err := adk.GenerateKey(userID, year2000, adks...)
	check(err)
	return k
}

// publish returns what the owner of a key gives to everyone else: bytes.
func publish(k *adk.SecretKey) []byte {
	return k.Certificate().Bytes()
}

func fetch(certificate []byte) *adk.Certificate {
	c, err := adk.ParseCertificate(certificate)
	check(err)
	return c
}

// Bob has no ADK. Mallory edits his certificate on the key server; the fingerprint is the
// same. What she can read then is a matter of the sender's program.
func Example() {
	bob, mallory := generate("Bob"), generate("Mallory")
	server := publish(bob)
	before := fetch(server)

	server, err := adk.AddUnhashedADK(server, fetch(publish(mallory)).ADK(adk.Requested))
	check(err)
	after := fetch(server)
	fmt.Println("the fingerprint is the same:", before.Fingerprint() == after.Fingerprint())

	for _, version := range []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG} {
		alice := &adk.Sender{Key: generate("Alice"), Version: version, Keyring: []*adk.Certificate{fetch(publish(mallory))}}
		message, err := alice.Encrypt([]byte("the bridge, at six"), year2000, after)
		check(err)
		keys, err := adk.Recipients(message)
		check(err)
		text, err := mallory.Recover(message)
		if err != nil {
			text = []byte("nothing")
		}
		fmt.Printf("%s: %d session keys; Mallory reads: %s\n", version, len(keys), text)
	}

	// Output:
	// the fingerprint is the same: true
	// PGP 5.5-6.5.3: 2 session keys; Mallory reads: the bridge, at six
	// PGP 6.5.8: 1 session keys; Mallory reads: nothing
	// GnuPG: 1 session keys; Mallory reads: nothing
}

// The company wants to read what is written to Carol when she is ill. Her friend's key is her
// friend's affair.
func ExampleSecretKey_Recover() {
	company := generate("Company")
	carol := generate("Carol", fetch(publish(company)).ADK(adk.Mandatory))
	friend := generate("Friend")
	alice := &adk.Sender{Key: generate("Alice"), Version: adk.PGP658, Keyring: []*adk.Certificate{fetch(publish(company))}}

	for _, to := range []*adk.SecretKey{carol, friend} {
		message, err := alice.Encrypt([]byte("Where is the file?"), year2000, fetch(publish(to)))
		check(err)
		text, err := company.Recover(message)
		if err != nil {
			fmt.Printf("to %s: the company reads nothing\n", to.Certificate().UserID())
			continue
		}
		fmt.Printf("to %s: the company reads %q\n", to.Certificate().UserID(), text)
	}

	// Output:
	// to Carol: the company reads "Where is the file?"
	// to Friend: the company reads nothing
}

// The signature covers the text and its date. Anyone who can open a message can send it on.
func ExampleSecretKey_Decrypt() {
	bob := generate("Bob")
	alice := &adk.Sender{Key: generate("Alice"), Version: adk.PGP658}
	keyring := []*adk.Certificate{fetch(publish(alice.Key))}
	message, err := alice.Encrypt([]byte("I agree."), year2000, fetch(publish(bob)))
	check(err)

	text, from, at, err := bob.Decrypt(message, keyring)
	check(err)
	fmt.Printf("%s, %s: %s\n", from.UserID(), at.UTC().Format(time.DateTime), text)
	_, _, _, err = bob.Decrypt(message, []*adk.Certificate{fetch(publish(generate("Alice")))})
	fmt.Println("by another Alice:", err)
	message[len(message)-1] ^= 1
	_, _, _, err = bob.Decrypt(message, keyring)
	fmt.Println("altered:", err)

	// Output:
	// Alice, 2000-08-24 12:00:00: I agree.
	// by another Alice: adk: no certificate in the keyring has signed the message
	// altered: adk: the message does not open
}

// A subpacket of 21 octets is a misprint, and the error says so.
func ExampleParseADK() {
	body := make([]byte, 22)
	body[0], body[1], body[21] = adk.Mandatory, 22, 0xff
	a, err := adk.ParseADK(body)
	check(err)
	fmt.Printf("class %02x, algorithm %d, %s\n", a.Class, a.Algorithm, a.Fingerprint)
	_, err = adk.ParseADK(body[:21])
	fmt.Println(err)

	// Output:
	// class 80, algorithm 22, 00000000000000000000000000000000000000FF
	// adk: expected an ADK of at least 22 octets, found 21
}
