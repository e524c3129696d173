package adk_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/adk"
	"doormat/escrow/adk"
)

// Ben's certificate is edited on the key server before the last two letters. One of them is to him.
func ExampleNew() {
	at := time.Date(2000, 8, 24, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	for _, version := range []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG} {
		r, err := attacks.Run(context.Background(), attack.New(version), letters, "Ben", nil)
		if err != nil {
			log.Fatal(err)
		}
		defer r.Close()
		for _, theft := range []attacks.TheftName{attack.ADKStolen, attack.Senderek} {
			e := r.Exposure(theft)
			fmt.Printf("%-14s %-11s %d of 4 open; who could notice: %v\n", r.System, theft, e.Readable().N, e.Noticed)
		}
	}
	// Output:
	// PGP 5.5-6.5.3  ADK stolen  4 of 4 open; who could notice: nobody
	// PGP 5.5-6.5.3  Senderek    1 of 4 open; who could notice: who lists the packets
	// PGP 6.5.8      ADK stolen  4 of 4 open; who could notice: nobody
	// PGP 6.5.8      Senderek    0 of 4 open; who could notice: who lists the packets
	// GnuPG          ADK stolen  0 of 4 open; who could notice: nobody
	// GnuPG          Senderek    0 of 4 open; who could notice: who lists the packets
}
