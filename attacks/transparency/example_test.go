package transparency_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/transparency"
)

// The same thief has taken over a plain directory, and a transparent one.
func ExampleNewActing() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Hour), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(2 * time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(48 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	for _, system := range attack.NewActing() {
		r, err := attacks.Run(context.Background(), system, letters, "Ben", nil)
		if err != nil {
			log.Fatal(err)
		}
		e := &r.Exposures[0]
		fmt.Printf("%s, %s: %d of %d after the theft; noticed by %s\n", e.System, e.Theft, e.After.N, e.After.Of, e.Noticed)
		r.Close()
	}
	// Output:
	// plain directory, directory, swapping keys: 2 of 2 after the theft; noticed by who compares safety numbers
	// key transparency, directory, swapping keys: 1 of 2 after the theft; noticed by the owners, at the next look
	// key transparency, directory, two histories: 0 of 2 after the theft; noticed by all devices
	// key transparency, two histories, witnesses too: 2 of 2 after the theft; noticed by who compares checkpoints
}
