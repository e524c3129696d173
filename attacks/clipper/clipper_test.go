package clipper

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/clipper"
	"doormat/internal/testing/printed"
	"doormat/internal/x25519"
)

// byVictim is called with a seed by those that use it: without, one message in 16 million opens to a wrong key, as
// what was never written.
var byVictim = attackstest.NewOnce(func(string) attacks.System { return New() })

// Each cell, message by message.
func TestThefts(t *testing.T) {
	attackstest.Seed(t, [32]byte{8})
	messages := attackstest.Talk(attackstest.Size)
	for _, victim := range attackstest.Victims() {
		r := byVictim.Result(t, victim)
		for theft, opens := range map[attacks.TheftName]func(i int, m attacks.Message) bool{
			attacks.WiretapName: attackstest.None,
			FamilyKey:           attackstest.None,
			OneAgent:            attackstest.None,
			Warrant:             func(_ int, m attacks.Message) bool { return m.From == victim },
			BothAgents:          attackstest.All,
			attacks.DeviceKeys:  func(_ int, m attacks.Message) bool { return m.To == victim },
		} {
			e := attackstest.Exposure(t, r, theft)
			attackstest.Check(t, e, attackstest.Want{
				Opened: attackstest.That(messages, opens),
				Forged: attackstest.IfWrote(victim, attacks.Accepted),
			})
			want := int64(len(messages))
			switch theft {
			case attacks.WiretapName:
				want *= 2 // in clear, and under zeros
			case FamilyKey:
				want += want + 1 + 2 // as a unit key for whoever has no halves, as a card's, as two texts
			case attacks.DeviceKeys: // what the victim has to do with
				want = int64(attackstest.Count(attackstest.That(messages, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) })))
			}
			if e.Operations != want {
				t.Errorf("%s, %s: %d operations, expected %d", victim, theft, e.Operations, want)
			}
		}
		if r.System != Name || r.Named != (attacks.Count{N: attackstest.Size, Of: attackstest.Size}) {
			t.Errorf("%s: both names are on %v envelopes", r.System, r.Named)
		}
	}
}

// The warrant is of the middle of the conversation, and opens what came before it and what comes
// after.
func TestWarrantOpensPastAndFuture(t *testing.T) {
	attackstest.Seed(t, [32]byte{8})
	e := attackstest.Exposure(t, byVictim.Result(t, "Ana"), Warrant)
	if e.Before.N == 0 || e.After.N == 0 {
		t.Errorf("%d before, %d after", e.Before.N, e.After.N)
	}
}

// The family key opens no message and says of each which card wrote it.
func TestFamilyKeyKnowsWhoWrites(t *testing.T) {
	attackstest.Seed(t, [32]byte{9})
	const n = 60
	r := attackstest.Run(t, New(), n, "Ana")
	family, rest, err := cutFamilyKey(r.Loot[FamilyKey])
	if err != nil || len(rest) != 0 {
		t.Fatalf("%d more records, %v", len(rest), err)
	}
	messages := attackstest.Talk(n)
	for i, unit := range units(t, family, r.Transcript) {
		if want := firstUnit + clipper.UnitID(slices.Index(attackstest.People, messages[i].From)); unit != want {
			t.Errorf("message %d is of unit %v, expected %v of %s", i, unit, want, messages[i].From)
		}
	}
	// Without it, nothing says that two LEAFs are of one unit.
	others := units(t, clipper.FamilyKey{}, r.Transcript)
	slices.Sort(others)
	if got := len(slices.Compact(others)); got != n {
		t.Errorf("with another key, %d LEAFs are of %d units", n, got)
	}
}

// units returns which unit made each LEAF of a transcript, as the holder of a family key sees it.
func units(t testing.TB, family clipper.FamilyKey, tr *attacks.Transcript) (all []clipper.UnitID) {
	t.Helper()
	for r, err := range tr.All() {
		e, ok := parse(r.Bytes)
		if err != nil || !ok {
			t.Fatalf("envelope %d, %v", r.Index, err)
		}
		all = append(all, family.RecoverFields(e.header.LEAF).Unit)
	}
	return all
}

