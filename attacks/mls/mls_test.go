package mls

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow/mls"
)

var (
	runs  = attackstest.NewOnce(func(string) attacks.System { return New() })
	xwing = attackstest.NewOnce(func(string) attacks.System { return NewXWing() })
)

// Each theft opens what the table in the package comment says, in both suites.
func TestThefts(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	for i, once := range []attackstest.Once{runs, xwing} {
		for _, victim := range attackstest.Victims()[:min(2-i, len(attackstest.Victims()))] {
			r := once.Result(t, victim)
			any := attackstest.IfWrote(victim, attacks.Accepted)
			old := attackstest.IfWrote(victim, attacks.Refused)
			phone := attackstest.That(talk, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) })
			all := attackstest.All
			if r.System == NameXWing {
				all = attackstest.None
			}
			owner, apart := attacks.Notice{Who: victim}, attacks.Notice{Who: "who takes an app apart", Possible: true}
			for theft, want := range map[attacks.TheftName]attackstest.Want{
				attacks.WarrantName: {Opened: phone, Noticed: owner, AtEnd: true},
				attacks.WiretapName: {Opened: attackstest.That(talk, attackstest.None), Forged: old},
				messenger.Relay:     {Opened: attackstest.That(talk, attackstest.None), Forged: old},
				attacks.DeviceKeys:  {Opened: copied(talk, victim, attackstest.Size/2), Forged: any},
				messenger.Seizure:   {Opened: phone, Forged: any, Noticed: owner, AtEnd: true},
				messenger.Quantum:   {Opened: attackstest.That(talk, all), Forged: any, AtEnd: true},

				messenger.ImplantName: {Opened: phone, Forged: any, Noticed: apart},
				messenger.UpdateKey:   {Opened: attackstest.That(talk, attackstest.All), Forged: any, Noticed: apart},
			} {
				attackstest.Check(t, attackstest.Exposure(t, r, theft), want)
			}
			if r.Named != (attacks.Count{Of: attackstest.Size}) || len(r.Exposures) != 8 {
				t.Errorf("%v named, %d thefts", r.Named, len(r.Exposures))
			}
		}
	}
}

// copied is the model of a copy of the victim's device: in each group that there was it reads until the victim
// commits.
func copied(messages []attacks.Message, victim string, moment int) []bool {
	sent := map[string]map[string]int{} // by group and person, since the last commit
	shut := map[string]bool{}
	return attackstest.That(messages, func(i int, m attacks.Message) bool {
		group := strings.Join(slices.Sorted(slices.Values(append(m.Recipients(), m.From))), "\x00")
		if sent[group] == nil {
			sent[group] = map[string]int{}
			shut[group] = i >= moment
		}
		if sent[group][m.From] == RekeyAfter {
			sent[group][m.From] = 0
			shut[group] = shut[group] || m.From == victim && i >= moment
		}
		sent[group][m.From]++
		return i >= moment && attackstest.Involving(victim, m) && !shut[group]
	})
}

