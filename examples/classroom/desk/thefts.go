package desk

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	"doormat/escrow"
)

// steal commits a theft now, in each column.
func (b *breach) steal(t *turn, name attacks.TheftName) error {
	if len(b.messages) == 0 {
		return errors.New("send a message first")
	}
	if _, err := t.bet(string(name)); err != nil {
		return err
	}
	var lootings [2]*looting
	for i, c := range b.columns {
		err := t.drawing(fmt.Sprintf("%s %d steal %s", c.name, len(b.messages), name), func() (err error) {
			lootings[i], err = b.loot(t, c, name)
			return err
		})
		if err != nil {
			return err
		}
	}
	if lootings[0] == nil {
		return fmt.Errorf("there is no theft %.40q", name)
	}
	for i, c := range b.columns {
		c.now = lootings[i]
		if c.now == nil {
			continue
		}
		record, err := c.now.stolen.Loot.First()
		if err != nil && c.now.stolen.Loot.Len() > 0 {
			return err
		}
		if name == attack.Key {
			b.card = string(record)
		}
		t.event(Event{Kind: "stolen", Column: c.name, Name: string(name), Text: c.now.stolen.Theft.Takes,
			Size: int(c.now.stolen.Loot.Size()), Bytes: hex.EncodeToString(record[:min(32, len(record))]), N: c.now.stolen.Moment})
	}
	return b.look(t)
}

// loot commits a theft in one column. It returns nil if there is no such thing there.
func (b *breach) loot(t *turn, c *column, name attacks.TheftName) (*looting, error) {
	if system := acting(c.name, name); system != nil {
		stage, err := b.apart(t, c, name, system)
		if err != nil {
			return nil, err
		}
		stolen, err := stage.Steal(name)
		return &looting{name: name, exists: true, stage: stage, stolen: stolen}, err
	}
	for _, theft := range c.stage.Thefts() {
		if theft.Name == name {
			stolen, err := c.stage.Steal(name)
			return &looting{name: name, exists: true, stage: c.stage, stolen: stolen}, err
		}
	}
	if name != attack.Key {
		return nil, nil
	}
	// Without escrow there is no such key. The thief of the other column's tries it as each kind of key that there
	// is here, as he tries what he finds in a relay's database.
	stolen, err := c.stage.Steal(messenger.Relay)
	if err != nil {
		return nil, err
	}
	loot, err := b.columns[0].stage.Steal(name)
	if err != nil {
		return nil, err
	}
	stolen.Loot, stolen.Theft.Name, stolen.Theft.Takes = loot.Loot, name, loot.Theft.Takes
	return &looting{name: name, stage: c.stage, stolen: stolen}, nil
}

// acting returns the system of a column in which somebody acts: a sender who puts noise in the field, a relay, or a thief
// on the wire. It returns nil if the column's own system has the theft, or none has.
func acting(column string, name attacks.TheftName) attacks.System {
	systems := noescrow.NewActing()
	if column == with {
		systems = append(attack.NewActing(), attack.NewRogue(Victim))
	}
	for _, s := range systems {
		for _, theft := range s.Thefts(Victim) {
			if theft.Name == name {
				return s
			}
		}
	}
	return nil
}

// apart returns a stage of its own for a theft. Everything that was sent is sent there too, before the theft. A thief who
// comes again begins anew.
func (b *breach) apart(t *turn, c *column, name attacks.TheftName, s attacks.System) (*attacks.Stage, error) {
	stage, err := enrol(s)
	if err != nil {
		return nil, err
	}
	for _, m := range b.messages {
		if err := errors.Join(t.ctx.Err(), stage.Send(m)); err != nil {
			return nil, errors.Join(err, stage.Close())
		}
	}
	if i := slices.IndexFunc(c.apart, func(a apart) bool { return a.theft == name }); i >= 0 {
		c.apart[i].stage.Close()
		c.apart = slices.Delete(c.apart, i, i+1)
	}
	c.apart = append(c.apart, apart{name, stage})
	return stage, nil
}

// look has the last thief read all that has been sent so far, in each column, and tells what opens.
func (b *breach) look(t *turn) error {
	t.number("sent", float64(len(b.messages)))
	t.number("left", float64(len(theTown().messages)-b.ofTown))
	for _, c := range b.columns {
		if c.now == nil {
			continue
		}
		e, err := c.now.stage.Expose(t.ctx, c.now.stolen)
		if err != nil {
			return err
		}
		for i, open := range e.Opened {
			if i == len(c.now.told) {
				c.now.told = append(c.now.told, false)
			}
			if open && !c.now.told[i] {
				c.now.told[i] = true
				t.event(Event{Kind: "opened", Column: c.name, Name: string(c.now.name), Index: i, Text: b.messages[i].Text})
			}
		}
		t.exposed(c.name, e, c.now.exists)
	}
	return nil
}

// exposed tells what a theft exposes.
func (t *turn) exposed(column string, e *attacks.Exposure, exists bool) {
	readable := e.Readable()
	t.event(Event{Kind: "exposed", Column: column, Name: string(e.Theft), N: readable.N, Of: readable.Of, Before: e.Before.N, After: e.After.N,
		People: e.People.N, Victims: e.Victims.N, Wrong: e.Wrong, Operations: e.Operations, Nanoseconds: e.Time.Nanoseconds(),
		Noticed: e.Noticed.Who, Blamed: e.Noticed.Blamed, Exists: exists})
	t.number(column+".open", float64(readable.N))
	t.number(column+".of", float64(readable.Of))
}

// cardPrefix is what each escrow key begins with. What follows it is written on the card.
const cardPrefix = "AGE-SECRET-KEY-PQ-1"

// showCard shows the escrow key.
func (b *breach) showCard(t *turn) error {
	if b.card == "" {
		return errors.New("steal the escrow key first")
	}
	t.text("key", b.card)
	rest := strings.TrimPrefix(b.card, cardPrefix)
	var groups []string
	for len(rest) > 4 {
		groups, rest = append(groups, rest[:4]), rest[4:]
	}
	t.text("group", strings.Join(append(groups, rest), " "))
	return t.qr(b.card)
}

// useCard opens the left column with a key that was copied from a card by hand. Case, spaces and hyphens may be
// anything, and the fixed beginning may be left out.
func (b *breach) useCard(t *turn, typed string) error {
	authority, err := parseCard(typed)
	if err != nil {
		t.text("say", "card.slip") // Bech32 catches up to four wrong characters
		return nil
	}
	if len(b.messages) == 0 {
		t.text("say", "card.unsent")
		return nil
	}
	n := 0
	for r, err := range b.columns[0].stage.Transcript().All() {
		if err != nil {
			return err
		}
		_, _, text, err := authority.Recover(r.Bytes)
		if err != nil {
			continue
		}
		n++
		t.event(Event{Kind: "opened", Column: with, Name: "card", Index: r.Index, Text: string(text)})
	}
	t.text("say", map[bool]string{true: "card.opens", false: "card.other"}[n > 0])
	t.number("card.open", float64(n))
	t.number("card.of", float64(len(b.messages)))
	return nil
}

func parseCard(typed string) (*escrow.Authority, error) {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n-–", r) {
				return -1
			}
			return r
		}, strings.ToUpper(s))
	}
	return escrow.ParseAuthority(cardPrefix + strings.TrimPrefix(plain(typed), plain(cardPrefix)))
}
