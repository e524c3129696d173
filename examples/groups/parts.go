package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	attack "doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/examples/internal/page"
)

// choir is a conversation of the first n people of a choir, who take turns. Each message goes to all others.
func choir(n, messages int) *attacks.Conversation {
	people := slices.Clone(singers[:min(n, len(singers))])
	for i := len(people); i < n; i++ {
		people = append(people, fmt.Sprintf("Singer %d", i+1))
	}
	at := time.Date(2026, 3, 2, 19, 0, 0, 0, time.UTC)
	var talk []attacks.Message
	for i := range messages {
		from := people[i%n]
		others := slices.DeleteFunc(slices.Clone(people), func(p string) bool { return p == from })
		talk = append(talk, attacks.Message{At: at.Add(time.Duration(i) * time.Minute), From: from, To: others[0], Also: others[1:], Text: lines[i%len(lines)]})
	}
	return attacks.NewConversation(talk)
}

var (
	singers = []string{"Ana", "Ben", "Cas", "Dee", "Eli", "Fay"}
	lines   = []string{
		"Who has the key to the hall?", "I do, until Friday.", "Then we start at seven.", "The altos are two short.",
		"I can bring a friend.", "Is the march still on?", "It is, with or without a permit.",
	}
)

const victim = "Dee"

// sizes shows what one message of each member costs.
func sizes(p *page.Page) error {
	p.Title("One conversation, pairwise and in a group")
	p.Say(`A choir writes to itself. Each member sends one message to all others. Pairwise is how package noescrow does
		it, and most messengers: one envelope, and one session, for each recipient. In a group of MLS a message is one
		envelope, which all members open with keys that they have from a tree.`)
	p.Table(12, -9, -10, -12, -14)
	p.Row("system", "members", "envelopes", "bytes", "for a message")
	for _, n := range []int{3, 6, 16} {
		for _, s := range []attacks.System{noescrow.New(), attack.New(), attack.NewXWing()} {
			envelopes, bytes, err := send(p, s, choir(n, n))
			if err != nil {
				return err
			}
			p.Row(name(s), n, page.Thousands(envelopes), page.Thousands(bytes), page.Thousands(bytes/n))
		}
	}
	p.Say(`The handshakes are in the bytes: of each pair, or the Welcome of the group. X-Wing's keys are 1,216 bytes, and
		are what makes it fit for a quantum computer's time.`)
	return nil
}

