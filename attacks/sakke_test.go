package attacks

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doormat/escrow/sakke"
	"doormat/internal/padme"
	"doormat/internal/printed"
)

// months is a conversation over a hundred days, of few messages, as each costs milliseconds.
func months(n int) []Message {
	messages := talk(n)
	first := messages[0].At
	stretch := float64(100*24*time.Hour) / float64(messages[n-1].At.Sub(first))
	for i := range messages {
		messages[i].At = first.Add(time.Duration(float64(messages[i].At.Sub(first)) * stretch)).Truncate(time.Millisecond)
	}
	return messages
}

func monthOf(at time.Time) string { return at.UTC().Format("2006-01") }

// lastFrom is when somebody last wrote.
func lastFrom(messages []Message, person string) (at time.Time) {
	for _, m := range messages {
		if m.From == person {
			at = m.At
		}
	}
	return at
}

const sakkeSize = 48

// sakkeRuns are made once for each victim.
var sakkeRuns = func() map[string]func() (*Result, error) {
	all := map[string]func() (*Result, error){}
	for _, victim := range people {
		all[victim] = sync.OnceValues(func() (*Result, error) {
			c := NewConversation(months(sakkeSize))
			c.People = people
			return Run(context.Background(), NewSakke(), c, victim, nil)
		})
	}
	return all
}()

func sakkeRun(t testing.TB, victim string) *Result {
	t.Helper()
	r, err := sakkeRuns[victim]()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSakkeMatrix(t *testing.T) {
	messages := months(sakkeSize)
	theftMonth, endMonth := monthOf(messages[len(messages)/2-1].At), monthOf(messages[len(messages)-1].At)
	lastMonth := monthOf(messages[len(messages)-1].At.AddDate(0, -1, 0))
	if all := []string{monthOf(messages[0].At), theftMonth, lastMonth, endMonth}; len(slices.Compact(all)) != 4 {
		t.Fatalf("the conversation is of the months %s", all)
	}
	for _, victim := range victims() {
		if victim == "Eli" || victim == "Zoë" { // one receives no call and the other makes none
			continue
		}
		r := sakkeRun(t, victim)
		if r.Named != (Count{len(messages), len(messages)}) {
			t.Errorf("names stand on %v envelopes", r.Named)
		}
		received := func(month string) []bool {
			return that(messages, func(_ int, m Message) bool { return m.To == victim && monthOf(m.At) == month })
		}
		ifIn := func(month string) string {
			if monthOf(lastFrom(messages, victim)) == month {
				return "accepted"
			}
			return "refused"
		}
		for _, want := range []struct {
			theft  string
			opened []bool
			forged string
		}{
			{"wiretap", that(messages, none), "refused"},
			{"master secret", that(messages, func(int, Message) bool { return true }), "accepted"},
			{"KSAK", that(messages, none), "accepted"},
			{"KMS", that(messages, func(int, Message) bool { return true }), "accepted"},
			{"device keys", received(theftMonth), ifIn(theftMonth)},
			{"last month's keys", received(lastMonth), ifIn(lastMonth)},
		} {
			e := exposure(t, r, want.theft)
			what := victim + ", " + want.theft
			same(t, what, e.Opened, want.opened)
			if lastFrom(messages, victim).IsZero() {
				want.forged = "-"
			}
			if e.Forged != want.forged || e.Wrong != 0 || e.Noticed != "nobody" || e.Takes == "" {
				t.Errorf("%s: forged %q, want %q; wrong %d, noticed %q", what, e.Forged, want.forged, e.Wrong, e.Noticed)
			}
		}
	}
}

// Rotation, shown: z, stolen in the middle, opens the calls of every month before and after. A
// phone's keys open calls of one month, and only those it received.
func TestSakkeRotationDoesNotHelp(t *testing.T) {
	messages, r := months(sakkeSize), sakkeRun(t, "Ana")
	opened := func(theft string) map[string]int {
		n := map[string]int{}
		for i, open := range exposure(t, r, theft).Opened {
			if open {
				n[monthOf(messages[i].At)]++
				if theft == "device keys" && messages[i].To != "Ana" {
					t.Errorf("message %d, which Ana did not receive, opens", i)
				}
			}
		}
		return n
	}
	if z := opened("master secret"); len(z) != 4 {
		t.Errorf("z opens calls of the months %v", z)
	}
	if phone := opened("device keys"); len(phone) != 1 {
		t.Errorf("a phone's keys open calls of the months %v", phone)
	}
}

func TestSakkeThiefHasBytes(t *testing.T) {
	messages, r := months(sakkeSize), sakkeRun(t, "Ana")
	for _, e := range r.Exposures {
		c, err := attack(t, NewSakke(), e.Theft, reread(t, r.Loot[e.Theft]), reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", e.Theft, err)
		}
		opened, wrong := c.judge(messages)
		same(t, e.Theft, opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", e.Theft, wrong)
		}
	}
}

func TestSakkeDamaged(t *testing.T) {
	messages := months(6)[:3]
	r, err := Run(t.Context(), NewSakke(), NewConversation(messages), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	thief := NewSakke()
	try := func(what string, e *Exposure, loot, transcript *Tape) error {
		c, err := attack(t, thief, e.Theft, loot, transcript)
		opened, wrong := c.judge(messages)
		subset(t, what, opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", what, wrong)
		}
		return err
	}
	for i := range r.Exposures {
		e := &r.Exposures[i]
		all := records(t, r.Loot[e.Theft])
		for j, record := range all {
			few := 0
			damaged(record, func(what string, at int, b []byte) {
				if few++; few%40 != 1 { // each takes many milliseconds to check
					return
				}
				bad := slices.Clone(all)
				bad[j] = b
				what = fmt.Sprint(e.Theft, ", record ", j, ", ", what, " at ", at)
				err := try(what, e, tapeOf(t, bad...), r.Transcript.Tape)
				if short := !strings.Contains(what, "bit flipped"); short && err == nil && e.Theft != "KSAK" && j < 2 {
					t.Errorf("%s: no error", what)
				}
			})
		}
	}
	envelopes := records(t, r.Transcript.Tape)
	last := envelopes[len(envelopes)-1]
	for _, theft := range []string{"wiretap", "master secret", "device keys"} {
		few := 0
		damaged(last, func(what string, _ int, b []byte) {
			if few++; len(b) < 8 || few%8 != 0 {
				return
			}
			bad := slices.Clone(envelopes)
			bad[len(bad)-1] = b
			if err := try(theft+", "+what, exposure(t, r, theft), r.Loot[theft], tapeOf(t, bad...)); err != nil {
				t.Errorf("%s, %s: %v", theft, what, err)
			}
		})
	}
}

func TestSakkeIsNotPrinted(t *testing.T) {
	s := NewSakke()
	r, err := Run(t.Context(), s, NewConversation(months(4)), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var secrets [][]byte
	for _, loot := range r.Loot {
		for _, record := range records(t, loot) {
			secrets = append(secrets, record[len(record)-32:])
		}
	}
	for _, x := range []any{s, []System{s}, s.Thefts("Ana"), r} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
		}
	}
}

func TestSakkeSeededRunsAreEqual(t *testing.T) {
	run := func(seed byte) []byte {
		defer seedRandomness(t, [32]byte{seed})()
		r, err := Run(t.Context(), NewSakke(), NewConversation(months(6)[:3]), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var all bytes.Buffer
		for _, tape := range []*Tape{r.Transcript.Tape, r.Loot["KMS"], r.Loot["device keys"]} {
			if _, err := tape.WriteTo(&all); err != nil {
				t.Fatal(err)
			}
		}
		return all.Bytes()
	}
	one := run(1)
	if !bytes.Equal(one, run(1)) {
		t.Error("the same seed, another run")
	}
	if bytes.Equal(one, run(2)) {
		t.Error("another seed, the same run")
	}
}

func FuzzSakkeLoot(f *testing.F) {
	messages := months(6)
	r, err := Run(f.Context(), NewSakke(), NewConversation(messages), "Ana", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { r.Close() })
	for _, loot := range r.Loot {
		for record := range loot.All() {
			f.Add(bytes.Clone(record))
		}
	}
	community, err := sakke.ParseCommunity(firstRecord(f, r.Loot["KMS"]))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		if m, err := parseMonth(community, record); err == nil && m.receiver.Identifier() != m.signing.Identifier() {
			t.Error("keys of two identifiers")
		}
		parsePhone(record)
		communityOf(tapeOf(t, record, record))
	})
}

