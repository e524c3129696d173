package traceback

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow/traceback"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

// systems are the four.
var systems = []func() *System{NewTag, NewTable, NewPath, NewTree}

// people are sixteen, as in the town.
var people = []string{"Ana", "Ben", "Cas", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Mia", "Ned", "Oda", "Pia"}

// measured are the rows of a system, by theft.
func measured(t *testing.T, s *System, reporter, text string) map[attacks.TheftName]Traced {
	t.Helper()
	all, err := Measure(t.Context(), s, TownRumours(people), reporter, text)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[attacks.TheftName]Traced{}
	for _, row := range all {
		rows[row.Theft] = row
		if row.WrongLinks != 0 {
			t.Errorf("%s, %s: %d wrong links", s.Name(), row.Theft, row.WrongLinks)
		}
	}
	return rows
}

// is compares a row with what it should be: named rightly, wrongly, linked, bystanders, texts.
func is(t *testing.T, row Traced, want ...int) {
	t.Helper()
	if got := []int{row.Named.N, row.Wrong, row.Linked.N, row.Bystanders.N, row.Texts.N}; !slices.Equal(got, want) {
		t.Errorf("%s, %s: named %d, wrong %d, linked %d, bystanders %d, texts %d; expected %v",
			row.System, row.Theft, got[0], got[1], got[2], got[3], got[4], want)
	}
}

// The forest: 83 messages, of which 58 forward another, two of them retyped.
func TestRumours(t *testing.T) {
	r := TownRumours(people)
	if err := r.check(); err != nil {
		t.Fatal(err)
	}
	retyped := 0
	for _, s := range r.Steps {
		if s.Retyped {
			retyped++
		}
	}
	if len(r.Steps) != 83 || r.Forwards() != 58 || retyped != 2 {
		t.Errorf("%d messages, %d forwards, %d retyped", len(r.Steps), r.Forwards(), retyped)
	}
	for i := range r.Steps {
		if o := r.Steps[r.Origin(i)]; o.Parent != -1 || o.Text != r.Steps[i].Text {
			t.Errorf("step %d has its origin in %+v", i, o)
		}
	}
	r.Steps[3].Parent = 4
	if r.check() == nil {
		t.Error("a step before its own parent is no error")
	}
}

// With the trace key every originator is named, also of messages that were forwarded out of reach of the
// store. What is wrong is what was retyped. Without the key the tags already tie forwards together.
func TestTags(t *testing.T) {
	rows := measured(t, NewTag(), "Ana", Secret)
	is(t, rows[TraceKey], 81, 2, 56, 0, 0)
	is(t, rows[LateKey], 42, 0, 16, 0, 0)
	is(t, rows[Store], 80, 2, 56, 0, 0)
	is(t, rows[LateLogs], 18, 22, 16, 0, 0)
}

// A client that forges its tags has an innocent person named. One that strips them is named by nobody.
func TestForgedTags(t *testing.T) {
	rows := measured(t, NewFramer("Dee", "Ana"), "Ana", Secret)
	honest := measured(t, NewTag(), "Ana", Secret)
	framed := rows[TraceKey].Wrong - honest[TraceKey].Wrong
	if framed < 10 || rows[TraceKey].Named.N != honest[TraceKey].Named.N-framed {
		t.Errorf("%d messages are put down to the innocent: %+v", framed, rows[TraceKey])
	}
	rows = measured(t, NewStripper("Dee"), "Ana", Secret)
	if row := rows[TraceKey]; row.Wrong != honest[TraceKey].Wrong || row.Named.N != honest[TraceKey].Named.N-framed {
		t.Errorf("stripped: %+v", row)
	}
}

// The table names a first sender for every message, of common phrases the wrong one, and opens the texts
// that can be guessed. It ties all forwards together, retyped ones too.
func TestTable(t *testing.T) {
	rows := measured(t, NewTable(), "Ana", Secret)
	is(t, rows[Store], 68, 15, 58, 0, 38)
	// Salts of each person's own end that, and what the table is for: no forward is found, and of each
	// message its own sender is named.
	is(t, measured(t, NewSalted(), "Ana", Secret)[Store], 25, 58, 0, 0, 0)
}

// The provider's rows alone say nothing. A report names the source, and who stands between; in the tree,
// whoever has received it. A phone is a report of all that came to it.
func TestPathAndTree(t *testing.T) {
	path := measured(t, NewPath(), "Ana", Secret)
	is(t, path[Store], 0, 0, 0, 0, 0)
	is(t, path[Lawful], 2, 0, 1, 2, 0) // Jon to Pia to Ana
	is(t, path[Phone], 14, 0, 8, 7, 0)
	if path[Store].Source || path[Store].Origin != "" || !path[Lawful].Source || path[Lawful].Origin != "Jon" {
		t.Error("the source is named without a report, or not with one")
	}
	tree := measured(t, NewTree(), "Ana", Secret)
	is(t, tree[Store], 0, 0, 0, 0, 0)
	is(t, tree[Lawful], 15, 0, 13, 15, 0) // all but Jon, who wrote it
	is(t, tree[Phone], 64, 0, 51, 16, 0)
}

// Who retypes is named as the originator: two people whose copies came from Ben, who had it from Cas.
func TestRetyped(t *testing.T) {
	const mill = "The mill will close in May."
	for _, system := range []func() *System{NewPath, NewTree} {
		row := measured(t, system(), "Gus", mill)[Lawful]
		if row.Named.N != 0 || row.Wrong == 0 || row.Origin == "" || row.Origin == "Cas" {
			t.Errorf("%s: %+v", row.System, row)
		}
	}
}

// The origin is that of the reporter's own copy: Kim's is Ben's, who typed it again, and others have Cas's.
func TestOrigin(t *testing.T) {
	const mill = "The mill will close in May."
	r := TownRumours(people)
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Retyped && s.Text == mill })
	for reporter, want := range map[string]string{r.Steps[i].To: r.Steps[i].From, r.Steps[i].From: r.Steps[r.Origin(i)].From} {
		if got := measured(t, NewTag(), reporter, mill)[TraceKey].Origin; got != want {
			t.Errorf("%s has it of %q, expected %q", reporter, got, want)
		}
	}
}

