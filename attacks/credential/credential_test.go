package credential

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/cloudflare/circl/ecc/bls12381"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow/credential"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each theft opens what the table in the package comment says.
func TestThefts(t *testing.T) {
	const n, victim = 16, "Ana"
	none := func(int, attacks.Message) bool { return false }
	hers := func(_ int, m attacks.Message) bool { return m.From == victim }
	herPast := func(i int, m attacks.Message) bool { return i < n/2 && m.From == victim }
	type want struct {
		opens  func(int, attacks.Message) bool
		forged attacks.Verdict
		notice string
	}
	r := attackstest.Run(t, New(), n, victim)
	wants := map[attacks.TheftName]want{
		attacks.WarrantName: {none, attacks.NotOffered, ""}, attacks.WiretapName: {none, attacks.Refused, ""},
		messenger.OneSite: {none, attacks.Refused, ""}, messenger.AllSites: {none, attacks.NotOffered, ""},
		Issuer: {none, attacks.NotOffered, ""}, IssuerAndSites: {none, attacks.Refused, ""},
		messenger.PhoneCopied: {herPast, attacks.NotOffered, ""}, messenger.Seizure: {hers, attacks.NotOffered, victim},
	}
	if r.Named.N != 0 || len(r.Exposures) != len(wants) {
		t.Errorf("%d visits are named on the wire, and %d thefts", r.Named.N, len(r.Exposures))
	}
	for theft, w := range wants {
		e := attackstest.Exposure(t, r, theft)
		attackstest.Same(t, string(theft), e.Opened, attackstest.That(attackstest.Talk(n), w.opens))
		if e.Wrong != 0 || e.Noticed.Who != w.notice || e.Forged != w.forged || e.Operations == 0 && theft != Issuer {
			t.Errorf("%s: %d wrong, noticed by %q, forged %v, %d operations; expected %+v", theft, e.Wrong, e.Noticed.Who, e.Forged, e.Operations, w)
		}
	}
	// The zero of issuer and sites was measured: each proof of the past was tried on each credential.
	if e := attackstest.Exposure(t, r, IssuerAndSites); e.Operations < int64(len(attackstest.People)*n/2) {
		t.Errorf("%d pairs were tried", e.Operations)
	}
}

// The control: the same code names every visit of the past, and rightly, where sites ask for the date of birth. A
// warrant then opens one person's, and neither opens without the issuer or without the sites.
func TestCuriousSites(t *testing.T) {
	const n, victim = 16, "Ana"
	r := attackstest.Run(t, NewCurious(), n, victim)
	for theft, opens := range map[attacks.TheftName]func(int, attacks.Message) bool{
		IssuerAndSites:      func(i int, _ attacks.Message) bool { return i < n/2 },
		attacks.WarrantName: func(_ int, m attacks.Message) bool { return m.From == victim },
		Issuer:              attackstest.None,
		messenger.AllSites:  attackstest.None,
	} {
		e := attackstest.Exposure(t, r, theft)
		attackstest.Same(t, string(theft), e.Opened, attackstest.That(attackstest.Talk(n), opens))
		if e.Wrong != 0 || e.Noticed.Who != "" {
			t.Errorf("%s: %+v", theft, e)
		}
	}
}

// A proof in which a part of the credential's signature stands names its owner by it.
func TestSignatureItselfLinks(t *testing.T) {
	d := newDesk()
	at := attackstest.Talk(1)[0].At
	for _, name := range []string{"Ana", "Ben"} {
		check(t, d.enrol(name))
	}
	check(t, d.fetch(at))
	ana := d.phones["Ana"]
	proof, err := ana.Show("a site", make([]byte, 32))
	check(t, err)
	all, err := parseIssued(d.log)
	check(t, err)
	for shown, want := range map[string]int{"": 2, string(ana.Bytes()[len(ana.Bytes())-80:][:48]): 1} {
		// Abar, the first point of a proof, is the signature's A where r1 r2 is 1.
		changed := bytes.Clone(proof)
		copy(changed[len(proof)-len(shownProof(t, proof)):], shown)
		crowds, _, err := loot{issued: all, visits: []messenger.Visit{{At: at, Proof: changed}}}.crowds(t.Context())
		check(t, err)
		if len(crowds) != 1 || len(crowds[0]) != want || crowds[0][0] != "Ana" {
			t.Errorf("with %d bytes of the signature: %q", len(shown), crowds)
		}
	}
}

