package attacks

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/escrow/clipper"
	"doormat/internal/printed"
	"doormat/internal/x25519"
)

// Each cell, message by message.
func TestClipper(t *testing.T) {
	messages := talk(size)
	for _, victim := range victims() {
		r := send(t, NewClipper(), size, victim)
		for _, c := range []struct {
			theft string
			opens func(i int, m Message) bool
		}{
			{"wiretap", none},
			{"family key", none},
			{"one agent", none},
			{"warrant", func(_ int, m Message) bool { return m.From == victim }},
			{"both agents", func(int, Message) bool { return true }},
			{"device keys", func(_ int, m Message) bool { return m.To == victim }},
		} {
			e := exposure(t, r, c.theft)
			what := victim + ", " + c.theft
			same(t, what, e.Opened, that(messages, c.opens))
			if e.Wrong != 0 || e.Noticed != "nobody" || e.Forged != ifWrote(victim, "accepted") {
				t.Errorf("%s: %d wrong, noticed by %s, forgery %s", what, e.Wrong, e.Noticed, e.Forged)
			}
			if e.Moment != size/2 || e.Operations == 0 {
				t.Errorf("%s: before message %d, %d operations", what, e.Moment, e.Operations)
			}
		}
		if r.Named != (Count{size, size}) {
			t.Errorf("both names stand on %v envelopes", r.Named)
		}
	}
}

// The warrant is of the middle of the conversation, and opens what came before it and what comes
// after.
func TestClipperWarrantOpensPastAndFuture(t *testing.T) {
	e := exposure(t, send(t, NewClipper(), size, "Ana"), "warrant")
	if e.Before.N == 0 || e.After.N == 0 {
		t.Errorf("%d before, %d after", e.Before.N, e.After.N)
	}
}

// The family key opens no message and says of each which unit wrote it.
func TestClipperFamilyKeyKnowsWhoCalls(t *testing.T) {
	s := NewClipper()
	r := send(t, s, 60, "Ana")
	key, err := r.Loot["family key"].First()
	if err != nil {
		t.Fatal(err)
	}
	units, err := recoverClipperUnits(clipper.FamilyKey(key), &Transcript{Tape: reread(t, r.Transcript.Tape)})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range talk(60) {
		if want := firstUnit + clipper.UnitID(slices.Index(people, m.From)); units[i] != want {
			t.Errorf("message %d is unit %v's, want %v of %s", i, units[i], want, m.From)
		}
	}
	// Without it, nothing says that two LEAFs are of one unit.
	units, err = recoverClipperUnits(clipper.FamilyKey{}, r.Transcript)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(units)
	if n := len(slices.Compact(units)); n != 60 {
		t.Errorf("with another key, 60 LEAFs are of %d units", n)
	}
}

// What an agent has on its disk is nothing without its storage key.
func TestClipperDatabaseAlone(t *testing.T) {
	r := send(t, NewClipper(), 20, "Ana")
	all := records(t, r.Loot["both agents"])
	all[1], all[3] = []byte(NewClipper().(*clipperSystem).agents[0].StorageKey()), nil
	if c, err := attack(t, NewClipper(), "both agents", tapeOf(t, all...), r.Transcript.Tape); err == nil || len(c.texts) > 0 {
		t.Errorf("%d texts, %v", len(c.texts), err)
	}
}

// All thieves work on bytes, with a system that has carried nothing.
func TestClipperThiefHasBytes(t *testing.T) {
	const n = 60
	r := send(t, NewClipper(), n, "Ana")
	for _, e := range r.Exposures {
		c, err := attack(t, NewClipper(), e.Theft, reread(t, r.Loot[e.Theft]), reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", e.Theft, err)
		}
		opened, wrong := c.judge(talk(n))
		same(t, e.Theft, opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", e.Theft, wrong)
		}
	}
}

