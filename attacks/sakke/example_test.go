package sakke_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/sakke"
)

// Ana and Ben call each other in three months, and get new keys in each. Ben's phone is copied in
// February, and in March his keys of February are found in a backup.
func ExampleNew() {
	var letters []attacks.Message
	for month := time.January; month <= time.March; month++ {
		at := time.Date(2011, month, 14, 9, 0, 0, 0, time.UTC)
		letters = append(letters,
			attacks.Message{At: at, From: "Ana", To: "Ben", Text: "Where?"},
			attacks.Message{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "At the bridge."},
		)
	}
	r, err := attacks.Run(context.Background(), sakke.New(), attacks.NewConversation(letters), "Ben", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("opens              January  February  March  a forgery in March is")
	for _, e := range r.Exposures {
		var opened [4]int
		for i, m := range letters {
			if e.Opened[i] {
				opened[m.At.Month()]++
			}
		}
		fmt.Printf("%-17s  %d of 2    %d of 2   %d of 2 %s\n", e.Theft, opened[1], opened[2], opened[3], e.Forged)
	}
	// Output:
	// opens              January  February  March  a forgery in March is
	// warrant            1 of 2    1 of 2   1 of 2 -
	// wiretap            0 of 2    0 of 2   0 of 2 refused
	// master secret      2 of 2    2 of 2   2 of 2 accepted
	// KSAK               0 of 2    0 of 2   0 of 2 accepted
	// KMS                2 of 2    2 of 2   2 of 2 accepted
	// device keys        0 of 2    1 of 2   0 of 2 refused
	// last month's keys  0 of 2    1 of 2   0 of 2 refused
}
