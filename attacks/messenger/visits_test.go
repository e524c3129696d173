package messenger

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/x25519"
)

// open to all, and with a name that a visitor claims.
func openGate() *Visits {
	return NewVisits(Gate{
		Name:  "no gate",
		Enrol: func(string) error { return nil },
		Prove: func(person string, _ Visit) ([]byte, error) { return []byte("I am " + person), nil },
		Admit: func(_ string, v Visit) (name string, logged []byte, err error) {
			claimed, ok := bytes.CutPrefix(v.Proof, []byte("I am "))
			if !ok {
				return "", nil, errors.New("no claim")
			}
			if string(claimed) == "Eli" {
				return "", v.Proof, nil // learns nothing
			}
			return string(claimed), v.Proof, nil
		},
		Phone: func(string) ([]byte, error) { return []byte("a phone"), nil },
	})
}

// carry sends and receives the first n messages, and returns what crossed the wire.
func carry(t testing.TB, s *Visits, n int) *attacks.Transcript {
	t.Helper()
	attackstest.Enrol(t, s)
	tr := &attacks.Transcript{Tape: attackstest.Tape(t)}
	for i, m := range attackstest.Talk(n) {
		envelope, err := s.Send(m)
		if err == nil {
			err = tr.Append(m.At, envelope)
		}
		from, text, err2 := s.Receive(m.To, m.At, envelope)
		if err != nil || err2 != nil || from != m.From || text != m.Text {
			t.Fatalf("visit %d: %q from %s, %v, %v", i, text, from, err, err2)
		}
	}
	return tr
}

// Visits arrive with who made them, whether or not the site learns it. Logs and histories have all, and the
// wire has no visitor.
func TestVisits(t *testing.T) {
	const n = 60
	s := openGate()
	tr := carry(t, s, n)
	indexes, err := Connections(tr)
	if err != nil || len(indexes) != n {
		t.Fatal(len(indexes), err)
	}
	logs, err := s.Logs()
	if err != nil {
		t.Fatal(err)
	}
	talk, seen := attackstest.Talk(n), 0
	longest, err := s.LongestLog()
	if err != nil || slices.IndexFunc(logs, func(log []byte) bool { return len(log) > len(longest) }) >= 0 {
		t.Errorf("%d bytes are not the longest log, %v", len(longest), err)
	}
	for _, log := range logs {
		visits, err := ParseSiteLog(log)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range visits {
			m := talk[indexes[v.Connection]]
			if v.Page != m.Text || string(v.Proof) != "I am "+m.From || v.At.UnixMilli() != m.At.UnixMilli() {
				t.Errorf("%+v is logged of %+v", v, m)
			}
			seen++
		}
		for cut := 1; cut < len(log); cut += 1 + len(log)/50 {
			if visits, err := ParseSiteLog(log[:cut]); err == nil && len(visits) == 0 {
				t.Errorf("%d bytes of a log are read as nothing", cut)
			}
		}
	}
	if seen != n {
		t.Errorf("%d visits are logged", seen)
	}
	history, err := s.History("Ana")
	if err != nil {
		t.Fatal(err)
	}
	c := new(attackstest.Claims)
	if _, err := ReadBrowser(history, tr, c.Found); err != nil {
		t.Fatal(err)
	}
	opened, wrong := c.Judge(talk)
	attackstest.Same(t, "a history", opened, attackstest.That(talk, func(_ int, m attacks.Message) bool { return m.From == "Ana" }))
	if wrong != 0 {
		t.Errorf("%d wrong claims", wrong)
	}
	if view, err := s.Inspect("Ana"); err != nil || !bytes.Contains(view, history) || !bytes.Contains(view, []byte("a phone")) {
		t.Errorf("a view of %d bytes, %v", len(view), err)
	}
}