func firstRecord(t testing.TB, tape *Tape) []byte {
	t.Helper()
	b, err := tape.First()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzSplitCall(f *testing.F) {
	r, err := Run(f.Context(), NewSakke(), NewConversation(months(6)), "Ana", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { r.Close() })
	for record := range r.Transcript.Tape.All() {
		f.Add(bytes.Clone(record[8:]))
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		c, ok := splitCall(envelope)
		if !ok {
			return
		}
		if !bytes.HasSuffix(envelope, c.packet) || c.callee.Telephone() != c.invitation.To {
			t.Error("the parts are not the envelope's")
		}
		recoverUnkeyedCalls(context.Background(), nil, &Transcript{Tape: tapeOf(t, append(make([]byte, 8), envelope...))},
			func(int, []byte) { t.Error("an envelope opens without a key") })
	})
}

// The bare work: a decapsulation a message, and a receiver's key for each person and month.
func BenchmarkSakkeMasterSecret(b *testing.B) {
	r, err := Run(b.Context(), NewSakke(), NewConversation(months(100)), "Ana", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for b.Loop() {
		opened := new(claims)
		if _, err := recoverWithMasterSecret(b.Context(), r.Loot["master secret"], r.Transcript, opened.found); err != nil || len(opened.texts) != 100 {
			b.Fatal(len(opened.texts), err)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkSakkeSendReceive(b *testing.B) {
	s := NewSakke()
	for _, p := range people {
		if err := s.Enrol(p); err != nil {
			b.Fatal(err)
		}
	}
	m := Message{time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), "Ana", "Ben", "hello"}
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
func TestSakkeWiretapOpensWhatIsInClear(t *testing.T) {
	envelope := records(t, sakkeRun(t, "Ana").Transcript.Tape)[0]
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
	found, err := attack(t, NewSakke(), "wiretap", new(Tape), tapeOf(t, bad...))
	if err != nil || len(found.texts) != 2 || found.texts[0] != "hello" || found.texts[1] != "hello" {
		t.Errorf("%v, %v", found.texts, err)
	}
}
