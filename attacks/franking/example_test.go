package franking_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/franking"
)

// The provider's key opens nothing. It makes the provider believe what no one has sent.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "yes"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "no"},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "ok"},
	})
	r, err := attacks.Run(context.Background(), franking.New(), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{attacks.WiretapName, franking.Key} {
		e := r.Exposure(theft)
		n := e.Readable()
		fmt.Printf("%s opens %d of %d, a forgery is %s\n", e.Theft, n.N, n.Of, e.Forged)
	}
	// Output:
	// wiretap opens 0 of 3, a forgery is refused
	// franking key opens 0 of 3, a forgery is accepted
}
