package attacks

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"doormat/escrow/adk"
	"doormat/internal/printed"
)

var pgpVersions = []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG}

// Each cell, message by message.
func TestADK(t *testing.T) {
	messages := talk(size)
	for _, victim := range victims() {
		for _, v := range pgpVersions {
			r := send(t, NewADK(v), size, victim)
			to := func(_ int, m Message) bool { return m.To == victim }
			for _, c := range []struct {
				theft string
				opens func(i int, m Message) bool
			}{
				{"wiretap", func(int, Message) bool { return false }},
				{"ADK stolen", func(int, Message) bool { return v != adk.GnuPG }},
				{"Senderek", func(i int, m Message) bool { return v == adk.PGP553 && i >= size/2 && m.To == victim }},
				{"device keys", to},
			} {
				e := exposure(t, r, c.theft)
				what := fmt.Sprintf("%v, %s, %s", v, c.theft, victim)
				want := that(messages, c.opens)
				same(t, what, e.Opened, want)
				if e.Wrong != 0 {
					t.Errorf("%s: %d wrong", what, e.Wrong)
				}
				noticed := "nobody"
				if c.theft == "Senderek" && count(want) > 0 {
					noticed = "who lists the packets"
				}
				if e.Noticed != noticed {
					t.Errorf("%s: %s notices, want %s", what, e.Noticed, noticed)
				}
				forged := "accepted" // twice, sent on, or the victim's own
				if victim == "Zoë" {
					forged = "-" // she has written nothing
				}
				if e.Forged != forged {
					t.Errorf("%s: forged %s, want %s", what, e.Forged, forged)
				}
			}
			if r.Named != (Count{size, size}) {
				t.Errorf("%v: both names stand on %v envelopes", v, r.Named)
			}
		}
	}
}

// The edit is made of public bytes, and leaves the fingerprint, and all that is not the victim's.
func TestSenderekEditsTheServer(t *testing.T) {
	s := NewADK(adk.PGP553)
	enrolled(t, s)
	before := map[string][]byte{}
	for _, p := range people {
		before[p] = pgpBundle(t, s, p)
	}
	theft := pgpTheft(t, s, "Senderek")
	if _, err := theft.Steal(); err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		after := pgpBundle(t, s, p)
		if changed := !bytes.Equal(after, before[p]); changed != (p == "Ana") {
			t.Errorf("%s's certificate has changed: %v", p, changed)
		}
		c, err := adk.ParseCertificate(after)
		if err != nil {
			t.Fatal(err)
		}
		if id := c.Fingerprint(); !bytes.Equal(id[:], pgpIdentity(t, s, p)) {
			t.Errorf("%s's fingerprint is %v", p, id)
		}
	}
	// Once more, and the server has it already under another name: a second thief can come.
	if _, err := theft.Steal(); err != nil {
		t.Errorf("a second thief: %v", err)
	}
}

