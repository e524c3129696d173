package attacks

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/internal/printed"
)

// weakSystems are the three, at sizes that a test can search often.
func weakSystems() map[string]func() System {
	return map[string]func() System{
		"export RC4": func() System { return NewExport40(10) },
		"TEA1":       func() System { return NewTEA1(13) },
		"GEA-1":      func() System { return NewGEA1(12) },
	}
}

// weakDay and weakMonth are how a calendar says it.
func weakDay(m Message) string   { return m.At.UTC().Format(time.DateOnly) }
func weakMonth(m Message) string { return weakDay(m)[:7] }

// weakModel is what a copy of the victim's keys opens, of messages that are sent before the index
// moment and after it.
var weakModel = map[string]func(messages []Message, victim string, moment int) func(i int, m Message) bool{
	// What is under the key of the sessions that are in use, and what is sealed to the victim: all
	// sessions that others began with him.
	"export RC4": func(messages []Message, victim string, moment int) func(int, Message) bool {
		type session struct {
			a, b, day string
		}
		of := func(m Message) session { return session{min(m.From, m.To), max(m.From, m.To), weakDay(m)} }
		server, last := map[session]string{}, map[[2]string]session{}
		for i, m := range messages {
			s := of(m)
			if server[s] == "" {
				server[s] = m.To
			}
			if i < moment {
				last[[2]string{s.a, s.b}] = s
			}
		}
		return func(_ int, m Message) bool {
			s := of(m)
			return involving(victim, m) && (server[s] == victim || last[[2]string{s.a, s.b}] == s)
		}
	},
	// The month in which the victim last wrote or read.
	"TEA1": func(messages []Message, victim string, moment int) func(int, Message) bool {
		has := ""
		for _, m := range messages[:moment] {
			if involving(victim, m) {
				has = weakMonth(m)
			}
		}
		return func(_ int, m Message) bool { return weakMonth(m) == has }
	},
	// The day on which the victim last wrote, and what he wrote on it.
	"GEA-1": func(messages []Message, victim string, moment int) func(int, Message) bool {
		has := ""
		for _, m := range messages[:moment] {
			if m.From == victim {
				has = weakDay(m)
			}
		}
		return func(_ int, m Message) bool { return m.From == victim && weakDay(m) == has }
	},
}

func TestWeakCells(t *testing.T) {
	const n = 200
	messages := talk(n)
	all := that(messages, func(int, Message) bool { return true })
	for name, system := range weakSystems() {
		for _, victim := range victims() {
			r := send(t, system(), n, victim)
			if r.System != name || r.Named != (Count{n, n}) {
				t.Errorf("%s: it is called %s, and both names stand on %v", name, r.System, r.Named)
			}
			forged := "accepted"
			if !slices.ContainsFunc(messages, func(m Message) bool { return m.From == victim }) {
				forged = "-"
			}
			for _, e := range r.Exposures {
				what := fmt.Sprintf("%s, %s, %s", name, e.Theft, victim)
				want := all
				switch e.Theft {
				case "provider": // the keys that the network had in the middle
					want = that(messages, func(_ int, m Message) bool {
						return slices.ContainsFunc(messages[:n/2], func(before Message) bool {
							return weakMonth(before) == weakMonth(m) && (name == "TEA1" || before.From == m.From && weakDay(before) == weakDay(m))
						})
					})
				case "device keys":
					want = that(messages, weakModel[name](messages, victim, n/2))
				}
				same(t, what, e.Opened, want)
				if e.Wrong != 0 || e.Forged != forged || e.Noticed != "nobody" || e.Operations == 0 && count(want) > 0 {
					t.Errorf("%s: %d wrong, forged %s, noticed by %s, %d operations", what, e.Wrong, e.Forged, e.Noticed, e.Operations)
				}
			}
		}
	}
}

