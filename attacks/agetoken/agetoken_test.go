package agetoken

import (
	"bytes"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow/agetoken"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each theft opens what the table in the package comment says.
func TestThefts(t *testing.T) {
	const n, victim = 24, "Ana"
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
	// The zero of issuer and sites was measured: each token of the past was tried on each batch.
	if e := attackstest.Exposure(t, r, IssuerAndSites); e.Operations < int64(len(attackstest.People)*n/2) {
		t.Errorf("%d pairs were tried", e.Operations)
	}
}

// An issuer that gives one person a key for itself reads what that person visits: by name, and rightly. The
// same code opens nothing where all have one key. It can be noticed by comparing keys.
func TestTagging(t *testing.T) {
	const n, victim = 16, "Ana"
	r := attackstest.Run(t, NewTagging(victim), n, victim)
	e := attackstest.Exposure(t, r, Tagging)
	talk := attackstest.Talk(n)
	attackstest.Same(t, "tagging", e.Opened, attackstest.That(talk, func(i int, m attacks.Message) bool { return i < n/2 && m.From == victim }))
	if e.Noticed.Who != "who compares keys" || e.Readable().N == 0 {
		t.Errorf("%+v", e)
	}
	l, err := parseLoot(r.Loot[Tagging])
	check(t, err)
	named, _, err := l.link(t.Context())
	check(t, err)
	indexes, err := messenger.Connections(r.Transcript)
	check(t, err)
	for i, name := range named {
		if m := talk[indexes[l.visits[i].Connection]]; m.From != name {
			t.Errorf("%s is named for %s", name, m.From)
		}
	}
	keys := map[agetoken.KeyID]bool{}
	for _, i := range l.issued {
		keys[i.key] = true
	}
	if len(keys) != 2 {
		t.Errorf("%d keys", len(keys))
	}
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

// A token that is fetched when it is needed names its owner by the moment, rightly. The same code opens nothing
// where no one has run out.
func TestSpentAtOnce(t *testing.T) {
	const n = 24
	for _, size := range []int{1, batch} {
		s := newSystem("")
		s.batch = size
		r := attackstest.Run(t, s, n, "Ana")
		l, err := parseLoot(r.Loot[IssuerAndSites])
		check(t, err)
		want := 0
		for _, i := range l.issued {
			if !i.at.Equal(i.at.Truncate(24 * time.Hour)) {
				want++
			}
		}
		e := attackstest.Exposure(t, r, IssuerAndSites)
		if n := e.Readable().N; n < want || n > 0 && size == batch || e.Wrong != 0 || want == 0 && size == 1 {
			t.Errorf("batches of %d: %v open, %d wrong, %d fetches at a visit", size, e.Readable(), e.Wrong, want)
		}
	}
}

// A phone that fills up says how many tokens it has spent. Where these are all visits that there were, they are its
// owner's, though all have fetched; one more visit of another, and no one is named.
func TestFillingUpCounts(t *testing.T) {
	day := attackstest.Talk(1)[0].At.Truncate(24 * time.Hour)
	for others := range 2 {
		var visits []attacks.Message
		add := func(from string, hour int) {
			visits = append(visits, attacks.Message{At: day.Add(time.Duration(hour) * time.Hour), From: from, To: "Cas", Text: "/"})
		}
		for i := range batch/2 + 1 {
			add("Ana", 8+i)
		}
		if others > 0 {
			add("Ben", 20)
		}
		add("Ben", 30)
		c := attacks.NewConversation(visits)
		c.Moment = len(visits)
		r, err := attacks.Run(t.Context(), New(), c, "Ana", nil)
		check(t, err)
		defer r.Close()
		e := r.Exposure(IssuerAndSites)
		if want := (batch/2 + 1) * (1 - others); e.Readable().N != want || e.Wrong != 0 {
			t.Errorf("with %d other visits: %v open, %d wrong, expected %d", others, e.Readable(), e.Wrong, want)
		}
	}
}

// A token from a stolen log is refused because it is spent, and an old envelope because its connection is old.
func TestSpentTokenIsRefused(t *testing.T) {
	s := newSystem("")
	attackstest.Enrol(t, s)
	m := attackstest.Talk(1)[0]
	envelope, err := s.Send(m)
	check(t, err)
	from, text, err := s.Receive(m.To, m.At, envelope)
	if err != nil || from != m.From || text != m.Text {
		t.Fatal(from, text, err)
	}
	log, err := s.LongestLog()
	check(t, err)
	other := "Cas"
	forged, err := spendAgain(attackstest.Tape(t, append([]byte("log "), log...)), nil, attacks.Forgery{To: attackstest.Identity(t, s, other)})
	check(t, err)
	if _, _, err := s.Receive(other, m.At, forged); err != agetoken.ErrSpent {
		t.Errorf("at another site: %v", err)
	}
	if _, _, err := s.Receive(m.To, m.At, envelope); err == nil || err == agetoken.ErrSpent {
		t.Errorf("an envelope again: %v", err)
	}
}

// Time tells everything of a phone that fetches when it needs a token, and next to nothing of batches that
// are fetched at night. The crowd then is everyone.
func TestMeasure(t *testing.T) {
	const n = 300
	c := attackstest.Conversation(n)
	people := float64(len(c.People) - 1) // Zoë visits nothing
	demand, err := Measure(c, Policy{Batch: 1})
	check(t, err)
	if demand.Visits != n || demand.Right != n || demand.Fetches != n || demand.Crowd >= people || demand.Alone == 0 {
		t.Errorf("on demand: %+v", demand)
	}
	empty, err := Measure(c, Policy{Batch: 30})
	check(t, err)
	if empty.Right >= n/2 || empty.Fetches >= n/10 {
		t.Errorf("when empty: %+v", empty)
	}
	night, err := Measure(c, Policy{Batch: 30, Night: true})
	check(t, err)
	if night.Crowd != people || night.Alone != 0 || night.Right > n/3 {
		t.Errorf("at night: %+v", night)
	}
	if _, err := Measure(c, Policy{}); err == nil {
		t.Error("a batch of none")
	}
}

func TestThiefHasBytes(t *testing.T) { attackstest.ThiefHasBytes(t, New, 6) }

// Loot that was damaged is an error, or opens no more; so is an envelope.
func TestDamage(t *testing.T) {
	const n = 6
	s := New()
	r := attackstest.Run(t, s, n, "Ana")
	for _, e := range r.Exposures {
		loot := attackstest.Records(t, r.Loot[e.Theft])
		for i := range loot {
			for _, cut := range []int{0, 5, 60, len(loot[i]) - 1} {
				bad := append([][]byte{}, loot...)
				bad[i] = bytes.Clone(loot[i][:max(0, min(cut, len(loot[i])))])
				c, err := attackstest.Read(t, s, e.Theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
				opened, wrong := c.Judge(attackstest.Talk(n))
				attackstest.Subset(t, string(e.Theft), opened, e.Opened)
				if wrong != 0 || cut < 3 && len(loot[i]) > 0 && err == nil && e.Theft != messenger.Seizure && e.Theft != messenger.PhoneCopied {
					t.Errorf("%s, record %d cut to %d: %d wrong claims, %v", e.Theft, i, cut, wrong, err)
				}
			}
		}
	}
	envelopes := attackstest.Records(t, r.Transcript.Tape)
	envelopes[n-1] = envelopes[n-1][:20]
	c, err := attackstest.Read(t, s, IssuerAndSites, r.Loot[IssuerAndSites], attackstest.Tape(t, envelopes...))
	if err != nil || len(c.Texts) != 0 {
		t.Errorf("%v, %v", c.Texts, err)
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	if testing.Short() {
		t.Skip("three runs, of which each signs some 50 tokens")
	}
	attackstest.SeededRunsAreEqual(t, New)
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := newSystem("")
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, []byte(issuerPEM[100:130])); leak != "" {
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
		linkByKeyAndTime(t.Context(), attackstest.Tape(t, record), tr, func(int, []byte) { t.Error("a claim without a transcript") })
	})
}