// A zero of the store is not for want of trying: with the key of a message in the place of the last 16
// bytes of the loot, the guess of its text is confirmed.
func TestGuessingWithTheKeyOpens(t *testing.T) {
	for _, system := range []func() *System{NewPath, NewTree} {
		s := system()
		for _, p := range people[:2] {
			if err := s.Enrol(p); err != nil {
				t.Fatal(err)
			}
		}
		m := attacks.Message{At: time.UnixMilli(0).UTC(), From: "Ana", To: "Ben", Text: "yes"}
		envelope, err := s.Send(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Receive("Ben", m.At, envelope); err != nil {
			t.Fatal(err)
		}
		kept := s.devices["Ben"].kept["yes"][:16]
		for _, c := range []struct {
			loot []byte
			want int
		}{{kept, 1}, {make([]byte, 16), 0}, {slices.Repeat([]byte{7}, 100), 0}} {
			claims := new(attackstest.Claims)
			if _, err := s.recoverByGuessing(t.Context(), attackstest.Tape(t, c.loot), attackstest.Transcript(t, m.At, envelope), claims.Found); err != nil {
				t.Fatal(err)
			}
			if len(claims.Texts) != c.want || c.want == 1 && claims.Texts[0] != "yes" {
				t.Errorf("%s, with %x: %v", s.Name(), c.loot, claims.Texts)
			}
		}
	}
}

// All numbers of six digits are tried on the table, and one is in it.
func TestFindNumbers(t *testing.T) {
	s := NewTable()
	if _, err := Measure(t.Context(), s, TownRumours(people), "Ana", Secret); err != nil {
		t.Fatal(err)
	}
	store, err := s.way.store()
	if err != nil {
		t.Fatal(err)
	}
	beginning := Number[:len(Number)-4]
	texts, from, tried, err := FindNumbers(t.Context(), store, beginning, 4)
	if err != nil || !slices.Equal(texts, []string{Number}) || tried != 10_000 || s.NameOf(from[0][:]) != "Cas" {
		t.Errorf("%q of %v, %d tried, %v", texts, from, tried, err)
	}
	if _, _, _, err := FindNumbers(t.Context(), []byte("nothing"), beginning, 1); err == nil {
		t.Error("a table that is none is no error")
	}
}

// In the experiment of all systems the four open what the twin opens, and what can be guessed of hashes.
func TestThefts(t *testing.T) {
	const n = 120
	twin := attackstest.Run(t, messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}), n, "Ana")
	empty := attackstest.That(attackstest.Talk(n), func(_ int, m attacks.Message) bool { return m.Text == "" })
	if attackstest.Count(empty) == 0 {
		t.Fatal("the talk has no text that is guessed")
	}
	for _, system := range systems {
		s := system()
		r := attackstest.Run(t, s, n, "Ana")
		for _, e := range r.Exposures {
			want := make([]bool, n)
			if w := twin.Exposure(e.Theft); w != nil {
				copy(want, w.Opened)
				if e.Forged != w.Forged || e.Noticed != w.Noticed {
					t.Errorf("%s, %s: %+v, of the twin %+v", s.Name(), e.Theft, e, w)
				}
			}
			if _, guessing := s.way.(*table); guessing && slices.Contains([]attacks.TheftName{attacks.WiretapName, messenger.Relay, Store}, e.Theft) {
				want = empty
			}
			attackstest.Same(t, s.Name()+", "+string(e.Theft), e.Opened, want)
			if e.Wrong != 0 {
				t.Errorf("%s, %s: %d wrong claims", s.Name(), e.Theft, e.Wrong)
			}
		}
	}
}

