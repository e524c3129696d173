package attacks_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
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

func Example() {
	systems := []attacks.System{attacks.NewEscrow(), attacks.NewNoEscrow()}
	table, err := attacks.Matrix(context.Background(), letters(), "Ana", systems, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer table.Close()
	for _, theft := range []string{"wiretap", "escrow key", "quantum"} {
		for _, system := range table.Systems() {
			if e := table.Cell(theft, system); e != nil {
				n := e.Readable()
				fmt.Printf("%s, %s: %d of %d messages open\n", theft, system, n.N, n.Of)
			}
		}
	}
	// Output:
	// wiretap, escrow: 0 of 4 messages open
	// wiretap, no escrow: 0 of 4 messages open
	// escrow key, escrow: 4 of 4 messages open
	// quantum, escrow: 0 of 4 messages open
	// quantum, no escrow: 0 of 4 messages open
}

// One sender puts noise where the authority looks. What he receives it still reads.
func ExampleNewRogue() {
	r, err := attacks.Run(context.Background(), attacks.NewRogue("Ben"), letters(), "Ben", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	e := r.Exposures[0]
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

// A copied device opens what comes until its owner takes his turn, for which he draws a key that
// the copy has not.
func ExampleRun() {
	c := letters()
	r, err := attacks.Run(context.Background(), attacks.NewNoEscrow(), c, "Ben", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, e := range r.Exposures {
		if e.Theft != "device keys" {
			continue
		}
		fmt.Printf("%s, before message %d\n", e.Takes, e.Moment)
		i := 0
		for m := range c.Messages {
			fmt.Printf("%-5v %s: %s\n", e.Opened[i], m.From, m.Text)
			i++
		}
	}
	// Output:
	// one person's device state, copied by malware, before message 2
	// false Ana: Have you read it?
	// false Ben: I have.
	// true  Ana: Not here, then.
	// false Ben: At the old place.
}
