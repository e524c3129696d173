package backup

import (
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
)

var runs = attackstest.NewOnce(func(string) attacks.System { return New() })

// before lists the messages up to the theft that f holds for.
func before(f func(m attacks.Message) bool) []bool {
	return attackstest.That(attackstest.Talk(attackstest.Size), func(i int, m attacks.Message) bool {
		return i < attackstest.Size/2 && f(m)
	})
}

func TestThefts(t *testing.T) {
	for _, victim := range attackstest.Victims() {
		r := runs.Result(t, victim)
		for theft, opens := range map[attacks.TheftName]func(m attacks.Message) bool{
			Store:     func(attacks.Message) bool { return false },
			MasterKey: func(attacks.Message) bool { return true },
		} {
			attackstest.Check(t, attackstest.Exposure(t, r, theft), attackstest.Want{Opened: before(opens)})
		}
		attackstest.Check(t, attackstest.Exposure(t, r, Warrant), attackstest.Want{
			Opened: attackstest.That(attackstest.Talk(attackstest.Size), func(_ int, m attacks.Message) bool {
				return attackstest.Involving(victim, m)
			}),
			AtEnd: true,
		})
	}
}

// A person who makes no backup is in those of the people she writes with.
func TestCareful(t *testing.T) {
	r := attackstest.Run(t, NewCareful("Ana"), attackstest.Size, "Ana")
	e := attackstest.Exposure(t, r, MasterKey)
	attackstest.Same(t, "master key", e.Opened, before(func(attacks.Message) bool { return true }))
	if n := attackstest.Exposure(t, r, Warrant).Readable().N; n != 0 {
		t.Errorf("a warrant for her backup, which there is not, opens %d", n)
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 20) }

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, New, attackstest.Damages{
		Believed: []attacks.TheftName{messenger.Seizure, messenger.SeizureDisappearing, messenger.ImplantName, messenger.UpdateKey, Warrant},
	})
}

func TestSeededRunsAreEqual(t *testing.T) { attackstest.SeededRunsAreEqual(t, New) }

func TestSystemPrintsNoSecret(t *testing.T) {
	s := New().(*system)
	if leak := printed.Leak(s, []byte(s.provider.RecoveryKey()[18:])); leak != "" {
		t.Error(leak)
	}
}