// A tap knows by the checksum when it has not the session key: with one half of two, and for a unit
// that it has no halves of.
func TestTapKnowsWhatItHasNot(t *testing.T) {
	attackstest.Seed(t, [32]byte{10}) // a wrong key has the right checksum once in 65,536
	s := newSystem()
	attackstest.Enrol(t, s)
	b, err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	e, ok := parse(b)
	if !ok {
		t.Fatal("it is no envelope")
	}
	for _, c := range []struct {
		what  string
		steal func() (*attacks.Tape, error)
		want  error
	}{
		{"both agents", func() (*attacks.Tape, error) { return s.stealAgents(s.agents[:]) }, nil},
		{"Ana's warrant", func() (*attacks.Tape, error) { return s.serveWarrant("Ana") }, nil},
		{"Ben's warrant", func() (*attacks.Tape, error) { return s.serveWarrant("Ben") }, errNoHalves},
		{"one agent", func() (*attacks.Tape, error) { return s.stealAgents(s.agents[:1]) }, clipper.ErrLEAF},
		{"the other", func() (*attacks.Tape, error) { return s.stealAgents(s.agents[1:]) }, clipper.ErrLEAF},
	} {
		loot, err := c.steal()
		if err != nil {
			t.Fatal(err)
		}
		tap, err := readTap(loot)
		if err != nil {
			t.Fatal(err)
		}
		unit, key, err := tap.recoverKey(e.header)
		if unit != firstUnit || err != c.want || (key == clipper.SessionKey{}) != (err != nil) {
			t.Errorf("%s: unit %v, %v, expected %v", c.what, unit, err, c.want)
		}
		if text, ok := decrypt(key, e); err == nil && (!ok || string(text) != "hello") {
			t.Errorf("%s: %q", c.what, text)
		}
	}
}

// What an agent has on its disk is nothing without its storage key.
func TestDatabaseAlone(t *testing.T) {
	r := attackstest.Run(t, New(), 20, "Ana")
	all := attackstest.Records(t, r.Loot[BothAgents])
	all[1], all[3] = []byte(newSystem().agents[0].RecoveryKey()), nil
	if c, err := attackstest.Read(t, New(), BothAgents, attackstest.Tape(t, all...), r.Transcript.Tape); err == nil || len(c.Texts) > 0 {
		t.Errorf("%d texts, %v", len(c.Texts), err)
	}
}

