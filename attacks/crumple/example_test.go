package crumple_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/crumple"
)

// Who pays reads, with a warrant and without.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ben", To: "Cas", Text: "She has read it."},
		{At: at.Add(2 * time.Hour), From: "Cas", To: "Ben", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), crumple.New(8), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{attacks.WiretapName, attacks.WarrantName, crumple.Paid} {
		e := r.Exposure(theft)
		fmt.Printf("%s: %d of %d messages, noticed by %s\n", theft, e.Readable().N, e.Readable().Of, e.Noticed)
	}
	// Output:
	// wiretap: 0 of 4 messages, noticed by nobody
	// warrant: 2 of 4 messages, noticed by nobody
	// abrasion paid: 4 of 4 messages, noticed by nobody
}
