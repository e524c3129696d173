package clear_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/clear"
)

// The maker's key opens nothing from afar, and everything on a phone.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), clear.New(), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{clear.Key, clear.Flash, clear.Screen, clear.Oracle} {
		e := r.Exposure(theft)
		fmt.Printf("%s: %d of %d messages sent before it, noticed by %s\n", theft, e.Before.N, e.Before.Of, e.Noticed)
	}
	// Output:
	// maker's key: 0 of 2 messages sent before it, noticed by nobody
	// maker's key, phone's flash: 2 of 2 messages sent before it, noticed by nobody
	// maker's key, phone's screen: 2 of 2 messages sent before it, noticed by Ana
	// Tromer's oracle: 2 of 2 messages sent before it, noticed by Ana
}
