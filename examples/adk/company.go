package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"doormat/attacks"
	"doormat/escrow/adk"
)

const size = 300

var people = []string{"Bob", "Carol", "Dave", "Erin", "Frank", "Grace"}

// talk is what a company's people write to each other in a month: always the same.
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
func company(ctx context.Context, w io.Writer, progress attacks.Progress) error {
	var systems []attacks.System
	for _, v := range versions {
		systems = append(systems, attacks.NewADK(v))
	}
	const victim = "Bob"
	conversation := talk()
	table, err := attacks.Matrix(ctx, conversation, victim, systems, progress)
	if err != nil {
		return err
	}
	defer table.Close()
	fmt.Fprintf(w, `
4. A COMPANY

%d people, with the company's ADK in all of their certificates, write %d
messages. In the middle of them something happens. What opens, of the %d
before it, and of the %d after:

`, len(people), size, size/2, size-size/2)
	line(w, "", func(v adk.Version) string { return v.String() })
	for _, theft := range table.Thefts() {
		line(w, theft, func(v adk.Version) string {
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
	cell := table.Cell("Senderek", adk.PGP553.String())
	fmt.Fprintf(w, `
  wiretap      nothing is stolen, and nothing opens
  ADK stolen   the company's private key: everything that honoured it, of all
  Senderek     nothing is stolen: what is written to %s from then on
  device keys  %s's private key: all that was and will be written to him, %d
               messages. PGP's keys do not change, so nothing heals

Who could have noticed Senderek's edit: %s. Names,
fingerprints and signatures are right.
`, victim, victim, to, cell.Noticed)
	return nil
}
