package threshold_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/threshold"
)

// One key in five shares, of which three are the key. A warrant is seen by who reads the log, if the
// log shows everyone the same.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	r, err := attacks.Run(context.Background(), threshold.New(), letters, "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, theft := range []attacks.TheftName{threshold.OneShare, threshold.Shares, threshold.Warrant, threshold.BulkWarrant, threshold.SplitLog} {
		e := r.Exposure(theft)
		n := e.Readable()
		fmt.Printf("%-12s  opens %d of %d, noticed by: %s\n", e.Theft, n.N, n.Of, e.Noticed)
	}
	// Output:
	// one share     opens 0 of 4, noticed by: nobody
	// t shares      opens 4 of 4, noticed by: nobody
	// warrant       opens 4 of 4, noticed by: readers of the log
	// bulk warrant  opens 4 of 4, noticed by: readers of the log
	// split log     opens 4 of 4, noticed by: who compares heads
}
