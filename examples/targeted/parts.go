package main

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/attacks/report"
	"doormat/examples/internal/page"
)

// ladder are the ways, from those that touch the fewest people to those that touch all.
var ladder = []attacks.TheftName{
	messenger.ConsentedLook, messenger.Infiltration, messenger.Unlocked, messenger.ImplantName, messenger.UpdateWeek, messenger.UpdateKey,
}

// ways lists what each opens of the target's messages, and when.
func (w *world) ways(p *page.Page) error {
	of := w.cell(messenger.ImplantName, noescrow.Name)
	p.Title("One person, not everybody")
	p.Say(`In 2016 Europol and ENISA proposed targeted access: undercover officers, infiltration of groups, and live
		forensics on seized devices. None of it breaks encryption, and none of it needs a third key. Here is what each opens of one person, %s, who wrote and received %d of the town's %d messages. Officers and
		implants come before message %d; a witness is asked, and phones are taken, at the end.`,
		w.target, of.Victims.Of, of.Readable().Of, of.Moment+1)
	p.Part("What each opens of the target's messages")
	p.Table(31, -8, -8, 26)
	p.Row("without escrow", "before", "after", "who could notice")
	for _, theft := range ladder {
		e := w.cell(theft, noescrow.Name)
		before, after := w.split(e)
		p.Row(string(theft), before, after, e.Noticed.String())
	}
	p.Say(`Of the target's messages %d are from before the date, and %d from after it; a way that comes at the end has them
		all before it. %s`, of.Before.N, of.After.N, w.alike())
	return nil
}

// split returns how many of the target's messages open before and after the theft. Those of others are in neither.
func (w *world) split(e *attacks.Exposure) (before, after int) {
	i := 0
	for m, err := range w.table.Conversation.Messages {
		if err == nil && e.Opened[i] && (m.From == w.target || m.To == w.target) {
			if i < e.Moment {
				before++
			} else {
				after++
			}
		}
		i++
	}
	return before, after
}

// alike says in how many ways the twins differ.
func (w *world) alike() string {
	same, n := 0, 0
	for _, r := range w.table.Results {
		if r.System != noescrow.Name {
			continue
		}
		for i := range r.Exposures {
			a := &r.Exposures[i]
			b := w.cell(a.Theft, escrow.Name)
			n++
			if b != nil && fmt.Sprint(a.Opened) == fmt.Sprint(b.Opened) && a.Noticed == b.Noticed {
				same++
			}
		}
	}
	return fmt.Sprintf("With escrow %d of %d ways open the same messages, and the same people could notice.", same, n)
}

// phone shows what a seized phone has in memory.
func (w *world) phone(p *page.Page) error {
	p.Part("A seized phone")
	p.Say(`What a phone stores is sealed under keys that need its owner's passphrase (Argon2id) and its chip, which takes
		ten tries. Which of them are in memory depends on the state in which it is taken.`)
	p.Table(31, -10, 36)
	p.Row("state", "opens", "keys in memory")
	for _, s := range []struct {
		theft attacks.TheftName
		keys  string
	}{
		{messenger.BeforeUnlock, "those that need no passphrase"},
		{messenger.AfterUnlock, "the default class: the app's state and messages"},
		{messenger.AfterUnlockStrict, "the default class: the app's state, but not old messages"},
		{messenger.Unlocked, "all"},
	} {
		p.Row(string(s.theft), report.Fraction(w.cell(s.theft, noescrow.Name).Victims), s.keys)
	}
	p.Say(`Most apps leave what they store in the default class, so a phone that was unlocked once since it was started gives
		nearly all away. Since 2024 and 2025 phones start themselves anew after three days in a drawer: the second line
		becomes the first.`)
	return nil
}

// witness shows what franking proves.
func (w *world) witness(p *page.Page) error {
	e := w.cell(messenger.ConsentedLook, noescrow.Name)
	p.Part("A witness who consents")
	p.Say(`The person with whom %s has written the most shows %d messages. Franking proves the %d that %[1]s wrote: the
		provider's stamp is on a commitment to each text, and a witness who changes a letter is found out. The other %[4]d
		are the witness's word.`, w.target, e.Readable().N, w.proved.N, w.proved.Of-w.proved.N)
	return nil
}

