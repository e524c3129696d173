package recovery

import (
	"bytes"
	"context"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

// digits are few, so that a search takes a moment.
const digits = 1

func newVault() attacks.System { return NewVault(digits) }

var systems = map[string]func() attacks.System{Vault: newVault, Friends: NewFriends, Sheet: NewSheet}

// Each theft opens what the table in the package comment says, and the wiretap and the phone what they open
// of a messenger without backups.
func TestThefts(t *testing.T) {
	const n = 60
	none := func(attacks.Message) bool { return false }
	all := func(attacks.Message) bool { return true }
	for _, victim := range attackstest.Victims() {
		of := func(m attacks.Message) bool { return attackstest.Involving(victim, m) }
		twin := attackstest.Run(t, messenger.New(messenger.Kind{
			Name:      "no escrow",
			NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
			NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
			Wire:      messenger.NoEscrow,
		}), n, victim)
		for name, system := range systems {
			r := attackstest.Run(t, system(), n, victim)
			for _, c := range []struct {
				theft  attacks.TheftName
				opens  func(m attacks.Message) bool
				notice string
			}{
				{Store, none, ""}, {OneServer, none, ""}, {Servers, all, ""},
				{OneFriend, none, "the friend"}, {KFriends, of, "two friends"}, {Paper, of, victim},
			} {
				e := r.Exposure(c.theft)
				if e == nil {
					continue
				}
				want := attackstest.That(attackstest.Talk(n), func(i int, m attacks.Message) bool { return i < n/2 && c.opens(m) })
				attackstest.Same(t, name+", "+victim+", "+string(c.theft), e.Opened, want)
				if e.Wrong != 0 || e.Noticed.Who != c.notice {
					t.Errorf("%s, %s: %+v", name, c.theft, e)
				}
			}
			for _, want := range twin.Exposures {
				e := attackstest.Exposure(t, r, want.Theft)
				attackstest.Same(t, name+", "+string(want.Theft), e.Opened, want.Opened)
				if e.Forged != want.Forged || e.Noticed != want.Noticed {
					t.Errorf("%s, %s: %+v, of the twin %+v", name, want.Theft, e, want)
				}
			}
		}
	}
}

// Each system has the thefts that it should.
func TestNamesOfThefts(t *testing.T) {
	for name, want := range map[string][]attacks.TheftName{
		Vault: {Store, OneServer, Servers}, Friends: {Store, OneFriend, KFriends}, Sheet: {Store, Paper},
	} {
		thefts := systems[name]().Thefts("Ana")
		for i, w := range want {
			if thefts[i+3].Name != w {
				t.Errorf("%s: %q, expected %q", name, thefts[i+3].Name, w)
			}
		}
	}
}

// One server's zero is not for want of trying: all PINs are tried on it, as on two.
func TestOneServerIsSearched(t *testing.T) {
	r := attackstest.Run(t, newVault(), 12, "Ana")
	one, two := attackstest.Exposure(t, r, OneServer), attackstest.Exposure(t, r, Servers)
	if one.Operations < 10*int64(len(attackstest.People)) || two.Operations == 0 || two.Readable().N == 0 {
		t.Errorf("%d attempts on one server, %d on two", one.Operations, two.Operations)
	}
}

// A PIN that is not among those that are searched stays shut, with all servers.
func TestLongPIN(t *testing.T) {
	s := NewVault(6).(*system)
	attackstest.Enrol(t, s)
	records, err := s.rob(servers)
	if err != nil {
		t.Fatal(err)
	}
	l, err := parseLoot(attackstest.Tape(t, records...))
	if err != nil {
		t.Fatal(err)
	}
	keys, tried, err := l.search(t.Context(), 1, &attacks.Transcript{})
	if err != nil || len(keys) != 0 || tried != 10*int64(len(attackstest.People)) {
		t.Errorf("%d keys, %d tried, %v", len(keys), tried, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.search(ctx, 6, &attacks.Transcript{}); err == nil {
		t.Error("a search that is cancelled goes on")
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range systems {
		attackstest.ThiefHasBytes(t, system, 12)
	}
}

// Loot that was damaged is an error, or opens no more.
func TestDamagedLoot(t *testing.T) {
	const n = 12
	for name, system := range systems {
		s := system()
		r := attackstest.Run(t, s, n, "Ana")
		for _, theft := range []attacks.TheftName{Servers, KFriends, Paper} {
			if r.Exposure(theft) == nil {
				continue
			}
			loot := attackstest.Records(t, r.Loot[theft])
			for i := range loot {
				if len(loot) > 8 && i%5 != 0 {
					continue
				}
				for _, cut := range []int{0, 3, 5, 20, 60, len(loot[i]) - 1} {
					bad := append([][]byte{}, loot...)
					bad[i] = bytes.Clone(loot[i][:min(cut, len(loot[i]))])
					c, _ := attackstest.Read(t, s, theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
					opened, wrong := c.Judge(attackstest.Talk(n))
					attackstest.Subset(t, name, opened, r.Exposure(theft).Opened)
					if wrong != 0 {
						t.Errorf("%s, %s: %d wrong claims", name, theft, wrong)
					}
				}
			}
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	for _, system := range systems {
		attackstest.SeededRunsAreEqual(t, system)
	}
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := NewSheet().(*system)
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, []byte(s.keys["Ana"].RecoveryKey()[18:])); leak != "" {
		t.Error(leak)
	}
}

func FuzzParseLoot(f *testing.F) {
	s := newVault().(*system)
	attackstest.Enrol(f, s)
	records, err := s.rob(1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(records[0])
	f.Add([]byte("share academic acid"))
	f.Add([]byte("file "))
	f.Fuzz(func(t *testing.T, record []byte) {
		if l, err := parseLoot(attackstest.Tape(t, record)); err == nil {
			l.lines()
			l.search(t.Context(), 0, &attacks.Transcript{})
		}
	})
}

// A guess of a thief with the shares of t servers, without Argon2id to speak of.
func BenchmarkGuess(b *testing.B) {
	s := NewVault(3).(*system)
	attackstest.Enrol(b, s)
	records, err := s.rob(threshold)
	if err != nil {
		b.Fatal(err)
	}
	tape := attackstest.Tape(b, records...)
	tried := int64(0)
	for b.Loop() {
		l, err := parseLoot(tape)
		if err != nil {
			b.Fatal(err)
		}
		_, n, err := l.search(b.Context(), 2, &attacks.Transcript{})
		if err != nil {
			b.Fatal(err)
		}
		tried += n
	}
	b.ReportMetric(float64(tried)/b.Elapsed().Seconds(), "guesses/s")
}
