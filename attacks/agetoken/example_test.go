package agetoken_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/agetoken"
	"doormat/attacks/messenger"
)

// Visits in the place of messages: the sender visits the recipient's site, for a page. Issuer and sites together
// open nothing, unless the issuer has given a visitor a key for itself.
func ExampleNew() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	visits := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "wine.example", Text: "/red/17"},
		{At: at.Add(time.Minute), From: "Ben", To: "wine.example", Text: "/white"},
		{At: at.Add(time.Hour), From: "Ana", To: "poker.example", Text: "/table/4"},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "poker.example", Text: "/"},
	})
	for _, system := range []attacks.System{agetoken.New(), agetoken.NewTagging("Ana")} {
		r, err := attacks.Run(context.Background(), system, visits, "Ana", nil)
		if err != nil {
			log.Fatal(err)
		}
		for _, theft := range []attacks.TheftName{messenger.AllSites, agetoken.Issuer, agetoken.IssuerAndSites, agetoken.Tagging} {
			if e := r.Exposure(theft); e != nil {
				fmt.Printf("%s: %d of %d visits before it, noticed by %v\n", theft, e.Before.N, e.Before.Of, e.Noticed)
			}
		}
		if err := r.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// all sites: 0 of 2 visits before it, noticed by nobody
	// token issuer: 0 of 2 visits before it, noticed by nobody
	// issuer and sites: 0 of 2 visits before it, noticed by nobody
	// issuer, tagging: 1 of 2 visits before it, noticed by who compares keys
}
