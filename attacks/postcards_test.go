package attacks_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
)

// The names of the thefts of postcards.
const (
	burglary attacks.TheftName = "burglary"
	seizure  attacks.TheftName = "device seizure"
)

var errOnPurpose = errors.New("on purpose")

// postcards is a system as somebody might add one: an envelope is who wrote, to whom, and the text.
type postcards struct {
	people []string
	lose   func(envelope []byte) (from, text string, err error) // what goes wrong on the way, if not nil
	robbed bool
}

func (p *postcards) Name() string { return "postcards" }

func (p *postcards) Enrol(person string) error {
	p.people = append(p.people, person)
	return nil
}

func (p *postcards) Identity(person string) ([]byte, error) { return []byte(person), nil }
func (p *postcards) Bundle(string) ([]byte, error)          { return nil, nil }

func (p *postcards) Send(m attacks.Message) ([]byte, error) {
	return []byte(m.From + "\x00" + m.To + "\x00" + m.Text), nil
}

func (p *postcards) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	if p.lose != nil {
		return p.lose(envelope)
	}
	parts := strings.SplitN(string(envelope), "\x00", 3)
	if len(parts) != 3 || parts[1] != to {
		return "", "", errOnPurpose
	}
	return parts[0], parts[2], nil
}

// Inspect shows everyone but Ben that his letterbox was broken.
func (p *postcards) Inspect(person string) ([]byte, error) {
	if p.robbed && person != "Ben" {
		return []byte("broken"), nil
	}
	return nil, nil
}

// readPostcards needs nothing but eyes.
func readPostcards(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		tried(r.Bytes[strings.LastIndexByte(string(r.Bytes), 0)+1:], true)
	})
}

func forgePostcard(_ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	return slices.Concat(f.From, []byte{0}, f.To, []byte{0}, []byte(f.Text)), nil
}

func (p *postcards) Thefts(victim string) []attacks.Theft {
	return []attacks.Theft{attacks.Wiretap(readPostcards, attacks.AnyText, forgePostcard), {
		Name: burglary, Takes: "the letterboxes",
		Steal:   func() (*attacks.Tape, error) { p.robbed = true; return new(attacks.Tape), nil },
		Restore: func() { p.robbed = false },
		Read: func(_ context.Context, _ *attacks.Tape, _ *attacks.Transcript, found attacks.Found) (int64, error) {
			found(-2, nil)
			found(1<<30, nil)
			found(0, []byte("what nobody wrote"))
			return 3, nil
		},
	}, {
		Name: seizure, AtEnd: true, Steal: attacks.Nothing,
		Read: func(context.Context, *attacks.Tape, *attacks.Transcript, attacks.Found) (int64, error) { return 0, nil },
		Noticed: func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
			return attacks.Notice{Who: "the neighbours"}, nil
		},
	}}
}

// envelopes is a postcard system in which nothing can be read, to stand beside postcards.
type envelopes struct{ postcards }

func (envelopes) Name() string { return "envelopes" }

func (e *envelopes) Thefts(string) []attacks.Theft {
	blind := func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return t.Each(ctx, found, func(_ attacks.Record, tried attacks.Tried) { tried(nil, false) })
	}
	replay := func(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) { return f.Held, nil }
	relay := attacks.Wiretap(blind, attacks.Again, replay)
	relay.Name = "relay"
	late := attacks.Evade(relay, "late", "a court's order")
	return []attacks.Theft{attacks.Wiretap(blind, attacks.Again, replay), relay, late}
}