// A device commits after every third message of its own in a group: in front of its fourth, seventh and tenth.
func TestCommitsAfterThree(t *testing.T) {
	at := attackstest.Talk(1)[0].At
	var talk []attacks.Message
	for range 10 {
		talk = append(talk, attacks.Message{At: at, From: "Ana", To: "Ben", Also: []string{"Cas"}, Text: "la"})
	}
	r, err := attacks.Run(t.Context(), New(), attacks.NewConversation(talk), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var commits []int
	for record, err := range r.Transcript.All() {
		if err != nil {
			t.Fatal(err)
		}
		if commit, _ := Carries(record.Bytes); commit {
			commits = append(commits, record.Index+1)
		}
	}
	if !slices.Equal(commits, []int{4, 7, 10}) {
		t.Errorf("commits in front of %v", commits)
	}
}

// Each set of people is a group of its own, whatever their names are.
func TestGroupsOfAnyNames(t *testing.T) {
	at := attackstest.Talk(1)[0].At
	r, err := attacks.Run(t.Context(), New(), attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben\x00Cas", Text: "to one"}, {At: at, From: "Ana", To: "Ben", Also: []string{"Cas"}, Text: "to two"},
	}), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

// Who was removed has read what came before, and reads nothing after.
func TestRemoved(t *testing.T) {
	const n = 120
	r := attackstest.Run(t, NewRemoved(), n, "Ana")
	e := attackstest.Exposure(t, r, Removed)
	attackstest.Same(t, "removed", e.Opened, attackstest.That(attackstest.Talk(n), func(i int, m attacks.Message) bool {
		return i < n/2 && attackstest.Involving("Ana", m)
	}))
	if e.Wrong != 0 || e.Noticed.Who != "" || e.After.N != 0 || e.Before.N == 0 || e.Operations < int64(e.Victims.Of-e.Victims.N) {
		t.Errorf("%+v", e)
	}
}

// The control of that zero: if no one had removed the member, the same keys would read on.
func TestNotRemoved(t *testing.T) {
	s := NewRemoved().(*removal)
	stage := attacks.NewStage(s, "Ana", nil)
	defer stage.Close()
	enrol(t, stage)
	talk := group(20)
	var stolen *attacks.Stolen
	for i, m := range talk {
		if i == 10 {
			var err error
			if stolen, err = stage.Steal(Removed); err != nil {
				t.Fatal(err)
			}
			s.guest.gone = false
		}
		if err := stage.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := stage.Expose(t.Context(), stolen); err != nil || e.Before.N != 10 || e.After.N != 10 {
		t.Errorf("%+v, %v", e, err)
	}
}

// An officer reads one group, from the moment on at which another member than the target writes there.
func TestInfiltration(t *testing.T) {
	const n = 120
	e := attackstest.Exposure(t, attackstest.Run(t, NewInfiltrated(), n, "Ana"), Infiltration)
	informer, met := "", map[string]bool{}
	attackstest.Same(t, "infiltration", e.Opened, attackstest.That(attackstest.Talk(n), func(i int, m attacks.Message) bool {
		if !attackstest.Involving("Ana", m) {
			return false
		}
		if i >= n/2 && informer == "" && m.From != "Ana" && met[m.From] {
			informer = m.From
		}
		met[m.From], met[m.To] = true, true
		return informer != "" && attackstest.Involving(informer, m)
	}))
	if e.Use != attacks.Lawful || e.Wrong != 0 || e.Noticed.Who != "who looks at the members" || e.Before.N != 0 || e.People.N != 2 {
		t.Errorf("%+v", e)
	}
	// The target lets no one in, and the officer comes into one group only.
	var talk []attacks.Message
	for i, pair := range []string{"Ana Ben", "Ana Cas", "Ben Ana", "Cas Ana", "Ana Cas", "Cas Ana", "Ben Ana", "Ana Cas"} {
		from, to, _ := strings.Cut(pair, " ")
		talk = append(talk, attacks.Message{At: time.Unix(1_800_000_000+int64(i), 0), From: from, To: to, Text: pair})
	}
	r, err := attacks.Run(t.Context(), NewInfiltrated(), attacks.NewConversation(talk), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := r.Exposure(Infiltration); !slices.Equal(e.Opened, []bool{false, false, false, false, false, true, false, true}) {
		t.Errorf("opened %v", e.Opened)
	}
	// Who looks too early sees no one.
	s := newSystem(Name, mls.X25519AES128)
	if err := s.Enrol("Ana"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.rosters(nil, nil); err != nil || n.Who != "" {
		t.Errorf("%v, %v", n, err)
	}
}

// group is a conversation of four people who take turns.
func group(n int) (talk []attacks.Message) {
	people := []string{"Ana", "Ben", "Cas", "Dee"}
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i := range n {
		others := slices.DeleteFunc(slices.Clone(people), func(p string) bool { return p == people[i%4] })
		talk = append(talk, attacks.Message{At: at.Add(time.Duration(i) * time.Minute), From: people[i%4], To: others[0], Also: others[1:], Text: fmt.Sprint("message ", i)})
	}
	return talk
}

func enrol(t *testing.T, s *attacks.Stage) {
	t.Helper()
	for _, p := range attackstest.People {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
}

// In a group of four a message is one envelope, and a copy of Dee's device reads past the commits of the
// others, until Dee's own.
func TestHealedByWhoseCommit(t *testing.T) {
	const n = 40
	talk := group(n)
	c := attacks.NewConversation(talk)
	r, err := attacks.Run(t.Context(), New(), c, "Dee", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Transcript.Tape.Len() != n {
		t.Errorf("%d envelopes of %d messages", r.Transcript.Tape.Len(), n)
	}
	var commits []int // after the theft
	for record, err := range r.Transcript.All() {
		if err != nil {
			t.Fatal(err)
		}
		commit, welcome := Carries(record.Bytes)
		if welcome != (record.Index == 0) {
			t.Errorf("envelope %d has a Welcome: %v", record.Index, welcome)
		}
		if commit && record.Index >= n/2 {
			commits = append(commits, record.Index)
		}
	}
	e := r.Exposure(attacks.DeviceKeys)
	if len(commits) < 4 || e.LastOpened < commits[2] {
		t.Fatalf("commits with %v, the last that opens is %d", commits, e.LastOpened)
	}
	dees := commits[slices.IndexFunc(commits, func(i int) bool { return talk[i].From == "Dee" })]
	if e.LastOpened != dees-1 || e.After.N != dees-n/2 || e.Before.N != 0 {
		t.Errorf("opens %v until message %d; Dee's commit comes with message %d", e.After, e.LastOpened, dees)
	}
	if e := r.Exposure(messenger.Quantum); e.Readable().N != n {
		t.Errorf("a quantum computer reads %v", e.Readable())
	}
}

// The control of X-Wing's zero: with whole private keys the same attack reads all.
func TestWholeKeysRead(t *testing.T) {
	for _, talk := range [][]attacks.Message{group(20), attackstest.Talk(60)} {
		for whole, want := range map[bool]int{true: len(talk), false: 0} {
			s := &wholeKeys{newSystem(NameXWing, mls.XWingAES128Experimental), whole}
			r, err := attacks.Run(t.Context(), s, attacks.NewConversation(talk), "Ana", nil)
			if err != nil {
				t.Fatal(err)
			}
			if e := r.Exposure(messenger.Quantum); e.Readable().N != want || e.Operations == 0 {
				t.Errorf("whole keys: %v; %v of %d tries", whole, e.Readable(), e.Operations)
			}
			r.Close()
		}
	}
}

type wholeKeys struct {
	*system
	whole bool
}

func (w *wholeKeys) Thefts(victim string) []attacks.Theft {
	all := w.system.Thefts(victim)
	w.hoard.whole = w.whole
	return all
}

// The control of the wiretap: content that is in clear, or under zeros, is read.
func TestWiretapReadsClear(t *testing.T) {
	clear := addV(addV(nil, []byte("in clear")), make([]byte, 64))
	for _, c := range []struct {
		content []byte
		read    bool
	}{
		{append(slices.Clone(clear), make([]byte, tagSize)...), true},
		{underZeros(append(slices.Clone(clear), make([]byte, 4+tagSize)...)), true},
		{append(slices.Clone(clear), bytes.Repeat([]byte{1}, 2*tagSize)...), false},
	} {
		message := addV(append(addV([]byte{0, 1, 0, wirePrivate}, []byte("id")), 0, 0, 0, 0, 0, 0, 0, 1, typeApplication), nil)
		envelope := join(addV(addV(message, make([]byte, 28)), c.content))
		claims := new(attackstest.Claims)
		n, err := recoverInClear(t.Context(), attackstest.Transcript(t, time.Time{}, envelope), claims.Found)
		if err != nil || n != 2 || (claims.Texts[0] == "in clear") != c.read {
			t.Errorf("expected %v: %v, %d tries, %v", c.read, claims.Texts, n, err)
		}
	}
}

// A device refuses an envelope that is damaged, of another date, or for others.
func TestRefused(t *testing.T) {
	s := New()
	attackstest.Enrol(t, s)
	m := group(1)[0]
	envelope, err := s.SendAll(m)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(envelope) {
		if _, text, err := s.Receive("Ben", m.At, envelope[:n]); err == nil {
			t.Fatalf("%d bytes of an envelope open: %q", n, text)
		}
	}
	if _, _, err := s.Receive("Eli", m.At, envelope); err == nil {
		t.Error("one who is no recipient reads")
	}
	if _, _, err := s.Receive("Cas", m.At.Add(time.Hour), envelope); err == nil {
		t.Error("another date is taken")
	}
	if from, text, err := s.Receive("Dee", m.At, envelope); err != nil || from != "Ana" || text != m.Text {
		t.Errorf("%q of %q, %v", text, from, err)
	}
	if _, _, err := s.Receive("Dee", m.At, envelope); err == nil {
		t.Error("an envelope opens twice")
	}
}

// A stranger's key under a person's name is refused.
func TestStranger(t *testing.T) {
	s := New()
	attackstest.Enrol(t, s)
	bundle, err := s.Bundle("Ben")
	if err != nil {
		t.Fatal(err)
	}
	f := attacks.Forgery{Bundle: bundle, Text: "I never wrote this."}
	envelope, err := forge(mls.NewIdentity("Ana"), f)
	if err != nil {
		t.Fatal(err)
	}
	if from, _, err := s.Receive("Ben", f.At, envelope); err == nil {
		t.Errorf("%q is taken for a friend", from)
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range []func() attacks.System{
		func() attacks.System { return New() },
		func() attacks.System { return NewRemoved() },
		func() attacks.System { return NewInfiltrated() },
	} {
		attackstest.ThiefHasBytes(t, system, 30)
	}
}

// some is a system with some of its thefts: others read with the same functions.
type some struct {
	attacks.GroupSystem
	names []attacks.TheftName
}

func (s some) Thefts(victim string) []attacks.Theft {
	return slices.DeleteFunc(s.GroupSystem.Thefts(victim), func(t attacks.Theft) bool { return !slices.Contains(s.names, t.Name) })
}

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, func() attacks.System {
		return some{New(), []attacks.TheftName{messenger.Seizure, messenger.Quantum}}
	}, attackstest.Damages{Believed: []attacks.TheftName{messenger.Seizure}})
}

func TestDamagedTranscript(t *testing.T) {
	attackstest.DamagedTranscript(t, func() attacks.System {
		return some{New(), []attacks.TheftName{attacks.WiretapName, attacks.DeviceKeys, messenger.Quantum}}
	})
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := newSystem(Name, mls.X25519AES128)
	attackstest.Enrol(t, s)
	d, err := s.Person("Ana")
	if err != nil {
		t.Fatal(err)
	}
	state, err := d.id.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	seed, ok := seedOf(state)
	if !ok || len(seed) != ed25519.SeedSize {
		t.Fatal("no seed is found")
	}
	if leak := printed.Leak(s, seed); leak != "" {
		t.Error(leak)
	}
}

// A member whom the Welcome has not reached cannot write to the group, and is told so.
func TestWelcomeHeldBack(t *testing.T) {
	s := New()
	attackstest.Enrol(t, s)
	first := attacks.Message{At: attackstest.Talk(1)[0].At, From: "Ana", To: "Ben", Text: "Yes."}
	welcome, err := s.Send(first)
	if err != nil {
		t.Fatal(err)
	}
	answer := attacks.Message{At: first.At, From: "Ben", To: "Ana", Text: "No."}
	if _, err := s.Send(answer); err != errNotJoined {
		t.Fatalf("without the Welcome: %v", err)
	}
	if _, _, err := s.Receive("Ben", first.At, welcome); err != nil {
		t.Fatal(err)
	}
	envelope, err := s.Send(answer)
	if err != nil {
		t.Fatal(err)
	}
	if from, text, err := s.Receive("Ana", answer.At, envelope); err != nil || from != "Ben" || text != "No." {
		t.Errorf("%q of %q, %v", text, from, err)
	}
}