// How many searches open everything: one for each key.
func TestWeakSearches(t *testing.T) {
	const n = 200
	messages := talk(n)
	keys := map[string]map[string]bool{"export RC4": {}, "TEA1": {}, "GEA-1": {}}
	for _, m := range messages {
		keys["export RC4"][fmt.Sprint(min(m.From, m.To), max(m.From, m.To), weakDay(m))] = true
		keys["TEA1"][weakMonth(m)] = true
		keys["GEA-1"][fmt.Sprint(m.From, weakDay(m))] = true
	}
	for name, system := range weakSystems() {
		s := system()
		r := send(t, s, n, "Ana")
		labels := map[string]bool{}
		k := s.(*weakSystem).weakKind
		for record := range r.Transcript.All() {
			e, err := k.parse(record.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			labels[string(k.label(e))] = true
		}
		if len(labels) != len(keys[name]) {
			t.Errorf("%s: %d keys for %d messages, want %d", name, len(labels), n, len(keys[name]))
		}
		t.Logf("%s: %d searches open %d messages, after %d keys", name, len(labels), n, exposure(t, r, "wiretap").Operations)
	}
}

// The control: where the key is not in the searched space, the search goes over all of it and claims
// nothing.
func TestWeakSearchInTheWrongSpace(t *testing.T) {
	const n = 12
	for name, small := range map[string]System{"export RC4": NewExport40(8), "TEA1": NewTEA1(11), "GEA-1": NewGEA1(8)} {
		large := map[string]System{"export RC4": NewExport40(40), "TEA1": NewTEA1(32), "GEA-1": NewGEA1(64)}[name]
		transcript := &Transcript{Tape: new(Tape)}
		enrolled(t, large)
		for _, m := range talk(n) {
			envelope, err := large.Send(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := transcript.append(m.At, envelope); err != nil {
				t.Fatal(err)
			}
			if _, text, err := large.Receive(m.To, m.At, envelope); err != nil || text != m.Text {
				t.Fatalf("%s: %q, %v", name, text, err)
			}
		}
		c, err := attack(t, small, "wiretap", new(Tape), transcript.Tape)
		if err != nil || len(c.texts) != 0 {
			t.Errorf("%s: %d texts claimed, %v", name, len(c.texts), err)
		}
	}
}

func TestWeakThiefHasBytes(t *testing.T) {
	const n = 60
	for name, system := range weakSystems() {
		r := send(t, system(), n, "Ana")
		for _, e := range r.Exposures {
			c, err := attack(t, system(), e.Theft, reread(t, r.Loot[e.Theft]), reread(t, r.Transcript.Tape))
			opened, wrong := c.judge(talk(n))
			if err != nil || wrong != 0 {
				t.Errorf("%s, %s: %d wrong, %v", name, e.Theft, wrong, err)
			}
			same(t, name+", "+e.Theft, opened, e.Opened)
		}
	}
}

// Damage opens nothing that did not open before. It can alter what opens: nothing authenticates it.
func TestWeakDamagedEnvelope(t *testing.T) {
	for name, system := range weakSystems() {
		r := send(t, system(), 3, "Ana")
		envelopes := records(t, r.Transcript.Tape)
		altered := 0
		damaged(envelopes[2], func(what string, at int, b []byte) {
			bad := append(slices.Clone(envelopes[:2]), b)
			c, err := attack(t, system(), "wiretap", new(Tape), tapeOf(t, bad...))
			if (err != nil) != (len(b) < 8) {
				t.Errorf("%s, %s at %d: %v", name, what, at, err)
			}
			for i, text := range c.texts {
				if i != 2 && text != talk(3)[i].Text {
					t.Errorf("%s, %s at %d: message %d reads %q", name, what, at, i, text)
				}
				if i == 2 && text != talk(3)[i].Text {
					altered++
				}
			}
		})
		if altered == 0 {
			t.Errorf("%s: no damage altered a text", name)
		}
	}
}

func TestWeakDamagedLoot(t *testing.T) {
	const n = 12
	for name, system := range weakSystems() {
		r := send(t, system(), n, "Ana")
		for _, theft := range []string{"device keys", "provider"} {
			if r.Loot[theft] == nil {
				continue
			}
			loot := records(t, r.Loot[theft])
			damaged(loot[0], func(what string, at int, b []byte) {
				bad := append([][]byte{b}, loot[1:]...)
				c, err := attack(t, system(), theft, tapeOf(t, bad...), r.Transcript.Tape)
				if _, wrong := c.judge(talk(n)); wrong != 0 {
					t.Errorf("%s, %s, %s at %d: %d wrong", name, theft, what, at, wrong)
				}
				if what != "bit flipped" && err == nil {
					t.Errorf("%s, %s, %s at %d: no error", name, theft, what, at)
				}
			})
		}
	}
}

// What Receive refuses: envelopes that are cut, of another system, to somebody else, from nobody.
func TestWeakReceiveRefuses(t *testing.T) {
	at := time.Date(1998, 7, 17, 9, 0, 0, 0, time.UTC)
	for name, system := range weakSystems() {
		s := system()
		enrolled(t, s)
		envelope, err := s.Send(Message{at, "Ana", "Ben", "at nine"})
		if err != nil {
			t.Fatal(err)
		}
		if from, text, err := s.Receive("Ben", at, envelope); err != nil || from != "Ana" || text != "at nine" {
			t.Fatalf("%s: %q from %s, %v", name, text, from, err)
		}
		refused := func(what, to string, b []byte) {
			if _, text, err := s.Receive(to, at, b); err == nil {
				t.Errorf("%s, %s: %q is received", name, what, text)
			}
		}
		for i := range len(envelope) - len("at nine") {
			refused("cut", "Ben", envelope[:i])
		}
		refused("to somebody else", "Cas", envelope)
		for _, i := range []int{0, 1, 2, 9, 10, 17} {
			b := bytes.Clone(envelope)
			b[i] ^= 1
			refused("altered in clear", "Ben", b)
		}
		if _, err := s.Send(Message{at, "Ana", "Mallory", ""}); err == nil || !strings.Contains(err.Error(), "Mallory") {
			t.Errorf("%s: to nobody: %v", name, err)
		}
	}
}

func TestWeakSystemsPrintNoSecret(t *testing.T) {
	for name, system := range weakSystems() {
		restore := seedRandomness(t, [32]byte{1})
		s := system()
		r := send(t, s, 20, "Ana")
		restore()
		var secrets [][]byte
		for _, l := range r.Loot {
			for _, record := range records(t, l) {
				key := record[max(0, len(record)-4):]
				if strings.Trim(fmt.Sprintf("%x", key), "01") != "" { // or it is in many an address, in binary
					secrets = append(secrets, key)
				}
			}
		}
		for _, x := range []any{s, []System{s}, s.Thefts("Ana")} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%s: %s", name, leak)
			}
		}
	}
}

func FuzzWeakEnvelope(f *testing.F) {
	kinds := []*weakKind{exportKind(), tea1Kind(), gea1Kind()}
	for _, system := range weakSystems() {
		for record := range seeds(f, system()).Transcript.Tape.All() {
			f.Add(bytes.Clone(record[8:]))
		}
	}
	systems := []System{NewExport40(8), NewTEA1(11), NewGEA1(8)}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		for i, k := range kinds {
			e, err := k.parse(envelope)
			if err != nil {
				continue
			}
			if !bytes.Equal(k.marshal(e), envelope) {
				t.Errorf("%x is written as %x", envelope, k.marshal(e))
			}
			if _, err := attack(t, systems[i], "wiretap", new(Tape), tapeOf(t, append(make([]byte, 8), envelope...))); err != nil {
				t.Error(err)
			}
		}
	})
}
