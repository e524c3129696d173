package backup_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/backup"
)

// Ana makes no backup. Ben's has what she wrote to him.
func ExampleNewCareful() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), backup.NewCareful("Ana"), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{backup.Store, backup.Warrant, backup.MasterKey} {
		e := r.Exposure(theft)
		fmt.Printf("%s: %d of %d messages sent before it, noticed by %s\n", theft, e.Before.N, e.Before.Of, e.Noticed)
	}
	// Output:
	// backup store: 0 of 2 messages sent before it, noticed by nobody
	// warrant: 0 of 4 messages sent before it, noticed by nobody
	// backup master key: 2 of 2 messages sent before it, noticed by nobody
}
