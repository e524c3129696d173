package weakcipher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/testing/printed"
)

// systems are the three, at sizes that a test can search often.
func systems() map[string]func() attacks.System {
	return map[string]func() attacks.System{
		Export40: func() attacks.System { return NewExport40(10) },
		TEA1:     func() attacks.System { return NewTEA1(13) },
		GEA1:     func() attacks.System { return NewGEA1(12) },
	}
}

// ciphers are what everyone knows of the three.
var ciphers = map[string]cipher{Export40: export40{10}, TEA1: tea1{13}, GEA1: gea1{12}}

// dayOf and monthOf are how a calendar says it.
func dayOf(m attacks.Message) string   { return m.At.UTC().Format(time.DateOnly) }
func monthOf(m attacks.Message) string { return dayOf(m)[:7] }

// copied is what a copy of the victim's keys opens, of messages that are sent before the index moment
// and after it.
var copied = map[string]func(messages []attacks.Message, victim string, moment int) func(i int, m attacks.Message) bool{
	// What is under the key of the sessions that are in use, and what is sealed to the victim: all
	// sessions that others began.
	Export40: func(messages []attacks.Message, victim string, moment int) func(int, attacks.Message) bool {
		type session struct {
			a, b, day string
		}
		of := func(m attacks.Message) session { return session{min(m.From, m.To), max(m.From, m.To), dayOf(m)} }
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
		return func(_ int, m attacks.Message) bool {
			s := of(m)
			return attackstest.Involving(victim, m) && (server[s] == victim || last[[2]string{s.a, s.b}] == s)
		}
	},
	// The month in which the victim last wrote or read.
	TEA1: func(messages []attacks.Message, victim string, moment int) func(int, attacks.Message) bool {
		has := ""
		for _, m := range messages[:moment] {
			if attackstest.Involving(victim, m) {
				has = monthOf(m)
			}
		}
		return func(_ int, m attacks.Message) bool { return monthOf(m) == has }
	},
	// The day on which the victim last wrote, and what the victim wrote on it.
	GEA1: func(messages []attacks.Message, victim string, moment int) func(int, attacks.Message) bool {
		has := ""
		for _, m := range messages[:moment] {
			if m.From == victim {
				has = dayOf(m)
			}
		}
		return func(_ int, m attacks.Message) bool { return m.From == victim && dayOf(m) == has }
	},
}

func TestThefts(t *testing.T) {
	const n = attackstest.Size
	messages := attackstest.Talk(n)
	for name, system := range systems() {
		for _, victim := range attackstest.Victims() {
			r := attackstest.Run(t, system(), n, victim)
			if r.System != name || r.Named != (attacks.Count{N: n, Of: n}) {
				t.Errorf("%s: it is called %s, and both names stand on %v", name, r.System, r.Named)
			}
			check := func(theft attacks.TheftName, opens func(int, attacks.Message) bool) {
				t.Helper()
				attackstest.Check(t, attackstest.Exposure(t, r, theft), attackstest.Want{
					Opened: attackstest.That(messages, opens),
					Forged: attackstest.IfWrote(victim, attacks.Accepted),
				})
			}
			check(attacks.WiretapName, attackstest.All)
			check(attacks.DeviceKeys, copied[name](messages, victim, n/2))
			if name == Export40 {
				if len(r.Exposures) != 2 {
					t.Errorf("%s: %d thefts", name, len(r.Exposures))
				}
				continue
			}
			check(NetworkKeys, func(_ int, m attacks.Message) bool { // the keys that the network had in the middle
				return slices.ContainsFunc(messages[:n/2], func(before attacks.Message) bool {
					return monthOf(before) == monthOf(m) && (name == TEA1 || before.From == m.From && dayOf(before) == dayOf(m))
				})
			})
		}
	}
}

