package agetoken

import (
	"fmt"
	"math/rand/v2"
	"time"

	"doormat/attacks"
)

// TownSites are the sites that the people of [TownVisits] visit, the most popular first.
var TownSites = []string{"wine.example", "poker.example", "films.example", "clinic.example"}

// TownVisits returns n visits of these people to TownSites, over some days: each message's sender visits the
// recipient, and the text is a page. They are the same every time. There must be a person.
func TownVisits(people []string, n int) *attacks.Conversation {
	r := rand.New(rand.NewPCG(2026, 4))
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var visits []attacks.Message
	for range n {
		at = at.Add(time.Duration(1+r.IntN(4*60*60*1000)) * time.Millisecond)
		who, site := r.IntN(len(people)), TownSites[min(r.IntN(len(TownSites)), r.IntN(len(TownSites)))]
		visits = append(visits, attacks.Message{At: at, From: people[who], To: site, Text: fmt.Sprintf("/%d", r.IntN(1000))})
	}
	return attacks.NewConversation(visits)
}