// Damaged loot opens nothing that was not open, and never makes a thief claim what nobody wrote.
func TestClipperDamagedLoot(t *testing.T) {
	seedRandomness(t, [32]byte{1})
	const n = 12
	r := send(t, NewClipper(), n, "Ana")
	thief := NewClipper()
	for _, e := range r.Exposures {
		loot := records(t, r.Loot[e.Theft])
		for i := range loot {
			damaged(loot[i], func(what string, at int, b []byte) {
				what = fmt.Sprintf("%s, record %d %s at %d", e.Theft, i, what, at)
				bad := slices.Clone(loot)
				bad[i] = b
				c, err := attack(t, thief, e.Theft, tapeOf(t, bad...), r.Transcript.Tape)
				opened, wrong := c.judge(talk(n))
				subset(t, what, opened, e.Opened)
				if wrong != 0 {
					t.Errorf("%s: %d wrong claims, %v", what, wrong, err)
				}
				if !strings.Contains(what, "flipped") && err == nil {
					// A database may end after any file.
					if agents := e.Theft == "one agent" || e.Theft == "both agents"; !agents || i == 0 {
						t.Errorf("%s: no error", what)
					}
				}
			})
		}
		for _, few := range [][][]byte{nil, loot[:len(loot)/2], loot[len(loot)/2:], append(slices.Clone(loot), nil)} {
			c, _ := attack(t, thief, e.Theft, tapeOf(t, few...), r.Transcript.Tape)
			opened, wrong := c.judge(talk(n))
			subset(t, e.Theft+", records lost", opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, records lost: %d wrong claims", e.Theft, wrong)
			}
		}
	}
}