// A phone whose random numbers come again is named by them: a number that comes twice for one credential is its
// owner's. Here one of Ana's second proof is made that of her first: x^ = x~ + x c, with x of the issuer's log.
func TestRepeatedRandomnessLinks(t *testing.T) {
	d := newDesk()
	at := attackstest.Talk(1)[0].At
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		check(t, d.enrol(name))
	}
	check(t, d.fetch(at))
	all, err := parseIssued(d.log)
	check(t, err)
	order := new(big.Int).SetBytes(bls12381.Order())
	for what, repeat := range map[string]func(l loot, number func(visit, at int) []byte){
		"none": func(loot, func(int, int) []byte) {},
		// Numbers of 32 bytes after three points: e^, r1^, r3^, those of name, born and number, and the challenge c.
		"e": func(l loot, number func(visit, at int) []byte) {
			e := new(big.Int).SetBytes(all[0].signature[48:])
			difference := new(big.Int).Sub(new(big.Int).SetBytes(number(3, 6)), new(big.Int).SetBytes(number(0, 6)))
			e.Mul(e, difference).Add(e, new(big.Int).SetBytes(number(0, 0))).Mod(e, order).FillBytes(number(3, 0))
		},
		"within a proof": func(l loot, number func(visit, at int) []byte) {
			p, err := credential.ParsePresentation(l.visits[3].Proof)
			check(t, err)
			blinds, err := all[0].blinds(p)
			check(t, err)
			x := new(big.Int).SetBytes(blinds[1]) // in the place of e~
			e := new(big.Int).SetBytes(all[0].signature[48:])
			e.Mul(e, new(big.Int).SetBytes(number(3, 6))).Add(e, x).Mod(e, order).FillBytes(number(3, 0))
		},
		"one proof": func(l loot, _ func(int, int) []byte) { l.visits[3].Proof = l.visits[0].Proof },
	} {
		l := loot{issued: all}
		for _, name := range []string{"Ana", "Ben", "Cas", "Ana"} {
			proof, err := d.phones[name].Show("a site", make([]byte, 32))
			check(t, err)
			l.visits = append(l.visits, messenger.Visit{At: at, Proof: proof})
		}
		repeat(l, func(visit, at int) []byte {
			b := l.visits[visit].Proof
			return b[len(b)-7*32+at*32:][:32]
		})
		m, err := l.measure(t.Context(), []string{"Ana", "Ben", "Cas", "Ana"})
		check(t, err)
		want := map[string]Measured{
			"e":              {Named: 2, Pairs: attacks.Count{N: 1, Of: 1}, Crowd: 2},
			"within a proof": {Named: 1, Pairs: attacks.Count{N: 0, Of: 1}, Crowd: 2.5},
			"one proof":      {Pairs: attacks.Count{N: 1, Of: 1}, Crowd: 3},
			"none":           {Pairs: attacks.Count{N: 0, Of: 1}, Crowd: 3},
		}[what]
		if want.Visits, want.Fetches = 4, 3; m != want {
			t.Errorf("%s comes again: %+v, expected %+v", what, m, want)
		}
	}
}

func shownProof(t *testing.T, b []byte) []byte {
	t.Helper()
	p, err := credential.ParsePresentation(b)
	check(t, err)
	return p.Proof()
}

