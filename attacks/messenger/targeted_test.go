package messenger

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

var targetedRuns = attackstest.NewOnce(func(string) attacks.System { return newTargeted() })

func newTargeted() *targeted { return Targeted(newTwin().kind).(*targeted) }

// involving lists a victim's messages for which f holds.
func involving(victim string, f func(i int, m attacks.Message) bool) []bool {
	return attackstest.That(attackstest.Talk(attackstest.Size), func(i int, m attacks.Message) bool {
		return attackstest.Involving(victim, m) && f(i, m)
	})
}

func always(int, attacks.Message) bool { return true }

func TestImplantOpensOnePersons(t *testing.T) {
	cells(t, ImplantName, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened:  involving(victim, always),
			Forged:  attackstest.IfWrote(victim, attacks.Accepted),
			Noticed: attacks.Notice{Who: "who takes an app apart", Possible: true},
		}
	})
}

// The key that signs updates opens what all phones store and all that comes, without any third key.
func TestUpdateKeyOpensAll(t *testing.T) {
	cells(t, UpdateKey, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened:  attackstest.That(attackstest.Talk(attackstest.Size), attackstest.All),
			Forged:  attackstest.IfWrote(victim, attacks.Accepted),
			Noticed: attacks.Notice{Who: "who takes an app apart", Possible: true},
		}
	})
}

// targetedCells checks one theft of targeted access with each victim.
func targetedCells(t *testing.T, theft attacks.TheftName, want func(victim string) attackstest.Want) {
	t.Helper()
	for _, victim := range attackstest.Victims() {
		attackstest.Check(t, attackstest.Exposure(t, targetedRuns.Result(t, victim), theft), want(victim))
	}
}

// closest is the model of with whom a victim has written the most, before a message: of several, the first by name.
func closest(talk []attacks.Message, victim string) (peer string) {
	n := map[string]int{}
	for _, m := range talk {
		if attackstest.Involving(victim, m) {
			n[m.From]++
			n[m.To]++
		}
	}
	for _, p := range attackstest.People {
		if p != victim && n[p] > n[peer] {
			peer = p
		}
	}
	return peer
}

func TestInfiltrationOpensOneFriendship(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	targetedCells(t, Infiltration, func(victim string) attackstest.Want {
		friend := closest(talk[:attackstest.Size/2], victim)
		return attackstest.Want{Opened: involving(victim, func(i int, m attacks.Message) bool {
			return i >= attackstest.Size/2 && attackstest.Involving(friend, m)
		})}
	})
}

