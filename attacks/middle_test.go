package attacks_test

import (
	"context"
	"errors"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// A tampered is a postcard system with one thief who acts.
type tampered struct {
	postcards
	middle attacks.Middle
}

func (s *tampered) Thefts(string) []attacks.Theft {
	return []attacks.Theft{{
		Name: "acting", Takes: "a place on the wire", Steal: attacks.Nothing,
		Act: func(*attacks.Tape) (attacks.Middle, error) {
			if s.middle == nil {
				return nil, errOnPurpose
			}
			return s.middle, nil
		},
		Read: func(ctx context.Context, _ *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return readPostcards(ctx, t, found)
		},
	}}
}

// A thief on the wire can pass, alter, drop, add and redirect envelopes, from the theft on. What becomes of
// the messages and of what is added is counted, and decides who could notice.
func TestMiddle(t *testing.T) {
	const n = 20
	with := func(e attacks.InFlight, text string) attacks.InFlight {
		e.Bytes = []byte(e.From + "\x00" + e.To + "\x00" + text)
		return e
	}
	for what, c := range map[string]struct {
		middle   attacks.Middle
		lost     int
		inserted attacks.Count
		noticed  string
	}{
		"passes": {func(e attacks.InFlight) ([]attacks.InFlight, error) { return []attacks.InFlight{e}, nil }, 0, attacks.Count{}, ""},
		"drops":  {func(attacks.InFlight) ([]attacks.InFlight, error) { return nil, nil }, n / 2, attacks.Count{}, "who misses a message"},
		"alters": {func(e attacks.InFlight) ([]attacks.InFlight, error) {
			return []attacks.InFlight{with(e, "altered")}, nil
		},
			n / 2, attacks.Count{N: n / 2, Of: n / 2}, "who misses a message"},
		"adds before and after": {func(e attacks.InFlight) ([]attacks.InFlight, error) {
			return []attacks.InFlight{with(e, "before"), e, with(e, "after"), {To: e.To, Bytes: []byte("not a postcard")}}, nil
		}, 0, attacks.Count{N: n, Of: 3 * n / 2}, "who compares histories"},
		"repeats": {func(e attacks.InFlight) ([]attacks.InFlight, error) { return []attacks.InFlight{e, e}, nil },
			0, attacks.Count{N: n / 2, Of: n / 2}, "who compares histories"},
		"adds what is refused": {func(e attacks.InFlight) ([]attacks.InFlight, error) {
			return []attacks.InFlight{e, {To: "Cas", Bytes: e.Bytes}}, nil
		}, 0, attacks.Count{N: 0, Of: n / 2}, ""},
	} {
		first := -1
		s := &tampered{middle: func(e attacks.InFlight) ([]attacks.InFlight, error) {
			if first < 0 {
				first = e.Index
			}
			return c.middle(e)
		}}
		talk := attacks.NewConversation(onlyAnaAndBen(n))
		r, err := attacks.Run(t.Context(), s, talk, "Ana", nil)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		e := r.Exposures[0]
		if e.Lost != c.lost || e.Inserted != c.inserted || e.Noticed.Who != c.noticed || first != n/2 {
			t.Errorf("%s: from message %d, %d are lost, %v inserted, noticed by %v", what, first, e.Lost, e.Inserted, e.Noticed)
		}
		if e.Readable() != (attacks.Count{N: n, Of: n}) || r.Transcript.Tape.Len() != n {
			t.Errorf("%s: %v open of %d", what, e.Readable(), r.Transcript.Tape.Len())
		}
		r.Close()
	}
	for what, s := range map[string]*tampered{
		"cannot act":  {},
		"fails later": {middle: func(attacks.InFlight) ([]attacks.InFlight, error) { return nil, errOnPurpose }},
	} {
		if _, err := attacks.Run(t.Context(), s, attackstest.Conversation(n), "Ana", nil); !errors.Is(err, errOnPurpose) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Two thieves on one wire stand one behind the other.
func TestTwoMiddles(t *testing.T) {
	double := func(e attacks.InFlight) ([]attacks.InFlight, error) { return []attacks.InFlight{e, e}, nil }
	s := attacks.NewStage(&tampered{middle: double}, "Ana", nil)
	defer s.Close()
	if err := errors.Join(s.Enrol("Ana"), s.Enrol("Ben")); err != nil {
		t.Fatal(err)
	}
	var stolen *attacks.Stolen
	for i := range 2 {
		var err error
		if stolen, err = s.Steal("acting"); err != nil {
			t.Fatal(err)
		}
		if err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: "hello"}); err != nil {
			t.Fatal(err)
		}
		e, err := s.Expose(t.Context(), stolen)
		if want := []int{1, 1 + 3}[i]; err != nil || e.Inserted.N != want {
			t.Errorf("%d thieves: %v inserted, expected %d, %v", i+1, e.Inserted, want, err)
		}
	}
}

func onlyAnaAndBen(n int) (messages []attacks.Message) {
	for i := range n {
		from, to := "Ana", "Ben"
		if i%2 == 1 {
			from, to = to, from
		}
		messages = append(messages, attacks.Message{From: from, To: to, Text: "message " + string(rune('a'+i))})
	}
	return messages
}
