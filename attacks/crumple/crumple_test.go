package crumple

import (
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/crumple"
	"doormat/internal/testing/printed"
)

// testBits keeps a search below a millisecond.
const testBits = 6

func system6() attacks.System { return New(testBits) }

func TestThefts(t *testing.T) {
	const n = attackstest.Size
	talk := attackstest.Talk(n)
	attackstest.Seed(t, [32]byte{3}) // the wiretap opens one message in 500 million: its key is among those tried
	for _, victim := range attackstest.Victims() {
		r := attackstest.Run(t, system6(), n, victim)
		all := attackstest.That(talk, attackstest.All)
		own := attackstest.That(talk, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) })
		forged := attackstest.IfWrote(victim, attacks.Accepted)
		for theft, want := range map[attacks.TheftName]attackstest.Want{
			attacks.WarrantName: {Opened: own, AtEnd: true},
			attacks.WiretapName: {Opened: make([]bool, n), Forged: forged},
			Paid:                {Opened: all, Forged: forged},
			attacks.DeviceKeys:  {Opened: own, Forged: forged},
		} {
			attackstest.Check(t, attackstest.Exposure(t, r, theft), want)
		}
		if e := attackstest.Exposure(t, r, attacks.WiretapName); e.Operations != n<<wiretapBits || e.Means != attacks.Again {
			t.Errorf("the wiretap has tried %d hashes, and forges %v", e.Operations, e.Means)
		}
		e := attackstest.Exposure(t, r, Paid)
		if hashes := e.Operations - 1<<16; hashes < n || hashes > n<<testBits || e.Means != attacks.Again {
			t.Errorf("%d hashes were paid, and forge %v", hashes, e.Means)
		}
	}
}

// The larger the bits, the dearer all messages together; the table stays as it is.
func TestBitsAreADial(t *testing.T) {
	const n = 60
	for _, bits := range []int{4, 8} {
		e := attackstest.Exposure(t, attackstest.Run(t, New(bits), n, "Ana"), Paid)
		mean := float64(e.Operations-1<<16) / n
		// A search ends with the batch of the key; batches are of 64 hashes. Six deviations, as in package
		// workfactor's test.
		space := float64(uint64(1) << bits)
		if mean < space*(0.5-6*0.0373) || mean > max(space, space*(0.5+6*0.0373)+64) {
			t.Errorf("%d bits: %.0f hashes a message", bits, mean)
		}
	}
}

func TestRogue(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	r := attackstest.Run(t, NewRogue(testBits, "Ana"), attackstest.Size, "Ana")
	attackstest.Check(t, attackstest.Exposure(t, r, Rogue), attackstest.Want{
		Opened: attackstest.That(talk, func(_ int, m attacks.Message) bool { return m.From != "Ana" }),
		AtEnd:  true,
	})
	if r.System != Name || len(r.Exposures) != 1 {
		t.Errorf("%s: %d exposures", r.System, len(r.Exposures))
	}
}

// The full size costs the paper's least price, and a bit less costs less.
func TestFullBits(t *testing.T) {
	if got := crumple.Bits(1000, 8e6, 0.04); got != fullBits {
		t.Errorf("%d bits cost $1,000", got)
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, system6, 20) }

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, system6, attackstest.Damages{Whole: []attacks.TheftName{attacks.DeviceKeys}})
}

func TestDamagedTranscript(t *testing.T) {
	if testing.Short() {
		t.Skip("each damaged envelope is searched")
	}
	attackstest.DamagedTranscript(t, system6)
}

func TestSeededRunsAreEqual(t *testing.T) { attackstest.SeededRunsAreEqual(t, system6) }

func TestPrintsNoSecret(t *testing.T) {
	s := newSystem(testBits)
	attackstest.Enrol(t, s)
	state, err := s.Inspect("Ana")
	if err != nil {
		t.Fatal(err)
	}
	if leak := printed.Leak(s, state[2:34]); leak != "" {
		t.Error(leak)
	}
}
