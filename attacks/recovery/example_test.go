package recovery_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/recovery"
)

// The disks of one server of three open nothing, and those of two every history whose PIN is found.
func ExampleNewVault() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), recovery.NewVault(2), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{recovery.Store, recovery.OneServer, recovery.Servers} {
		e := r.Exposure(theft)
		fmt.Printf("%s: %d of %d messages sent before it\n", theft, e.Before.N, e.Before.Of)
	}
	// Output:
	// backup store: 0 of 2 messages sent before it
	// t-1 servers: 0 of 2 messages sent before it
	// t servers: 2 of 2 messages sent before it
}
