package attacks_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

func TestMatrix(t *testing.T) {
	const n = 40
	systems := []attacks.System{&envelopes{}, &postcards{}}
	table, err := attacks.Matrix(t.Context(), attackstest.Conversation(n), "Ana", systems, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if got, want := table.Systems(), []string{"envelopes", "postcards"}; !slices.Equal(got, want) {
		t.Errorf("systems %q, expected %q", got, want)
	}
	// Each behind the one that it follows in its system.
	if got, want := table.Thefts(), []attacks.TheftName{"wiretap", "burglary", "device seizure", "relay", "late"}; !slices.Equal(got, want) {
		t.Errorf("thefts %q, expected %q", got, want)
	}
	for _, theft := range table.Thefts() {
		for _, system := range table.Systems() {
			if e := table.Cell(theft, system); e != nil && (e.System != system || e.Theft != theft) {
				t.Errorf("the cell %q of %s is %q of %s", theft, system, e.Theft, e.System)
			}
		}
	}
	for _, absent := range []struct {
		theft  attacks.TheftName
		system string
	}{{burglary, "envelopes"}, {"relay", "postcards"}, {attacks.WiretapName, "pigeons"}} {
		if table.Cell(absent.theft, absent.system) != nil {
			t.Errorf("there is a cell %q", absent)
		}
	}
	if table.Result("postcards") != table.Results[1] || table.Result("pigeons") != nil {
		t.Error("results are not found by their names")
	}
	e := table.Cell(attacks.WiretapName, "postcards")
	if e.Readable() != (attacks.Count{N: n, Of: n}) || e.Before != (attacks.Count{N: n / 2, Of: n / 2}) || e.Wrong != 0 ||
		e.Forged != attacks.Accepted || e.Noticed != (attacks.Notice{}) || e.Operations != n {
		t.Errorf("reading postcards: %+v", e)
	}
	e = table.Cell(burglary, "postcards")
	if e.Readable().N != 0 || e.Wrong != 3 || e.Forged != attacks.NotOffered || e.Noticed != (attacks.Notice{Who: "5 people"}) || e.Operations != 3 || e.LastOpened != -1 {
		t.Errorf("burglary: %+v", e)
	}
	if e = table.Cell(seizure, "postcards"); e.Noticed != (attacks.Notice{Who: "the neighbours"}) || e.Moment != n {
		t.Errorf("seizure: %+v", e)
	}
	if e = table.Cell("late", "envelopes"); e.Moment != n || e.Forged != attacks.NotOffered || e.Takes != "a court's order" {
		t.Errorf("the lawful reading: %+v", e)
	}
	// What is held back and then delivered is no forgery.
	if e = table.Cell(attacks.WiretapName, "envelopes"); e.Readable().N != 0 || e.Operations != n || e.Forged != attacks.Refused {
		t.Errorf("reading envelopes: %+v", e)
	}
	for _, r := range table.Results {
		if r.Named != (attacks.Count{N: n, Of: n}) {
			t.Errorf("%s: both names are on %v envelopes", r.System, r.Named)
		}
	}
	if slices.ContainsFunc(systems, func(s attacks.System) bool { return s != nil }) {
		t.Error("a system is kept")
	}
}

func TestVerdictAndNotice(t *testing.T) {
	for v, want := range map[attacks.Verdict]string{attacks.NotOffered: "-", attacks.Refused: "refused", attacks.Accepted: "accepted"} {
		if v.String() != want {
			t.Errorf("%d is %q, expected %q", v, v, want)
		}
	}
	for n, want := range map[attacks.Notice]string{{}: "nobody", {Who: "Ana"}: "Ana", {Blamed: "Ben"}: "nobody; Ben is blamed", {Who: "Ana", Blamed: "Ben"}: "Ana; Ben is blamed"} {
		if n.String() != want {
			t.Errorf("%#v is %q, expected %q", n, n, want)
		}
	}
}

// A system that seals the names too is seen to do so.
func TestNamesInClear(t *testing.T) {
	m := attackstest.Talk(1)[0]
	for _, c := range []struct {
		s    attacks.System
		want int
	}{{&postcards{}, 1}, {sealedNames{&postcards{}}, 0}} {
		r, err := attacks.Run(t.Context(), c.s, attacks.NewConversation([]attacks.Message{m}), m.From, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Named != (attacks.Count{N: c.want, Of: 1}) {
			t.Errorf("both names are on %v envelopes, expected %d", r.Named, c.want)
		}
	}
}

type sealedNames struct{ attacks.System }

func (sealedNames) Thefts(string) []attacks.Theft { return nil }

func (s sealedNames) Send(m attacks.Message) ([]byte, error) {
	envelope, err := s.System.Send(m)
	return not(envelope), err
}

func (s sealedNames) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	return s.System.Receive(to, at, not(envelope))
}

func not(b []byte) []byte {
	b = bytes.Clone(b)
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}

func TestUnfaithfulSystems(t *testing.T) {
	messages := attackstest.Talk(10)
	for name, lose := range map[string]func(i int) (from, text string, err error){
		"loses it":       func(int) (string, string, error) { return "", "", errOnPurpose },
		"another text":   func(i int) (string, string, error) { return messages[i].From, messages[i].Text + "!", nil },
		"another sender": func(i int) (string, string, error) { return messages[i].To, messages[i].Text, nil },
	} {
		for _, bad := range []int{0, 4, 9} {
			i := -1
			s := &postcards{lose: func([]byte) (string, string, error) {
				if i++; i == bad {
					return lose(i)
				}
				m := messages[i%len(messages)] // a forgery comes after the last
				return m.From, m.Text, nil
			}}
			r, err := attacks.Run(t.Context(), s, attacks.NewConversation(messages), "Ana", nil)
			want := "attacks: postcards: message " + string(rune('0'+bad)) + ": "
			if r != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %v, %v; expected %q…", name, r, err, want)
			}
			if name == "loses it" && !errors.Is(err, errOnPurpose) {
				t.Errorf("the system's error is lost: %v", err)
			}
		}
	}
}

