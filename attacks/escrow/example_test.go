package escrow_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
)

func letters() *attacks.Conversation {
	at := time.Date(1993, 4, 16, 9, 0, 0, 0, time.UTC)
	return attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
}

// One sender puts noise where the authority looks. What he receives it still reads.
func ExampleNewRogue() {
	r, err := attacks.Run(context.Background(), attack.NewRogue("Ben"), letters(), "Ben", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	e := r.Exposure(attack.RogueSender)
	for i, opened := range e.Opened {
		fmt.Printf("message %d opens: %v\n", i, opened)
	}
	fmt.Println("who could notice:", e.Noticed)
	// Output:
	// message 0 opens: true
	// message 1 opens: false
	// message 2 opens: true
	// message 3 opens: false
	// who could notice: recipients who check
}

// A step at a time: the key is stolen after two messages, and reads on as more are sent.
func ExampleNew() {
	stage := attacks.NewStage(attack.New(), "Ana", nil)
	defer stage.Close()
	for _, person := range []string{"Ana", "Ben"} {
		if err := stage.Enrol(person); err != nil {
			log.Fatal(err)
		}
	}
	var stolen *attacks.Stolen
	i := 0
	for m, err := range letters().Messages {
		if i == 2 {
			if stolen, err = stage.Steal(attack.Key); err != nil {
				log.Fatal(err)
			}
		}
		if err := stage.Send(m); err != nil {
			log.Fatal(err)
		}
		if i++; stolen == nil {
			continue
		}
		e, err := stage.Expose(context.Background(), stolen)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d of %d sent before the theft, %d of %d after it\n", e.Before.N, e.Before.Of, e.After.N, e.After.Of)
	}
	// Output:
	// 2 of 2 sent before the theft, 1 of 1 after it
	// 2 of 2 sent before the theft, 2 of 2 after it
}
