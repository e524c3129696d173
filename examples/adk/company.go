package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/adk"
	"doormat/escrow/adk"
	"doormat/examples/internal/page"
)

const size = 300

var people = []string{"Ben", "Cas", "Dave", "Erin", "Frank", "Grace"}

// talk returns what a company's people write to each other in a month. It is always the same.
func talk() *attacks.Conversation {
	r := rand.New(rand.NewPCG(5, 5))
	at := letter
	var messages []attacks.Message
	for i := range size {
		at = at.Add(time.Duration(1+r.IntN(9000)) * time.Second)
		from := r.IntN(len(people))
		to := (from + 1 + r.IntN(len(people)-1)) % len(people)
		messages = append(messages, attacks.Message{
			At: at, From: people[from], To: people[to],
			Text: fmt.Sprintf("%d: %s, as agreed. %s", i, people[to], people[from]),
		})
	}
	return attacks.NewConversation(messages)
}

// company runs the experiment with each version.
func company(p *page.Page) error {
	var systems []attacks.System
	for _, v := range versions {
		systems = append(systems, attack.New(v))
	}
	const victim = "Ben"
	conversation := talk()
	table, err := attacks.Matrix(p.Context(), conversation, victim, systems, p.Progress)
	if err != nil {
		return err
	}
	defer table.Close()
	p.Part("A company")
	p.Say(`%d people, with the company's ADK in all of their certificates, write %d messages. In the middle
		of them something happens. What opens, of the %d before it, and of the %d after:`,
		len(people), size, size/2, size-size/2)
	versionTable(p, "")
	for _, theft := range table.Thefts() {
		versionRow(p, string(theft), func(v adk.Version) string {
			e := table.Cell(theft, v.String())
			return fmt.Sprintf("%3d, %3d", e.Before.N, e.After.N)
		})
	}
	to := 0
	for m, err := range conversation.Messages {
		if err == nil && m.To == victim {
			to++
		}
	}
	p.Table(11)
	p.Row("wiretap", "nothing is stolen, all that is on the wire is recorded, and nothing opens")
	p.Row("ADK stolen", "the company's private key: everything that honoured it, of all")
	p.Row("Senderek", fmt.Sprintf("nothing is stolen: what is written to %s from then on", victim))
	p.Row("device keys", fmt.Sprintf("%s's private key: all that was and will be written to him, %d messages. "+
		"PGP's keys do not change, so nothing heals", victim, to))
	p.Say("Who could have noticed Senderek's edit: %s. Names, fingerprints and signatures are right.",
		table.Cell(attack.Senderek, adk.PGP553.String()).Noticed)
	return nil
}