// A crowd of one is a name.
func TestAlone(t *testing.T) {
	at := attackstest.Talk(1)[0].At
	c := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ana", Text: "/1"}, {At: at.Add(time.Hour), From: "Ana", To: "Ana", Text: "/2"},
	})
	r, err := attacks.Run(t.Context(), New(), c, "Ana", nil)
	check(t, err)
	defer r.Close()
	if e := r.Exposure(IssuerAndSites); e.Before.N != 1 {
		t.Errorf("%+v", e)
	}
	if e := r.Exposure(attacks.WarrantName); e.Before.N != 2 {
		t.Errorf("%+v", e)
	}
}

// The crowd is of those who had a credential by the time of the visit. Who was issued one later did not make it.
func TestCrowdIsOfThoseBefore(t *testing.T) {
	d := newDesk()
	at := attackstest.Talk(1)[0].At
	check(t, d.enrol("Ana"))
	check(t, d.fetch(at))
	proof, err := d.phones["Ana"].Show("a site", make([]byte, 32))
	check(t, err)
	check(t, d.enrol("Ben"))
	check(t, d.fetch(at.Add(24*time.Hour)))
	all, err := parseIssued(d.log)
	check(t, err)
	for days, want := range []int{1, 2} {
		v := messenger.Visit{At: at.Add(time.Duration(days) * 24 * time.Hour), Proof: proof}
		crowds, _, err := loot{issued: all, visits: []messenger.Visit{v}}.crowds(t.Context())
		check(t, err)
		if len(crowds[0]) != want {
			t.Errorf("after %d days: %q", days, crowds)
		}
	}
}

// Who is enrolled during a day is issued a credential then, and the issuer's log says so: a visit before it, on the
// same day, was not that person's.
func TestIssuedDuringTheDay(t *testing.T) {
	s := newSystem(Name)
	check(t, s.Enrol("Ana"))
	at := attackstest.Talk(1)[0].At
	var l loot
	for i, from := range []string{"Ana", "Ben"} {
		if from == "Ben" {
			check(t, s.Enrol("Ben"))
		}
		m := attacks.Message{At: at.Add(time.Duration(i) * time.Minute), From: from, To: "Ana", Text: "/"}
		envelope, err := s.Send(m)
		check(t, err)
		_, _, err = s.Receive(m.To, m.At, envelope)
		check(t, err)
	}
	log, err := s.LongestLog()
	check(t, err)
	l.visits, err = messenger.ParseSiteLog(log)
	check(t, err)
	l.issued, err = parseIssued(s.desk.log)
	check(t, err)
	crowds, _, err := l.crowds(t.Context())
	check(t, err)
	if len(crowds) != 2 || len(crowds[0]) != 1 || len(crowds[1]) != 2 {
		t.Errorf("%q", crowds)
	}
}

// Issuer and sites link no visit, by name or with another, where a proof is made for each. The controls link: the
// date of birth all of them by name, and one proof those of a person, without one.
func TestMeasure(t *testing.T) {
	var messages []attacks.Message
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	people := []string{"Ana", "Ben", "Cas"}
	for i := range 9 {
		messages = append(messages, attacks.Message{At: at.Add(time.Duration(i) * 5 * time.Hour), From: people[i%3], To: fmt.Sprint(i), Text: "/"})
	}
	c := attacks.NewConversation(messages)
	for manner, want := range map[Manner]Measured{
		AgeAlone:    {Visits: 9, Pairs: attacks.Count{N: 0, Of: 9}, Crowd: 3, Fetches: 3},
		BirthdayToo: {Visits: 9, Named: 9, Pairs: attacks.Count{N: 9, Of: 9}, Crowd: 1, Fetches: 3},
		OneProof:    {Visits: 9, Pairs: attacks.Count{N: 9, Of: 9}, Crowd: 3, Fetches: 3},
	} {
		got, err := Measure(t.Context(), c, manner)
		check(t, err)
		if got != want {
			t.Errorf("%v: %+v, expected %+v", manner, got, want)
		}
	}
	if _, err := Measure(t.Context(), c, manners); err == nil {
		t.Error("a manner that there is not")
	}
}