// Who has no friend yet makes one, who works for the police.
func TestInfiltrationOfSomebodyNew(t *testing.T) {
	s := attacks.NewStage(newTargeted(), "Ana", nil)
	defer s.Close()
	for _, p := range []string{"Ana", "Ben", "Cas"} {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	stolen, err := s.Steal(Infiltration)
	if err != nil {
		t.Fatal(err)
	}
	for i, to := range []string{"Cas", "Ben", "Cas"} {
		if err := s.Send(attacks.Message{At: time.Date(2026, 3, 2, 0, i, 0, 0, time.UTC), From: "Ana", To: to, Text: "to " + to}); err != nil {
			t.Fatal(err)
		}
	}
	e, err := s.Expose(t.Context(), stolen)
	if err != nil {
		t.Fatal(err)
	}
	attackstest.Same(t, "the first to write", e.Opened, []bool{true, false, true})
}

func TestConsentedLookOpensOneFriendship(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	targetedCells(t, ConsentedLook, func(victim string) attackstest.Want {
		friend := closest(talk, victim)
		return attackstest.Want{AtEnd: true, Opened: involving(victim, func(_ int, m attacks.Message) bool { return attackstest.Involving(friend, m) })}
	})
	for _, victim := range attackstest.Victims() {
		r := targetedRuns.Result(t, victim)
		n, err := Proved(r.Loot[ConsentedLook])
		wrote := attackstest.Count(involving(victim, func(_ int, m attacks.Message) bool {
			return m.From == victim && m.To == closest(talk, victim)
		}))
		if err != nil || n != (attacks.Count{N: wrote, Of: attackstest.Exposure(t, r, ConsentedLook).Readable().N}) {
			t.Errorf("%s: %v are proved, %v; the target wrote %d", victim, n, err, wrote)
		}
	}
}

// A witness who changes a word, a name or a date of what the target wrote proves nothing, and nothing is claimed.
// What the witness says to have written is believed: that is the control, and why franking is there.
func TestWitnessLies(t *testing.T) {
	r := targetedRuns.Result(t, "Ana")
	loot := attackstest.Records(t, r.Loot[ConsentedLook])
	honest, err := attackstest.Read(t, newTargeted(), ConsentedLook, attackstest.Tape(t, loot...), r.Transcript.Tape)
	if err != nil || len(honest.Texts) == 0 {
		t.Fatalf("%d texts, %v", len(honest.Texts), err)
	}
	i := slices.IndexFunc(loot, func(b []byte) bool { return b[0] == kindReport && len(b) > 200 })
	j := slices.IndexFunc(loot, func(b []byte) bool { return b[0] == kindExport && len(b) > 200 })
	if i < 0 || j < 0 {
		t.Fatal("the witness has one side only")
	}
	lie := func(i, at int) *attackstest.Claims {
		t.Helper()
		bad := slices.Clone(loot)
		bad[i] = slices.Clone(bad[i])
		bad[i][at] ^= 1
		c, err := attackstest.Read(t, newTargeted(), ConsentedLook, attackstest.Tape(t, bad...), r.Transcript.Tape)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for at := 1; at < len(loot[i]); at += 1 + at/70 { // each byte of the stamp
		if c := lie(i, at); len(c.Texts) != len(honest.Texts)-1 {
			t.Fatalf("byte %d of a report: %d texts are claimed, expected one less than %d", at, len(c.Texts), len(honest.Texts))
		}
	}
	if _, wrong := lie(j, len(loot[j])-1).Judge(attackstest.Talk(attackstest.Size)); wrong != 1 {
		t.Errorf("a lie about the witness's own text: %d wrong claims, expected 1", wrong)
	}
	n, err := Proved(attackstest.Tape(t, loot[0], append(slices.Clone(loot[i]), 'x')))
	if err != nil || n != (attacks.Count{N: 0, Of: 1}) {
		t.Errorf("a report with a letter more: %v, %v", n, err)
	}
	for what, first := range map[string][]byte{"no loot": nil, "another kind": loot[i], "half a key": loot[0][:9]} {
		if _, err := Proved(attackstest.Tape(t, first)); !errors.Is(err, errWitness) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What a seized phone gives away depends on what it has in memory.
func TestForensics(t *testing.T) {
	for theft, opens := range map[attacks.TheftName]func(int, attacks.Message) bool{
		BeforeUnlock: attackstest.None, AfterUnlock: always, AfterUnlockStrict: attackstest.None, Unlocked: always,
	} {
		forged := attacks.Accepted
		if theft == BeforeUnlock {
			forged = attacks.Refused
		}
		targetedCells(t, theft, func(victim string) attackstest.Want {
			return attackstest.Want{
				Opened:  involving(victim, opens),
				Forged:  attackstest.IfWrote(victim, forged),
				Noticed: attacks.Notice{Who: victim},
				AtEnd:   true,
			}
		})
	}
}

// A phone whose owner has a popular passphrase opens before the first unlock: the zero is the passphrase's.
func TestPopularPassphrase(t *testing.T) {
	s := newTargeted()
	stage := attacks.NewStage(s, "Ana", nil)
	defer stage.Close()
	for _, p := range attackstest.People {
		if err := stage.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range attackstest.Talk(20) {
		if err := stage.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	for passphrase, want := range map[string]bool{"2222": true, "not popular": false} {
		loot, err := s.seizeStore("Ana", forensics{class: none}, newAtRest([]byte(passphrase)))
		if err != nil {
			t.Fatal(err)
		}
		c, err := attackstest.Read(t, newTargeted(), BeforeUnlock, attackstest.Reread(t, loot), stage.Transcript().Tape)
		if err != nil || (len(c.Texts) > 0) != want {
			t.Errorf("%q: %d texts, %v", passphrase, len(c.Texts), err)
		}
	}
}

// A passphrase of no letters or of very many is one like others.
func TestOddPassphrases(t *testing.T) {
	for _, passphrase := range [][]byte{nil, {0}, bytes.Repeat([]byte("x"), 1<<20)} {
		phone := newAtRest(passphrase)
		if keys, err := phone.unlock(passphrase); err != nil || keys != phone.keys {
			t.Errorf("%d bytes: %v", len(passphrase), err)
		}
		if _, err := phone.unlock(append(slices.Clone(passphrase), 'x')); err != errPassphrase {
			t.Errorf("%d bytes and one more: %v", len(passphrase), err)
		}
	}
}

// The chip takes ten wrong passphrases, and then not even the right one.
func TestTenTries(t *testing.T) {
	right := []byte("a passphrase")
	phone := newAtRest(right)
	for range mostTries - 1 {
		if _, err := phone.unlock([]byte("wrong")); err != errPassphrase {
			t.Fatal(err)
		}
	}
	if keys, err := phone.unlock(right); err != nil || keys != phone.keys {
		t.Fatal("the tenth, which is right", err)
	}
	for range mostTries {
		if _, err := phone.unlock([]byte("wrong")); err != errPassphrase {
			t.Fatal(err)
		}
	}
	if _, err := phone.unlock(right); err != errTries {
		t.Errorf("the eleventh: %v", err)
	}
	// Without its chip the passphrase does not help.
	other := *phone
	other.uid, other.tries = [32]byte{}, 0
	if _, err := other.unlock(right); err != errPassphrase {
		t.Errorf("on another chip: %v", err)
	}
}

func TestUpdatesAndTheirLog(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	targetedCells(t, UpdateUnlogged, func(victim string) attackstest.Want {
		return attackstest.Want{Opened: make([]bool, attackstest.Size), Noticed: attacks.Notice{Who: "all phones, which refuse it"},
			Forged: attackstest.IfWrote(victim, attacks.Refused)}
	})
	for theft, within := range map[attacks.TheftName]time.Duration{UpdateLogged: 0, UpdateWeek: disappearAfter} {
		targetedCells(t, theft, func(victim string) attackstest.Want {
			return attackstest.Want{
				Opened: attackstest.That(talk, func(_ int, m attacks.Message) bool {
					return within == 0 || !m.At.Before(talk[attackstest.Size/2-1].At.Add(-within))
				}),
				Forged:  attackstest.IfWrote(victim, attacks.Accepted),
				Noticed: attacks.Notice{Who: "who rebuilds what is logged", Possible: true},
			}
		})
	}
}

// The log convinces who has its key; one that has only genuine releases gives no evidence.
func TestEvidenceOfARelease(t *testing.T) {
	l, err := newReleases(time.Unix(1_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if evidence, err := l.rebuild(); evidence != nil || err != nil {
		t.Fatalf("an honest log: %d bytes, %v", len(evidence), err)
	}
	if err := l.check("Ana", []byte(release), l.at); err != nil {
		t.Fatal(err)
	}
	if err := l.check("Ana", []byte(implanted), l.at); !errors.Is(err, errUnlogged) {
		t.Errorf("an update that is not in the log: %v", err)
	}
	if err := l.enter([]byte(implanted), l.at); err != nil {
		t.Fatal(err)
	}
	if err := l.check("Ana", []byte(release), l.at); !errors.Is(err, errUnlogged) {
		t.Errorf("an old release: %v", err)
	}
	if err := l.check("Ben", []byte(implanted), l.at); err != nil {
		t.Error(err)
	}
	if err := l.enter([]byte(release), l.at); err != nil { // as if nothing had been
		t.Fatal(err)
	}
	for range 2 { // and again
		if evidence, err := l.rebuild(); len(evidence) == 0 || err != nil {
			t.Errorf("%d bytes of evidence, %v", len(evidence), err)
		}
	}
}

func TestUpdateRefused(t *testing.T) {
	u := new(updates)
	update := signUpdate(u.signing(), []byte(implanted))
	if err := u.take("Ana", update, time.Time{}); err != nil || u.running["Ana"] != implanted {
		t.Fatal(err)
	}
	for i := range update {
		bad := slices.Clone(update)
		bad[i] ^= 0x80
		if err := u.take("Ben", bad, time.Time{}); err != errUpdate {
			t.Fatalf("byte %d: %v", i, err)
		}
		if err := u.take("Ben", update[:i], time.Time{}); err != errUpdate {
			t.Fatalf("%d bytes: %v", i, err)
		}
	}
	if u.running["Ben"] != "" {
		t.Error("a refused update runs")
	}
}

// Who could have noticed an update that no log has is counted: those that have refused it.
func TestRefusalsAreCounted(t *testing.T) {
	s := newTargeted()
	attackstest.Enrol(t, s)
	theft := s.phones.byUpdate(updatePlan{name: UpdateUnlogged, program: "another"})
	notice := func() string {
		t.Helper()
		n, err := theft.Noticed(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return n.String()
	}
	if got := notice(); got != "nobody" {
		t.Errorf("no phone was offered it, and %s could notice", got)
	}
	update := signUpdate(s.phones.updates.signing(), []byte("another"))
	if err := s.phones.updates.take("Ana", update, time.Unix(1, 0)); err == nil {
		t.Fatal("it was taken")
	}
	if got := notice(); got != "1 phone, which refuses it" {
		t.Errorf("one phone was offered it, and %s could notice", got)
	}
	for _, owner := range attackstest.People[1:] {
		if err := s.phones.updates.take(owner, update, time.Unix(1, 0)); err == nil {
			t.Fatal("it was taken")
		}
	}
	if got := notice(); got != "all phones, which refuse it" {
		t.Errorf("all were offered it, and %s could notice", got)
	}
}

// The genuine release takes an implant off a phone again.
func TestReleaseEndsAnImplant(t *testing.T) {
	u := new(updates)
	for _, program := range []string{implanted, release} {
		if err := u.take("Ana", signUpdate(u.signing(), []byte(program)), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := u.running["Ana"]; got != "" {
		t.Errorf("the phone runs %q", got)
	}
}

// What is typed is exported before it is sealed, and also when it is never sent.
func TestTypedBeforeItIsSealed(t *testing.T) {
	m := newTwin()
	thefts := m.Thefts("Ana")
	attackstest.Enrol(t, m)
	i := slices.IndexFunc(thefts, func(th attacks.Theft) bool { return th.Name == ImplantName })
	loot, err := thefts[i].Steal()
	if err != nil {
		t.Fatal(err)
	}
	m.relay.accounts["Ben"].shelf = brokenShelf{}
	draft := attacks.Message{At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), From: "Ana", To: "Ben", Text: "a draft that is never sealed"}
	if _, err := m.Send(draft); err == nil {
		t.Fatal("it was sent")
	}
	records := attackstest.Records(t, loot)
	if !bytes.Contains(records[len(records)-1], []byte(draft.Text)) {
		t.Error("the draft is not in the loot")
	}
}

type brokenShelf struct{}

func (brokenShelf) Add([]byte) error { return nil }
func (brokenShelf) Bundle() []byte   { return nil }

// Dates of one millisecond, as exports of chats have, which know minutes, do not mix texts up.
func TestImplantAtOneMoment(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var talk []attacks.Message
	for i := range 12 {
		from, to := "Ana", []string{"Ben", "Cas"}[i%2]
		if i%3 == 0 {
			from, to = to, from
		}
		talk = append(talk, attacks.Message{At: at, From: from, To: to, Text: "message " + string(rune('a'+i))})
	}
	for _, system := range []attacks.System{newTwin(), newTargeted()} {
		r, err := attacks.Run(t.Context(), system, attacks.NewConversation(talk), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, e := range r.Exposures {
			switch e.Theft {
			case ImplantName, UpdateKey, UpdateLogged, Unlocked, AfterUnlock:
				if e.Readable().N != len(talk) || e.Wrong != 0 {
					t.Errorf("%s: %v open, %d wrong", e.Theft, e.Readable(), e.Wrong)
				}
			case Infiltration:
				if e.Before.N != 0 || e.After.N != 3 || e.Wrong != 0 {
					t.Errorf("%s: %+v", e.Theft, e)
				}
			}
		}
	}
}

func TestTargetedThiefHasBytes(t *testing.T) {
	attackstest.ThiefHasBytes(t, func() attacks.System { return newTargeted() }, 30)
}

func TestTargetedDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, func() attacks.System { return newTargeted() }, attackstest.Damages{
		Believed: []attacks.TheftName{Infiltration, UpdateLogged, UpdateWeek}, // exports are believed; a witness's are behind reports here
		Whole:    []attacks.TheftName{BeforeUnlock},
	})
}

func TestTargetedDamagedTranscript(t *testing.T) {
	if !*attackstest.Long {
		t.Skip("it takes some seconds: go test -long")
	}
	attackstest.DamagedTranscript(t, func() attacks.System { return newTargeted() })
}

func TestTargetedSeededRunsAreEqual(t *testing.T) {
	attackstest.SeededRunsAreEqual(t, func() attacks.System { return newTargeted() })
}

// A store is cut, changed, or has keys that it should not.
func TestStoreRefused(t *testing.T) {
	loot := attackstest.Records(t, targetedRuns.Result(t, "Ana").Loot[Unlocked])
	if items, _, err := openStore(attackstest.Tape(t, loot...)); err != nil || items.Len() < 3 {
		t.Fatal(err)
	}
	change := func(i int, f func(b []byte) []byte) [][]byte {
		bad := slices.Clone(loot)
		bad[i] = f(slices.Clone(bad[i]))
		return bad
	}
	last := len(loot) - 1
	for what, bad := range map[string][][]byte{
		"nothing":            nil,
		"no head":            loot[1:],
		"a head that is cut": change(0, func(b []byte) []byte { return b[:len(b)-1] }),
		"another version":    change(0, func(b []byte) []byte { b[1]++; return b }),
		"an item changed":    change(2, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }),
		"an item's class":    change(2, func(b []byte) []byte { b[1] = none; return b }),
		"no such class":      change(2, func(b []byte) []byte { b[1] = classes; return b }),
		"an item cut":        change(2, func(b []byte) []byte { return b[:1] }),
		"items swapped":      slices.Concat(loot[:2], [][]byte{loot[3], loot[2]}, loot[4:]),
		"a key cut":          change(last, func(b []byte) []byte { return b[:len(b)-1] }),
		"a key's class":      change(last, func(b []byte) []byte { b[1] = classes; return b }),
		"two keys of one":    append(slices.Clone(loot), loot[last]),
		"another kind":       append(slices.Clone(loot), []byte("Xx")),
	} {
		if _, _, err := openStore(attackstest.Tape(t, bad...)); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// A franked device refuses what does not fit its commitment.
func TestFrankedRefused(t *testing.T) {
	a, b := &franked{Device: noescrow.NewDevice()}, &franked{Device: noescrow.NewDevice()}
	publication, err := b.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(b.Identity(), shelf.Bundle()); err != nil {
		t.Fatal(err)
	}
	envelope, err := a.Seal(b.Identity(), []byte("text"), nil)
	if err != nil {
		t.Fatal(err)
	}
	bad := slices.Clone(envelope)
	bad[len(bad)-1] ^= 1
	for what, e := range map[string][]byte{"another commitment": bad, "cut": envelope[:len(envelope)-1], "too short": envelope[:31], "nothing": nil} {
		if _, _, err := b.Open(e, nil); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, text, err := b.Open(envelope, nil); err != nil || string(text) != "text" {
		t.Fatal(err)
	}
	if b.received == nil || b.commitment == (franking.Commitment{}) {
		t.Error("there is nothing to report")
	}
}

// An export is read as it was written, and one that is cut in its head is an error.
func TestParseExport(t *testing.T) {
	e := export{"Zoë", "Ben", []byte("route"), 3, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), []byte("text")}
	record := e.record()
	got, err := parseExport(record)
	if err != nil || got.owner != e.owner || got.number != 3 || !got.at.Equal(e.at) || string(got.route) != "route" || string(got.text) != "text" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = parseStored(e.stored()); err != nil || got.peer != "Ben" || string(got.text) != "text" {
		t.Errorf("%+v, %v", got, err)
	}
	for i := range len(record) - len("text") {
		if _, err := parseExport(record[:i]); err != errExport {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
	if _, err := parseStored(nil); err != errExport {
		t.Error(err)
	}
	if !strings.HasPrefix(string(record), "E") {
		t.Error("the kind has changed")
	}
}

// A name that is too long for an export is an error, and the longest one is read.
func TestImplantLongName(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, n := range []int{maxName, maxName + 1} {
		name := strings.Repeat("x", n)
		talk := []attacks.Message{{At: at, From: "Ana", To: name, Text: "a text"}, {At: at, From: name, To: "Ana", Text: "an answer"}}
		for _, system := range []attacks.System{newTwin(), newTargeted()} {
			r, err := attacks.Run(t.Context(), system, attacks.NewConversation(talk), "Ana", nil)
			if n > maxName {
				if !errors.Is(err, errName) {
					t.Errorf("%d bytes: %v", n, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Exposures {
				if (e.Theft == ImplantName || e.Theft == Unlocked) && (e.Readable().N != 2 || e.Wrong != 0) {
					t.Errorf("%d bytes, %s: %v open, %d wrong", n, e.Theft, e.Readable(), e.Wrong)
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Who could have noticed an implant is said of the phones that it is on, and not of those of another theft.
func TestNoticedIsOfOneTheft(t *testing.T) {
	m := newTwin()
	thefts := m.Thefts("Ana")
	attackstest.Enrol(t, m)
	i := slices.IndexFunc(thefts, func(th attacks.Theft) bool { return th.Name == UpdateKey })
	loot, err := thefts[i].Steal()
	if err != nil {
		t.Fatal(err)
	}
	for who, loot := range map[string]*attacks.Tape{"who takes an app apart": loot, "nobody": attackstest.Tape(t, []byte{kindUpdate})} {
		if n, err := thefts[i].Noticed(loot, nil); err != nil || n.String() != who {
			t.Errorf("found %s, %v, expected %s", n, err, who)
		}
	}
}

// Before the first message, after the last one, and for a victim who only reads, each theft is measured, and claims
// nothing wrong.
func TestTargetedAtTheEnds(t *testing.T) {
	talk := attackstest.Talk(12)
	for i := range talk {
		if talk[i].From == "Ana" {
			talk[i].From, talk[i].To = talk[i].To, "Ana"
		}
	}
	for _, moment := range []int{0, len(talk)} {
		c := attacks.NewConversation(talk)
		c.Moment = moment
		r, err := attacks.Run(t.Context(), newTargeted(), c, "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Exposures {
			want := 0
			switch e.Theft {
			case UpdateLogged, UpdateWeek:
				want = e.Readable().Of
			case AfterUnlock, Unlocked:
				want = e.Victims.Of
			case Infiltration:
				if moment > 0 {
					break
				}
				fallthrough
			case ConsentedLook:
				want = e.Readable().N // TestInfiltrationOpensOneFriendship and TestConsentedLookOpensOneFriendship count
				if want == 0 {
					t.Errorf("moment %d, %s: nothing opens", moment, e.Theft)
				}
			}
			if e.Wrong != 0 || e.Readable().N != want || e.Forged == attacks.Accepted {
				t.Errorf("moment %d, %s: %v open, expected %d; %d wrong, forged: %v", moment, e.Theft, e.Readable(), want, e.Wrong, e.Forged)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
