package escrow

import (
	"bytes"
	"crypto/sha3"
	"runtime"
	"slices"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"github.com/cloudflare/circl/kem/xwing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/internal/agekey"
	"doormat/internal/avx"
	"doormat/internal/testing/printed"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

var (
	runs   = attackstest.NewOnce(func(string) attacks.System { return New() })
	rogues = attackstest.NewOnce(NewRogue)
)

// cells checks one theft with each victim.
func cells(t *testing.T, theft attacks.TheftName, want func(victim string) attackstest.Want) {
	t.Helper()
	for _, victim := range attackstest.Victims() {
		attackstest.Check(t, attackstest.Exposure(t, runs.Result(t, victim), theft), want(victim))
	}
}

func list(f func(i int, m attacks.Message) bool) []bool {
	return attackstest.That(attackstest.Talk(attackstest.Size), f)
}

func nothing(forged attacks.Verdict, atEnd bool) func(string) attackstest.Want {
	return func(victim string) attackstest.Want {
		return attackstest.Want{Opened: list(attackstest.None), Forged: attackstest.IfWrote(victim, forged), AtEnd: atEnd}
	}
}

func TestWiretapOpensNothing(t *testing.T) {
	cells(t, attacks.WiretapName, nothing(attacks.Refused, false))
}

func TestRelayOpensNothing(t *testing.T) {
	cells(t, messenger.Relay, nothing(attacks.Refused, false))
}

func TestQuantumOpensNothingAndForges(t *testing.T) {
	cells(t, messenger.Quantum, nothing(attacks.Accepted, true))
}

func TestEscrowKeyOpensAll(t *testing.T) {
	cells(t, Key, func(victim string) attackstest.Want {
		return attackstest.Want{Opened: list(attackstest.All), Forged: attackstest.IfWrote(victim, attacks.Refused)}
	})
	for _, victim := range attackstest.Victims() {
		if e := attackstest.Exposure(t, runs.Result(t, victim), Key); e.Operations != attackstest.Size {
			t.Errorf("%d operations, expected one a message", e.Operations)
		}
	}
}

// The loot is one line of age's form: what stands behind its last 1 is 32 bytes of five bits a letter,
// and a checksum of six letters.
func TestEscrowKeyIs32Bytes(t *testing.T) {
	line, err := runs.Result(t, attackstest.Victims()[0]).Loot[Key].First()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(line) - 1 - bytes.LastIndexByte(line, '1') - 6; n*5/8 != 32 {
		t.Errorf("%d letters", n)
	}
}

// Both names and the date of each message stand on its envelope, with escrow as without.
func TestNamesStandInClear(t *testing.T) {
	all := attacks.Count{N: attackstest.Size, Of: attackstest.Size}
	if r := runs.Result(t, "Ana"); r.Named != all {
		t.Errorf("escrow: names on %v", r.Named)
	}
	without := messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	})
	if r := attackstest.Run(t, without, attackstest.Size, "Ana"); r.Named != all {
		t.Errorf("no escrow: names on %v", r.Named)
	}
}

func TestDeviceKeysHealAtTheTurn(t *testing.T) {
	cells(t, attacks.DeviceKeys, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: attackstest.Copied(attackstest.Talk(attackstest.Size), victim, attackstest.Size/2),
			Forged: attackstest.IfWrote(victim, attacks.Accepted),
		}
	})
}

func TestSeizureOpensTheHistory(t *testing.T) {
	week := attackstest.Talk(attackstest.Size)[attackstest.Size-1].At.Add(-7 * 24 * time.Hour)
	for theft, since := range map[attacks.TheftName]time.Time{messenger.Seizure: {}, messenger.SeizureDisappearing: week} {
		cells(t, theft, func(victim string) attackstest.Want {
			return attackstest.Want{
				Opened: list(func(_ int, m attacks.Message) bool {
					return attackstest.Involving(victim, m) && !m.At.Before(since)
				}),
				Forged:  attackstest.IfWrote(victim, attacks.Accepted),
				Noticed: attacks.Notice{Who: victim},
				AtEnd:   true,
			}
		})
	}
}

