package franking

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// runs are the experiment, and twins on the same messenger without franking, made once for each victim.
var (
	runs  = attackstest.NewOnce(func(string) attacks.System { return New() })
	twins = attackstest.NewOnce(func(string) attacks.System {
		return messenger.New(messenger.Kind{
			Name:      "no escrow",
			NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
			NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
			Wire:      messenger.NoEscrow,
		})
	})
)

// Franking changes nothing about what opens: each theft that the twin knows opens the same, and its
// forgeries fare the same.
func TestOpensWhatTheTwinOpens(t *testing.T) {
	for _, victim := range attackstest.Victims() {
		r, twin := runs.Result(t, victim), twins.Result(t, victim)
		for _, want := range twin.Exposures {
			e := attackstest.Exposure(t, r, want.Theft)
			attackstest.Same(t, victim+", "+string(want.Theft), e.Opened, want.Opened)
			if e.Wrong != 0 || e.Forged != want.Forged || e.Noticed != want.Noticed {
				t.Errorf("%s, %s: %+v, without franking %+v", victim, want.Theft, e, want)
			}
		}
		if r.Named != twin.Named {
			t.Errorf("names in clear: %v, without franking %v", r.Named, twin.Named)
		}
	}
}

// The provider's key opens nothing, and makes it believe a report of what the victim never sent.
func TestKey(t *testing.T) {
	for _, victim := range attackstest.Victims() {
		e := attackstest.Exposure(t, runs.Result(t, victim), Key)
		attackstest.Check(t, e, attackstest.Want{
			Opened: attackstest.That(attackstest.Talk(attackstest.Size), attackstest.None),
			Forged: attackstest.IfWrote(victim, attacks.Accepted),
		})
		if e.Operations < attackstest.Size {
			t.Errorf("%s: only %d attempts", victim, e.Operations)
		}
	}
}

// The control of that zero: with the key of a message in the place of the provider's, the same attack
// confirms the guess that is right, and no other.
func TestGuessingWithTheKeyOpens(t *testing.T) {
	alice, bob := noescrow.NewDevice(), noescrow.NewDevice()
	publication, err := bob.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		t.Fatal(err)
	}
	if err := alice.Start(bob.Identity(), shelf.Bundle()); err != nil {
		t.Fatal(err)
	}
	var loot, envelopes [][]byte
	for _, text := range []string{"yes", "not a text that many people send", "no"} {
		envelope, err := device{alice}.Seal(bob.Identity(), []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, plaintext, err := bob.Open(envelope[headSize:], envelope[:headSize])
		if err != nil {
			t.Fatal(err)
		}
		loot, envelopes = append(loot, plaintext[1:][:32]), append(envelopes, envelope)
	}
	for key, want := range map[string]map[int]string{
		string(loot[0]): {0: "yes"}, string(loot[1]): nil, string(loot[2]): {2: "no"},
		string(franking.NewProvider().RecoveryKey()): nil,
	} {
		c := new(attackstest.Claims)
		if _, err := recoverByGuessing(t.Context(), attackstest.Tape(t, []byte(key)), attackstest.Transcript(t, time.Time{}, envelopes...), c.Found); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(c.Texts) != fmt.Sprint(want) {
			t.Errorf("%v are confirmed, expected %v", c.Texts, want)
		}
	}
}

// The provider refuses a report that was made with another key, or for another recipient.
func TestReportRefused(t *testing.T) {
	s := New().(*system)
	attackstest.Enrol(t, s)
	f := attacks.Forgery{From: attackstest.Identity(t, s, "Ana"), To: attackstest.Identity(t, s, "Ben"), At: attackstest.Talk(1)[0].At, Text: "I never wrote this."}
	for _, c := range []struct {
		key []byte
		to  string
		ok  bool
	}{
		{s.provider.RecoveryKey(), "Ben", true},
		{s.provider.RecoveryKey(), "Cas", false},
		{franking.NewProvider().RecoveryKey(), "Ben", false},
	} {
		report, err := forgeReport(attackstest.Tape(t, c.key), nil, f)
		if err != nil {
			t.Fatal(err)
		}
		from, text, err := s.Receive(c.to, f.At, report)
		if (err == nil) != c.ok || c.ok && (from != "Ana" || text != f.Text) {
			t.Errorf("%s: %q of %q, %v", c.to, text, from, err)
		}
	}
	for _, loot := range [][]byte{nil, make([]byte, 32), make([]byte, 34)} {
		if _, err := forgeReport(attackstest.Tape(t, loot), nil, f); err == nil {
			t.Errorf("%d bytes are taken for a key", len(loot))
		}
	}
	if _, err := forgeReport(new(attacks.Tape), nil, f); err == nil {
		t.Error("no key is no error")
	}
}

// The commitment that the provider stamps is the one that the recipient checks: if it is changed on the
// way, nothing opens.
func TestCommitmentIsBound(t *testing.T) {
	s := New()
	attackstest.Enrol(t, s)
	m := attackstest.Talk(1)[0]
	envelope, err := s.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range headSize {
		bad := slices.Clone(envelope)
		bad[i] ^= 1
		if _, text, err := s.Receive(m.To, m.At, bad); err == nil {
			t.Errorf("byte %d changed: %q", i, text)
		}
	}
	for n := range len(envelope) {
		if _, _, err := s.Receive(m.To, m.At, envelope[:n]); err == nil {
			t.Errorf("%d bytes of an envelope open", n)
		}
	}
	if from, text, err := s.Receive(m.To, m.At, envelope); err != nil || from != m.From || text != m.Text {
		t.Errorf("%q of %q, %v", text, from, err)
	}
}

func TestOrderOfThefts(t *testing.T) {
	var names []attacks.TheftName
	for _, theft := range New().Thefts("Ana") {
		names = append(names, theft.Name)
	}
	want := []attacks.TheftName{attacks.WarrantName, attacks.WiretapName, messenger.Relay, Key,
		attacks.DeviceKeys, messenger.SeizureDisappearing, messenger.Seizure, messenger.ImplantName, messenger.UpdateKey, messenger.Quantum}
	if !slices.Equal(names, want) {
		t.Errorf("%q, expected %q", names, want)
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 30) }

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, New, attackstest.Damages{
		Believed: []attacks.TheftName{attacks.WarrantName, messenger.Seizure, messenger.SeizureDisappearing, messenger.ImplantName, messenger.UpdateKey},
	})
}

func TestDamagedTranscript(t *testing.T) { attackstest.DamagedTranscript(t, New) }

func TestSeededRunsAreEqual(t *testing.T) { attackstest.SeededRunsAreEqual(t, New) }

func TestSystemPrintsNoSecret(t *testing.T) {
	s := New().(*system)
	if leak := printed.Leak(s, s.provider.RecoveryKey()[2:]); leak != "" {
		t.Error(leak)
	}
	if got := fmt.Sprint(s); got != "attacks.System(franking)" {
		t.Errorf("prints %q", got)
	}
}
