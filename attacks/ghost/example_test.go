package ghost_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/ghost"
)

// An order puts a ghost into Ben's account before the last two messages. The key for orders puts one into
// all.
func ExampleNew() {
	at := time.Date(2018, 11, 29, 9, 0, 0, 0, time.UTC)
	talk := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Cas", To: "Ana", Text: "At eight?"},
		{At: at.Add(time.Hour), From: "Ben", To: "Ana", Text: "Not here."},
		{At: at.Add(2 * time.Hour), From: "Ana", To: "Cas", Text: "At nine."},
	})
	for _, system := range []attacks.System{attack.New(), attack.NewShown(), attack.NewANOM()} {
		r, err := attacks.Run(context.Background(), system, talk, "Ben", nil)
		if err != nil {
			log.Fatal(err)
		}
		defer r.Close()
		for _, theft := range []attacks.TheftName{attacks.WarrantName, attack.GhostKey, attack.OrderKey, attack.BotKey} {
			if e := r.Exposure(theft); e != nil {
				fmt.Printf("%-12s %-11s before %d, after %d; who could notice: %v\n", r.System, theft, e.Before.N, e.After.N, e.Noticed)
			}
		}
	}
	// Output:
	// ghost        warrant     before 0, after 1; who could notice: who takes an app apart
	// ghost        ghost's key before 0, after 1; who could notice: nobody
	// ghost        order key   before 0, after 2; who could notice: who takes an app apart
	// ghost, shown warrant     before 0, after 1; who could notice: Ben
	// ghost, shown ghost's key before 0, after 1; who could notice: nobody
	// ghost, shown order key   before 0, after 2; who could notice: 2 people
	// ANOM         warrant     before 2, after 0; who could notice: nobody
	// ANOM         bot's key   before 2, after 2; who could notice: nobody
}

// What a provider can try against a group of package noescrow/mls.
func ExampleTries() {
	tries, err := attack.Tries()
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tries {
		switch {
		case t.By != "":
			fmt.Printf("%s: %s refuses\n", t.Name, t.By)
		case t.Read > 0:
			fmt.Printf("%s: reads %d; %v see it\n", t.Name, t.Read, t.Sees)
		default:
			fmt.Printf("%s: nothing\n", t.Name)
		}
	}
	// Output:
	// put a leaf into the tree that a new member gets: Cas's laptop refuses
	// commit the Add itself: Ben refuses
	// change who is added, in a member's commit: Ben refuses
	// send a member an old Welcome again: Ben refuses
	// add a member to a second group of the same name: Ben refuses
	// propose the third party from outside: nothing
	// show two halves of the group two commits: Ben refuses
	// join by itself, with a GroupInfo that the group has stored: reads 3; [Ana Ben Cas] see it
	// join by itself, and withhold that from one member: reads 2; [Ana Cas] see it
	// join by itself in Ben's name, and so remove Ben: reads 2; [Ana Cas] see it
	// join by itself, where members ask for certificates: Ana refuses
	// hand out its own KeyPackage for a new member's: reads 3; [Ana Ben Cas] see it
}