// Everyone renews in the last month of a credential, at one midnight, so that the date tells no one.
func TestRenewed(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Cas", Text: "/"}, {At: at, From: "Ben", To: "Cas", Text: "/"},
		{At: at.AddDate(0, 3, 5), From: "Ben", To: "Cas", Text: "/"}, {At: at.AddDate(2, 0, 0), From: "Ana", To: "Cas", Text: "/"},
	})
	m, err := Measure(t.Context(), c, AgeAlone)
	check(t, err)
	if want := (Measured{Visits: 4, Pairs: attacks.Count{N: 0, Of: 2}, Crowd: 2, Fetches: 6}); m != want {
		t.Errorf("%+v, expected %+v", m, want)
	}
}

// Who has a copy of a phone is of age at every site, after its owner and before, and sites have nothing to notice it
// by. A proof from a stolen log is refused, as it is for another connection.
func TestCopiedPhoneIsOfAge(t *testing.T) {
	s := newSystem(Name)
	attackstest.Enrol(t, s)
	m := attackstest.Talk(1)[0]
	envelope, err := s.Send(m)
	check(t, err)
	_, _, err = s.Receive(m.To, m.At, envelope)
	check(t, err)
	phone, err := s.Thefts(m.From)[6].Steal()
	check(t, err)
	stolen, err := credential.ParseCredential(s.desk.issuer.PublicKey(), attackstest.Records(t, phone)[1])
	check(t, err)
	for i := range 3 {
		nonce := fmt.Appendf(nil, "a site's nonce, visit %d", i)
		shown, err := stolen.Show("any site", nonce)
		check(t, err)
		_, err = credential.Admit(s.desk.issuer.PublicKey(), "any site", nonce, shown, m.At)
		check(t, err)
	}
	log, err := s.LongestLog()
	check(t, err)
	forged, err := showAgain(attackstest.Tape(t, append([]byte("log "), log...)), nil, attacks.Forgery{To: attackstest.Identity(t, s, "Cas")})
	check(t, err)
	if _, _, err := s.Receive("Cas", m.At, forged); err == nil {
		t.Error("a proof is taken again")
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 6) }

// Loot that was damaged is an error, or opens no more; so is an envelope.
func TestDamage(t *testing.T) {
	const n = 2
	for _, s := range []attacks.System{New(), NewCurious()} {
		r := attackstest.Run(t, s, n, "Ana")
		for _, e := range r.Exposures {
			loot := attackstest.Records(t, r.Loot[e.Theft])
			for i := range loot {
				for _, cut := range []int{0, 5, 60} {
					bad := append([][]byte{}, loot...)
					bad[i] = bytes.Clone(loot[i][:min(cut, len(loot[i]))])
					c, err := attackstest.Read(t, s, e.Theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
					opened, wrong := c.Judge(attackstest.Talk(n))
					attackstest.Subset(t, string(e.Theft), opened, e.Opened)
					if wrong != 0 || cut < 3 && len(loot[i]) > 0 && err == nil && e.Theft != messenger.Seizure && e.Theft != messenger.PhoneCopied {
						t.Errorf("%s, record %d cut to %d: %d wrong claims, %v", e.Theft, i, cut, wrong, err)
					}
				}
			}
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	if !*attackstest.Long {
		t.Skip("three runs, of which each proves some 40 visits")
	}
	attackstest.SeededRunsAreEqual(t, New)
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := newSystem(Name)
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, s.desk.issuer.RecoveryKey()); leak != "" {
		t.Error(leak)
	}
}

func FuzzParseLoot(f *testing.F) {
	r := attackstest.Run(f, New(), 2, "Ana")
	for _, tape := range r.Loot {
		for _, record := range attackstest.Records(f, tape) {
			f.Add(record)
		}
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		tr := &attacks.Transcript{Tape: attackstest.Tape(t)}
		linkByShown(t.Context(), attackstest.Tape(t, record), tr, func(int, []byte) { t.Error("a claim without a transcript") })
	})
}