// A theft that fails, whatever it is doing, is the run's error and names itself.
func TestFailingTheft(t *testing.T) {
	reads := func(context.Context, *attacks.Tape, *attacks.Transcript, attacks.Found) (int64, error) { return 0, nil }
	for what, th := range map[string]attacks.Theft{
		"steals":  {Steal: func() (*attacks.Tape, error) { return nil, errOnPurpose }, Read: reads},
		"watches": {Steal: attacks.Nothing, Read: reads, Watch: func(string, string) error { return errOnPurpose }},
		"reads": {Steal: attacks.Nothing,
			Read: func(context.Context, *attacks.Tape, *attacks.Transcript, attacks.Found) (int64, error) {
				return 0, errOnPurpose
			}},
		"is noticed": {Steal: attacks.Nothing, Read: reads,
			Noticed: func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
				return attacks.Notice{}, errOnPurpose
			}},
		"forges": {Steal: attacks.Nothing, Read: reads,
			Forge: func(*attacks.Tape, *attacks.Transcript, attacks.Forgery) ([]byte, error) { return nil, errOnPurpose }},
	} {
		th.Name = "bad"
		_, err := attacks.Run(t.Context(), oneTheft{&postcards{}, th}, attacks.NewConversation(attackstest.Talk(10)), "Ana", nil)
		if !errors.Is(err, errOnPurpose) || !strings.Contains(err.Error(), "bad: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

type oneTheft struct {
	attacks.System
	theft attacks.Theft
}

func (o oneTheft) Thefts(string) []attacks.Theft { return []attacks.Theft{o.theft} }

func TestUnknownVictim(t *testing.T) {
	if _, err := attacks.Run(t.Context(), &postcards{}, attackstest.Conversation(4), "Mallory", nil); err == nil || !strings.Contains(err.Error(), `"Mallory"`) {
		t.Error(err)
	}
}

func TestShortConversations(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 999_999, time.FixedZone("far", 3600))
	for name, messages := range map[string][]attacks.Message{
		"none":    nil,
		"one":     {{At: at, From: "Ana", To: "Ben", Text: "alone"}},
		"empty":   {{At: at, From: "Ben", To: "Ana"}, {At: at, From: "Ana", To: "Ben"}},
		"unicode": {{At: at, From: "Ana", To: "Дмитро 🌲", Text: "žluťoučký kůň"}, {At: at, From: "Дмитро 🌲", To: "Ana", Text: "\xff\xfe not UTF-8"}, {At: at, To: "Ana", Text: "from nobody"}},
	} {
		c := attacks.NewConversation(messages)
		if len(c.People) == 0 {
			c.People = []string{"Ana", "Ben"}
		}
		r, err := attacks.Run(t.Context(), &postcards{}, c, "Ana", nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		defer r.Close()
		n := len(messages)
		if e := r.Exposure(attacks.WiretapName); e.Before != (attacks.Count{N: n / 2, Of: n / 2}) || e.After != (attacks.Count{N: n - n/2, Of: n - n/2}) || e.Moment != n/2 {
			t.Errorf("%s: %+v", name, e)
		}
		if e := r.Exposure(seizure); e.Moment != n || e.Before != (attacks.Count{N: 0, Of: n}) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestConversation(t *testing.T) {
	c := attacks.NewConversation([]attacks.Message{{From: "b", To: "a"}, {From: "c", To: "b"}})
	if !slices.Equal(c.People, []string{"b", "a", "c"}) || c.Len != 2 {
		t.Errorf("people %q, %d messages", c.People, c.Len)
	}
	for range 2 {
		for m, err := range c.Messages {
			if err != nil || m.From != "b" {
				t.Errorf("%v, %v", m, err)
			}
			break
		}
	}
	for _, n := range []int{1, 3} {
		c.Len = n
		if _, err := attacks.Run(t.Context(), &postcards{}, c, "a", nil); err == nil {
			t.Errorf("2 messages where the conversation says %d", n)
		}
	}
	c.Len = 2
	c.Messages = func(yield func(attacks.Message, error) bool) { yield(attacks.Message{}, errOnPurpose) }
	if _, err := attacks.Run(t.Context(), &postcards{}, c, "a", nil); !errors.Is(err, errOnPurpose) {
		t.Errorf("a conversation that cannot be read: %v", err)
	}
}

// However a run ends, its temporary files go, and so do those of the runs before it.
func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	long := attackstest.Talk(12)
	for i := range long {
		long[i].Text = strings.Repeat("x", 300_000) // each tape goes to a file
	}
	c := attacks.NewConversation(long)
	stops := []string{"sending", "wiretap", "", "enrolling"}
	if testing.Short() {
		stops = stops[:2]
	}
	for _, stop := range stops {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		progress := func(what string, _, _ int) {
			if strings.HasPrefix(what, "postcards: ") && strings.HasSuffix(what, stop) {
				if steps++; steps == 2 {
					cancel()
				}
			}
		}
		if stop == "" {
			cancel()
		}
		closed := 0
		_, err := attacks.Matrix(ctx, c, c.People[0], []attacks.System{closing{&postcards{}, &closed}, &envelopes{}}, progress)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while %q: %v", stop, err)
		}
		if want := map[bool]int{true: 0, false: 1}[stop == ""]; closed != want {
			t.Errorf("cancelled while %q: the system is closed %d times", stop, closed)
		}
		if files := attackstest.Left(t, dir); len(files) > 0 {
			t.Errorf("cancelled while %q: %v is left", stop, files)
		}
	}
}

// closing has something to close.
type closing struct {
	attacks.System
	n *int
}

func (c closing) Close() error { *c.n++; return nil }

func TestCloseFails(t *testing.T) {
	_, err := attacks.Run(t.Context(), failingClose{&postcards{}}, attackstest.Conversation(4), "Ana", nil)
	if !errors.Is(err, errOnPurpose) {
		t.Errorf("a system that cannot be closed: %v", err)
	}
}

type failingClose struct{ attacks.System }

func (failingClose) Close() error { return errOnPurpose }

// Progress goes up by one while an attack reads, and a search between two envelopes has its own line.
func TestProgress(t *testing.T) {
	const n = 40
	last := map[string]int{}
	progress := func(what string, done, total int) {
		want := n
		switch {
		case strings.HasSuffix(what, ": enrolling"):
			want = len(attackstest.People)
		case strings.HasSuffix(what, ", searching"):
			want = 1000
		}
		if total != want {
			t.Errorf("%s: %d of %d", what, done, total)
		}
		if done > 0 && done != last[what]+1 && done < 1000 {
			t.Errorf("%s: from %d to %d", what, last[what], done)
		}
		last[what] = done
	}
	s := oneTheft{&postcards{}, attacks.Wiretap(func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		t.Progress("searching", 1000, 1000)
		return readPostcards(ctx, t, found)
	}, attacks.AnyText, func(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		for range t.All() { // of which nothing is shown
		}
		return forgePostcard(t, f)
	})}
	r, err := attacks.Run(t.Context(), s, attackstest.Conversation(n), "Ana", progress)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if last["postcards: sending"] != n || last["postcards: wiretap"] != n || last["postcards: wiretap, searching"] != 1000 {
		t.Errorf("it ended at %v", last)
	}
	if r.Transcript.ReportsProgress() {
		t.Error("the transcript still reports progress")
	}
}

func TestReplay(t *testing.T) {
	split := func(envelope []byte) (from, to []byte, ok bool) {
		parts := bytes.SplitN(envelope, []byte{0}, 3)
		if len(parts) != 3 {
			return nil, nil, false
		}
		return parts[0], parts[1], true
	}
	tr := attackstest.Transcript(t, time.Now(), []byte("a\x00b\x00first"), []byte("a\x00b\x00last"), []byte("b\x00a\x00answer"), []byte("noise"))
	if got, err := attacks.Replay(tr, attacks.Forgery{From: []byte("a"), To: []byte("b")}, split); err != nil || string(got) != "a\x00b\x00last" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := attacks.Replay(tr, attacks.Forgery{From: []byte("a"), To: []byte("c")}, split); err != attacks.ErrNothingRecorded {
		t.Error(err)
	}
	if err := tr.Tape.Append([]byte("short")); err != nil {
		t.Fatal(err)
	}
	if _, err := attacks.Replay(tr, attacks.Forgery{From: []byte("a"), To: []byte("b")}, split); err == nil || err == attacks.ErrNothingRecorded {
		t.Errorf("a broken transcript: %v", err)
	}
}

func TestRoll(t *testing.T) {
	var r attacks.Roll[int]
	if _, err := r.Person("Ana"); err == nil || !strings.Contains(err.Error(), `"Ana"`) {
		t.Error(err)
	}
	r.Add("Zoë", []byte{1}, 11)
	r.Add("Ana", []byte{2}, 22)
	if from, to, err := r.Pair(attacks.Message{From: "Ana", To: "Zoë"}); from != 22 || to != 11 || err != nil {
		t.Errorf("%d, %d, %v", from, to, err)
	}
	for _, m := range []attacks.Message{{From: "Ana", To: "Ben"}, {From: "Ben", To: "Ana"}} {
		if _, _, err := r.Pair(m); err == nil || !strings.Contains(err.Error(), `"Ben"`) {
			t.Errorf("%v: %v", m, err)
		}
	}
	if !slices.Equal(r.Names(), []string{"Zoë", "Ana"}) || r.NameOf([]byte{2}) != "Ana" || r.NameOf([]byte{3}) != "" {
		t.Errorf("%q, %q", r.Names(), r.NameOf([]byte{2}))
	}
}
