package franking_test

import (
	"fmt"
	"log"
	"slices"
	"time"

	"doormat/noescrow"
	"doormat/noescrow/franking"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Bob reports a message of Alice's, and then one that she did not send. What travels is bytes.
func Example() {
	alice, bob := noescrow.NewDevice(), noescrow.NewDevice()
	publication, err := bob.Publish(1)
	check(err)
	shelf, err := noescrow.NewShelf(publication)
	check(err)
	check(alice.Start(bob.Identity(), shelf.Bundle()))
	provider := franking.NewProvider()

	// Alice seals the message, and binds the commitment to the envelope.
	plaintext, commitment, err := franking.Seal(franking.Message{Text: []byte("I know where you live")})
	check(err)
	envelope, err := alice.Seal(bob.Identity(), plaintext, commitment[:])
	check(err)

	// The provider stamps what it passes on.
	context := franking.Context{From: alice.Identity(), To: bob.Identity(), At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	stamp := provider.Stamp(commitment, context)

	// Bob reads, and keeps what a report needs.
	_, received, err := bob.Open(envelope, commitment[:])
	check(err)
	message, err := franking.Open(received, commitment)
	check(err)
	fmt.Printf("Bob reads %q\n", message.Text)

	report := franking.NewReport(received, commitment, context, stamp)
	proved, x, err := provider.Judge(report)
	check(err)
	fmt.Printf("proved, on %s: %q, by Alice: %v\n", x.At.Format(time.DateOnly), proved.Text, x.From == alice.Identity())

	// Bob puts another word into it.
	forged := slices.Clone(report)
	copy(forged[len(forged)-4:], "work")
	_, _, err = provider.Judge(forged)
	fmt.Println(err)

	// To a newspaper the report is worth as much as Bob's word: it has no key to check the stamp with.
	_, _, err = franking.NewProvider().Judge(report)
	fmt.Println(err)

	// Output:
	// Bob reads "I know where you live"
	// proved, on 2026-03-02: "I know where you live", by Alice: true
	// franking: the report does not prove that this message was sent
	// franking: the report does not prove that this message was sent
}

func ExampleSealAttachment() {
	picture, sealed := franking.SealAttachment([]byte("a picture"))
	plaintext, commitment, err := franking.Seal(franking.Message{Text: []byte("look"), Attachments: []franking.Attachment{picture}})
	check(err)
	message, err := franking.Open(plaintext, commitment)
	check(err)
	data, err := message.Attachments[0].Open(sealed)
	fmt.Printf("%q, %v\n", data, err)

	_, other := franking.SealAttachment([]byte("another"))
	data, err = message.Attachments[0].Open(other)
	fmt.Printf("%q, %v\n", data, err)

	// Output:
	// "a picture", <nil>
	// "", franking: expected the attachment that the message names, found another
}
