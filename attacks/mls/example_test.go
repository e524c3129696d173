package mls_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	attack "doormat/attacks/mls"
)

// Three people write to each other. A message is one envelope, and whoever copies Ben's device reads on until Ben
// commits.
func ExampleNew() {
	at := time.Date(2026, 4, 16, 9, 0, 0, 0, time.UTC)
	var talk []attacks.Message
	for i := range 24 {
		p := []string{"Ana", "Ben", "Cas"}
		talk = append(talk, attacks.Message{At: at.Add(time.Duration(i) * time.Minute), From: p[i%3], To: p[(i+1)%3], Also: []string{p[(i+2)%3]}, Text: fmt.Sprint("message ", i)})
	}
	for _, s := range []attacks.System{attack.New(), attack.NewXWing()} {
		r, err := attacks.Run(context.Background(), s, attacks.NewConversation(talk), "Ben", nil)
		if err != nil {
			log.Fatal(err)
		}
		defer r.Close()
		fmt.Printf("%s: %d messages in %d envelopes\n", r.System, len(talk), r.Transcript.Tape.Len())
		for _, theft := range []attacks.TheftName{attacks.WiretapName, attacks.DeviceKeys, messenger.Quantum} {
			e := r.Exposure(theft)
			fmt.Printf("  %s: %d of %d before, %d of %d after\n", theft, e.Before.N, e.Before.Of, e.After.N, e.After.Of)
		}
	}
	// Output:
	// MLS: 24 messages in 24 envelopes
	//   wiretap: 0 of 12 before, 0 of 12 after
	//   device keys: 0 of 12 before, 7 of 12 after
	//   quantum: 24 of 24 before, 0 of 0 after
	// MLS, X-Wing: 24 messages in 24 envelopes
	//   wiretap: 0 of 12 before, 0 of 12 after
	//   device keys: 0 of 12 before, 7 of 12 after
	//   quantum: 0 of 24 before, 0 of 0 after
}
