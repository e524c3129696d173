package evasion_test

import (
	"fmt"
	"log"

	"doormat/attacks/evasion"
	"doormat/escrow"
)

// Ana and Ben share a key. The authority opens Ana's message, finds it honest, and Ben reads another.
func Example() {
	authority := escrow.NewAuthority()
	ana, err := evasion.NewPhone(authority.Recipient())
	if err != nil {
		log.Fatal(err)
	}
	ben, err := evasion.NewPhone(authority.Recipient())
	if err != nil {
		log.Fatal(err)
	}
	published, err := ben.Publish(1)
	if err != nil {
		log.Fatal(err)
	}
	shelf, err := escrow.NewShelf(published)
	if err != nil {
		log.Fatal(err)
	}
	if err := ana.Start(ben.Identity(), shelf.Bundle()); err != nil {
		log.Fatal(err)
	}
	key := evasion.NewKey()
	envelope, err := ana.Seal(ben.Identity(), "Happy birthday!", key.Hide(0, evasion.Frames("Burn the letters.")[0]))
	if err != nil {
		log.Fatal(err)
	}

	_, _, read, err := authority.Recover(envelope)
	fmt.Printf("The authority reads %q, %v.\n", read, err)
	letter, err := ben.Open(envelope)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Ben reads %q.\n", letter.Text)
	frame, err := key.Reveal(0, letter.Coins)
	fmt.Printf("With the key he reads %q, %v.\n", evasion.Text([]evasion.Frame{frame}), err)
	_, err = evasion.NewKey().Reveal(0, letter.Coins)
	fmt.Println("With another:", err)
	// Output:
	// The authority reads "Happy birthday!", <nil>.
	// Ben reads "Happy birthday!".
	// With the key he reads "Burn the letters.", <nil>.
	// With another: evasion: the coins hide nothing
}

// A device leaks the key that it was to keep, and its maker reads it from the wire.
func ExampleKey_Substitute() {
	maker, secret := evasion.NewKey(), evasion.Secret([]byte("a key of 16 byte"))
	body := func(c evasion.Coins) []byte { return evasion.Body(c, [32]byte{1}, [32]byte{2}, "hello") }
	var leak evasion.Leak
	for leak.Known < evasion.SecretBits {
		c, _ := maker.Substitute(secret, evasion.HonestCoins, body)
		leak.Collect(maker, body(c))
	}
	fmt.Printf("%d bits: %q\n", leak.Known, leak.Secret[:])
	fmt.Printf("expected after %.0f messages\n", evasion.Expected(evasion.SecretBits))
	// Output:
	// 128 bits: "a key of 16 byte"
	// expected after 695 messages
}
