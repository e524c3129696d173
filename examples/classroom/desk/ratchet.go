package desk

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
)

// Other is the person with whom the victim talks at the ratchet.
const Other = "Neil Pask"

// A ratchet is station 2: one conversation, and thefts at each moment of it.
type ratchet struct {
	messages []attacks.Message
	opened   map[string][][]bool // what a theft before each message opens, by column
}

var errUnsent = errors.New("send the conversation first")

// The columns of the ratchet: a theft of device keys without escrow and with it, and of the escrow key.
const withDevice = "with, device"

func (*ratchet) close() {}

func (r *ratchet) do(t *turn, do string, a Args) error {
	switch do {
	case "run":
		if r.opened != nil {
			return errors.New("the conversation is sent")
		}
		return r.run(t)
	case "theft":
		return r.theft(t, a.At)
	}
	return errUnknown(do)
}

// run sends the conversation in both systems. Before each message, and after the last, it steals what there is to be
// stolen.
func (r *ratchet) run(t *turn) error {
	var messages []attacks.Message
	for _, m := range theTown().messages {
		if m.From == Victim && m.To == Other || m.From == Other && m.To == Victim {
			messages = append(messages, m)
		}
	}
	opened := map[string][][]bool{}
	for _, column := range []string{with, without} {
		err := t.drawing(column, func() error { return r.column(t, column, messages, opened) })
		if err != nil {
			return err
		}
	}
	r.messages, r.opened = messages, opened
	t.number("messages", float64(len(messages)))
	return nil
}

func (r *ratchet) column(t *turn, column string, messages []attacks.Message, opened map[string][][]bool) error {
	system := &wire{System: newSystem(column)}
	stage := attacks.NewStage(system, Victim, nil)
	defer stage.Close()
	for _, p := range []string{Victim, Other} {
		if err := stage.Enrol(p); err != nil {
			return err
		}
	}
	type row struct {
		column string
		theft  attacks.TheftName
	}
	thefts := []row{{without, attacks.DeviceKeys}}
	if column == with {
		thefts = []row{{withDevice, attacks.DeviceKeys}, {with, attack.Key}}
	}
	stolen := map[string][]*attacks.Stolen{}
	for i := range len(messages) + 1 {
		for _, x := range thefts {
			s, err := stage.Steal(x.theft)
			if err != nil {
				return err
			}
			stolen[x.column] = append(stolen[x.column], s)
		}
		if column == without {
			if err := tellKeys(t, system, i); err != nil {
				return err
			}
		}
		if i == len(messages) {
			break
		}
		m := messages[i]
		if err := stage.Send(m); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		t.event(Event{Kind: "sealed", Column: column, Index: i, At: m.At.Format(time.RFC3339), From: m.From, To: m.To,
			Bytes: hex.EncodeToString(system.envelope[max(0, len(system.envelope)-shown):]), Size: len(system.envelope), Text: m.Text})
	}
	for name, all := range stolen {
		for _, s := range all {
			e, err := stage.Expose(t.ctx, s)
			if err != nil {
				return err
			}
			opened[name] = append(opened[name], e.Opened)
		}
	}
	return nil
}

// tellKeys tells the keys on both phones before the message with that index.
func tellKeys(t *turn, system attacks.System, index int) error {
	for _, pair := range [][2]string{{Victim, Other}, {Other, Victim}} {
		person, peer := pair[0], pair[1]
		state, err := system.Inspect(person)
		if err != nil {
			return err
		}
		keys, err := keysOf(state, peer)
		if err != nil {
			return err
		}
		t.event(Event{Kind: "keys", Column: without, Name: person, Index: index, Keys: keys})
	}
	return nil
}

// theft tells what opens if keys are copied before the message with that index.
func (r *ratchet) theft(t *turn, at int) error {
	if r.opened == nil {
		return errUnsent
	}
	if at < 0 || at > len(r.messages) {
		return fmt.Errorf("expected a moment from 0 to %d, found %d", len(r.messages), at)
	}
	if _, err := t.bet("theft"); err != nil {
		return err
	}
	for _, column := range []string{without, withDevice, with} {
		n := 0
		for _, open := range r.opened[column][at] {
			if open {
				n++
			}
		}
		t.event(Event{Kind: "opens", Column: column, Index: at, Flags: r.opened[column][at], N: n, Of: len(r.messages)})
	}
	t.number("at", float64(at))
	return nil
}
