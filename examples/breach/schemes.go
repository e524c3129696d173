package main

import (
	"context"
	"fmt"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/internal/report"
)

// schemesCarry is how many messages go through the schemes of record: all of the town's, and the
// first of a longer conversation.
const schemesCarry = 500

// runSchemes sends the beginning of the conversation through each scheme, and adds what opened to
// the report.
func runSchemes(ctx context.Context, in *input, r *report.Report, times bool, bar *cli.Progress) error {
	c, victim, err := beginning(in.conversation)
	if err != nil {
		return err
	}
	systems, err := attacks.Schemes(victim)
	if err != nil {
		return err
	}
	t, err := attacks.Matrix(ctx, c, victim, systems, bar.Set)
	if err != nil {
		return err
	}
	defer t.Close()
	log, err := index(c)
	if err != nil {
		return err
	}
	for _, system := range t.Systems() {
		s := report.Scheme{Name: system}
		for _, theft := range t.Thefts() {
			if e := t.Cell(theft, system); e != nil {
				s.Rows = append(s.Rows, report.Row{
					Theft: theft, Takes: e.Takes, Cells: []*report.Cell{cell(log, e, victim, times)},
				})
			}
		}
		r.Schemes = append(r.Schemes, s)
	}
	r.SchemesSays = "The same messages through schemes of record, each with thefts of its own:"
	if c.Len < in.conversation.Len {
		r.SchemesSays = fmt.Sprintf("The first %d messages through schemes of record, each with thefts of its own; the device is %s's:", c.Len, victim)
	}
	return nil
}

// beginning is the conversation as far as the schemes carry it, and whoever has the most part in
// that.
func beginning(c *attacks.Conversation) (*attacks.Conversation, string, error) {
	var messages []attacks.Message
	count := map[string]int{}
	for m, err := range c.Messages {
		if err != nil {
			return nil, "", err
		}
		messages = append(messages, m)
		count[m.From]++
		count[m.To]++
		if len(messages) == schemesCarry {
			break
		}
	}
	some := attacks.NewConversation(messages)
	return some, busiest(some.People, count), nil
}
