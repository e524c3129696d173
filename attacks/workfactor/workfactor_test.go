package workfactor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/workfactor"
	"doormat/internal/testing/printed"
)

// testBits keeps a search below a millisecond.
const testBits = 8

func TestThefts(t *testing.T) {
	const n = attackstest.Size
	messages := attackstest.Talk(n)
	attackstest.Seed(t, [32]byte{3}) // the wiretap opens one message in four million: its key is among those tried
	for _, victim := range attackstest.Victims() {
		r := attackstest.Run(t, New(testBits), n, victim)
		if r.System != Name || r.Named != (attacks.Count{N: n, Of: n}) {
			t.Errorf("%s: both names stand on %v envelopes", r.System, r.Named)
		}
		check := func(theft attacks.TheftName, opens func(int, attacks.Message) bool) *attacks.Exposure {
			t.Helper()
			e := attackstest.Exposure(t, r, theft)
			attackstest.Check(t, e, attackstest.Want{
				Opened: attackstest.That(messages, opens),
				Forged: attackstest.IfWrote(victim, attacks.Accepted), // mail is not signed
			})
			return e
		}
		e := check(attacks.WiretapName, attackstest.None)
		if want := fmt.Sprintf("2^10 of 2^%d keys", 24+testBits); e.Operations != n<<10 || e.Only != want {
			t.Errorf("the wiretap has tried %d keys, %q, expected %q", e.Operations, e.Only, want)
		}
		if e := check(Key, attackstest.All); e.Operations < n || e.Operations > n<<testBits {
			t.Errorf("the authority's key took %d keys", e.Operations)
		}
		if e := check(attacks.DeviceKeys, func(_ int, m attacks.Message) bool { return m.To == victim }); e.Operations != n {
			t.Errorf("a device's key took %d attempts", e.Operations)
		}
		attackstest.Check(t, attackstest.Exposure(t, r, attacks.WarrantName), attackstest.Want{
			Opened: attackstest.That(messages, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) }),
			AtEnd:  true,
		})
		if len(r.Exposures) != 4 {
			t.Errorf("%d thefts", len(r.Exposures))
		}
	}
}

// The work of the authority doubles with each bit, and the keys that were tried are half of all, on
// average.
func TestBitsAreADial(t *testing.T) {
	const n = 60
	for _, bits := range []int{8, 10} {
		e := attackstest.Exposure(t, attackstest.Run(t, New(bits), n, "Ana"), Key)
		mean := float64(e.Operations) / n
		t.Logf("%d bits: %d of %d open, %.0f keys a message; half of the space is %d", bits, e.Readable().N, n, mean, 1<<(bits-1))
		// The mean of n uniform numbers has the deviation 2^bits/sqrt(12 n); six of those, and a batch.
		space := float64(uint64(1) << bits)
		if e.Readable() != (attacks.Count{N: n, Of: n}) || mean < space*(0.5-6*0.0373) || mean > space*(0.5+6*0.0373)+64 {
			t.Errorf("%d bits: %v, %.0f keys a message", bits, e.Readable(), mean)
		}
	}
}

// The control: the wiretap's search opens everything once it is given the 24 bits of each field.
func TestWiretapWithTheFieldOpens(t *testing.T) {
	const n = 12
	s := newSystem(testBits)
	r := attackstest.Run(t, s, n, "Ana")
	var c attackstest.Claims
	if _, err := searchEach(t.Context(), r.Transcript, wiretapKeys, s.authority.RecoverKey, c.Found); err != nil {
		t.Fatal(err)
	}
	opened, wrong := c.Judge(attackstest.Talk(n))
	if attackstest.Count(opened) != n || wrong != 0 {
		t.Errorf("%d open, %d wrong", attackstest.Count(opened), wrong)
	}
}

