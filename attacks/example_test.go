package attacks_test

import (
	"context"
	"fmt"
	"log"

	"doormat/attacks"
)

// Postcards are a system whose envelopes carry the text in clear. The tests of this package have its
// source, as an example of how a system joins.
func ExampleRun() {
	letters := attacks.NewConversation([]attacks.Message{
		{From: "Ana", To: "Ben", Text: "Have you read it?"},
		{From: "Ben", To: "Ana", Text: "I have, and so has the postman."},
	})
	r, err := attacks.Run(context.Background(), &postcards{}, letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, e := range r.Exposures {
		n := e.Readable()
		fmt.Printf("%s: %d of %d messages open, forgery %v, noticed by %v\n", e.Theft, n.N, n.Of, e.Forged, e.Noticed)
	}
	// Output:
	// wiretap: 2 of 2 messages open, forgery accepted, noticed by nobody
	// burglary: 0 of 2 messages open, forgery -, noticed by Ana
	// device seizure: 0 of 2 messages open, forgery -, noticed by the neighbours
}
