package crumple_test

import (
	"context"
	"fmt"
	"log"

	"doormat/escrow/crumple"
	"doormat/escrow/workfactor"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Ana writes to Ben. Who has not paid for the table gets nothing for a thousand hashes; who has reads for as
// many. The table is for everyone's messages.
func Example() {
	const bits = 10
	ana, err := crumple.NewDevice(bits)
	check(err)
	ben, err := crumple.NewDevice(bits)
	check(err)
	envelope, err := ana.Seal(ben.Identity(), []byte("the bridge, at six"))
	check(err)

	ctx := context.Background()
	_, w, err := crumple.RecoverWithoutTable(ctx, envelope, workfactor.Options{Limit: 1 << bits})
	fmt.Printf("%d hashes: %v\n", w.Tried, err)
	table := crumple.NewTable()
	_, _, text, w, err := table.Recover(ctx, envelope, workfactor.Options{})
	check(err)
	fmt.Printf("%d operations once, then at most %d hashes: %s\n", table.Operations(), w.Of, text)

	// Output:
	// 1024 hashes: crumple: no key fits
	// 65536 operations once, then at most 1024 hashes: the bridge, at six
}