func TestEnvelopes(t *testing.T) {
	for _, system := range systems {
		s := system()
		attackstest.Enrol(t, s)
		m := attackstest.Talk(1)[0]
		envelope, err := s.Send(m)
		if err != nil {
			t.Fatal(err)
		}
		n := 2 + s.way.size()
		for i := range n {
			bad := slices.Clone(envelope)
			bad[i] ^= 1
			_, text, err := s.Receive(m.To, m.At, bad)
			if i < 2 && err == nil {
				t.Errorf("%s: byte %d changed: %q", s.Name(), i, text)
			}
			if err == nil {
				break // hashes and tags are not bound to anything, and the envelope is spent
			}
		}
		for cut := range len(envelope) {
			if _, _, err := s.Receive(m.To, m.At, envelope[:cut]); err == nil {
				t.Errorf("%s: %d bytes of an envelope open", s.Name(), cut)
			}
		}
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range systems {
		attackstest.ThiefHasBytes(t, func() attacks.System { return system() }, 20)
	}
}

func TestDamaged(t *testing.T) {
	for _, system := range systems[2:] {
		attackstest.DamagedTranscript(t, func() attacks.System { return system() })
		if testing.Short() {
			return
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	for _, system := range systems {
		attackstest.SeededRunsAreEqual(t, func() attacks.System { return system() })
	}
}

// Loot that was damaged is an error or tells less, and never panics.
func TestDamagedTraces(t *testing.T) {
	for _, system := range systems {
		s := system()
		r := TownRumours(people)
		if _, err := Measure(t.Context(), s, r, "Ana", Secret); err != nil {
			t.Fatal(err)
		}
		say := told{
			index: func([]byte, noescrow.Identity, noescrow.Identity) int { return -1 }, originator: func(int, noescrow.Identity) {},
			link: func(int, int) {}, met: func(noescrow.Identity, []byte) {},
		}
		for _, theft := range s.traces(r, "Ana", Secret) {
			loot, err := theft.steal()
			if err != nil {
				t.Fatal(err)
			}
			records := attackstest.Records(t, loot)
			for i := range min(3, len(records)) {
				for _, cut := range []int{0, 1, 2, 3, 20, len(records[i]) - 1} {
					bad := slices.Clone(records)
					bad[i] = bad[i][:min(cut, len(bad[i]))]
					theft.tell(attackstest.Tape(t, bad...), nil, say)
				}
			}
			theft.tell(new(attacks.Tape), nil, say)
		}
	}
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := NewTag()
	key := s.way.(*tags).key.RecoveryKey()[2:]
	for _, x := range []any{s, []attacks.System{s}} {
		if leak := printed.Leak(x, key); leak != "" {
			t.Error(leak)
		}
	}
	if got := fmt.Sprint(s); got != "attacks.System(originator's tag)" {
		t.Errorf("prints %q", got)
	}
}

func FuzzCutKept(f *testing.F) {
	f.Add(joinKept("yes", []byte("kept")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, kept, ok := cutKept(b); ok && string(joinKept(string(text), kept)) != string(b) {
			t.Errorf("%x is read as %x and %x", b, text, kept)
		}
	})
}

// What a thief of a table does: a hash for each guess.
func BenchmarkFindNumbers(b *testing.B) {
	table := new(traceback.Table)
	store, err := table.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, _, err := FindNumbers(b.Context(), store, "+91 98765 ", 5); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "guesses/s")
}
