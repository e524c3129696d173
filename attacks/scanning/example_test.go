package scanning_test

import (
	"context"
	"fmt"
	"log"

	"doormat/attacks"
	"doormat/attacks/scanning"
)

// The list of the first design grows by a leaflet, and its distance by a few bits more.
func ExampleMeasureOnDevice() {
	var letters []attacks.Message
	for i := range 300 {
		letters = append(letters, attacks.Message{From: "Ana", To: "Ben", Text: fmt.Sprint("letter ", i)})
	}
	run := func(l scanning.List) {
		row, err := scanning.MeasureOnDevice(context.Background(), attacks.NewConversation(letters), l)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d subjects, %s: %d of %d pictures are reported, %d of them are what the list is for\n",
			len(l.Subjects), row.Setting, row.Reported.N, row.Reported.Of, row.Wanted.N)
	}
	l := scanning.Honest()
	run(l)
	l.Subjects = append(l.Subjects, scanning.Leaflet)
	run(l)
	l.Distance = 128
	run(l)
	// Output:
	// 1 subjects, 31 bits: 11 of 52 pictures are reported, 11 of them are what the list is for
	// 2 subjects, 31 bits: 24 of 52 pictures are reported, 11 of them are what the list is for
	// 2 subjects, 128 bits: 43 of 52 pictures are reported, 11 of them are what the list is for
}
