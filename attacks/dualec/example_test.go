package dualec_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/dualec"
)

// The lock is changed in the middle: the maker's trapdoor opens what came before, the intruder's
// what comes after, and nobody's device shows anything.
func ExampleNewJuniper() {
	at := time.Date(2012, 8, 6, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), dualec.NewJuniper(8), letters, "Ana", nil)
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
	// Q replaced: 0 of 2 before, 2 of 2 after, noticed by who takes the firmware apart
}
