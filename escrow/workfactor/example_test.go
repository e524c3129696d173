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

// Alice writes to Bob. A wiretap has the whole key to search and gives up; whoever has the
// authority's key has 2^12 keys left. Bob sees that a field was cut.
func Example() {
	const bits = 12 // of 40
	authority := workfactor.NewAuthority()
	alice, bob := enrol(authority.Public(), bits), enrol(authority.Public(), bits)
	envelope, err := alice.Seal(bob.Identity(), []byte("the bridge, at six"))
	check(err)

	whole, err := workfactor.WholeKey(envelope)
	check(err)
	search := whole.Search()
	search.End = 1 << 16 // what this wiretap can afford
	result, err := search.Run(context.Background())
	check(err)
	fmt.Printf("wiretap: %d of 2^%d keys tried, %d found\n", result.Tried, whole.Bits, len(result.Hits))

	_, _, text, err := authority.Recover(context.Background(), envelope)
	check(err)
	fmt.Printf("authority: %s\n", text)

	e, err := workfactor.ParseEnvelope(envelope)
	check(err)
	e.Field = nil
	stripped, err := e.Marshal()
	check(err)
	_, _, err = bob.Open(stripped)
	fmt.Println("Bob:", err, errors.Is(err, workfactor.ErrField))
	_, _, _, err = authority.Recover(context.Background(), stripped)
	fmt.Println("authority:", err)

	// Output:
	// wiretap: 65536 of 2^36 keys tried, 0 found
	// authority: the bridge, at six
	// Bob: workfactor: the field was not made from this message's key true
	// authority: workfactor: the field was cut: expected 95 bytes, found 0
}
