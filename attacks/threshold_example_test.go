package attacks_test

import (
	"context"
	"fmt"
	"log"

	"doormat/attacks"
)

// One key in five shares, of which three are the key. A warrant is seen by who reads the log, if the
// log shows everybody the same.
func ExampleNewThreshold() {
	r, err := attacks.Run(context.Background(), attacks.NewThreshold(), letters(), "Ana", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for _, e := range r.Exposures {
		switch e.Theft {
		case "one share", "t shares", "warrant", "bulk warrant", "split log":
			n := e.Readable()
			fmt.Printf("%-12s  opens %d of %d, noticed by: %s\n", e.Theft, n.N, n.Of, e.Noticed)
		}
	}
	// Output:
	// one share     opens 0 of 4, noticed by: nobody
	// t shares      opens 4 of 4, noticed by: nobody
	// warrant       opens 4 of 4, noticed by: readers of the log
	// bulk warrant  opens 4 of 4, noticed by: readers of the log
	// split log     opens 4 of 4, noticed by: who compares heads
}