// How many searches open everything: one for each key.
func TestSearches(t *testing.T) {
	const n = 200
	messages := attackstest.Talk(n)
	keys := map[string]map[string]bool{Export40: {}, TEA1: {}, GEA1: {}}
	for _, m := range messages {
		keys[Export40][fmt.Sprint(min(m.From, m.To), max(m.From, m.To), dayOf(m))] = true
		keys[TEA1][monthOf(m)] = true
		keys[GEA1][fmt.Sprint(m.From, dayOf(m))] = true
	}
	for name, system := range systems() {
		r := attackstest.Run(t, system(), n, "Ana")
		labels := map[string]bool{}
		for record := range r.Transcript.All() {
			e, err := parse(ciphers[name], record.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			labels[e.label] = true
		}
		if len(labels) != len(keys[name]) {
			t.Errorf("%s: %d keys for %d messages, expected %d", name, len(labels), n, len(keys[name]))
		}
		t.Logf("%s: %d searches open %d messages, after %d keys", name, len(labels), n, attackstest.Exposure(t, r, attacks.WiretapName).Operations)
	}
}

// The control: where the key is not in the searched space, the search goes over all of it and claims
// nothing.
func TestSearchInTheWrongSpace(t *testing.T) {
	const n = 12
	for name, small := range map[string]attacks.System{Export40: NewExport40(8), TEA1: NewTEA1(11), GEA1: NewGEA1(8)} {
		large := map[string]attacks.System{Export40: NewExport40(40), TEA1: NewTEA1(32), GEA1: NewGEA1(64)}[name]
		transcript := attackstest.Transcript(t, time.Time{})
		attackstest.Enrol(t, large)
		for _, m := range attackstest.Talk(n) {
			envelope, err := large.Send(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := transcript.Append(m.At, envelope); err != nil {
				t.Fatal(err)
			}
			if _, text, err := large.Receive(m.To, m.At, envelope); err != nil || text != m.Text {
				t.Fatalf("%s: %q, %v", name, text, err)
			}
		}
		c, err := attackstest.Read(t, small, attacks.WiretapName, new(attacks.Tape), transcript.Tape)
		if err != nil || len(c.Texts) != 0 {
			t.Errorf("%s: %d texts claimed, %v", name, len(c.Texts), err)
		}
	}
}

// unlike is a system whose texts do not begin with the opening, so that no search finds a key.
type unlike struct{ attacks.System }

func (s unlike) Send(m attacks.Message) ([]byte, error) {
	b, err := s.System.Send(m)
	b[len(b)-len(m.Text)-len(opening)] ^= 1
	return b, err
}

func (s unlike) Receive(string, time.Time, []byte) (from, text string, err error) {
	m := attackstest.Talk(1)[0]
	return m.From, m.Text, nil
}

// A search that lasts tells how far it is, and can be stopped. One that told nothing would come to its end,
// which is some fifteen seconds of a core away: far enough where there are many.
func TestSearchTellsItsProgress(t *testing.T) {
	for name, s := range map[string]attacks.System{Export40: NewExport40(25), TEA1: NewTEA1(29), GEA1: NewGEA1(48)} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stage := attacks.NewStage(unlike{s}, "Ana", func(what string, done, total int) {
			if what == name+": wiretap, keys tried" && done < total {
				cancel()
			}
		})
		defer stage.Close()
		m := attackstest.Talk(1)[0]
		for _, p := range []string{m.From, m.To} {
			if err := stage.Enrol(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := stage.Send(m); err != nil {
			t.Fatal(err)
		}
		stolen, err := stage.Steal(attacks.WiretapName)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stage.Expose(ctx, stolen); !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestThiefHasBytes(t *testing.T) {
	const n = 60
	for name, system := range systems() {
		r := attackstest.Run(t, system(), n, "Ana")
		for _, e := range r.Exposures {
			c, err := attackstest.Read(t, system(), e.Theft, attackstest.Reread(t, r.Loot[e.Theft]), attackstest.Reread(t, r.Transcript.Tape))
			opened, wrong := c.Judge(attackstest.Talk(n))
			if err != nil || wrong != 0 {
				t.Errorf("%s, %s: %d wrong, %v", name, e.Theft, wrong, err)
			}
			attackstest.Same(t, name+", "+string(e.Theft), opened, e.Opened)
		}
	}
}

// Damage opens nothing that did not open before. It can alter what opens: nothing authenticates it.
func TestDamagedEnvelope(t *testing.T) {
	for name, system := range systems() {
		r := attackstest.Run(t, system(), 3, "Ana")
		envelopes := attackstest.Records(t, r.Transcript.Tape)
		altered := 0
		attackstest.Damage(envelopes[2], func(what string, at int, b []byte) {
			bad := append(slices.Clone(envelopes[:2]), b)
			c, err := attackstest.Read(t, system(), attacks.WiretapName, new(attacks.Tape), attackstest.Tape(t, bad...))
			if (err != nil) != (len(b) < 8) {
				t.Errorf("%s, %s at %d: %v", name, what, at, err)
			}
			for i, text := range c.Texts {
				if i != 2 && text != attackstest.Talk(3)[i].Text {
					t.Errorf("%s, %s at %d: message %d reads %q", name, what, at, i, text)
				}
				if i == 2 && text != attackstest.Talk(3)[i].Text {
					altered++
				}
			}
		})
		if altered == 0 {
			t.Errorf("%s: no damage altered a text", name)
		}
	}
}

func TestDamagedLoot(t *testing.T) {
	const n = 12
	for name, system := range systems() {
		r := attackstest.Run(t, system(), n, "Ana")
		for theft, stolen := range r.Loot {
			if stolen.Len() == 0 {
				continue
			}
			loot := attackstest.Records(t, stolen)
			attackstest.Damage(loot[0], func(what string, at int, b []byte) {
				bad := append([][]byte{b}, loot[1:]...)
				c, err := attackstest.Read(t, system(), theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
				if _, wrong := c.Judge(attackstest.Talk(n)); wrong != 0 {
					t.Errorf("%s, %s, %s at %d: %d wrong", name, theft, what, at, wrong)
				}
				if what != "bit flipped" && err == nil {
					t.Errorf("%s, %s, %s at %d: no error", name, theft, what, at)
				}
			})
		}
		if _, err := attackstest.Read(t, system(), attacks.DeviceKeys, new(attacks.Tape), r.Transcript.Tape); (err != nil) != (name == Export40) {
			t.Errorf("%s: no loot: %v", name, err) // a program always has its key pair; a radio may have no key yet
		}
	}
}

// What Receive refuses: envelopes that are cut, of another system, to another person, from no one.
func TestReceiveRefuses(t *testing.T) {
	at := time.Date(1998, 7, 17, 9, 0, 0, 0, time.UTC)
	for name, system := range systems() {
		s := system()
		attackstest.Enrol(t, s)
		envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "at nine"})
		if err != nil {
			t.Fatal(err)
		}
		if from, text, err := s.Receive("Ben", at, envelope); err != nil || from != "Ana" || text != "at nine" {
			t.Fatalf("%s: %q from %s, %v", name, text, from, err)
		}
		refused := func(what, to string, b []byte) {
			t.Helper()
			if _, text, err := s.Receive(to, at, b); err == nil {
				t.Errorf("%s, %s: %q is received", name, what, text)
			}
		}
		for i := range len(envelope) - len("at nine") {
			refused("cut", "Ben", envelope[:i])
		}
		refused("to another person", "Cas", envelope)
		for _, i := range []int{0, 1, 2, 9, 10, 17} {
			b := bytes.Clone(envelope)
			b[i] ^= 1
			refused("altered in clear", "Ben", b)
		}
		answer, err := s.Send(attacks.Message{At: at, From: "Ben", To: "Ana", Text: "at ten"})
		if err != nil {
			t.Fatal(err)
		}
		if name == Export40 {
			b := bytes.Clone(answer)
			b[headAt] = 2 // 0 is to the client, 1 to the server
			refused("in a third direction", "Ana", b)
		}
		if from, text, err := s.Receive("Ana", at, answer); err != nil || from != "Ben" || text != "at ten" {
			t.Errorf("%s: %q from %s, %v", name, text, from, err)
		}
		if _, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Mallory"}); err == nil || !strings.Contains(err.Error(), "Mallory") {
			t.Errorf("%s: to nobody: %v", name, err)
		}
	}
}

func TestSystemsPrintNoSecret(t *testing.T) {
	for name, system := range systems() {
		restore := attackstest.Seed(t, [32]byte{1})
		s := system()
		r := attackstest.Run(t, s, 20, "Ana")
		restore()
		var secrets [][]byte
		for _, l := range r.Loot {
			for _, record := range attackstest.Records(t, l) {
				key := record[max(0, len(record)-4):]
				if strings.Trim(fmt.Sprintf("%x", key), "01") != "" { // or it is in many an address, in binary
					secrets = append(secrets, key)
				}
			}
		}
		for _, x := range []any{s, []attacks.System{s}, s.Thefts("Ana")} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%s: %s", name, leak)
			}
		}
		if got := fmt.Sprint(s); got != "attacks.System("+name+")" {
			t.Errorf("prints %q", got)
		}
	}
}

// An envelope is written as it was read, and a search takes what it is given.
func FuzzEnvelope(f *testing.F) {
	small := map[string]attacks.System{Export40: NewExport40(8), TEA1: NewTEA1(11), GEA1: NewGEA1(8)}
	for _, system := range systems() {
		for record := range attackstest.Run(f, system(), 4, "Ana").Transcript.Tape.All() {
			f.Add(bytes.Clone(record[8:]))
		}
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		for name, c := range ciphers {
			e, err := parse(c, envelope)
			if err != nil {
				continue
			}
			if !bytes.Equal(e.bytes(c), envelope) {
				t.Errorf("%x is written as %x", envelope, e.bytes(c))
			}
			if _, err := attackstest.Read(t, small[name], attacks.WiretapName, new(attacks.Tape), attackstest.Transcript(t, time.Time{}, envelope).Tape); err != nil {
				t.Error(err)
			}
		}
	})
}
