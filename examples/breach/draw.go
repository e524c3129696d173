package main

import (
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/attacks/conversation"
	attack "doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	"doormat/attacks/report"
	"doormat/escrow"
	"doormat/examples/internal/cli"
)

// draw returns the report of a run: the table, two pictures, and the messages to show.
func draw(c *conversation.Conversation, t *attacks.Table, o *options) (*report.Report, error) {
	r, err := report.New(t)
	if err != nil {
		return nil, err
	}
	r.Title = "The same conversation, with an escrow key and without"
	r.Lead = "In the left system every message carries a copy of its key that an authority can open: key escrow. " +
		"In the right one only the two people have a key. The same messages go through both; then something is taken."
	r.Finding, r.Subject, r.Times, r.Terms = finding(t), c.Title, o.verbose, terms
	r.Pictures = []report.Picture{
		{Theft: attack.Key, Instead: messenger.Relay}, // without a key, the most that there is to take
		{Theft: messenger.Seizure},
	}
	r.Samples, err = samples(c, t)
	r.Note, r.Made = note(t), cli.Made("breach", o.args)
	return r, err
}

// terms are the words of the table.
var terms = []report.Term{
	{Word: "envelope", Means: "one message as it crosses the wire, encrypted."},
	{Word: "escrow key", Means: "the authority's: it opens the copy of the key in every envelope."},
	{Word: "wiretap", Means: "records every envelope, and takes nothing."},
	{Word: "relay", Means: "the server that passes envelopes on; its database is taken."},
	{Word: "device keys", Means: "those of one phone, copied once. Fresh keys heal that: later messages are out of reach."},
	{Word: "device seizure", Means: "one phone is taken, with the messages that are stored on it. Disappearing: those of the last week."},
	{Word: "implant", Means: "code on one phone: it tells what is stored there, and what is typed and shown from then on."},
	{Word: "update key", Means: "of who signs the app's updates: the same code on every phone."},
	{Word: "quantum", Means: "a computer that breaks X25519, the older of the two key exchanges in use."},
	{Word: "acting", Means: "a thief who writes too: the relay in the middle of people who meet later, or copied keys on the wire."},
	{Word: "rogue sender", Means: "one who puts noise in the field, where the copy of the key belongs."},
}

// samples returns the messages to show, as each system carried them, with what the stolen key reads of
// them. Without escrow the thief tries as well.
func samples(c *conversation.Conversation, t *attacks.Table) ([]report.Sample, error) {
	thief, err := stolenAuthority(t)
	if err != nil {
		return nil, err
	}
	var all []report.Sample
	i := 0
	for m, err := range c.Messages {
		if err != nil {
			return nil, err
		}
		if slices.Contains(c.Shown, i) {
			all = append(all, report.Sample{Message: m})
		}
		i++
	}
	for _, system := range t.Systems() {
		n := 0
		last := -1
		for r, err := range t.Result(system).Transcript.All() {
			if err != nil {
				return nil, err
			}
			message, ok := t.Result(system).MessageOf(r.Index)
			if !ok || message == last || !slices.Contains(c.Shown, message) { // the first envelope of each message
				continue
			}
			last = message
			_, _, text, _ := thief.Recover(r.Bytes) // no text if it fails
			all[n].Sealed = append(all[n].Sealed, report.Sealed{
				System:     system,
				Ciphertext: excerpt(r.Bytes),
				Size:       len(r.Bytes),
				Read:       string(text),
			})
			n++
		}
	}
	return all, nil
}

// excerpt returns a copy of 48 bytes of the encrypted text in an envelope of either system. The formats
// are in escrow/envelope.go and noescrow/envelope.go.
func excerpt(envelope []byte) []byte {
	const (
		beforeBody = 1 + 1168 + 3 // of an escrow envelope: version, field, length
		shortest   = 128 + 16     // of the texts that end a noescrow envelope: padded, and a tag
	)
	start := len(envelope) - shortest
	if _, _, err := escrow.Addresses(envelope); err == nil {
		start = beforeBody
	}
	return slices.Clone(envelope[start:][:48])
}

// note says what every thief learns, whether or not anything opens, and which of them is a backdoor.
func note(t *attacks.Table) string {
	named := fmt.Sprintf("Who writes to whom, and when, is not encrypted: it stood on %s envelopes with escrow and on %s without.",
		report.Fraction(t.Result(attack.Name).Named), report.Fraction(t.Result(noescrow.Name).Named))
	is := func(theft attacks.TheftName, system string) string { return t.Cell(theft, system).Finding().String() }
	return named + fmt.Sprintf(" In September 2020 the European Commission called a backdoor \"%s\". Is it one? The escrow key: %s. "+
		"A warrant with it: %s. A warrant without escrow: %s. A relay that acts, in either: %s. The matrix explains these answers, "+
		"and has those of every scheme.", attacks.Definition, is(attack.Key, attack.Name), is(attacks.WarrantName, attack.Name),
		is(attacks.WarrantName, noescrow.Name), is(messenger.ActingRelay, noescrow.Name))
}

// finding says what opened with escrow, and what without.
func finding(t *attacks.Table) string {
	key := t.Cell(attack.Key, attack.Name)
	phone := t.Cell(messenger.Seizure, noescrow.Name).Readable()
	silent := 0 // the most that opens without escrow while nobody notices
	for _, e := range t.Result(noescrow.Name).Exposures {
		if e.Use == attacks.Taken && e.Noticed == (attacks.Notice{}) {
			silent = max(silent, e.Readable().N)
		}
	}
	relay, copied := t.Cell(messenger.ActingRelay, noescrow.Name), t.Cell(messenger.ActingDeviceKeys, noescrow.Name)
	update := t.Cell(messenger.UpdateKey, noescrow.Name)
	byKey, byPhone := t.Cell(attacks.WarrantName, attack.Name), t.Cell(attacks.WarrantName, noescrow.Name)
	return fmt.Sprintf("With escrow, one stolen key of 32 bytes opens %s messages, of %d people, and nobody notices. Without, "+
		"there is no such key. There the most that a thief opens unnoticed is %d messages, with keys copied from one phone, "+
		"and a phone that is taken opens the %d on it. Thieves who act on the wire can be noticed: a relay that hands out keys "+
		"of its own reads %d, and those copied keys %d. Whoever signs the app's updates can put code on all phones, in both, and "+
		"read %s, until somebody takes an app apart. A warrant for that person opens %s with escrow, by the key, and "+
		"%s without, on the phone.",
		report.Fraction(key.Readable()), key.People.N, silent, phone.N, relay.Readable().N, copied.Readable().N, report.Fraction(update.Readable()),
		report.Fraction(byKey.Victims), report.Fraction(byPhone.Victims))
}