// update shows what the key that signs updates does, with a log and without.
func (w *world) update(p *page.Page) error {
	p.Part("The update key")
	p.Say(`Whoever signs the app's updates can put code on every phone of the service. It reads each text before it is sealed
		and after it is opened, and what the phone has stored.`)
	p.Table(31, -12, -12, 21)
	p.Row("", "before", "after", "who could notice")
	for _, theft := range []attacks.TheftName{messenger.UpdateKey, messenger.UpdateUnlogged, messenger.UpdateLogged, messenger.UpdateWeek} {
		e := w.cell(theft, noescrow.Name)
		p.Row(string(theft), count(e.Before), count(e.After), e.Noticed.String())
	}
	key, all := w.cell(escrow.Key, escrow.Name), w.cell(messenger.UpdateKey, escrow.Name)
	p.Say(`Without a third key this power is what is left, and with one it is there as well: the escrow key opens %s, and the
		update key %s with escrow, %s without, and %s in groups of two. It acts on devices, one by one or all at once, from a day on;
		what no phone stores any more stays shut. An escrow key opens a record of envelopes, and touches no device.`,
		report.Fraction(key.Readable()), report.Fraction(all.Readable()),
		report.Fraction(w.cell(messenger.UpdateKey, noescrow.Name).Readable()), report.Fraction(w.cell(messenger.UpdateKey, mls.Name).Readable()))
	p.Say(`Binary transparency shows it: phones take only what a public log has, the same log as that of a directory of keys.
		An update that is not in it is refused. One that is in it stays there, and who builds the app from its source has
		evidence that the log has signed. It does not undo what was read until somebody looks. And it needs a log that
		shows everyone the same: who holds the log's key as well can show phones another, unless witnesses sign what it
		shows.`)
	return nil
}

// count returns "n of m", or "-".
func count(c attacks.Count) string {
	if c.Of == 0 {
		return "-"
	}
	return report.Fraction(c)
}

// reach shows what opens of others.
func (w *world) reach(p *page.Page) error {
	e := w.cell(messenger.UpdateKey, noescrow.Name)
	p.Part("How far each reaches beyond the target")
	p.Say(`People: those of whom a message opens, of the %d others. Strangers: those of them who are read in what they write to
		others. Messages: those that open, of the %d that the target neither wrote nor received.`, e.Collateral.People.Of, e.Collateral.Messages.Of)
	p.Table(31, -7, -10, -10, 12)
	p.Row("", "people", "strangers", "messages", "")
	within := 0 // ways that open no message of others
	row := func(theft attacks.TheftName, system string) {
		e := w.cell(theft, system)
		if e.Collateral.Messages.N == 0 {
			within++
		}
		name := string(theft)
		if system != noescrow.Name {
			name += ", " + system
		}
		c := e.Collateral
		p.Row(name, c.People.N, c.Strangers.N, c.Messages.N, bar(c.Messages))
	}
	row(mls.Infiltration, mls.Name)
	for _, theft := range ladder {
		row(theft, noescrow.Name)
	}
	row(escrow.Key, escrow.Name)
	p.Say(`%d of these touch who writes with the target, and no conversation of others. The rest open those of everyone.`, within)
	return nil
}

// bar draws a share in ten letters. Only none is no letter, and only all is ten.
func bar(c attacks.Count) string {
	n := (c.N*10 + c.Of/2) / max(c.Of, 1)
	if 0 < c.N && c.N < c.Of {
		n = min(max(n, 1), 9)
	}
	return strings.Repeat("#", n) + strings.Repeat(".", 10-n)
}

// cases puts published figures beside it.
func (w *world) cases(p *page.Page) error {
	p.Part("What it was in practice")
	p.Table(12, -9, -10, -8, 33)
	p.Row("service", "phones", "arrests", "share", "how")
	for _, c := range []struct {
		name            string
		phones, arrests int
		how             string
	}{
		{"EncroChat", 60_000, 6_558, "an update from April 2020; arrests until June 2023"},
		{"ANOM", 12_000, 1_119, "a copy to its maker, from 2018 to 2021"},
	} {
		p.Row(c.name, page.Thousands(c.phones), page.Thousands(c.arrests), fmt.Sprintf("%d %%", (c.arrests*100+c.phones/2)/c.phones), c.how)
	}
	p.Say(`Arrests are a lower bound of who was guilty, and a measure of how targeted it was: the rest of the phones were read as
		well. Of Sky ECC's 170,000 users, 70,000 were read live early in 2021. EncroChat's encryption was not broken.`)
	return nil
}
