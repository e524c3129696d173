package attacks_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// A theft is committed in the middle and exposed again as messages are added; a second theft of the
// same kind has its own moment.
func TestStageStepByStep(t *testing.T) {
	s := attacks.NewStage(&postcards{}, "Ana", nil)
	defer s.Close()
	for _, p := range attackstest.People {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	talk := attackstest.Talk(30)
	send := func(from, to int) {
		for _, m := range talk[from:to] {
			if err := s.Send(m); err != nil {
				t.Fatal(err)
			}
		}
	}
	steal := func(name attacks.TheftName) *attacks.Stolen {
		stolen, err := s.Steal(name)
		if err != nil {
			t.Fatal(err)
		}
		return stolen
	}
	check := func(stolen *attacks.Stolen, before, after attacks.Count) {
		t.Helper()
		e, err := s.Expose(t.Context(), stolen)
		if err != nil || e.Before != before || e.After != after || e.Forged != attacks.NotOffered {
			t.Errorf("%+v, %v; expected %v before, %v after", e, err, before, after)
		}
	}
	early := steal(attacks.WiretapName)
	check(early, attacks.Count{}, attacks.Count{})
	if v, err := s.Forge(early); v != attacks.NotOffered || err != nil {
		t.Errorf("a forgery before anyone wrote: %v, %v", v, err)
	}
	send(0, 10)
	check(early, attacks.Count{}, attacks.Count{N: 10, Of: 10})
	late := steal(attacks.WiretapName)
	send(10, 30)
	check(early, attacks.Count{}, attacks.Count{N: 30, Of: 30})
	check(late, attacks.Count{N: 10, Of: 10}, attacks.Count{N: 20, Of: 20})
	check(late, attacks.Count{N: 10, Of: 10}, attacks.Count{N: 20, Of: 20})
	for range 2 {
		if v, err := s.Forge(late); v != attacks.Accepted || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	}
	if late.Moment != 10 || s.Transcript().Tape.Len() != 30 || s.Named() != (attacks.Count{N: 30, Of: 30}) {
		t.Errorf("moment %d, %d envelopes, %v with names", late.Moment, s.Transcript().Tape.Len(), s.Named())
	}
	// Restore has mended the letterboxes, so the second burglary is seen as the first was.
	for range 2 {
		e, err := s.Expose(t.Context(), steal(burglary))
		if err != nil || e.Noticed != (attacks.Notice{Who: "5 people"}) || e.Moment != 30 {
			t.Errorf("%+v, %v", e, err)
		}
	}
	if _, err := s.Steal("pigeons"); err == nil || !strings.Contains(err.Error(), `"pigeons"`) {
		t.Error(err)
	}
	if len(s.Thefts()) != 3 || len(s.People()) != 6 || s.System() != "postcards" {
		t.Errorf("%d thefts, %d people in %s", len(s.Thefts()), len(s.People()), s.System())
	}
}

// Run is a loop over a stage: the same steps by hand give the same.
func TestRunIsAStage(t *testing.T) {
	const n = 20
	r := attackstest.Run(t, &postcards{}, n, "Ana")
	s := attacks.NewStage(&postcards{}, "Ana", nil)
	defer s.Close()
	for _, p := range attackstest.People {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	stolen := map[attacks.TheftName]*attacks.Stolen{}
	steal := func(atEnd bool) {
		for _, th := range s.Thefts() {
			if th.AtEnd != atEnd {
				continue
			}
			var err error
			if stolen[th.Name], err = s.Steal(th.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, m := range attackstest.Talk(n) {
		if i == n/2 {
			steal(false)
		}
		if err := s.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	steal(true)
	for _, want := range r.Exposures {
		e, err := s.Expose(t.Context(), stolen[want.Theft])
		if err != nil {
			t.Fatal(err)
		}
		if e.Forged, err = s.Forge(stolen[want.Theft]); err != nil {
			t.Fatal(err)
		}
		if e.Before != want.Before || e.After != want.After || e.Moment != want.Moment || e.Noticed != want.Noticed || e.Forged != want.Forged || e.Wrong != want.Wrong {
			t.Errorf("%s: %+v, expected %+v", want.Theft, e, want)
		}
	}
}

// Watch is told of each envelope before it arrives.
func TestWatch(t *testing.T) {
	arrived, watched := 0, 0
	p := &postcards{}
	p.lose = func(envelope []byte) (from, text string, err error) {
		arrived++
		parts := strings.SplitN(string(envelope), "\x00", 3)
		return parts[0], parts[2], nil
	}
	th := attacks.Wiretap(readPostcards, attacks.AnyText, forgePostcard)
	messages := attackstest.Talk(10)
	th.Watch = func(from, to string) error {
		if arrived != watched || from != messages[watched].From || to != messages[watched].To {
			t.Errorf("told of %s to %s after %d arrivals, as number %d", from, to, arrived, watched)
		}
		watched++
		return nil
	}
	attackstest.Run(t, oneTheft{p, th}, 10, "Ana")
	if watched != 10 {
		t.Errorf("told of %d envelopes, expected 10", watched)
	}
}

// A warrant reads the messages of one person, for whom the same theft without one reads all.
func TestWarrantIsForOne(t *testing.T) {
	p := &postcards{}
	theft := attacks.Wiretap(readPostcards, attacks.AnyText, forgePostcard)
	addresses := func(envelope []byte) (from, to []byte, ok bool) {
		parts := bytes.SplitN(envelope, []byte{0}, 3)
		return parts[0], parts[1], len(parts) == 3
	}
	for _, target := range []string{"Ana", "Zoë"} {
		warrant := attacks.Warrant(theft, "a court's order", func() ([]byte, error) { return []byte(target), nil }, addresses)
		r, err := attacks.Run(t.Context(), oneTheft{p, warrant}, attackstest.Conversation(attackstest.Size), target, nil)
		if err != nil {
			t.Fatal(err)
		}
		e := attackstest.Exposure(t, r, attacks.WarrantName)
		involved := attackstest.That(attackstest.Talk(attackstest.Size), func(_ int, m attacks.Message) bool { return attackstest.Involving(target, m) })
		attackstest.Check(t, e, attackstest.Want{Opened: involved, AtEnd: true})
		n := attackstest.Count(involved)
		if e.Use != attacks.Lawful || e.Takes != "a court's order" || e.Victims != (attacks.Count{N: n, Of: n}) || e.Operations != int64(n) {
			t.Errorf("%s: %v, %q, %v of the target's, %d operations", target, e.Use, e.Takes, e.Victims, e.Operations)
		}
	}
	broken := errors.New("no such person")
	warrant := attacks.Warrant(theft, "", func() ([]byte, error) { return nil, broken }, addresses)
	if _, err := attacks.Run(t.Context(), oneTheft{p, warrant}, attackstest.Conversation(2), "Ana", nil); !errors.Is(err, broken) {
		t.Errorf("a warrant for a person whom nobody knows: %v", err)
	}
}

func TestWordsOfUseAndMeans(t *testing.T) {
	for u, want := range map[attacks.Use]string{attacks.Taken: "theft", attacks.Lawful: "lawful use", attacks.Evasion: "evasion"} {
		if u.String() != want {
			t.Errorf("%q, expected %q", u, want)
		}
	}
	for m, want := range map[attacks.Means]string{
		attacks.AnyText: "any text", attacks.Again: "an old one", attacks.SentOn: "one sent on", attacks.Altered: "one altered", attacks.NoMAC: "no MAC here",
	} {
		if m.String() != want {
			t.Errorf("%q, expected %q", m, want)
		}
	}
}
