package messenger

import (
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/noescrow"
)

// Each person's history opens that person's messages, and no other.
func TestHistories(t *testing.T) {
	const n = 60
	a := NewArchive(newTwin().kind)
	r := attackstest.Run(t, a, n, "Ana")
	for _, name := range attackstest.People {
		claims := new(attackstest.Claims)
		id := noescrow.Identity(attackstest.Identity(t, a, name))
		if err := ReadHistory(a.Wire(), id, a.History(name), r.Transcript, claims.Found); err != nil {
			t.Fatal(err)
		}
		opened, wrong := claims.Judge(attackstest.Talk(n))
		want := attackstest.That(attackstest.Talk(n), func(_ int, m attacks.Message) bool { return attackstest.Involving(name, m) })
		attackstest.Same(t, name, opened, want)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", name, wrong)
		}
	}
	if len(a.History("Ana")) == 0 {
		t.Error("there is no history")
	}
}

func FuzzReadHistory(f *testing.F) {
	f.Add([]byte{})
	f.Add(append(attacks.Date(time.UnixMilli(0)), 0, 0, 0, 3, 'y', 'e', 's'))
	f.Add(append(attacks.Date(time.UnixMilli(0)), 255, 255, 255, 255, 'y'))
	a := NewArchive(newTwin().kind)
	attackstest.Enrol(f, a)
	envelope, err := a.Send(attacks.Message{At: time.UnixMilli(0), From: "Ana", To: "Ben", Text: "yes"})
	if err != nil {
		f.Fatal(err)
	}
	id := noescrow.Identity(attackstest.Identity(f, a, "Ana"))
	f.Fuzz(func(t *testing.T, history []byte) {
		ReadHistory(a.Wire(), id, history, attackstest.Transcript(t, time.UnixMilli(0), envelope, envelope), func(i int, text []byte) {
			if i > 1 || len(text) > len(history) {
				t.Errorf("%d: %q", i, text)
			}
		})
	})
}

// Of two messages with one date a history claims its owner's.
func TestHistoryOfEqualDates(t *testing.T) {
	a := NewArchive(newTwin().kind)
	attackstest.Enrol(t, a)
	at := time.UnixMilli(7).UTC()
	var envelopes [][]byte
	for _, m := range []attacks.Message{{At: at, From: "Ana", To: "Ben", Text: "one"}, {At: at, From: "Cas", To: "Dee", Text: "two"}} {
		envelope, err := a.Send(m)
		if err != nil {
			t.Fatal(err)
		}
		envelopes = append(envelopes, envelope)
	}
	claims := new(attackstest.Claims)
	id := noescrow.Identity(attackstest.Identity(t, a, "Cas"))
	if err := ReadHistory(a.Wire(), id, a.History("Cas"), attackstest.Transcript(t, at, envelopes...), claims.Found); err != nil {
		t.Fatal(err)
	}
	if len(claims.Texts) != 1 || claims.Texts[1] != "two" {
		t.Errorf("claimed %v", claims.Texts)
	}
}
