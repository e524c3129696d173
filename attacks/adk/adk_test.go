package adk

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/adk"
	"doormat/internal/testing/printed"
)

var versions = []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG}

// Each cell, message by message.
func TestThefts(t *testing.T) {
	messages := attackstest.Talk(attackstest.Size)
	for _, victim := range attackstest.Victims() {
		for _, v := range versions {
			r := attackstest.Run(t, New(v), attackstest.Size, victim)
			edited := func(i int, m attacks.Message) bool {
				return v == adk.PGP553 && i >= attackstest.Size/2 && m.To == victim
			}
			for theft, opens := range map[attacks.TheftName]func(i int, m attacks.Message) bool{
				attacks.WiretapName: attackstest.None,
				ADKStolen:           func(int, attacks.Message) bool { return v != adk.GnuPG },
				Senderek:            edited,
				attacks.DeviceKeys:  func(_ int, m attacks.Message) bool { return m.To == victim },
			} {
				want := attackstest.Want{
					Opened: attackstest.That(messages, opens),
					Forged: attackstest.IfWrote(victim, attacks.Accepted), // twice, sent on, or the victim's own
				}
				if theft == Senderek { // of the certificate, where no message shows it
					want.Noticed = attacks.Notice{Who: "who lists the packets", Possible: true}
				}
				e := attackstest.Exposure(t, r, theft)
				attackstest.Check(t, e, want)
				operations := int64(attackstest.Size)
				if theft == attacks.WiretapName {
					operations *= 2
				}
				if e.Operations != operations {
					t.Errorf("%v, %s: %d operations, expected %d", v, theft, e.Operations, operations)
				}
			}
			if r.System != v.String() || r.Named != (attacks.Count{N: attackstest.Size, Of: attackstest.Size}) {
				t.Errorf("%s: both names are on %v envelopes", r.System, r.Named)
			}
		}
	}
}

// All thieves work on bytes, with a company that has carried nothing, and so does who lists packets.
func TestThiefHasBytes(t *testing.T) {
	const n = 60
	r := attackstest.Run(t, New(adk.PGP553), n, "Ana")
	for _, e := range r.Exposures {
		loot, transcript := attackstest.Reread(t, r.Loot[e.Theft]), attackstest.Reread(t, r.Transcript.Tape)
		c, err := attackstest.Read(t, New(adk.PGP553), e.Theft, loot, transcript)
		if err != nil {
			t.Errorf("%s: %v", e.Theft, err)
		}
		opened, wrong := c.Judge(attackstest.Talk(n))
		attackstest.Same(t, string(e.Theft), opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", e.Theft, wrong)
		}
		if e.Theft != Senderek {
			continue
		}
		got, err := theft(t, New(adk.PGP553), Senderek).Noticed(loot, &attacks.Transcript{Tape: transcript})
		if err != nil || got != e.Noticed || got.Who == "" {
			t.Errorf("noticed %v, %v, expected %v", got, err, e.Noticed)
		}
	}
	// Of another company's keys there is no trace.
	for _, name := range []attacks.TheftName{attacks.DeviceKeys, ADKStolen} {
		other := attackstest.Run(t, New(adk.PGP553), 0, "Ana").Loot[name]
		if got, err := listMessages(other, r.Transcript); err != nil || got.Who != "" {
			t.Errorf("another's %s: noticed %v, %v", name, got, err)
		}
	}
	if _, err := listMessages(attackstest.Tape(t), r.Transcript); err == nil {
		t.Error("packets are listed without a key to look for")
	}
}

// The edit is made of public bytes, and leaves the fingerprint, and all that is not the victim's.
func TestSenderekEditsTheServer(t *testing.T) {
	s := New(adk.PGP553)
	attackstest.Enrol(t, s)
	before := map[string][]byte{}
	for _, p := range attackstest.People {
		before[p] = bundle(t, s, p)
	}
	theft := theft(t, s, Senderek)
	if _, err := theft.Steal(); err != nil {
		t.Fatal(err)
	}
	for _, p := range attackstest.People {
		after := bundle(t, s, p)
		if changed := !bytes.Equal(after, before[p]); changed != (p == "Ana") {
			t.Errorf("%s's certificate has changed: %v", p, changed)
		}
		c, err := adk.ParseCertificate(after)
		if err != nil {
			t.Fatal(err)
		}
		if id := c.Fingerprint(); !bytes.Equal(id[:], attackstest.Identity(t, s, p)) {
			t.Errorf("%s's fingerprint is %v", p, id)
		}
	}
	// Once more, and the server has it already under another name: a second thief can come.
	if _, err := theft.Steal(); err != nil {
		t.Errorf("a second thief: %v", err)
	}
}

