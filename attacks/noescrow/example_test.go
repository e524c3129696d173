package noescrow_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/noescrow"
)

// A copied device opens what comes until its owner takes his turn, for which he draws a key that
// the copy has not.
func ExampleNew() {
	at := time.Date(1993, 4, 16, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), attack.New(), letters, "Ben", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	e := r.Exposure(attacks.DeviceKeys)
	fmt.Printf("%s, before message %d\n", e.Takes, e.Moment)
	i := 0
	for m := range letters.Messages {
		fmt.Printf("%-5v %s: %s\n", e.Opened[i], m.From, m.Text)
		i++
	}
	// Output:
	// one person's device state, copied by malware, for a thief who listens only, before message 2
	// false Ana: Have you read it?
	// false Ben: I have.
	// true  Ana: Not here, then.
	// false Ben: At the old place.
}
