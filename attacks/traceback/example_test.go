package traceback_test

import (
	"context"
	"fmt"
	"log"

	"doormat/attacks/traceback"
)

// One recipient reports a message of a source's. What the provider learns in two of the systems, and what
// its rows say without a report.
func ExampleMeasure() {
	town := []string{"Ana", "Ben", "Cas", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Mia", "Ned", "Oda", "Pia"}
	for _, s := range []*traceback.System{traceback.NewPath(), traceback.NewTree()} {
		rows, err := traceback.Measure(context.Background(), s, traceback.TownRumours(town), "Ana", traceback.Secret)
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range rows {
			fmt.Printf("%s, %s: the originator of %d messages of %d, and %d who wrote nothing\n", r.System, r.Theft, r.Named.N, r.Named.Of, r.Bystanders.N)
		}
		if err := s.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// path traceback, trace store: the originator of 0 messages of 83, and 0 who wrote nothing
	// path traceback, lawful trace: the originator of 2 messages of 83, and 2 who wrote nothing
	// path traceback, store and a phone: the originator of 14 messages of 83, and 7 who wrote nothing
	// tree traceback, trace store: the originator of 0 messages of 83, and 0 who wrote nothing
	// tree traceback, lawful trace: the originator of 15 messages of 83, and 15 who wrote nothing
	// tree traceback, store and a phone: the originator of 64 messages of 83, and 16 who wrote nothing
}