func TestRogueEscapes(t *testing.T) {
	for _, cheat := range attackstest.Victims() {
		want := attackstest.Want{
			Opened:  list(func(_ int, m attacks.Message) bool { return m.From != cheat }),
			Noticed: attacks.Notice{Who: "recipients who check", Possible: true},
			AtEnd:   true,
		}
		if cheat == "Zoë" {
			want.Noticed = attacks.Notice{} // she has written nothing to cheat with
		}
		r := rogues.Result(t, cheat)
		attackstest.Check(t, attackstest.Exposure(t, r, RogueSender), want)
		if len(r.Exposures) != 1 {
			t.Errorf("%d thefts of a rogue system, expected 1", len(r.Exposures))
		}
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 100) }

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, New, attackstest.Damages{
		Believed: []attacks.TheftName{messenger.Seizure, messenger.SeizureDisappearing, messenger.ImplantName, messenger.UpdateKey}, // a thief believes what the phone says
		Whole:    []attacks.TheftName{attacks.DeviceKeys, Key},                                                                      // a state, and a line, are one piece
	})
}

func TestDamagedTranscript(t *testing.T) { attackstest.DamagedTranscript(t, New) }

func TestSeededRunsAreEqual(t *testing.T) {
	attackstest.SeededRunsAreEqual(t, New)
	attackstest.SeededRunsAreEqual(t, func() attacks.System { return NewRogue("Ana") })
}

// The bulk attack gives the same on one core and on several.
func TestBulkOnEveryCore(t *testing.T) {
	r := attackstest.Run(t, New(), 60, "Ana")
	for _, cores := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(cores)
		c, err := attackstest.Read(t, New(), Key, r.Loot[Key], r.Transcript.Tape)
		runtime.GOMAXPROCS(before)
		if opened, wrong := c.Judge(attackstest.Talk(60)); err != nil || wrong != 0 || attackstest.Count(opened) != 60 {
			t.Errorf("%d cores: %d of 60 open, %d wrong, %v", cores, attackstest.Count(opened), wrong, err)
		}
	}
}

// authorityKEM is the ML-KEM half of an authority's key.
func authorityKEM(t *testing.T, recoveryKey []byte) *mlkem768.PrivateKey {
	identity, err := age.ParseHybridIdentity(string(recoveryKey))
	if err != nil {
		t.Fatal(err)
	}
	seed := agekey.Seed(identity)
	_, private := mlkem768.NewKeyFromSeed(sha3.SumSHAKE256(seed[:], 96)[:64])
	return private
}

// The zero of the relay is that of its loot: the same theft opens everything if the authority's key has
// come into the relay's database.
func TestRelayTriesItsLootAsTheKey(t *testing.T) {
	const n = 60
	s := newSystem(escrow.NewAuthority(), nil)
	leaking := attackstest.Leaking(s, messenger.Relay, func() ([][]byte, error) { return [][]byte{[]byte(s.authority.RecoveryKey())}, nil })
	e := attackstest.Exposure(t, attackstest.Run(t, leaking, n, "Ana"), messenger.Relay)
	if e.Readable().N != n || e.Wrong != 0 {
		t.Errorf("%v open, %d wrong claims", e.Readable(), e.Wrong)
	}
}

// The control of the quantum row: with both halves of X-Wing every field opens, and with one none.
func TestFieldNeedsBothHalves(t *testing.T) {
	const n = 60
	r := attackstest.Run(t, New(), n, "Ana")
	line, err := r.Loot[Key].First()
	if err != nil {
		t.Fatal(err)
	}
	private := authorityKEM(t, line)
	right := func(ciphertext []byte) (ssM [32]byte) {
		private.DecapsulateTo(ssM[:], ciphertext)
		return ssM
	}
	stranger, public := x25519.Generate()
	other := attackstest.Tape(t, append(stranger[:], public[:]...))
	for _, c := range []struct {
		what string
		loot *attacks.Tape
		kem  decapsulation
		want int
	}{
		{"both halves", r.Loot[messenger.Quantum], right, n},
		{"X25519 alone", r.Loot[messenger.Quantum], guessZeros, 0},
		{"ML-KEM alone", other, right, 0},
	} {
		var found attackstest.Claims
		ops, err := recoverField(t.Context(), c.loot, r.Transcript, c.kem, found.Found)
		opened, wrong := found.Judge(attackstest.Talk(n))
		if err != nil || ops != n || wrong != 0 || attackstest.Count(opened) != c.want {
			t.Errorf("%s: %d open, expected %d; %d wrong, %d operations, %v", c.what, attackstest.Count(opened), c.want, wrong, ops, err)
		}
	}
}

