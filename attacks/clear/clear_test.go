package clear

import (
	"errors"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow/clear"
	"doormat/internal/testing/printed"
)

var runs = attackstest.NewOnce(func(string) attacks.System { return New() })

func TestThefts(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	for _, victim := range attackstest.Victims() {
		r := runs.Result(t, victim)
		owner := attacks.Notice{Who: victim}
		before := attackstest.That(talk, func(i int, m attacks.Message) bool {
			return i < attackstest.Size/2 && attackstest.Involving(victim, m)
		})
		none := attackstest.That(talk, attackstest.None)
		for theft, want := range map[attacks.TheftName]attackstest.Want{
			attacks.WarrantName: {Opened: attackstest.That(talk, func(_ int, m attacks.Message) bool {
				return attackstest.Involving(victim, m)
			}), Noticed: owner, AtEnd: true},
			messenger.Seizure: {Opened: none, Noticed: owner, AtEnd: true},
			Key:               {Opened: none},
			Screen:            {Opened: before, Noticed: owner},
			Flash:             {Opened: before},
			Oracle:            {Opened: before, Noticed: owner},
		} {
			attackstest.Check(t, attackstest.Exposure(t, r, theft), want)
		}
		if r.Exposure(messenger.SeizureDisappearing) != nil {
			t.Error("a phone is seized open")
		}
	}
}

// The phone that the police hold is Mallory's, and an order for it, by its true serial, opens nothing: police
// who know a phone by more than its screen are not an oracle.
func TestTrueSerialIsNoOracle(t *testing.T) {
	s := New().(*system)
	attackstest.Enrol(t, s)
	screen, err := s.phones["Ana"].Show(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.maker.Open(s.phones["Ben"].Serial(), screen); !errors.Is(err, clear.ErrOrder) {
		t.Error(err)
	}
	if code, err := s.open(screen); err != nil || code != s.phones["Ana"].passcode {
		t.Errorf("%q, %v", code, err)
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 20) }

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, New, attackstest.Damages{
		Believed: []attacks.TheftName{attacks.WarrantName, Screen, Flash, Oracle},
	})
}

func TestSeededRunsAreEqual(t *testing.T) { attackstest.SeededRunsAreEqual(t, New) }

func TestSystemPrintsNoSecret(t *testing.T) {
	s := New().(*system)
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, s.maker.RecoveryKey()); leak != "" {
		t.Error(leak)
	}
}
