package desk

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/noescrow"
)

// The columns.
const (
	with    = "with"
	without = "without"
)

const (
	maxWritten = 2000 // messages by hand
	maxText    = 2000 // bytes of one
	shown      = 24   // bytes of an envelope, its last: the first are the two names
)

// A breach is station 1: the town's conversation in two columns, and thefts.
type breach struct {
	columns  [2]*column
	messages []attacks.Message // that have been sent
	ofTown   int               // how many of them are the town's, sent in order
	card     string            // the escrow key, once it is stolen
}

// A column is one system, and what thieves have read of it.
type column struct {
	name  string
	stage *attacks.Stage
	apart []apart // thefts that need a stage of their own
	wire  *wire
	now   *looting // the last theft
}

// An apart is a stage with the same people and messages, on which one thief or cheat acts: that changes what others
// measure.
type apart struct {
	theft attacks.TheftName
	stage *attacks.Stage
}

// A looting is a theft, and what the page was told of it.
type looting struct {
	name   attacks.TheftName
	exists bool // in this system; otherwise the thief tries what was stolen in the other
	stage  *attacks.Stage
	stolen *attacks.Stolen
	told   []bool // the messages that have opened
}

func (b *breach) close() {
	for _, c := range b.columns {
		if c == nil {
			continue
		}
		c.stage.Close()
		for _, a := range c.apart {
			a.stage.Close()
		}
	}
}

func (b *breach) do(t *turn, do string, a Args) error {
	if err := b.begin(t); err != nil {
		return err
	}
	switch do {
	case "send":
		return b.send(t, a.N)
	case "write":
		return b.write(t, a)
	case "steal":
		return b.steal(t, attacks.TheftName(a.Name))
	case "card":
		return b.showCard(t)
	case "use":
		return b.useCard(t, a.Text)
	}
	return errUnknown(do)
}

// mayBet reports an error for a bet on messages that are not sent.
func (b *breach) mayBet(a Args) error {
	switch n := len(b.messages); {
	case n == 0:
		return errors.New("send the messages first, then bet how many of them open")
	case a.N < 0 || a.N > n:
		return fmt.Errorf("%d messages are sent, expected a bet from 0 to %d", n, n)
	}
	return nil
}

// begin gives everyone a device, in each column.
func (b *breach) begin(t *turn) error {
	for i, name := range []string{with, without} {
		if b.columns[i] != nil {
			continue
		}
		c := &column{name: name}
		err := t.drawing(name, func() (err error) {
			c.wire = &wire{System: newSystem(name)}
			c.stage, err = enrol(c.wire)
			return err
		})
		if err != nil {
			return err
		}
		b.columns[i] = c
	}
	return nil
}

// newSystem returns the system of a column.
func newSystem(column string) attacks.System {
	if column == with {
		return attack.New()
	}
	return noescrow.New()
}

// enrol puts a system and the people of the town on a stage.
func enrol(s attacks.System) (*attacks.Stage, error) {
	stage := attacks.NewStage(s, Victim, nil)
	for _, p := range theTown().people {
		if err := stage.Enrol(p); err != nil {
			return nil, errors.Join(err, stage.Close())
		}
	}
	return stage, nil
}

// A wire keeps the last envelope that crossed it.
type wire struct {
	attacks.System
	envelope []byte
}

// Send seals a message.
func (w *wire) Send(m attacks.Message) (envelope []byte, err error) {
	envelope, err = w.System.Send(m)
	w.envelope = envelope
	return envelope, err
}

// Close implements [io.Closer].
func (w *wire) Close() error {
	if c, ok := w.System.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// send sends the next n messages of the town, or all that are left.
func (b *breach) send(t *turn, n int) error {
	left := theTown().messages[b.ofTown:]
	if len(left) == 0 {
		return errors.New("the whole town's messages are sent")
	}
	if n < 0 || n > len(left) {
		return fmt.Errorf("expected from 1 to %d messages, found %d", len(left), n)
	}
	if n == 0 {
		n = len(left)
	}
	for _, m := range left[:n] {
		if err := b.carry(t, m); err != nil {
			return err
		}
		b.ofTown++
	}
	return b.look(t)
}

// write sends a message by hand.
func (b *breach) write(t *turn, a Args) error {
	for _, p := range []string{a.From, a.To} {
		if !slices.Contains(theTown().people, p) {
			return errPerson(p)
		}
	}
	switch {
	case a.From == a.To:
		return errors.New("expected two people")
	case strings.TrimSpace(a.Text) == "":
		return errors.New("expected a text")
	case len(a.Text) > maxText || !utf8.ValidString(a.Text):
		return fmt.Errorf("expected a text of at most %d bytes", maxText)
	case len(b.messages)-b.ofTown >= maxWritten:
		return fmt.Errorf("expected at most %d messages by hand", maxWritten)
	}
	m := attacks.Message{At: theTown().messages[0].At, From: a.From, To: a.To, Text: a.Text}
	if n := len(b.messages); n > 0 {
		m.At = b.messages[n-1].At.Add(time.Second)
	}
	if err := b.carry(t, m); err != nil {
		return err
	}
	return b.look(t)
}

func errPerson(name string) error {
	return fmt.Errorf("there is nobody called %.40q in the town", name)
}

// carry sends a message in both columns. What is drawn for it depends on its index.
func (b *breach) carry(t *turn, m attacks.Message) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	i := len(b.messages)
	for _, c := range b.columns {
		if err := t.drawing(fmt.Sprint(c.name, " ", i), func() error { return c.carry(m) }); err != nil {
			return fmt.Errorf("message %d, %s escrow: %w", i, c.name, err)
		}
		envelope := c.wire.envelope
		t.event(Event{Kind: "sealed", Column: c.name, Index: i, At: m.At.Format(time.RFC3339), From: m.From, To: m.To,
			Bytes: hex.EncodeToString(envelope[max(0, len(envelope)-shown):]), Size: len(envelope), Text: m.Text})
	}
	b.messages = append(b.messages, m)
	return nil
}

func (c *column) carry(m attacks.Message) error {
	if err := c.stage.Send(m); err != nil {
		return err
	}
	for _, a := range c.apart {
		if err := a.stage.Send(m); err != nil {
			return err
		}
	}
	return nil
}
