package attacks_test

import (
	"context"
	"fmt"
	"log"

	"doormat/attacks"
)

// The lock is changed in the middle: the maker's trapdoor opens what came before, the intruder's
// what comes after, and nobody's device shows anything.
func ExampleNewJuniper() {
	r, err := attacks.Run(context.Background(), attacks.NewJuniper(8), letters(), "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, e := range r.Exposures {
		fmt.Printf("%s: %d of %d before, %d of %d after, noticed by %s\n",
			e.Theft, e.Before.N, e.Before.Of, e.After.N, e.After.Of, e.Noticed)
	}
	// Output:
	// wiretap: 0 of 2 before, 0 of 2 after, noticed by nobody
	// trapdoor: 2 of 2 before, 0 of 2 after, noticed by nobody
	// Q replaced: 0 of 2 before, 2 of 2 after, noticed by nobody
}
