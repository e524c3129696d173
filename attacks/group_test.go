package attacks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

// circular is a postcard that goes round: it names the sender and all recipients.
type circular struct {
	postcards
	watched []string
}

func (c *circular) Name() string { return "circular" }

func (c *circular) SendAll(m attacks.Message) ([]byte, error) {
	return []byte(m.From + "\x00" + strings.Join(m.Recipients(), ",") + "\x00" + m.Text), nil
}

func (c *circular) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	parts := strings.SplitN(string(envelope), "\x00", 3)
	if len(parts) != 3 || !slices.Contains(strings.Split(parts[1], ","), to) {
		return "", "", errOnPurpose
	}
	return parts[0], parts[2], nil
}

func (c *circular) Thefts(string) []attacks.Theft {
	everything := attacks.Wiretap(readPostcards, attacks.AnyText, func(_ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		if string(f.Held) != "Ana\x00Ben,Cas\x00On my way." {
			return nil, fmt.Errorf("what is held back is %q", f.Held)
		}
		return []byte("Ana\x00Ben\x00" + f.Text), nil
	})
	everything.Watch = func(from, to string) error {
		c.watched = append(c.watched, from+">"+to)
		return nil
	}
	return []attacks.Theft{everything}
}

// letters is what a system sends to each of several people.
type letters struct{ postcards }

func (*letters) Name() string { return "letters" }

// Thefts has the theft of Cas's letters.
func (*letters) Thefts(string) []attacks.Theft {
	return []attacks.Theft{{
		Name: burglary, Takes: "the letters to Cas", Steal: attacks.Nothing,
		Read: func(ctx context.Context, _ *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return readPostcards(ctx, t.Only(func(envelope []byte) bool {
				return strings.Contains(string(envelope), "\x00Cas\x00")
			}), found)
		},
	}}
}

func circle() *attacks.Conversation {
	return attacks.NewConversation([]attacks.Message{
		{From: "Ana", To: "Ben", Text: "to one"},
		{From: "Ana", To: "Ben", Also: []string{"Cas", "Dan"}, Text: "to three"},
		{From: "Ben", To: "Ana", Also: []string{"Dan"}, Text: "to two"},
		{From: "Ana", To: "Ben", Also: []string{"Cas"}, Text: "to two others"},
	})
}

// messagesOf lists which message each envelope carries.
func messagesOf(r *attacks.Result) (all []int) {
	for i := -1; i <= r.Transcript.Tape.Len(); i++ {
		m, ok := r.MessageOf(i)
		if !ok && m != -1 {
			panic("an envelope without a message has one")
		}
		all = append(all, m)
	}
	return all
}