func bundle(t testing.TB, s attacks.System, person string) []byte {
	t.Helper()
	b, err := s.Bundle(person)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// theft returns one of those whose victim is Ana.
func theft(t testing.TB, s attacks.System, name attacks.TheftName) *attacks.Theft {
	t.Helper()
	thefts := s.Thefts("Ana")
	i := slices.IndexFunc(thefts, func(t attacks.Theft) bool { return t.Name == name })
	if i < 0 {
		t.Fatalf("there is no theft %q", name)
	}
	return &thefts[i]
}

// What Ana wrote to Ben arrives at Cas, from Ana: her words, and nothing says for whom. Other
// words than hers do not arrive, nor hers of another day.
func TestSendsOn(t *testing.T) {
	s := New(adk.PGP658)
	attackstest.Enrol(t, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "I love you."})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Receive("Cas", at, envelope); err == nil {
		t.Fatal("Cas reads what is for Ben")
	}
	stolen, err := theft(t, s, ADKStolen).Steal()
	if err != nil {
		t.Fatal(err)
	}
	key, err := stolen.First()
	if err != nil {
		t.Fatal(err)
	}
	_, _, message, _ := split(envelope)
	forwarded, err := sendOn(key, message, bundle(t, s, "Cas"))
	if err != nil {
		t.Fatal(err)
	}
	mail := slices.Concat(attackstest.Identity(t, s, "Ana"), attackstest.Identity(t, s, "Cas"), forwarded)
	from, text, err := s.Receive("Cas", at, mail)
	if err != nil || from != "Ana" || text != "I love you." {
		t.Errorf("%s: %q, %v", from, text, err)
	}
	if _, _, err := s.Receive("Cas", at.Add(time.Second), mail); err == nil || !strings.Contains(err.Error(), "was signed") {
		t.Errorf("on another day: %v", err)
	}
	for i := range forwarded {
		forwarded[i] ^= 1
		if _, text, err := s.Receive("Cas", at, slices.Concat(mail[:headSize], forwarded)); err == nil {
			t.Errorf("octet %d altered: %q arrives", i, text)
		}
		forwarded[i] ^= 1
	}
	if _, err := sendOn(key, message, []byte("no certificate")); err == nil {
		t.Error("it is sent on to nobody")
	}
	if _, err := sendOn([]byte("no key"), message, bundle(t, s, "Cas")); err == nil {
		t.Error("it is sent on without a key")
	}
}

