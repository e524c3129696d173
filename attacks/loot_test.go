package attacks_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// TryAll tries the loot and each record alone as each kind of key, and claims each record as a text, also
// behind a date. An error of a kind ends nothing; the end of the context does.
func TestTryAll(t *testing.T) {
	loot := attackstest.Tape(t, []byte("short"), append(attacks.Date(time.Unix(1, 0)), "dated"...))
	var tried [][]byte
	refuse := func(_ context.Context, l *attacks.Tape, _ *attacks.Transcript, _ attacks.Found) (int64, error) {
		tried = append(tried, bytes.Join(attackstest.Records(t, l), []byte("|")))
		return 0, errors.New("no key of this kind")
	}
	open := func(_ context.Context, l *attacks.Tape, _ *attacks.Transcript, found attacks.Found) (int64, error) {
		if l.Len() == 1 {
			found(7, []byte("opened"))
		}
		return 5, nil
	}
	var c attackstest.Claims
	n, err := attacks.TryAll(t.Context(), loot, nil, c.Found, refuse, open)
	if err != nil || n != 3*(1+5)+1+2 {
		t.Errorf("%d operations, %v", n, err)
	}
	if len(tried) != 3 || string(tried[0]) != "short|"+string(tried[2]) || string(tried[1]) != "short" {
		t.Errorf("tried %q", tried)
	}
	if len(c.Unplaced) != 3 || !c.Unplaced["short"] || !c.Unplaced["dated"] || c.Texts[7] != "opened" {
		t.Errorf("claims %v and %v", c.Unplaced, c.Texts)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := attacks.TryAll(ctx, loot, nil, c.Found, refuse); err == nil {
		t.Error("a cancelled attack goes on")
	}
}

// A text whose envelope the thief does not know is every message that says it, and none that is a name or
// empty; one that nobody wrote is no claim.
func TestUnplaced(t *testing.T) {
	s := attacks.NewStage(&gossips{}, "Ana", nil)
	defer s.Close()
	for _, p := range []string{"Ana", "Ben"} {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"a secret", "Ben", "", "another", "a secret"} {
		if err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	stolen, err := s.Steal("gossip")
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Expose(t.Context(), stolen)
	if err != nil || e.Wrong != 0 {
		t.Errorf("%d wrong claims, %v", e.Wrong, err)
	}
	attackstest.Same(t, "gossip", e.Opened, []bool{true, false, false, false, true})
}

// gossips are postcards of which somebody has heard some texts.
type gossips struct{ postcards }

func (*gossips) Thefts(string) []attacks.Theft {
	return []attacks.Theft{{
		Name: "gossip", Takes: "what is told",
		Steal: func() (*attacks.Tape, error) {
			return attacks.TapeOf([]byte("a secret"), []byte("Ben"), nil, []byte("what nobody wrote"))
		},
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return attacks.TryAll(ctx, l, t, found)
		},
	}}
}