func TestRogue(t *testing.T) {
	messages := attackstest.Talk(attackstest.Size)
	for _, cheat := range attackstest.Victims() {
		r := attackstest.Run(t, NewRogue(testBits, cheat), attackstest.Size, cheat)
		want := attackstest.Want{
			Opened: attackstest.That(messages, func(_ int, m attacks.Message) bool { return m.From != cheat }),
			AtEnd:  true,
		}
		if cheat != "Zoë" {
			want.Noticed = attacks.Notice{Who: "recipients who check", Possible: true}
		}
		attackstest.Check(t, attackstest.Exposure(t, r, RogueSender), want)
		if r.System != Name || len(r.Exposures) != 1 {
			t.Errorf("%s, %s: %d exposures", r.System, cheat, len(r.Exposures))
		}
	}
}

// Receivers who check refuse what the rogue sends, so that the rogue reaches no one.
func TestRogueIsRefused(t *testing.T) {
	honest := newSystem(testBits)
	attackstest.Enrol(t, honest)
	rogue := &rogueSystem{system: honest, cheat: "Ana"}
	m := attackstest.Talk(1)[0]
	m.From, m.To = "Ana", "Ben"
	envelope, err := rogue.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, text, err := honest.Receive("Ben", m.At, envelope); !errors.Is(err, workfactor.ErrField) || text != "" {
		t.Errorf("%q, %v", text, err)
	}
	if from, text, err := rogue.Receive("Ben", m.At, envelope); err != nil || text != m.Text || from != "Ana" {
		t.Errorf("lax: %q, %v", text, err)
	}
}

// Damaged loot and transcripts make no thief claim what nobody wrote. Damage behind a body's first
// block is left out: nothing authenticates that, and it opens as a text that nobody wrote.
func TestDamaged(t *testing.T) {
	const n = 12
	messages := attackstest.Talk(n)
	s := newSystem(testBits)
	r := attackstest.Run(t, s, n, "Ben")
	rng := rand.New(rand.NewPCG(1996, 24))
	for theft, loot := range r.Loot {
		for round := range 24 {
			l := loot
			transcript := new(attacks.Tape)
			for _, record := range attackstest.Records(t, r.Transcript.Tape) {
				head := 8 + 2 + 64 + 56 + 1 + workfactor.FieldSize + 8 + 3 + 8 // up to the body's first block
				switch round % 4 {
				case 0:
					record[8+rng.IntN(head-8)] ^= 1 << rng.IntN(8)
				case 1:
					record = record[:8+rng.IntN(len(record)-8)]
				case 2:
					record = append(record, byte(rng.Uint32()))
				}
				if err := transcript.Append(record); err != nil {
					t.Fatal(err)
				}
			}
			if round%4 == 3 && l.Len() > 0 {
				bad := attackstest.Records(t, l)[0]
				bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
				if round%8 == 3 {
					bad = bad[:rng.IntN(len(bad))]
				}
				l = attackstest.Tape(t, bad)
			}
			c, _ := attackstest.Read(t, s, theft, l, transcript) // damage may be an error
			if _, wrong := c.Judge(messages); wrong != 0 {
				t.Fatalf("%s, round %d: %d wrong claims", theft, round, wrong)
			}
		}
	}
	for _, theft := range []attacks.TheftName{Key, attacks.DeviceKeys} {
		if _, err := attackstest.Read(t, s, theft, new(attacks.Tape), r.Transcript.Tape); err == nil {
			t.Errorf("%s: no loot is no error", theft)
		}
	}
}

// The attacks have bytes: the system that reads has carried nothing, and has another authority.
func TestThiefHasBytes(t *testing.T) {
	const n = 30
	r := attackstest.Run(t, New(testBits), n, "Ben")
	for theft, loot := range r.Loot {
		c, err := attackstest.Read(t, New(testBits), theft, attackstest.Reread(t, loot), attackstest.Reread(t, r.Transcript.Tape))
		if err != nil {
			t.Fatal(err)
		}
		opened, wrong := c.Judge(attackstest.Talk(n))
		attackstest.Same(t, string(theft), opened, attackstest.Exposure(t, r, theft).Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", theft, wrong)
		}
	}
}