// The authority's key reads a message under way, and cannot put another text in its place,
// though all that is under its own key is in order.
func TestEscrowKeyDoesNotWrite(t *testing.T) {
	s := New().(*system)
	attackstest.Enrol(t, s)
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	genuine, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "what she wrote"})
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(s.authority.RecoveryKey())
	forged, err := forgeWithKey(attackstest.Tape(t, line), nil, attacks.Forgery{At: at, Text: "what she did not", Held: genuine})
	if err != nil {
		t.Fatal(err)
	}
	authority, err := escrow.ParseAuthority(string(line))
	if err != nil {
		t.Fatal(err)
	}
	a, b := noescrow.Identity(attackstest.Identity(t, s, "Ana")), noescrow.Identity(attackstest.Identity(t, s, "Ben"))
	if from, to, text, err := authority.Recover(forged); err != nil || from != a || to != b || string(text) != "what she did not" {
		t.Errorf("the forgery is not well made: %q, %v", text, err)
	}
	if _, text, err := s.Receive("Ben", at, forged); err == nil {
		t.Errorf("the forgery arrived: %q", text)
	}
	if _, text, err := s.Receive("Ben", at, genuine); err != nil || text != "what she wrote" {
		t.Errorf("the message did not: %q, %v", text, err)
	}
	if _, err := forgeWithKey(attackstest.Tape(t, line), nil, attacks.Forgery{Held: genuine[:20]}); err != attacks.ErrNothingRecorded {
		t.Errorf("an envelope that is cut: %v", err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	for _, s := range []attacks.System{New(), NewRogue("Ana")} {
		var secrets [][]byte
		r := attackstest.Run(t, s, 20, "Ana")
		for _, loot := range r.Loot {
			for _, record := range attackstest.Records(t, loot) {
				if len(record) > 40 { // a state, a key, a line
					secrets = append(secrets, record[len(record)-32:])
				}
			}
		}
		for name, x := range map[string]any{
			"System": s, "[]System": []attacks.System{s}, "Result": r, "[]Exposure": r.Exposures, "[]Theft": s.Thefts("Ana"),
		} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%s of %s: %s", name, r.System, leak)
			}
		}
	}
}

// Whatever an envelope is, each attack reads it without a fault, and claims no other.
func FuzzAttacks(f *testing.F) {
	r := attackstest.Run(f, New(), 6, "Ana")
	for record := range r.Transcript.Tape.All() {
		f.Add(slices.Clone(record))
	}
	thefts := New().Thefts("Ana")
	f.Fuzz(func(t *testing.T, record []byte) {
		tr := &attacks.Transcript{Tape: attackstest.Tape(t, record)}
		for _, th := range thefts {
			th.Read(t.Context(), r.Loot[th.Name], tr, func(i int, text []byte) {
				if i != 0 && i != attacks.Unplaced {
					t.Errorf("%s claims message %d of 1", th.Name, i)
				}
			})
		}
	})
}

// BenchmarkRecoverBulk opens 4,000 messages with the authority's key. The limit is the bare
// decapsulation.
func BenchmarkRecoverBulk(b *testing.B) {
	const n = 4000
	s := New().(*system)
	attackstest.Enrol(b, s)
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m := attacks.Message{At: at, From: "Ben", To: "Cas", Text: "What people write has some forty letters."}
	var envelopes, ciphertexts [][]byte
	for i := range n {
		if i%3 == 0 {
			m.From, m.To = m.To, m.From
		}
		e, err := s.Send(m)
		if err == nil {
			_, _, err = s.Receive(m.To, m.At, e)
		}
		if err != nil {
			b.Fatal(err)
		}
		envelopes = append(envelopes, e)
		ciphertexts = append(ciphertexts, e[1:][:xwing.CiphertextSize])
	}
	line, transcript := attackstest.Tape(b, []byte(s.authority.RecoveryKey())), attackstest.Transcript(b, at, envelopes...)
	private, _ := xwing.DeriveKeyPair(make([]byte, xwing.SeedSize))
	attackstest.BenchmarkBulk(b, n, func(found attacks.Found) (int64, error) {
		return recoverWithKey(b.Context(), line, transcript, found)
	}, func() {
		var ss [xwing.SharedKeySize]byte
		for _, c := range ciphertexts {
			private.DecapsulateTo(ss[:], c)
			avx.Clear()
		}
	})
}

// A warrant for one person opens that person's messages, past and future, without the phone.
func TestWarrantOpensOnePersons(t *testing.T) {
	cells(t, attacks.WarrantName, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: list(func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) }),
			AtEnd:  true,
		}
	})
}