// send sends a conversation, and returns how many envelopes and bytes that takes.
func send(p *page.Page, s attacks.System, c *attacks.Conversation) (envelopes, bytes int, err error) {
	stage := attacks.NewStage(s, c.People[0], p.Progress)
	defer stage.Close()
	for _, person := range c.People {
		if err := stage.Enrol(person); err != nil {
			return 0, 0, err
		}
	}
	for m, err := range c.Messages {
		if err = errors.Join(err, p.Context().Err()); err == nil {
			err = stage.Send(m)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	tape := stage.Transcript().Tape
	return tape.Len(), int(tape.Size()) - 12*tape.Len(), nil // without each record's length and date
}

// name is pairwise for the messenger without groups.
func name(s attacks.System) string {
	if s.Name() == noescrow.Name {
		return "pairwise"
	}
	return s.Name()
}

// A world is a conversation of six, and what came of it in MLS.
type world struct {
	talk    *attacks.Conversation
	copied  attacks.Exposure // of the device keys
	commits map[int]bool     // by message: it comes with one
}

// thefts counts what each opens.
func (w *world) thefts(p *page.Page) error {
	const members, messages, theft = 6, 42, 30
	w.talk = choir(members, messages)
	w.talk.Moment = theft
	p.Part("What a theft opens")
	p.Say("Six members write %d messages. Keys are copied before message %d; phones are taken at the end. Of all messages:", messages, w.talk.Moment+1)
	var results []*attacks.Result
	for _, s := range []attacks.System{noescrow.New(), attack.New(), attack.NewXWing()} {
		r, err := attacks.Run(p.Context(), s, w.talk, victim, p.Progress)
		if err != nil {
			return err
		}
		defer r.Close()
		results = append(results, r)
		if r.System != attack.Name {
			continue
		}
		w.copied, w.commits = *r.Exposure(attacks.DeviceKeys), map[int]bool{}
		for record, err := range r.Transcript.All() {
			if err != nil {
				return err
			}
			w.commits[record.Index], _ = attack.Carries(record.Bytes)
		}
	}
	p.Table(16, 12, 12, 12)
	p.Row("theft", "pairwise", "MLS", "MLS, X-Wing")
	for _, theft := range []attacks.TheftName{attacks.WiretapName, messenger.Relay, attacks.DeviceKeys, messenger.Seizure, messenger.Quantum} {
		row := []any{string(theft)}
		for _, r := range results {
			row = append(row, fraction(r.Exposure(theft).Readable()))
		}
		p.Row(row...)
	}
	p.Say(`Device keys are a copy of %[1]s's. Pairwise, messages from and to %[1]s open until the next turn with each peer. In
		the group they open, of all members, until %[1]s's own next commit. Pairwise is safe from a quantum computer by a handshake with
		ML-KEM; suite 1 of MLS is not, and the suite with X-Wing is, at each commit again.`, victim)
	return nil
}

// healing lists the messages after the theft of device keys, and the commits.
func (w *world) healing(p *page.Page) error {
	e := w.copied
	p.Part("Whose commit ends it")
	p.Say(`A device commits, and so has new keys, after every %d messages of its own. It encrypts what leads to the new
		secrets to the keys of the others, of which the thief has copied one, %s's. The messages after the theft:`, attack.RekeyAfter, victim)
	p.Table(-8, 10, 18, 14)
	p.Row("message", "from", "in front of it", "the thief")
	i := 0
	for m, err := range w.talk.Messages {
		if err != nil {
			return err
		}
		if i >= e.Moment && i <= e.LastOpened+3 {
			front, reads := "", "reads"
			if w.commits[i] {
				front = "a commit by " + m.From
			}
			if !e.Opened[i] {
				reads = "cannot read"
			}
			p.Row(i+1, m.From, front, reads)
		}
		i++
	}
	p.Say("Others' commits do not help. With %s's own the thief is out, and nobody had to know that there was one.", victim)
	return nil
}

// removed shows a former member.
func removed(p *page.Page) error {
	talk := choir(6, 24)
	r, err := attacks.Run(p.Context(), attack.NewRemoved(), talk, victim, p.Progress)
	if err != nil {
		return err
	}
	defer r.Close()
	e := r.Exposure(attack.Removed)
	p.Part("A member is removed")
	p.Say(`A seventh member is in the group, and is removed before message %d. What was read stays read: %s messages before.
		The one after the removal and those that follow, %d, are of epochs whose keys were encrypted to the others: %d open.`,
		e.Moment+1, fraction(e.Before), e.After.Of, e.After.N)
	return nil
}

// infiltrated shows what a court can have.
func infiltrated(p *page.Page) error {
	talk := choir(6, 24)
	// The same people write in twos as well.
	var all []attacks.Message
	for m, err := range talk.Messages {
		if err != nil {
			return err
		}
		all = append(all, m, m.For(m.To))
	}
	r, err := attacks.Run(p.Context(), attack.NewInfiltrated(), attacks.NewConversation(all), victim, p.Progress)
	if err != nil {
		return err
	}
	defer r.Close()
	e := r.Exposure(attack.Infiltration)
	p.Part("A court sends an officer")
	p.Say(`There is no key to hand over, and the relay has none. A court can have %s's phone, with what is on it; or an
		officer's place in the group, if a member gives it. Here one does, and the officer reads from then on, in that group:`, victim)
	p.Table(26, 14)
	p.Row("before the officer came", fraction(e.Before))
	p.Row("after", fraction(e.After))
	p.Row("who could notice", strings.TrimSpace(e.Noticed.String()))
	p.Say(`The rest is in other groups, of other people, and stays shut. That is what targeted means: one group, from one day,
		and on the screen of everyone in it. A program could draw the list without its last line. It could not compute the
		keys without it.`)
	return nil
}

// fraction returns "3 of 60".
func fraction(c attacks.Count) string { return fmt.Sprintf("%d of %d", c.N, c.Of) }