// So does a damaged envelope, but for its ciphertext, which nothing authenticates: there the text
// comes out damaged, to the tap as to the recipient.
func TestClipperDamagedEnvelope(t *testing.T) {
	seedRandomness(t, [32]byte{2})
	s := NewClipper().(*clipperSystem)
	enrolled(t, s)
	m := Message{time.Now(), "Ana", "Ben", "a text of more than one block"}
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
	agents, err := s.stealAgents(s.agents[:])
	if err != nil {
		t.Fatal(err)
	}
	defer agents.Close()
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

// What a forger can write depends on what he has: a bit, or any text.
func TestClipperForgeries(t *testing.T) {
	const n = 40
	for _, c := range []struct {
		theft, victim string
		any           bool
	}{
		{"wiretap", "Ana", false}, {"family key", "Ana", false}, {"one agent", "Ana", false},
		{"warrant", "Ana", true}, {"both agents", "Ana", true},
		{"device keys", "Ana", true}, {"device keys", "Eli", false}, // nobody writes to Eli
	} {
		s := NewClipper()
		r, err := Run(t.Context(), s, conversation(n), c.victim, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		at := time.Now()
		held, err := s.Send(Message{at, c.victim, "Cas", "On my way."})
		if err != nil {
			t.Fatal(err)
		}
		f := Forgery{From: identityBytes(t, s, c.victim), To: identityBytes(t, s, "Cas"), At: at, Text: "I never wrote this.", Held: held}
		for _, th := range s.Thefts(c.victim) {
			if th.Name != c.theft {
				continue
			}
			forged, err := th.Forge(r.Loot[c.theft], r.Transcript, f)
			if err != nil {
				t.Fatalf("%s: %v", c.theft, err)
			}
			from, text, err := s.Receive("Cas", at, forged)
			if err != nil || from != c.victim || text == "On my way." || (text == f.Text) != c.any {
				t.Errorf("%s: %q from %s, %v", c.theft, text, from, err)
			}
		}
	}
}

func identityBytes(t testing.TB, s System, person string) []byte {
	t.Helper()
	id, err := s.Identity(person)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A stranger's envelope is refused though it is perfect, as nobody knows his name.
func TestClipperStranger(t *testing.T) {
	s := NewClipper().(*clipperSystem)
	enrolled(t, s)
	ben := s.roll.people["Ben"]
	tr, err := encryptHonestly(ben.chip, padBlocks([]byte("hello")))
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x25519.Generate()
	envelope, err := sealClipper(private, ben.public, tr)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Receive("Ben", time.Time{}, envelope); err != errClipper {
		t.Errorf("%v", err)
	}
}

func TestClipperNobody(t *testing.T) {
	s := NewClipper()
	if err := s.Enrol("Ben"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"Send":     second(s.Send(Message{From: "Ana", To: "Ben"})),
		"Send to":  second(s.Send(Message{From: "Ben", To: "Ana"})),
		"Identity": second(s.Identity("Ana")),
		"Bundle":   second(s.Bundle("Ana")),
		"Inspect":  second(s.Inspect("Ana")),
		"warrant":  second(s.Thefts("Ana")[3].Steal()),
		"device":   second(s.Thefts("Ana")[5].Steal()),
	} {
		if err == nil || !strings.Contains(err.Error(), `"Ana"`) {
			t.Errorf("%s for somebody not enrolled: %v", what, err)
		}
	}
	if _, _, err := s.Receive("Ana", time.Time{}, nil); err == nil {
		t.Error("somebody not enrolled receives")
	}
}

func TestPadBlocks(t *testing.T) {
	for n := range 20 {
		text := bytes.Repeat([]byte("x"), n)
		padded := padBlocks(text)
		if got, ok := unpadBlocks(padded); !ok || !bytes.Equal(got, text) || len(padded)%8 != 0 || len(padded) <= n {
			t.Errorf("%d bytes are padded to %q and back to %q", n, padded, got)
		}
	}
	for _, bad := range []string{"", "\x00", "12345\x02\x03\x03", "1234567\x09", "1234567\x00", "\x08\x08", "12345678"} {
		if got, ok := unpadBlocks([]byte(bad)); ok {
			t.Errorf("%q is unpadded to %q", bad, got)
		}
	}
}

func TestClipperIsNotPrinted(t *testing.T) {
	for _, s := range []System{NewClipper(), NewClipperBorrower("Ana")} {
		r := send(t, s, 4, "Ana")
		c := s.(interface{ core() *clipperSystem }).core()
		family, inspect := c.family.Key(), c.roll.people["Ana"].private
		line := []byte(c.agents[0].StorageKey()[len("AGE-SECRET-KEY-1"):])
		for _, x := range []any{s, []System{s}, r, s.Thefts("Ana")} {
			if leak := printed.Leak(x, inspect[:], family[:], line); leak != "" {
				t.Fatalf("%T: %s", x, leak)
			}
		}
		if got := fmt.Sprintf("%x", s); got != "attacks.System(Clipper)" {
			t.Error(got)
		}
	}
}

func (s *clipperSystem) core() *clipperSystem { return s }

func TestClipperSeededRunsAreEqual(t *testing.T) {
	for name, s := range map[string]func() System{
		"clipper": NewClipper, "forger": func() System { return NewClipperForger("Ana") }, "borrower": func() System { return NewClipperBorrower("Ana") },
	} {
		if testing.Short() && name == "forger" {
			continue
		}
		tapes := func() (all [][]byte) {
			defer seedRandomness(t, [32]byte{3})()
			r := send(t, s(), 6, "Ana")
			for _, e := range r.Exposures {
				all = append(all, records(t, r.Loot[e.Theft])...)
			}
			return append(all, records(t, r.Transcript.Tape)...)
		}
		one, two := tapes(), tapes()
		if len(one) < 6 || !slices.EqualFunc(one, two, bytes.Equal) {
			t.Errorf("%s: the same seed gives other bytes", name)
		}
	}
}

// A thief without a checksum claims no more than he can know: the few letters that a wrong key
// gives by chance are none of it.
func TestClipperTextIsNoChance(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "On my way.": true, "žluťoučký kůň": true, "two\n\tlines": true,
		"x": false, "seven..": false, "eight...": true, "a bell \a in it": false, "no UTF-8 \xff": false,
	} {
		if got := isClipperText([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	seedRandomness(t, [32]byte{7})
	block, claimed := make([]byte, 8), 0
	for range 200_000 {
		rand.Read(block)
		if text, ok := unpadBlocks(block); ok && isClipperText(text) {
			claimed++
		}
	}
	if claimed > 0 {
		t.Errorf("%d random blocks of 200,000 are messages", claimed)
	}
}
