package sakke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/sakke"
	"doormat/internal/padme"
	"doormat/internal/testing/printed"
)

// months returns a conversation over a hundred days, of few messages, as each costs milliseconds.
func months(n int) []attacks.Message {
	messages := attackstest.Talk(n)
	first := messages[0].At
	stretch := float64(100*24*time.Hour) / float64(messages[n-1].At.Sub(first))
	for i := range messages {
		messages[i].At = first.Add(time.Duration(float64(messages[i].At.Sub(first)) * stretch)).Truncate(time.Millisecond)
	}
	return messages
}

// lastFrom returns when a person last wrote.
func lastFrom(messages []attacks.Message, person string) (at time.Time) {
	for _, m := range messages {
		if m.From == person {
			at = m.At
		}
	}
	return at
}

// run runs the experiment on messages.
func run(t testing.TB, messages []attacks.Message) *attacks.Result {
	t.Helper()
	r, err := attacks.Run(t.Context(), New(), attacks.NewConversation(messages), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

const size = 48

// runs are made once for each victim, on size messages.
var runs = func() map[string]func() (*attacks.Result, error) {
	all := map[string]func() (*attacks.Result, error){}
	for _, victim := range attackstest.People {
		all[victim] = sync.OnceValues(func() (*attacks.Result, error) {
			c := attacks.NewConversation(months(size))
			c.People = slices.Clone(attackstest.People)
			return attacks.Run(context.Background(), New(), c, victim, nil)
		})
	}
	return all
}()

func result(t testing.TB, victim string) *attacks.Result {
	t.Helper()
	r, err := runs[victim]()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var fewRun = sync.OnceValues(func() (*attacks.Result, error) {
	return attacks.Run(context.Background(), New(), attacks.NewConversation(months(6)[:3]), "Ana", nil)
})

// few is a run on three messages, made once.
func few(t testing.TB) *attacks.Result {
	t.Helper()
	r, err := fewRun()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each cell, message by message.
func TestThefts(t *testing.T) {
	messages := months(size)
	theftMonth, endMonth := monthOf(messages[size/2-1].At), monthOf(messages[size-1].At)
	lastMonth := monthOf(messages[size-1].At.AddDate(0, -1, 0))
	if all := []string{monthOf(messages[0].At), theftMonth, lastMonth, endMonth}; len(slices.Compact(all)) != 4 {
		t.Fatalf("the conversation is of the months %s", all)
	}
	for _, victim := range attackstest.Victims() {
		if victim == "Eli" || victim == "Zoë" { // one receives no call and the other makes none
			continue
		}
		r := result(t, victim)
		if r.Named != (attacks.Count{N: size, Of: size}) {
			t.Errorf("names stand on %v envelopes", r.Named)
		}
		received := func(month string) []bool {
			return attackstest.That(messages, func(_ int, m attacks.Message) bool { return m.To == victim && monthOf(m.At) == month })
		}
		ifIn := func(month string) attacks.Verdict {
			if monthOf(lastFrom(messages, victim)) == month {
				return attacks.Accepted
			}
			return attacks.Refused
		}
		none, all := attackstest.That(messages, attackstest.None), attackstest.That(messages, attackstest.All)
		toVictim := attackstest.That(messages, func(_ int, m attacks.Message) bool { return m.To == victim })
		cells := []struct {
			theft  attacks.TheftName
			opened []bool
			forged attacks.Verdict
			moment int
		}{
			{attacks.WarrantName, toVictim, attacks.NotOffered, size},
			{attacks.WiretapName, none, attacks.Refused, size / 2},
			{MasterSecret, all, attacks.Accepted, size / 2},
			{KSAK, none, attacks.Accepted, size / 2},
			{KMS, all, attacks.Accepted, size / 2},
			{attacks.DeviceKeys, received(theftMonth), ifIn(theftMonth), size / 2},
			{LastMonthsKeys, received(lastMonth), ifIn(lastMonth), size},
		}
		if len(r.Exposures) != len(cells) {
			t.Errorf("%d thefts, expected %d", len(r.Exposures), len(cells))
		}
		for _, want := range cells {
			e := attackstest.Exposure(t, r, want.theft)
			what := victim + ", " + string(want.theft)
			attackstest.Same(t, what, e.Opened, want.opened)
			if lastFrom(messages, victim).IsZero() {
				want.forged = attacks.NotOffered
			}
			if e.Forged != want.forged || e.Wrong != 0 || e.Noticed != (attacks.Notice{}) || e.Takes == "" || e.Moment != want.moment {
				t.Errorf("%s: forged %v, expected %v; wrong %d, noticed %v, before message %d", what, e.Forged, want.forged, e.Wrong, e.Noticed, e.Moment)
			}
		}
	}
}

// The operations are decapsulations, or attempts without a key, two a call.
func TestOperationsAreCounted(t *testing.T) {
	r := result(t, "Ana")
	for _, e := range r.Exposures {
		want := int64(e.Readable().N) // no decapsulation fails
		switch e.Theft {
		case attacks.WiretapName:
			want = 2 * size
		case KSAK:
			want = 2*size + 3 + 2*(3+2) // and both records, together and alone, as three kinds of key; each as two texts
		}
		if e.Operations != want {
			t.Errorf("%s: %d operations, expected %d", e.Theft, e.Operations, want)
		}
	}
}

// A decapsulation that fails is an operation too, and claims nothing.
func TestFailedDecapsulationsAreCounted(t *testing.T) {
	r := result(t, "Ana")
	envelope := attackstest.Records(t, r.Transcript.Tape)[0][8:]
	c, ok := splitCall(envelope)
	if !ok {
		t.Fatal("the envelope does not split")
	}
	h := bytes.Index(envelope, c.invitation.Encapsulated) + len(c.invitation.Encapsulated) - 1
	envelope[h] ^= 1
	claims := new(attackstest.Claims)
	transcript := attackstest.Transcript(t, c.invitation.At, envelope)
	n, err := recoverWithMasterSecret(t.Context(), r.Loot[MasterSecret], transcript, claims.Found)
	if n != 1 || err != nil || len(claims.Texts) != 0 {
		t.Errorf("%d operations, %d claims, %v", n, len(claims.Texts), err)
	}
}

// z alone calls nobody: a forger who has it needs a call that is being set up.
func TestMasterSecretNeedsACall(t *testing.T) {
	r := result(t, "Ana")
	if _, err := forgeInCall(r.Loot[MasterSecret], r.Transcript, attacks.Forgery{}); !errors.Is(err, attacks.ErrNothingRecorded) {
		t.Errorf("%v, expected %v", err, attacks.ErrNothingRecorded)
	}
}

// Rotation, shown: z, stolen in the middle, opens the calls of every month before and after. A
// phone's keys open calls of one month, and only those it received.
func TestRotationDoesNotHelp(t *testing.T) {
	messages, r := months(size), result(t, "Ana")
	opened := func(theft attacks.TheftName) map[string]int {
		n := map[string]int{}
		for i, open := range attackstest.Exposure(t, r, theft).Opened {
			if open {
				n[monthOf(messages[i].At)]++
				if theft == attacks.DeviceKeys && messages[i].To != "Ana" {
					t.Errorf("message %d, which Ana did not receive, opens", i)
				}
			}
		}
		return n
	}
	if z := opened(MasterSecret); len(z) != 4 {
		t.Errorf("z opens calls of the months %v", z)
	}
	if phone := opened(attacks.DeviceKeys); len(phone) != 1 {
		t.Errorf("a phone's keys open calls of the months %v", phone)
	}
}

// The attacks work on bytes: a system that has carried nothing, tapes that were on a disk.
func TestThiefHasBytes(t *testing.T) {
	messages, r := months(size), result(t, "Ana")
	for _, e := range r.Exposures {
		loot, transcript := attackstest.Reread(t, r.Loot[e.Theft]), attackstest.Reread(t, r.Transcript.Tape)
		c, err := attackstest.Read(t, New(), e.Theft, loot, transcript)
		if err != nil {
			t.Errorf("%s: %v", e.Theft, err)
		}
		opened, wrong := c.Judge(messages)
		attackstest.Same(t, string(e.Theft), opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", e.Theft, wrong)
		}
	}
}

func TestDamaged(t *testing.T) {
	messages, r := months(6)[:3], few(t)
	thief := New()
	try := func(what string, e *attacks.Exposure, loot, transcript *attacks.Tape) error {
		c, err := attackstest.Read(t, thief, e.Theft, loot, transcript)
		opened, wrong := c.Judge(messages)
		attackstest.Subset(t, what, opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", what, wrong)
		}
		return err
	}
	for i := range r.Exposures {
		e := &r.Exposures[i]
		all := attackstest.Records(t, r.Loot[e.Theft])
		for j, record := range all {
			few := 0
			attackstest.Damage(record, func(what string, at int, b []byte) {
				if few++; few%12 != 1 { // each takes many milliseconds to check
					return
				}
				bad := slices.Clone(all)
				bad[j] = b
				what = fmt.Sprint(e.Theft, ", record ", j, ", ", what, " at ", at)
				err := try(what, e, attackstest.Tape(t, bad...), r.Transcript.Tape)
				if short := !strings.Contains(what, "bit flipped"); short && err == nil && e.Theft != KSAK && j < 2 {
					t.Errorf("%s: no error", what)
				}
			})
		}
	}
	envelopes := attackstest.Records(t, r.Transcript.Tape)
	last := envelopes[len(envelopes)-1]
	for _, theft := range []attacks.TheftName{attacks.WiretapName, MasterSecret, attacks.DeviceKeys} {
		few := 0
		attackstest.Damage(last, func(what string, _ int, b []byte) {
			if few++; len(b) < 8 || few%8 != 0 {
				return
			}
			bad := slices.Clone(envelopes)
			bad[len(bad)-1] = b
			what = string(theft) + ", " + what
			if err := try(what, attackstest.Exposure(t, r, theft), r.Loot[theft], attackstest.Tape(t, bad...)); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

func TestSystemIsNotPrinted(t *testing.T) {
	s := New()
	r, err := attacks.Run(t.Context(), s, attacks.NewConversation(months(6)[:3]), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var secrets [][]byte
	for _, loot := range r.Loot {
		for _, record := range attackstest.Records(t, loot) {
			secrets = append(secrets, record[len(record)-32:])
		}
	}
	for _, x := range []any{s, []attacks.System{s}, s.Thefts("Ana"), r} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	tapes := func(seed byte) map[string][]byte {
		defer attackstest.Seed(t, [32]byte{seed})()
		return attackstest.Bytes(t, run(t, months(6)[:2]))
	}
	one := tapes(1)
	if !maps.EqualFunc(one, tapes(1), bytes.Equal) {
		t.Error("the same seed, another run")
	}
	for what, other := range tapes(2) {
		if len(other) > 0 && bytes.Equal(one[what], other) {
			t.Errorf("another seed, the same %s", what)
		}
	}
}

func FuzzParseKeys(f *testing.F) {
	r := few(f)
	for _, loot := range r.Loot {
		for _, record := range attackstest.Records(f, loot) {
			f.Add(record)
		}
	}
	first, err := r.Loot[KMS].First()
	if err != nil {
		f.Fatal(err)
	}
	community, err := sakke.ParseCommunity(first)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		if m, err := parseMonthKeys(community, record); err == nil && m.receiver.Identifier() != m.signing.Identifier() {
			t.Error("keys of two identifiers")
		}
		parsePhone(record)
		parseLoot(attackstest.Tape(t, record, record))
	})
}

func FuzzSplitCall(f *testing.F) {
	for _, record := range attackstest.Records(f, few(f).Transcript.Tape) {
		f.Add(record[8:])
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		c, ok := splitCall(envelope)
		if !ok {
			return
		}
		if !bytes.HasSuffix(envelope, c.packet) || c.callee.Telephone() != c.invitation.To {
			t.Error("the parts are not the envelope's")
		}
		transcript := attackstest.Transcript(t, time.UnixMilli(0), envelope)
		recoverWithoutKey(t.Context(), transcript, func(int, []byte) { t.Error("an envelope opens without a key") })
	})
}

// The bare work: a decapsulation a message, and a receiver's key for each person and month.
func BenchmarkMasterSecret(b *testing.B) {
	r := run(b, months(100))
	for b.Loop() {
		opened := new(attackstest.Claims)
		if _, err := recoverWithMasterSecret(b.Context(), r.Loot[MasterSecret], r.Transcript, opened.Found); err != nil || len(opened.Texts) != 100 {
			b.Fatal(len(opened.Texts), err)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkSendReceive(b *testing.B) {
	s := New()
	attackstest.Enrol(b, s)
	m := attacks.Message{At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), From: "Ana", To: "Ben", Text: "hello"}
	for b.Loop() {
		e, err := s.Send(m)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := s.Receive(m.To, m.At, e); err != nil {
			b.Fatal(err)
		}
	}
}

// The wiretap opens what is as bad as what it looks for.
func TestWiretapOpensWhatIsInClear(t *testing.T) {
	envelope := attackstest.Records(t, result(t, "Ana").Transcript.Tape)[0]
	c, ok := splitCall(envelope[8:])
	if !ok {
		t.Fatal("the envelope does not split")
	}
	invitation := envelope[:len(envelope)-len(c.packet)]
	h := c.invitation.Encapsulated[len(c.invitation.Encapsulated)-16:]
	var bad [][]byte
	for _, ssv := range [][16]byte{{}, [16]byte(h)} {
		packet, err := c.invitation.CallerSession(sakke.NewSSV(ssv)).Seal(padme.Pad([]byte("hello")))
		if err != nil {
			t.Fatal(err)
		}
		bad = append(bad, slices.Concat(invitation, packet))
	}
	claims, err := attackstest.Read(t, New(), attacks.WiretapName, new(attacks.Tape), attackstest.Tape(t, bad...))
	if err != nil || len(claims.Texts) != 2 || claims.Texts[0] != "hello" || claims.Texts[1] != "hello" {
		t.Errorf("%v, %v", claims.Texts, err)
	}
}

// A backup exists once the keys of a second month have been issued. Without one the thief opens
// nothing, and has no key to forge with.
func TestNoBackupInTheFirstMonth(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	r := run(t, []attacks.Message{{At: at, From: "Ana", To: "Ben", Text: "hello"}, {At: at.Add(time.Hour), From: "Ben", To: "Ana", Text: "hello"}})
	e := attackstest.Exposure(t, r, LastMonthsKeys)
	if r.Loot[LastMonthsKeys].Len() != 0 || e.Readable().N != 0 || e.Forged != attacks.Refused {
		t.Errorf("%d records of loot, %d messages open, forged %v", r.Loot[LastMonthsKeys].Len(), e.Readable().N, e.Forged)
	}
}

// The zero of KSAK is that of its loot: the same theft opens what z opens, or a phone, if that is in it.
func TestKSAKTriesItsLoot(t *testing.T) {
	const n = 6
	talk := attackstest.Talk(n)
	s := New().(*system)
	r := attackstest.Run(t, s, n, "Ana")
	for what, c := range map[string]struct {
		leak  func(s *system) ([]byte, error)
		opens func(i int, m attacks.Message) bool
	}{
		"z":       {func(s *system) ([]byte, error) { return s.kms.Master.RecoveryKey(), nil }, attackstest.All},
		"a phone": {func(s *system) ([]byte, error) { return s.Inspect("Ben") }, func(_ int, m attacks.Message) bool { return m.To == "Ben" }},
		"keys as issued": {func(s *system) ([]byte, error) {
			p, err := s.Person("Ben")
			if err != nil {
				return nil, err
			}
			return p.keys, nil
		}, func(_ int, m attacks.Message) bool { return m.To == "Ben" }},
	} {
		leaked, err := c.leak(s)
		if err != nil {
			t.Fatal(err)
		}
		loot := attackstest.Tape(t, append(attackstest.Records(t, r.Loot[KSAK]), leaked)...)
		claims, err := attackstest.Read(t, New(), KSAK, loot, r.Transcript.Tape)
		opened, wrong := claims.Judge(talk)
		attackstest.Same(t, "KSAK and "+what, opened, attackstest.That(talk, c.opens))
		if err != nil || wrong != 0 {
			t.Errorf("KSAK and %s: %d wrong claims, %v", what, wrong, err)
		}
	}
}
