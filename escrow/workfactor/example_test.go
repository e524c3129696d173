package workfactor_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"doormat/escrow/workfactor"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func enrol(authority *workfactor.PublicKey, bits int) *workfactor.Device {
	d, err := workfactor.NewDevice(authority, bits)
	check(err)
	return d
}

// Alice writes to Bob. A wiretap has the whole key to search and gives up; a holder of the
// authority's key has 2^12 keys left. Bob sees that a field was cut.
func Example() {
	const bits = 12 // of 40
	authority := workfactor.NewAuthority()
	alice, bob := enrol(authority.Public(), bits), enrol(authority.Public(), bits)
	envelope, err := alice.Seal(bob.Identity(), []byte("the bridge, at six"))
	check(err)

	ctx := context.Background()
	_, w, err := workfactor.RecoverKey(ctx, envelope, workfactor.Options{Limit: 1 << bits}) // what this wiretap can afford
	fmt.Printf("wiretap: %d of 2^%d keys tried: %v\n", w.Tried, workfactor.EscrowedBits+bits, err)

	_, _, text, w, err := authority.Recover(ctx, envelope, workfactor.Options{})
	check(err)
	fmt.Printf("authority, in a search of %d keys: %s\n", w.Of, text)

	e, err := workfactor.ParseEnvelope(envelope)
	check(err)
	e.Field = nil
	stripped, err := e.Bytes()
	check(err)
	_, _, err = bob.Open(stripped)
	fmt.Println("Bob:", err, errors.Is(err, workfactor.ErrField))
	_, _, _, _, err = authority.Recover(ctx, stripped, workfactor.Options{})
	fmt.Println("authority:", err)

	// Output:
	// wiretap: 4096 of 2^36 keys tried: workfactor: no key fits
	// authority, in a search of 4096 keys: the bridge, at six
	// Bob: workfactor: the field was not made from this message's key true
	// authority: workfactor: expected a field of 95 bytes, found 0
}
