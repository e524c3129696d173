package all_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/escrow"
	"doormat/attacks/messenger"
)

// The first two schemes are the control and the twin. Each has systems in which a thief acts, and the twin
// one in which a sender evades it.
func Example() {
	at := time.Date(1993, 4, 16, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	systems := append(all.Schemes[0].Systems("Ana"), all.Schemes[1].Systems("Ana")...)
	table, err := attacks.Matrix(context.Background(), letters, "Ana", systems, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer table.Close()
	for _, theft := range []attacks.TheftName{attacks.WiretapName, escrow.Key, messenger.Quantum, messenger.ActingDeviceKeys, escrow.RogueSender} {
		for _, system := range table.Systems() {
			if e := table.Cell(theft, system); e != nil {
				n := e.Readable()
				fmt.Printf("%s, %s: %d of %d messages open\n", theft, system, n.N, n.Of)
			}
		}
	}
	// Output:
	// wiretap, no escrow: 0 of 4 messages open
	// wiretap, escrow: 0 of 4 messages open
	// escrow key, escrow: 4 of 4 messages open
	// quantum, no escrow: 0 of 4 messages open
	// quantum, escrow: 0 of 4 messages open
	// device keys, acting, no escrow: 1 of 4 messages open
	// device keys, acting, escrow: 1 of 4 messages open
	// rogue sender, escrow: 2 of 4 messages open
}

// The Commission's sentence, applied to some thefts of three systems. A warrant leaves it two
// readings.
func Example_definition() {
	at := time.Date(1993, 4, 16, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Cem", To: "Ben", Text: "So has the postman."},
	})
	fmt.Println(attacks.Definition)
	for _, scheme := range all.Schemes {
		if scheme.Name != "No escrow" && scheme.Name != "Escrow" && scheme.Name != "Threshold agents" {
			continue
		}
		r, err := attacks.Run(context.Background(), scheme.Systems("Ana")[0], letters, "Ana", nil)
		if err != nil {
			log.Fatal(err)
		}
		for _, theft := range []attacks.TheftName{scheme.Worst, attacks.WarrantName, messenger.Seizure} {
			fmt.Printf("%s, %s: %v\n", r.System, theft, r.Exposure(theft).Finding())
		}
		if err := r.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// code that would allow one party alone to access encrypted content sent by other parties, without the knowledge of these parties
	// no escrow, device keys: no: a user's device
	// no escrow, warrant: no: a user's device
	// no escrow, device seizure: no: a user's device
	// escrow, escrow key: yes, for the authority
	// escrow, warrant: yes, unless a court counts
	// escrow, device seizure: no: a user's device
	// threshold agents, t shares: no: 3 agents
	// threshold agents, warrant: no: 3 agents
	// threshold agents, device seizure: no: a user's device
}