// Loot that is not what was stolen is an error.
func TestLootRefused(t *testing.T) {
	s := newSystem()
	attackstest.Enrol(t, s)
	agents, err := s.stealAgents(s.agents[:])
	if err != nil {
		t.Fatal(err)
	}
	all := attackstest.Records(t, agents) // family key, then storage key and database of each
	warrant, err := s.serveWarrant("Ana")
	if err != nil {
		t.Fatal(err)
	}
	halves := attackstest.Records(t, warrant)[1:]
	for what, c := range map[string]struct {
		theft   attacks.TheftName
		records [][]byte
	}{
		"nothing":             {BothAgents, nil},
		"a family key of 9":   {FamilyKey, [][]byte{all[0][:9]}},
		"no database":         {BothAgents, all[:4]},
		"one agent, twice":    {OneAgent, slices.Concat(all[:3], all[1:3])},
		"a half, three times": {Warrant, [][]byte{all[0], halves[0], halves[1], halves[0]}},
		"a half, twice":       {Warrant, [][]byte{all[0], halves[0], halves[0]}},
		"no card":             {attacks.DeviceKeys, nil},
		"a card of 10":        {attacks.DeviceKeys, all[:1]},
	} {
		if _, err := attackstest.Read(t, s, c.theft, attackstest.Tape(t, c.records...), attackstest.Tape(t)); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// All thieves work on bytes, with a system that has carried nothing.
func TestThiefHasBytes(t *testing.T) {
	attackstest.Seed(t, [32]byte{11})
	const n = 60
	r := attackstest.Run(t, New(), n, "Ana")
	for _, e := range r.Exposures {
		c, err := attackstest.Read(t, New(), e.Theft, attackstest.Reread(t, r.Loot[e.Theft]), attackstest.Reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", e.Theft, err)
		}
		opened, wrong := c.Judge(attackstest.Talk(n))
		attackstest.Same(t, string(e.Theft), opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", e.Theft, wrong)
		}
	}
}

// Damaged loot opens nothing that was not open, and never makes a thief claim what no one wrote.
func TestDamagedLoot(t *testing.T) {
	attackstest.Seed(t, [32]byte{1})
	const n = 12
	r := attackstest.Run(t, New(), n, "Ana")
	thief := New()
	for _, e := range r.Exposures {
		loot := attackstest.Records(t, r.Loot[e.Theft])
		for i := range loot {
			attackstest.Damage(loot[i], func(what string, at int, b []byte) {
				what = fmt.Sprintf("%s, record %d %s at %d", e.Theft, i, what, at)
				bad := slices.Clone(loot)
				bad[i] = b
				c, err := attackstest.Read(t, thief, e.Theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
				opened, wrong := c.Judge(attackstest.Talk(n))
				attackstest.Subset(t, what, opened, e.Opened)
				if wrong != 0 {
					t.Errorf("%s: %d wrong claims, %v", what, wrong, err)
				}
				if !strings.Contains(what, "flipped") && err == nil {
					// A database may end after any file.
					if agents := e.Theft == OneAgent || e.Theft == BothAgents; !agents || i == 0 {
						t.Errorf("%s: no error", what)
					}
				}
			})
		}
		for _, few := range [][][]byte{nil, loot[:len(loot)/2], loot[len(loot)/2:], append(slices.Clone(loot), nil)} {
			c, _ := attackstest.Read(t, thief, e.Theft, attackstest.Tape(t, few...), r.Transcript.Tape)
			opened, wrong := c.Judge(attackstest.Talk(n))
			attackstest.Subset(t, string(e.Theft)+", records lost", opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, records lost: %d wrong claims", e.Theft, wrong)
			}
		}
	}
}

// A damaged envelope is refused, but for its ciphertext, which nothing authenticates: there the text
// comes out damaged.
func TestDamagedEnvelope(t *testing.T) {
	attackstest.Seed(t, [32]byte{2})
	s := newSystem()
	attackstest.Enrol(t, s)
	m := attacks.Message{At: time.Now(), From: "Ana", To: "Ben", Text: "a text of more than one block"}
	envelope, err := s.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	for n := range envelope {
		if _, _, err := s.Receive("Ben", m.At, envelope[:n]); err == nil {
			t.Errorf("%d bytes of an envelope arrive", n)
		}
	}
	if _, _, err := s.Receive("Ben", m.At, append(bytes.Clone(envelope), 0)); err == nil {
		t.Error("a trailing byte arrives")
	}
	header := 1 + 3*32 + clipper.KeySize + clipper.HeaderSize + 3
	for i := range 8 * len(envelope) {
		bad := bytes.Clone(envelope)
		bad[i/8] ^= 1 << (i % 8)
		from, text, err := s.Receive("Ben", m.At, bad)
		if i/8 < header && err == nil {
			t.Errorf("bit %d flipped: %q from %s", i, text, from)
		}
		if err == nil && (from != "Ana" || text == m.Text) {
			t.Errorf("bit %d flipped: %q from %s", i, text, from)
		}
		if last := 8 * (len(envelope) - 16); i >= 8*header && i < last && err != nil {
			t.Errorf("bit %d of the ciphertext flipped: %v", i, err)
		}
	}
	if _, _, err := s.Receive("Cas", m.At, envelope); err == nil {
		t.Error("Cas reads what was for Ben")
	}
	if from, text, err := s.Receive("Ben", m.At, envelope); err != nil || from != "Ana" || text != m.Text {
		t.Errorf("%q from %s, %v", text, from, err)
	}
}

// A stranger's envelope is refused though it is perfect: the sender's name must be a known one.
func TestStranger(t *testing.T) {
	s := newSystem()
	attackstest.Enrol(t, s)
	ben, err := s.Person("Ben")
	if err != nil {
		t.Fatal(err)
	}
	tr, err := encryptHonestly(ben.chip, pad([]byte("hello")))
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x25519.Generate()
	envelope, err := seal(private, ben.public, tr)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Receive("Ben", time.Time{}, envelope); err != errEnvelope {
		t.Errorf("%v", err)
	}
}

func TestNotEnrolled(t *testing.T) {
	s := New()
	if err := s.Enrol("Ben"); err != nil {
		t.Fatal(err)
	}
	errs := map[string]error{
		"Send":     second(s.Send(attacks.Message{From: "Ana", To: "Ben"})),
		"Send to":  second(s.Send(attacks.Message{From: "Ben", To: "Ana"})),
		"Identity": second(s.Identity("Ana")),
		"Bundle":   second(s.Bundle("Ana")),
		"Inspect":  second(s.Inspect("Ana")),
	}
	for _, th := range s.Thefts("Ana") {
		if th.Name == Warrant || th.Name == attacks.DeviceKeys {
			errs[string(th.Name)] = second(th.Steal())
		}
	}
	if len(errs) != 7 {
		t.Fatalf("%d errors", len(errs))
	}
	for what, err := range errs {
		if err == nil || !strings.Contains(err.Error(), `"Ana"`) {
			t.Errorf("%s without Ana: %v", what, err)
		}
	}
	if _, _, err := s.Receive("Ana", time.Time{}, nil); err == nil {
		t.Error("Ana receives")
	}
}

func second[T any](_ T, err error) error { return err }

func TestPadding(t *testing.T) {
	for n := range 20 {
		text := bytes.Repeat([]byte("x"), n)
		padded := pad(text)
		if got, ok := unpad(padded); !ok || !bytes.Equal(got, text) || len(padded)%8 != 0 || len(padded) <= n {
			t.Errorf("%d bytes are padded to %q and back to %q", n, padded, got)
		}
	}
	for _, bad := range []string{"", "\x00", "12345\x02\x03\x03", "1234567\x09", "1234567\x00", "\x08\x08", "12345678"} {
		if got, ok := unpad([]byte(bad)); ok {
			t.Errorf("%q is unpadded to %q", bad, got)
		}
	}
}

func TestIsNotPrinted(t *testing.T) {
	borrower := NewBorrower("Ana")
	honest := New()
	for s, core := range map[attacks.System]*system{honest: honest.(*system), borrower: borrower.(*rogue).system} {
		r := attackstest.Run(t, s, 4, "Ana")
		ana, err := core.Person("Ana")
		if err != nil {
			t.Fatal(err)
		}
		family := core.family.Key()
		line := []byte(core.agents[0].RecoveryKey()[len("AGE-SECRET-KEY-1"):])
		for _, x := range []any{s, []attacks.System{s}, r, s.Thefts("Ana")} {
			if leak := printed.Leak(x, ana.private[:], family.Bytes(), line); leak != "" {
				t.Fatalf("%T: %s", x, leak)
			}
		}
		if got := fmt.Sprintf("%x", s); got != "attacks.System(Clipper)" {
			t.Error(got)
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	for name, s := range map[string]func() attacks.System{
		"honest": New, "forger": func() attacks.System { return NewForger("Ana") }, "borrower": func() attacks.System { return NewBorrower("Ana") },
	} {
		if testing.Short() && name == "forger" {
			continue
		}
		tapes := func() map[string][]byte {
			defer attackstest.Seed(t, [32]byte{3})()
			return attackstest.Bytes(t, attackstest.Run(t, s(), 6, "Ana"))
		}
		one, two := tapes(), tapes()
		if len(one) < 2 || len(one) != len(two) {
			t.Fatalf("%s: %d tapes, then %d", name, len(one), len(two))
		}
		for tape := range one {
			if !bytes.Equal(one[tape], two[tape]) {
				t.Errorf("%s: the same seed gives another tape, %s", name, tape)
			}
		}
	}
}

// A thief without a checksum claims no more than he can know: the few letters that a wrong key
// gives by chance are none of it.
func TestTextIsNoChance(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "On my way.": true, "žluťoučký kůň": true, "two\n\tlines": true,
		"x": false, "seven..": false, "eight...": true, "a bell \a in it": false, "no UTF-8 \xff": false,
	} {
		if got := isText([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	attackstest.Seed(t, [32]byte{7})
	block, claimed := make([]byte, 8), 0
	for range 200_000 {
		rand.Read(block)
		if text, ok := unpad(block); ok && isText(text) {
			claimed++
		}
	}
	if claimed > 0 {
		t.Errorf("%d random blocks of 200,000 are messages", claimed)
	}
}

// The wiretap's attempts are true ones: it finds a text in clear, and one under a key of zeros.
func TestWiretapLooks(t *testing.T) {
	s := newSystem()
	attackstest.Enrol(t, s)
	b, err := s.Send(attacks.Message{From: "Ana", To: "Ben", Text: "hello, Ben"})
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := parse(b)
	inClear, zeros := sealed, sealed
	inClear.ciphertext = pad([]byte("hello, Ben"))
	zeros.ciphertext = encrypt(clipper.SessionKey{}, sealed.header.IV, "hello, Ben")
	var envelopes [][]byte
	for _, e := range []envelope{sealed, inClear, zeros} {
		b, err := e.bytes()
		if err != nil {
			t.Fatal(err)
		}
		envelopes = append(envelopes, b)
	}
	tr := attackstest.Transcript(t, time.Time{}, append(envelopes, []byte("no envelope"))...)
	c := new(attackstest.Claims)
	n, err := recoverInClear(t.Context(), tr, c.Found)
	if err != nil || n != 6 || len(c.Texts) != 2 || c.Texts[1] != "hello, Ben" || c.Texts[2] != "hello, Ben" {
		t.Errorf("%d attempts, %v, %v", n, c.Texts, err)
	}
}

var errNoTheft = errors.New("there is no such theft")

// theft returns one of those whose victim is given.
func theft(s attacks.System, name attacks.TheftName, victim string) (attacks.Theft, error) {
	for _, th := range s.Thefts(victim) {
		if th.Name == name {
			return th, nil
		}
	}
	return attacks.Theft{}, errNoTheft
}

// The zeros of the family key and of one agent are those of their loot: the same thefts open what more
// there is in it.
func TestThievesTryTheirLoot(t *testing.T) {
	attackstest.Seed(t, [32]byte{12})
	const n = 60
	for _, c := range []struct {
		theft attacks.TheftName
		what  string
		leak  func(s *system) (*attacks.Tape, error)
		opens func(i int, m attacks.Message) bool
	}{
		{FamilyKey, "both halves of one person", func(s *system) (*attacks.Tape, error) { return s.serveWarrant("Ben") }, func(_ int, m attacks.Message) bool { return m.From == "Ben" }},
		{FamilyKey, "a card", func(s *system) (*attacks.Tape, error) { return s.stealCard("Ben") }, func(_ int, m attacks.Message) bool { return m.To == "Ben" }},
		{OneAgent, "the other agent", func(s *system) (*attacks.Tape, error) { return s.stealAgents(s.agents[1:]) }, attackstest.All},
	} {
		s := newSystem()
		r := attackstest.Run(t, s, n, "Ana")
		tape, err := c.leak(s)
		if err != nil {
			t.Fatal(err)
		}
		leaked := attackstest.Records(t, tape)
		if len(leaked) > 1 {
			leaked = leaked[1:] // the family key is there
		}
		loot := attackstest.Tape(t, append(attackstest.Records(t, r.Loot[c.theft]), leaked...)...)
		claims, err := attackstest.Read(t, New(), c.theft, loot, r.Transcript.Tape)
		opened, wrong := claims.Judge(attackstest.Talk(n))
		attackstest.Same(t, string(c.theft)+", and "+c.what, opened, attackstest.That(attackstest.Talk(n), c.opens))
		if err != nil || wrong != 0 {
			t.Errorf("%s, and %s: %d wrong claims, %v", c.theft, c.what, wrong, err)
		}
	}
}