// The address is not what Receive goes by.
func TestSenderIsTheSigner(t *testing.T) {
	s := New(adk.GnuPG)
	attackstest.Enrol(t, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	copy(envelope, attackstest.Identity(t, s, "Cas"))
	if from, _, err := s.Receive("Ben", at, envelope); err != nil || from != "Ana" {
		t.Errorf("%s, %v", from, err)
	}
	if _, _, err := s.Receive("Ben", at, envelope[:headSize-1]); err == nil {
		t.Error("half an address is accepted")
	}
}

// A date that a signature cannot carry is the nearest one it can.
func TestDates(t *testing.T) {
	s := New(adk.PGP658)
	attackstest.Enrol(t, s)
	for _, at := range []time.Time{time.Unix(-1, 0), time.Unix(0, 1), time.Unix(1<<32, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		if _, text, err := s.Receive("Ben", at, envelope); err != nil || text != "hello" {
			t.Errorf("%v: %q, %v", at, text, err)
		}
	}
}

// Names may be anything that people call themselves.
func TestNames(t *testing.T) {
	for _, name := range []string{"", "a\x00b", "\xff", strings.Repeat("🌲", 5000), strings.Repeat("\U0010ffff", 300), "(<>)"} {
		if err := New(adk.GnuPG).Enrol(name); err != nil {
			t.Errorf("%.20q: %v", name, err)
		}
	}
	s := New(adk.GnuPG)
	_, err1 := s.Identity("Nobody")
	_, err2 := s.Bundle("Nobody")
	_, err3 := s.Inspect("Nobody")
	_, _, err4 := s.Receive("Nobody", time.Time{}, nil)
	_, err5 := s.Send(attacks.Message{From: "Nobody"})
	_, err6 := theft(t, s, attacks.DeviceKeys).Steal()
	_, err7 := theft(t, s, Senderek).Steal()
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if err == nil || !strings.Contains(err.Error(), "not enrolled") {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// The naive try finds what there is to find: a text in clear, and one under a key of zeros.
func TestWiretapLooks(t *testing.T) {
	r := attackstest.Run(t, New(adk.PGP553), 10, "Ana")
	var first []byte
	for e, err := range r.Transcript.All() {
		if err != nil {
			t.Fatal(err)
		}
		first = bytes.Clone(e.Bytes)
		break
	}
	clear := append([]byte{0xcb, 6 + 5, 'b', 0, 0, 0, 0, 0}, "hello"...)
	zero := sealedUnderZeroKey(t, clear)
	transcript := &attacks.Transcript{Tape: attackstest.Tape(t)}
	for _, message := range [][]byte{clear, zero, first[headSize:]} {
		if err := transcript.Append(time.Time{}, slices.Concat(first[:headSize], message)); err != nil {
			t.Fatal(err)
		}
	}
	var c attackstest.Claims
	if _, err := recoverInClear(t.Context(), transcript, c.Found); err != nil {
		t.Fatal(err)
	}
	if len(c.Texts) != 2 || c.Texts[0] != "hello" || c.Texts[1] != "hello" {
		t.Errorf("%v", c.Texts)
	}
}

// Loot and envelopes that were altered, cut or made up lead to an error or to nothing: no panic,
// and no claim that is wrong.
func TestMutated(t *testing.T) {
	const n = 30
	messages := attackstest.Talk(n)
	r := attackstest.Run(t, New(adk.PGP553), n, "Ana")
	var envelopes []attacks.Record
	for e, err := range r.Transcript.All() {
		if err != nil {
			t.Fatal(err)
		}
		e.Bytes = bytes.Clone(e.Bytes)
		envelopes = append(envelopes, e)
	}
	mutations := []func([]byte) []byte{
		func(b []byte) []byte { return b[:len(b)/2] },
		func(b []byte) []byte { return append(b, 0) },
		func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		func(b []byte) []byte { b[len(b)/2] ^= 0x80; return b },
		func(b []byte) []byte { b[min(41, len(b)-1)] ^= 0xff; return b },
		func(b []byte) []byte { return nil },
	}
	for _, theft := range New(adk.PGP553).Thefts("Ana") {
		for i, mutate := range mutations {
			altered := &attacks.Transcript{Tape: attackstest.Tape(t)}
			for _, e := range envelopes {
				if err := altered.Append(e.At, mutate(bytes.Clone(e.Bytes))); err != nil {
					t.Fatal(err)
				}
			}
			var c attackstest.Claims
			if _, err := theft.Read(t.Context(), r.Loot[theft.Name], altered, c.Found); err != nil {
				t.Errorf("%s, mutation %d: %v", theft.Name, i, err)
			}
			if _, wrong := c.Judge(messages); wrong != 0 {
				t.Errorf("%s, mutation %d: %d wrong claims", theft.Name, i, wrong)
			}
			stolen := attackstest.Tape(t)
			for _, record := range attackstest.Records(t, r.Loot[theft.Name]) {
				if err := stolen.Append(mutate(record)); err != nil {
					t.Fatal(err)
				}
			}
			c = attackstest.Claims{}
			theft.Read(t.Context(), stolen, r.Transcript, c.Found) // may fail
			if _, wrong := c.Judge(messages); wrong != 0 {
				t.Errorf("%s, loot %d: %d wrong claims", theft.Name, i, wrong)
			}
			if theft.Forge == nil {
				continue
			}
			theft.Forge(stolen, altered, attacks.Forgery{From: make([]byte, 20), To: make([]byte, 20), Held: mutate(bytes.Clone(envelopes[0].Bytes)), Bundle: mutate([]byte("no certificate"))})
		}
	}
}

func TestPrintsNoSecret(t *testing.T) {
	s := New(adk.PGP658)
	attackstest.Enrol(t, s)
	key := s.(*system).company.RecoveryKey()
	for _, x := range []any{s, []attacks.System{s}, s.Thefts("Ana")} {
		if leak := printed.Leak(x, key[len(key)-300:][:60]); leak != "" {
			t.Error(leak)
		}
	}
	if got := fmt.Sprintf("%+v", s); got != "attacks.System(PGP 6.5.8)" {
		t.Error(got)
	}
}

func sealedUnderZeroKey(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := packet.SerializeSymmetricallyEncrypted(&b, packet.CipherAES256, false, packet.CipherSuite{}, make([]byte, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Of a transcript that somebody made up, nothing is believed but what was sent.
func FuzzMail(f *testing.F) {
	attackstest.Seed(f, [32]byte{}) // the same keys in each process
	s := New(adk.PGP553)
	attackstest.Enrol(f, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "hello"})
	if err != nil {
		f.Fatal(err)
	}
	stolen, err := theft(f, s, ADKStolen).Steal()
	if err != nil {
		f.Fatal(err)
	}
	key, err := stolen.First()
	if err != nil {
		f.Fatal(err)
	}
	cas := bundle(f, s, "Cas")
	f.Add(envelope)
	f.Add(envelope[:headSize])
	f.Fuzz(func(t *testing.T, envelope []byte) {
		from, text, err := s.Receive("Ben", at, envelope)
		if err == nil && (from != "Ana" || text != "hello") {
			t.Fatalf("%s wrote %q", from, text)
		}
		_, _, message, ok := split(envelope)
		if !ok {
			return
		}
		underZeroKey(message)
		forwarded, err := sendOn(key, message, cas)
		if err != nil {
			return
		}
		if from, text, err := s.Receive("Cas", at, slices.Concat(envelope[:headSize], forwarded)); err == nil && (from != "Ana" || text != "hello") {
			t.Fatalf("%s wrote %q, sent on", from, text)
		}
	})
}