func TestForgeRefusesBadBundles(t *testing.T) {
	s := newSystem(testBits)
	attackstest.Enrol(t, s)
	bundle, err := s.Bundle("Ben")
	if err != nil {
		t.Fatal(err)
	}
	for n := range bundle {
		if _, err := forgeUnsigned(attacks.Forgery{Bundle: bundle[:n]}); err == nil {
			t.Fatalf("the first %d bytes of a bundle are enough", n)
		}
	}
	bundle[32] = 0
	if _, err := forgeUnsigned(attacks.Forgery{Bundle: bundle}); err == nil {
		t.Error("a bundle without bits is enough")
	}
}

// sealed returns one envelope from Ana to Ben, and the system that it is from.
func sealed(t testing.TB, bits int) (*system, []byte) {
	s := newSystem(bits)
	attackstest.Enrol(t, s)
	envelope, err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: "six"})
	if err != nil {
		t.Fatal(err)
	}
	return s, envelope
}

func TestSearchStops(t *testing.T) {
	s, envelope := sealed(t, workfactor.FullBits)
	tr := attackstest.Transcript(t, time.Time{}, envelope)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := recoverByResidualSearch(ctx, attackstest.Tape(t, s.authority.RecoveryKey()), tr, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Reading tells how many messages have been searched.
func TestSearchTellsItsProgress(t *testing.T) {
	const n = 10
	var told, most atomic.Int64
	stage := attacks.NewStage(New(testBits), "Ana", func(what string, done, total int) {
		if what == Name+": escrow key, messages searched" && total == n {
			told.Add(1)
			most.Store(max(most.Load(), int64(done)))
		}
	})
	defer stage.Close()
	for _, p := range attackstest.People {
		if err := stage.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range attackstest.Talk(n) {
		if err := stage.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	stolen, err := stage.Steal(Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Expose(t.Context(), stolen); err != nil || told.Load() != n || most.Load() != n {
		t.Errorf("told %d times, %d of %d, %v", told.Load(), most.Load(), n, err)
	}
}

func TestSystemsPrintNoSecret(t *testing.T) {
	for _, s := range []attacks.System{New(testBits), NewRogue(testBits, "Ana")} {
		r := attackstest.Run(t, s, 10, "Ana")
		var secrets [][]byte
		for _, l := range r.Loot {
			for _, record := range attackstest.Records(t, l) {
				if len(record) > 32 { // no name
					secrets = append(secrets, record[2:34], record[len(record)-32:])
				}
			}
		}
		for _, x := range []any{s, []attacks.System{s}, r, s.Thefts("Ana")} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%T: %s", x, leak)
			}
		}
		if got := fmt.Sprint(s); got != "attacks.System(Lotus Notes)" {
			t.Error(got)
		}
	}
}

func TestRunsFollowFromTheirSeed(t *testing.T) {
	run := func(seed byte) string {
		defer attackstest.Seed(t, [32]byte{seed})()
		return string(attackstest.Bytes(t, attackstest.Run(t, New(testBits), 10, "Ana"))["transcript"])
	}
	if one := run(1); one != run(1) || one == run(2) {
		t.Error("runs do not follow from their seed")
	}
}

// FuzzThefts gives the thief bytes of another's choice.
func FuzzThefts(f *testing.F) {
	s, envelope := sealed(f, 2)
	state, err := s.Inspect("Ben")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.authority.RecoveryKey(), envelope)
	f.Add(state, envelope)
	f.Fuzz(func(t *testing.T, record, envelope []byte) {
		if len(envelope) > 1 && envelope[1] > 12 {
			envelope[1] = 12
		}
		tr := attackstest.Transcript(t, time.Time{}, envelope)
		for _, theft := range s.Thefts("Ben") {
			theft.Read(t.Context(), attackstest.Tape(t, record), tr, func(int, []byte) {})
		}
	})
}