// A visit is for one site, once, and every byte of it counts.
func TestVisitsRefused(t *testing.T) {
	s := openGate()
	attackstest.Enrol(t, s)
	m := attackstest.Talk(1)[0]
	envelope, err := s.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(envelope); i++ {
		bad := bytes.Clone(envelope)
		bad[i] ^= 1
		if _, _, err := s.Receive(m.To, m.At, bad); err == nil {
			t.Errorf("byte %d changed: admitted", i)
		}
		if _, _, err := s.Receive(m.To, m.At, envelope[:i]); err == nil {
			t.Errorf("%d bytes: admitted", i)
		}
	}
	if _, _, err := s.Receive(m.From, m.At, envelope); err == nil {
		t.Error("another site admits it")
	}
	if _, _, err := s.Receive("Nobody", m.At, envelope); err == nil {
		t.Error("a site that is not there admits it")
	}
	if log, _ := s.Log(m.To); len(log) != 0 {
		t.Error("what was refused is logged")
	}
	if _, _, err := s.Receive(m.To, m.At, envelope); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Receive(m.To, m.At, envelope); err == nil {
		t.Error("it is admitted twice")
	}
	site := attackstest.Identity(t, s, m.To)
	forged, err := SealVisit(site, Visit{Page: "/", Proof: []byte("I am Ana")})
	if err != nil {
		t.Fatal(err)
	}
	if from, _, err := s.Receive(m.To, m.At, forged); from != "Ana" || err != nil {
		t.Errorf("a forgery comes from %q, %v", from, err)
	}
	forged, err = SealVisit(site, Visit{Page: "/", Proof: []byte("I am Eli")})
	if err != nil {
		t.Fatal(err)
	}
	if from, _, err := s.Receive(m.To, m.At, forged); from != "" || err != nil {
		t.Errorf("a visit that no phone waits for comes from %q, %v", from, err)
	}
	if _, err := SealVisit(site[1:], Visit{}); err == nil {
		t.Error("a site of 31 bytes")
	}
}

// The wiretap's zero is measured: visits in clear, under a key of zeros, and of an exchange that gives zeros are read.
func TestWiretapOfVisits(t *testing.T) {
	read := openGate().Wiretap().Read
	c := new(attackstest.Claims)
	tr := carry(t, openGate(), 12)
	if n, err := read(t.Context(), attackstest.Tape(t), tr, c.Found); n != 3*12 || err != nil || len(c.Texts) != 0 {
		t.Errorf("%d tried, %v, %d open", n, err, len(c.Texts))
	}
	head := bytes.Clone(attackstest.Records(t, tr.Tape)[0][8:][:visitHead])
	inner := []byte{0, 0, 0, '/'}
	exchange, err := sealVisit(make([]byte, x25519.Size), bytes.Clone(head), inner)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.New(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	for name, weak := range map[string][]byte{
		"an exchange of zeros": exchange,
		"in clear":             slices.Concat(head, inner),
		"a key of zeros":       aead.Seal(bytes.Clone(head), make([]byte, aead.NonceSize()), inner, head),
		"no tag":               head,
	} {
		c := new(attackstest.Claims)
		_, err := read(t.Context(), attackstest.Tape(t), attackstest.Transcript(t, attackstest.Talk(1)[0].At, weak), c.Found)
		if err != nil || name != "no tag" && c.Texts[0] != "/" {
			t.Errorf("%s: %v, %v", name, c.Texts, err)
		}
	}
}

// Two visits to a site at one moment cannot be told apart by a history, and neither is claimed.
func TestSameMoment(t *testing.T) {
	s := openGate()
	attackstest.Enrol(t, s)
	tr := &attacks.Transcript{Tape: attackstest.Tape(t)}
	at := attackstest.Talk(1)[0].At
	for _, from := range []string{"Ana", "Ben"} {
		envelope, err := s.Send(attacks.Message{At: at, From: from, To: "Cas", Text: "of " + from})
		if err == nil {
			err = tr.Append(at, envelope)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	history, err := s.History("Ana")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := ReadBrowser(history, tr, func(int, []byte) { t.Error("a claim") }); n != 1 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
}

func FuzzParseSiteLog(f *testing.F) {
	s := openGate()
	carry(f, s, 6)
	log, err := s.LongestLog()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log)
	f.Add(log[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		ParseSiteLog(b)
		if site, connection, ok := ParseVisit(b); ok && !bytes.Equal(b[2:visitHead], slices.Concat(site[:], connection[:])) {
			t.Errorf("%x", b)
		}
	})
}