// A message to several people is an envelope to each, and opens if one of them does.
func TestSeveralRecipients(t *testing.T) {
	c := circle()
	if !slices.Equal(c.People, []string{"Ana", "Ben", "Cas", "Dan"}) || c.Len != 4 || c.Moment != 2 {
		t.Errorf("%+v", c)
	}
	r, err := attacks.Run(t.Context(), &letters{}, c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := r.Exposures[0]
	if !slices.Equal(e.Opened, []bool{false, true, false, true}) || e.Envelopes != (attacks.Count{N: 2, Of: 8}) || e.Wrong != 0 {
		t.Errorf("%+v", e)
	}
	if e.Before != (attacks.Count{N: 1, Of: 2}) || e.After != (attacks.Count{N: 1, Of: 2}) || e.Moment != 2 {
		t.Errorf("before %v, after %v", e.Before, e.After)
	}
	if e.People != (attacks.Count{N: 4, Of: 4}) || e.Victims != (attacks.Count{N: 2, Of: 4}) {
		t.Errorf("people %v, victims %v", e.People, e.Victims)
	}
	if got := messagesOf(r); !slices.Equal(got, []int{-1, 0, 1, 1, 1, 2, 2, 3, 3, -1}) {
		t.Errorf("the envelopes carry %v", got)
	}
	if r.Named != (attacks.Count{N: 8, Of: 8}) {
		t.Errorf("both names are on %v", r.Named)
	}
	// Dan is a recipient as any other.
	r, err = attacks.Run(t.Context(), &letters{}, c, "Dan", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := r.Exposures[0]; e.Victims != (attacks.Count{N: 1, Of: 2}) {
		t.Errorf("of Dan's %v open", e.Victims)
	}
}

// A group system sends a message once.
func TestGroupSystem(t *testing.T) {
	s := new(circular)
	r, err := attacks.Run(t.Context(), s, circle(), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := r.Exposures[0]
	if e.Readable() != (attacks.Count{N: 4, Of: 4}) || e.Envelopes != (attacks.Count{N: 4, Of: 4}) || e.Wrong != 0 || e.Forged != attacks.Accepted {
		t.Errorf("%+v", e)
	}
	if got := messagesOf(r); !slices.Equal(got, []int{-1, 0, 1, 2, 3, -1}) {
		t.Errorf("the envelopes carry %v", got)
	}
	if r.Named != (attacks.Count{N: 4, Of: 4}) {
		t.Errorf("both names are on %v", r.Named)
	}
	const want = "Ana>Ben Ana>Ben Ana>Cas Ana>Dan Ben>Ana Ben>Dan Ana>Ben Ana>Cas"
	if got := strings.Join(s.watched, " "); got != want {
		t.Errorf("watched %s, expected %s", got, want)
	}
}

// Who comes twice among several recipients, or has sent the message, would be counted twice: it is an error, and
// nothing is sent. A message to oneself alone is one message.
func TestRecipientsComeOnce(t *testing.T) {
	for _, system := range []attacks.System{new(letters), new(circular)} {
		s := attacks.NewStage(system, "Ana", nil)
		defer s.Close()
		for _, m := range []attacks.Message{
			{From: "Ana", To: "Ben", Also: []string{"Ben"}}, {From: "Ana", To: "Ben", Also: []string{"Cas", "Cas"}},
			{From: "Ana", To: "Ben", Also: []string{"Ana"}}, {From: "Ana", To: "Ana", Also: []string{"Ben"}},
		} {
			if err := s.Send(m); err == nil || s.Transcript().Tape.Len() != 0 {
				t.Errorf("%s takes %+v: %v, and %d envelopes", s.System(), m, err, s.Transcript().Tape.Len())
			}
		}
		for i, m := range []attacks.Message{{From: "Ana", To: "Ana"}, {From: "Ana", To: "Ana", Also: []string{}}} {
			if err := s.Send(m); err != nil || s.Transcript().Tape.Len() != i+1 {
				t.Errorf("%s, to oneself: %v", s.System(), err)
			}
		}
	}
}

// forgetful does not send to the last of several.
type forgetful struct{ circular }

func (f *forgetful) SendAll(m attacks.Message) ([]byte, error) {
	m.Also = m.Also[:len(m.Also)-1]
	return f.circular.SendAll(m)
}

// An envelope that does not arrive everywhere is an error of the system.
func TestUnfaithfulGroup(t *testing.T) {
	if _, err := attacks.Run(t.Context(), new(forgetful), circle(), "Ana", nil); !errors.Is(err, errOnPurpose) || !strings.Contains(err.Error(), "message 1: ") {
		t.Errorf("%v", err)
	}
}

// After an error the envelopes of a message that was on the wire are still that message's.
func TestErrorOnTheWire(t *testing.T) {
	system := new(letters)
	s := attacks.NewStage(system, "Ana", nil)
	defer s.Close()
	stolen, err := s.Steal(burglary)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"the first", "lost", "the third"} {
		system.lose = nil
		if text == "lost" {
			system.lose = func([]byte) (string, string, error) { return "", "", errOnPurpose }
		}
		if err := s.Send(attacks.Message{From: "Ana", To: "Cas", Text: text}); (err != nil) != (text == "lost") {
			t.Errorf("message %d: %v", i, err)
		}
	}
	e, err := s.Expose(t.Context(), stolen)
	if err != nil || e.Wrong != 0 || e.Lost != 1 || e.After != (attacks.Count{N: 3, Of: 3}) || e.Envelopes != (attacks.Count{N: 3, Of: 3}) {
		t.Errorf("%+v, %v", e, err)
	}
}

// pushy is a circular with a thief on the wire.
type pushy struct {
	circular
	middle attacks.Middle
}

func (p *pushy) Thefts(string) []attacks.Theft {
	return (&tampered{middle: p.middle}).Thefts("")
}

// A thief on the wire has an envelope before him once for each recipient, and a message that does not reach
// all of them is lost.
func TestMiddleOfGroup(t *testing.T) {
	for to, lost := range map[string]int{"": 0, "Dan": 1, "Cas": 1, "Ben": 1, "Ana": 1} {
		seen := 0
		r, err := attacks.Run(t.Context(), &pushy{middle: func(e attacks.InFlight) ([]attacks.InFlight, error) {
			seen++
			if e.To == to {
				return nil, nil
			}
			return []attacks.InFlight{e}, nil
		}}, circle(), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := r.Exposures[0]; e.Lost != lost || e.Inserted.Of != 0 || seen != 4 {
			t.Errorf("without %q: %d lost of %d, %v inserted; expected %d", to, e.Lost, seen, e.Inserted, lost)
		}
		r.Close()
	}
}
