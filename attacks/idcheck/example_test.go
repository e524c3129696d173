package idcheck_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/idcheck"
	"doormat/attacks/messenger"
)

// Visits in the place of messages: the sender visits the recipient's site, for a page.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	visits := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "wine.example", Text: "/red/17"},
		{At: at.Add(time.Minute), From: "Ben", To: "wine.example", Text: "/white"},
		{At: at.Add(time.Hour), From: "Ana", To: "poker.example", Text: "/table/4"},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "poker.example", Text: "/"},
	})
	for _, system := range []attacks.System{idcheck.New(), idcheck.NewAttestations()} {
		r, err := attacks.Run(context.Background(), system, visits, "Ana", nil)
		if err != nil {
			log.Fatal(err)
		}
		for _, theft := range []attacks.TheftName{messenger.AllSites, idcheck.Contractor, idcheck.Provider, idcheck.ProviderAndSites} {
			if e := r.Exposure(theft); e != nil {
				fmt.Printf("%s, %s: %d of %d visits before it\n", e.System, theft, e.Before.N, e.Before.Of)
			}
		}
		if err := r.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// identity check, all sites: 0 of 2 visits before it
	// identity check, contractor: 2 of 2 visits before it
	// attestations, all sites: 0 of 2 visits before it
	// attestations, attestation provider: 0 of 2 visits before it
	// attestations, provider and sites: 2 of 2 visits before it
}
