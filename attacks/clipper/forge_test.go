package clipper

import (
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// What a forger can write depends on the loot: a bit, or any text.
func TestForgeries(t *testing.T) {
	const n, held, forged = 40, "On my way.", "I never wrote this."
	for _, c := range []struct {
		theft  attacks.TheftName
		victim string
		any    bool
	}{
		{attacks.WiretapName, "Ana", false}, {FamilyKey, "Ana", false}, {OneAgent, "Ana", false},
		{Warrant, "Ana", true}, {BothAgents, "Ana", true},
		{attacks.DeviceKeys, "Ana", true}, {attacks.DeviceKeys, "Eli", false}, // no one writes to Eli
	} {
		s := New()
		r := attackstest.Run(t, s, n, c.victim)
		at := time.Now()
		envelope, err := s.Send(attacks.Message{At: at, From: c.victim, To: "Cas", Text: held})
		if err != nil {
			t.Fatal(err)
		}
		th, err := theft(s, c.theft, c.victim)
		if err != nil {
			t.Fatal(err)
		}
		f := attacks.Forgery{From: attackstest.Identity(t, s, c.victim), To: attackstest.Identity(t, s, "Cas"), At: at, Text: forged, Held: envelope}
		b, err := th.Forge(r.Loot[c.theft], r.Transcript, f)
		if err != nil {
			t.Fatalf("%s: %v", c.theft, err)
		}
		from, text, err := s.Receive("Cas", at, b)
		if err != nil || from != c.victim || text == held || (text == forged) != c.any {
			t.Errorf("%s: %q from %s, %v", c.theft, text, from, err)
		}
	}
}

// What is forged with a card has a LEAF that names another: who once wrote to the victim.
func TestCardForgeryNamesAnother(t *testing.T) {
	s := newSystem()
	attackstest.Enrol(t, s)
	letter, err := s.Send(attacks.Message{From: "Ben", To: "Ana", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	card, err := s.stealCard("Ana")
	if err != nil {
		t.Fatal(err)
	}
	b, err := forgeWithCard(card, attackstest.Transcript(t, time.Time{}, letter), attacks.Forgery{To: attackstest.Identity(t, s, "Cas"), Text: "I never wrote this."})
	if err != nil {
		t.Fatal(err)
	}
	if from, text, err := s.Receive("Cas", time.Time{}, b); from != "Ana" || text != "I never wrote this." || err != nil {
		t.Errorf("%q from %s, %v", text, from, err)
	}
	forged := attackstest.Transcript(t, time.Time{}, b)
	if got := units(t, s.family.Key(), forged); s.register[got[0]] != "Ben" {
		t.Errorf("the LEAF names %q", s.register[got[0]])
	}
}

// A text with no letter in its last block has padding where the bit is flipped.
func TestAlteringHitsThePadding(t *testing.T) {
	s := newSystem()
	attackstest.Enrol(t, s)
	for text, arrives := range map[string]bool{"of 10 byte": true, "nine byte": true, "sixteen bytes ..": false, "eight...": false} {
		held, err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		b, err := forgeByAltering(nil, attacks.Forgery{Held: held})
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := s.Receive("Ben", time.Time{}, b); (err == nil) != arrives {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := forgeByAltering(nil, attacks.Forgery{Held: []byte("no envelope")}); err != errEnvelope {
		t.Error(err)
	}
}
