package mls

import (
	"context"
	"errors"
	"time"

	"doormat/attacks"
)

var (
	errSeized = errors.New("attacks: the phone is gone")
	errPhone  = errors.New("attacks: expected a date and a text in each record behind the state, found something else")
)

// A phone keeps every message that its owner writes or reads. In the loot the device's state is the first
// record, and each message one more: the date as attacks.Date writes it, then the text.
type phone struct {
	owner   string
	history attacks.Tape
	seized  bool
}

// keep adds a message to the history, if it is on that phone.
func (p *phone) keep(name string, at time.Time, text string) error {
	if p == nil || name != p.owner {
		return nil
	}
	return p.history.Append(append(attacks.Date(at), text...))
}

// seize takes the phone of the victim away.
func (s *system) seize() (*attacks.Tape, error) {
	l, err := s.stealDevice(s.phone.owner)
	if err != nil {
		return nil, err
	}
	s.phone.seized = true
	return l, appendAll(l, &s.phone.history)
}

func appendAll(to, from *attacks.Tape) error {
	for record, err := range from.All() {
		if err == nil {
			err = to.Append(record)
		}
		if err != nil {
			return errors.Join(err, to.Close())
		}
	}
	return nil
}

// recoverSeized reads the messages that a phone has kept, and then tries what the phone's keys open.
func recoverSeized(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	if err := readHistory(ctx, l, t, found); err != nil {
		return 0, err
	}
	return recoverWithDevice(ctx, l, t, found)
}

// readHistory matches the messages on a phone with the envelopes of its groups, by their dates and in their
// order. It believes what the phone says.
func readHistory(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) error {
	state, err := l.First()
	if err != nil {
		return err
	}
	d, err := parseDevice(state, time.Now)
	if err != nil {
		return err
	}
	var dates []time.Time
	var texts [][]byte
	first := true
	for record, err := range l.All() {
		if err != nil {
			return err
		}
		if first {
			first = false
			continue
		}
		at, text, err := attacks.CutDate(record)
		if err != nil {
			return errPhone
		}
		dates, texts = append(dates, at), append(texts, append([]byte(nil), text...))
	}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		parts, ok := split(r.Bytes)
		if !ok || len(dates) == 0 || !r.At.Equal(dates[0]) || d.groups[string(parts[len(parts)-1].group)] == nil {
			continue
		}
		found(r.Index, texts[0])
		dates, texts = dates[1:], texts[1:]
	}
	return nil
}
