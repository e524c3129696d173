package credential_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"doormat/attacks"
	"doormat/attacks/credential"
	"doormat/attacks/messenger"
)

func visits() *attacks.Conversation {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "wine.example", Text: "/red/17"},
		{At: at.Add(time.Minute), From: "Ben", To: "wine.example", Text: "/white"},
		{At: at.Add(time.Hour), From: "Ana", To: "poker.example", Text: "/table/4"},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "poker.example", Text: "/"},
	})
}

// Visits in the place of messages: the sender visits the recipient's site, for a page. Issuer and sites together open
// nothing, unless sites ask for more than an age.
func ExampleNew() {
	for _, system := range []attacks.System{credential.New(), credential.NewCurious()} {
		r, err := attacks.Run(context.Background(), system, visits(), "Ana", nil)
		if err != nil {
			log.Fatal(err)
		}
		for _, theft := range []attacks.TheftName{credential.Issuer, messenger.AllSites, credential.IssuerAndSites} {
			e := r.Exposure(theft)
			fmt.Printf("%s, %s: %d of %d visits before it, noticed by %v\n", e.System, theft, e.Before.N, e.Before.Of, e.Noticed)
		}
		if err := r.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// BBS credential, credential issuer: 0 of 2 visits before it, noticed by nobody
	// BBS credential, all sites: 0 of 2 visits before it, noticed by nobody
	// BBS credential, issuer and sites: 0 of 2 visits before it, noticed by nobody
	// BBS, with birthday, credential issuer: 0 of 2 visits before it, noticed by nobody
	// BBS, with birthday, all sites: 0 of 2 visits before it, noticed by nobody
	// BBS, with birthday, issuer and sites: 2 of 2 visits before it, noticed by nobody
}

// What issuer and sites link, by name and without one.
func ExampleMeasure() {
	for _, manner := range []credential.Manner{credential.AgeAlone, credential.OneProof, credential.BirthdayToo} {
		m, err := credential.Measure(context.Background(), visits(), manner)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v: %d of %d named, %d of %d pairs linked\n", manner, m.Named, m.Visits, m.Pairs.N, m.Pairs.Of)
	}
	// Output:
	// over 18, a proof each: 0 of 4 named, 0 of 2 pairs linked
	// over 18, one proof: 0 of 4 named, 2 of 2 pairs linked
	// and the date of birth: 4 of 4 named, 2 of 2 pairs linked
}