func pgpBundle(t testing.TB, s System, person string) []byte {
	t.Helper()
	b, err := s.Bundle(person)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pgpIdentity(t testing.TB, s System, person string) []byte {
	t.Helper()
	id, err := s.Identity(person)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// pgpTheft is one of those whose victim is Ana.
func pgpTheft(t testing.TB, s System, name string) *Theft {
	t.Helper()
	thefts := s.Thefts("Ana")
	i := slices.IndexFunc(thefts, func(t Theft) bool { return t.Name == name })
	if i < 0 {
		t.Fatalf("there is no theft %q", name)
	}
	return &thefts[i]
}

// What Ana wrote to Ben arrives at Cas, from Ana: her words, and nothing says for whom. Other
// words than hers do not arrive, nor hers of another day.
func TestADKSendsOn(t *testing.T) {
	s := NewADK(adk.PGP658)
	enrolled(t, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(Message{at, "Ana", "Ben", "I love you."})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Receive("Cas", at, envelope); err == nil {
		t.Fatal("Cas reads what is for Ben")
	}
	stolen, err := pgpTheft(t, s, "ADK stolen").Steal()
	if err != nil {
		t.Fatal(err)
	}
	key, err := stolen.First()
	if err != nil {
		t.Fatal(err)
	}
	_, _, message, _ := splitPGPMail(envelope)
	forwarded, err := forwardPGP(key, message, pgpBundle(t, s, "Cas"))
	if err != nil {
		t.Fatal(err)
	}
	mail := slices.Concat(pgpIdentity(t, s, "Ana"), pgpIdentity(t, s, "Cas"), forwarded)
	from, text, err := s.Receive("Cas", at, mail)
	if err != nil || from != "Ana" || text != "I love you." {
		t.Errorf("%s: %q, %v", from, text, err)
	}
	if _, _, err := s.Receive("Cas", at.Add(time.Second), mail); err == nil || !strings.Contains(err.Error(), "was signed") {
		t.Errorf("on another day: %v", err)
	}
	for i := range forwarded {
		forwarded[i] ^= 1
		if _, text, err := s.Receive("Cas", at, slices.Concat(mail[:pgpHead], forwarded)); err == nil {
			t.Errorf("octet %d altered: %q arrives", i, text)
		}
		forwarded[i] ^= 1
	}
	if _, err := forwardPGP(key, message, []byte("no certificate")); err == nil {
		t.Error("it is sent on to nobody")
	}
	if _, err := forwardPGP([]byte("no key"), message, pgpBundle(t, s, "Cas")); err == nil {
		t.Error("it is sent on without a key")
	}
}

// The address is not what Receive goes by.
func TestADKSenderIsTheSigner(t *testing.T) {
	s := NewADK(adk.GnuPG)
	enrolled(t, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(Message{at, "Ana", "Ben", "hello"})
	if err != nil {
		t.Fatal(err)
	}
	copy(envelope, pgpIdentity(t, s, "Cas"))
	if from, _, err := s.Receive("Ben", at, envelope); err != nil || from != "Ana" {
		t.Errorf("%s, %v", from, err)
	}
	if _, _, err := s.Receive("Ben", at, envelope[:pgpHead-1]); err == nil {
		t.Error("half an address is accepted")
	}
}

// A date that a signature cannot carry is the nearest one it can.
func TestADKDates(t *testing.T) {
	s := NewADK(adk.PGP658)
	enrolled(t, s)
	for _, at := range []time.Time{time.Unix(-1, 0), time.Unix(0, 1), time.Unix(1<<32, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		envelope, err := s.Send(Message{at, "Ana", "Ben", "hello"})
		if err != nil {
			t.Fatal(err)
		}
		if _, text, err := s.Receive("Ben", at, envelope); err != nil || text != "hello" {
			t.Errorf("%v: %q, %v", at, text, err)
		}
	}
}

// Names may be anything that people call themselves.
func TestADKNames(t *testing.T) {
	for _, name := range []string{"", "a\x00b", "\xff", strings.Repeat("🌲", 5000), strings.Repeat("\U0010ffff", 300), "(<>)"} {
		if err := NewADK(adk.GnuPG).Enrol(name); err != nil {
			t.Errorf("%.20q: %v", name, err)
		}
	}
	s := NewADK(adk.GnuPG)
	_, err1 := s.Identity("Nobody")
	_, err2 := s.Bundle("Nobody")
	_, err3 := s.Inspect("Nobody")
	_, _, err4 := s.Receive("Nobody", time.Time{}, nil)
	_, err5 := s.Send(Message{From: "Nobody"})
	_, err6 := pgpTheft(t, s, "device keys").Steal()
	_, err7 := pgpTheft(t, s, "Senderek").Steal()
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if err == nil || !strings.Contains(err.Error(), "not enrolled") {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// The naive try finds what there is to find: a text in clear, and one under a key of zeros.
func TestADKWiretapLooks(t *testing.T) {
	r := send(t, NewADK(adk.PGP553), 10, "Ana")
	var first []byte
	for e, err := range r.Transcript.All() {
		if err != nil {
			t.Fatal(err)
		}
		first = bytes.Clone(e.Bytes)
		break
	}
	clear := append([]byte{0xcb, 6 + 5, 'b', 0, 0, 0, 0, 0}, "hello"...)
	zero := sealedUnderZeroPGPKey(t, clear)
	transcript := &Transcript{Tape: tapeOf(t)}
	for _, message := range [][]byte{clear, zero, first[pgpHead:]} {
		if err := transcript.append(time.Time{}, slices.Concat(first[:pgpHead], message)); err != nil {
			t.Fatal(err)
		}
	}
	var c claims
	if _, err := recoverPGPMailInClear(t.Context(), nil, transcript, c.found); err != nil {
		t.Fatal(err)
	}
	if len(c.texts) != 2 || c.texts[0] != "hello" || c.texts[1] != "hello" {
		t.Errorf("%v", c.texts)
	}
}

// Loot and envelopes that were altered, cut or made up lead to an error or to nothing: no panic,
// and no claim that is wrong.
func TestADKMutated(t *testing.T) {
	const n = 30
	messages := talk(n)
	r := send(t, NewADK(adk.PGP553), n, "Ana")
	var envelopes []Envelope
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
	for _, theft := range NewADK(adk.PGP553).Thefts("Ana") {
		for i, mutate := range mutations {
			altered := &Transcript{Tape: tapeOf(t)}
			for _, e := range envelopes {
				if err := altered.append(e.At, mutate(bytes.Clone(e.Bytes))); err != nil {
					t.Fatal(err)
				}
			}
			var c claims
			if _, err := theft.Open(t.Context(), r.Loot[theft.Name], altered, c.found); err != nil {
				t.Errorf("%s, mutation %d: %v", theft.Name, i, err)
			}
			if _, wrong := c.judge(messages); wrong != 0 {
				t.Errorf("%s, mutation %d: %d wrong claims", theft.Name, i, wrong)
			}
			stolen := tapeOf(t)
			for _, record := range records(t, r.Loot[theft.Name]) {
				if err := stolen.Append(mutate(record)); err != nil {
					t.Fatal(err)
				}
			}
			c = claims{}
			theft.Open(context.Background(), stolen, r.Transcript, c.found) // may fail
			if _, wrong := c.judge(messages); wrong != 0 {
				t.Errorf("%s, loot %d: %d wrong claims", theft.Name, i, wrong)
			}
			theft.Forge(stolen, altered, Forgery{From: make([]byte, 20), To: make([]byte, 20), Held: mutate(bytes.Clone(envelopes[0].Bytes)), Bundle: mutate([]byte("no certificate"))})
		}
	}
}

func TestADKPrintsNoSecret(t *testing.T) {
	s := NewADK(adk.PGP658)
	enrolled(t, s)
	key, err := s.(*adkSystem).company.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []any{s, []System{s}, s.Thefts("Ana")} {
		if leak := printed.Leak(x, key[len(key)-300:][:60]); leak != "" {
			t.Error(leak)
		}
	}
	if got := fmt.Sprintf("%+v", s); got != "attacks.System(PGP 6.5.8)" {
		t.Error(got)
	}
}

func sealedUnderZeroPGPKey(t testing.TB, content []byte) []byte {
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
func FuzzPGPMail(f *testing.F) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8([32]byte{}) // the same keys in each process
	f.Cleanup(func() { rand.Reader = before })
	s := NewADK(adk.PGP553)
	enrolled(f, s)
	at := time.Date(2000, 8, 24, 12, 0, 0, 0, time.UTC)
	envelope, err := s.Send(Message{at, "Ana", "Ben", "hello"})
	if err != nil {
		f.Fatal(err)
	}
	stolen, err := pgpTheft(f, s, "ADK stolen").Steal()
	if err != nil {
		f.Fatal(err)
	}
	key, err := stolen.First()
	if err != nil {
		f.Fatal(err)
	}
	cas := pgpBundle(f, s, "Cas")
	f.Add(envelope)
	f.Add(envelope[:pgpHead])
	f.Fuzz(func(t *testing.T, envelope []byte) {
		from, text, err := s.Receive("Ben", at, envelope)
		if err == nil && (from != "Ana" || text != "hello") {
			t.Fatalf("%s wrote %q", from, text)
		}
		_, _, message, ok := splitPGPMail(envelope)
		if !ok {
			return
		}
		underZeroPGPKey(message)
		forwarded, err := forwardPGP(key, message, cas)
		if err != nil {
			return
		}
		if from, text, err := s.Receive("Cas", at, slices.Concat(envelope[:pgpHead], forwarded)); err == nil && (from != "Ana" || text != "hello") {
			t.Fatalf("%s wrote %q, sent on", from, text)
		}
	})
}
