package attacks

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// postcards is a third system, as somebody else might add one: an envelope is who wrote, to
// whom, and the text.
type postcards struct {
	people []string
	lose   func(envelope []byte) (from, text string, err error) // what goes wrong on the way, if not nil
	robbed bool
}

func (p *postcards) Name() string { return "postcards" }

func (p *postcards) Enrol(person string) error {
	p.people = append(p.people, person)
	return nil
}

func (p *postcards) Identity(person string) ([]byte, error) { return []byte(person), nil }
func (p *postcards) Bundle(string) ([]byte, error)          { return nil, nil }

func (p *postcards) Send(m Message) ([]byte, error) {
	return []byte(m.From + "\x00" + m.To + "\x00" + m.Text), nil
}

func (p *postcards) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	if p.lose != nil {
		return p.lose(envelope)
	}
	parts := strings.SplitN(string(envelope), "\x00", 3)
	if len(parts) != 3 || parts[1] != to {
		return "", "", errOnPurpose
	}
	return parts[0], parts[2], nil
}

// Inspect shows a person that his letterbox was broken.
func (p *postcards) Inspect(person string) ([]byte, error) {
	if p.robbed && person != "Ben" {
		return []byte("broken"), nil
	}
	return nil, nil
}

func (p *postcards) Thefts(victim string) []Theft {
	read := func(ctx context.Context, _ *Tape, t *Transcript, found func(int, []byte)) (n int64, err error) {
		for e, err := range t.All() {
			if err != nil {
				return n, err
			}
			n++
			found(e.Index, e.Bytes[strings.LastIndexByte(string(e.Bytes), 0)+1:])
		}
		return n, ctx.Err()
	}
	nothing := func() (*Tape, error) { return new(Tape), nil }
	return []Theft{{
		Name: "wiretap", Takes: "a look", Steal: nothing, Open: read,
		Forge: func(_ *Tape, _ *Transcript, f Forgery) ([]byte, error) {
			return slices.Concat(f.From, []byte{0}, f.To, []byte{0}, []byte(f.Text)), nil
		},
	}, {
		Name: "burglary", Takes: "the letterboxes",
		Steal: func() (*Tape, error) { p.robbed = true; return new(Tape), nil },
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			found(-1, nil)
			found(1<<40, nil)
			found(0, []byte("what nobody wrote"))
			return 3, nil
		},
	}, {
		Name: "device seizure", AtEnd: true, Steal: nothing,
		Open:    func(context.Context, *Tape, *Transcript, func(int, []byte)) (int64, error) { return 0, nil },
		Noticed: func() string { return "the neighbours" },
	}}
}

func TestThirdSystemJoins(t *testing.T) {
	const n = 40
	table, err := Matrix(t.Context(), conversation(n), "Ana", []System{NewEscrow(), &postcards{}, NewNoEscrow(), NewRogue("Ana")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if got, want := table.Systems(), []string{"escrow", "postcards", "no escrow"}; !slices.Equal(got, want) {
		t.Errorf("systems %q, want %q", got, want)
	}
	want := []string{"wiretap", "burglary", "provider", "escrow key", "device keys", "device seizure, disappearing", "device seizure", "quantum", "rogue sender"}
	if got := table.Thefts(); !slices.Equal(got, want) {
		t.Errorf("thefts %q, want %q", got, want)
	}
	for _, theft := range table.Thefts() {
		for _, system := range table.Systems() {
			if e := table.Cell(theft, system); e != nil && (e.System != system || e.Theft != theft) {
				t.Errorf("the cell %q of %s is %q of %s", theft, system, e.Theft, e.System)
			}
		}
	}
	for _, absent := range [][2]string{{"burglary", "escrow"}, {"escrow key", "postcards"}, {"rogue sender", "no escrow"}, {"wiretap", "pigeons"}} {
		if table.Cell(absent[0], absent[1]) != nil {
			t.Errorf("there is a cell %q", absent)
		}
	}
	e := table.Cell("wiretap", "postcards")
	if e.Readable() != (Count{n, n}) || e.Before != (Count{n / 2, n / 2}) || e.Wrong != 0 || e.Forged != "accepted" || e.Noticed != "nobody" || e.Operations != n {
		t.Errorf("reading postcards: %+v", e)
	}
	e = table.Cell("burglary", "postcards")
	if e.Readable().N != 0 || e.Wrong != 3 || e.Forged != "-" || e.Noticed != "5 people" || e.Operations != 3 || e.LastOpened != -1 {
		t.Errorf("burglary: %+v", e)
	}
	if e = table.Cell("device seizure", "postcards"); e.Noticed != "the neighbours" || e.Moment != n {
		t.Errorf("seizure: %+v", e)
	}
	if e = table.Cell("wiretap", "escrow"); e.Readable().N != 0 {
		t.Errorf("the newcomer has changed escrow: %+v", e)
	}
	for _, r := range table.Results {
		if r.Named != (Count{n, n}) {
			t.Errorf("%s: both names stand on %v envelopes", r.System, r.Named)
		}
	}
}

// A system that seals the names too is seen to do so.
func TestNamesInClear(t *testing.T) {
	m := talk(1)[0]
	for _, c := range []struct {
		s    System
		want int
	}{{&postcards{}, 1}, {sealedNames{&postcards{}}, 0}} {
		r, err := Run(t.Context(), c.s, NewConversation([]Message{m}), m.From, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Named != (Count{c.want, 1}) {
			t.Errorf("both names stand on %v envelopes, want %d", r.Named, c.want)
		}
	}
}

type sealedNames struct{ System }

func (sealedNames) Thefts(string) []Theft { return nil }

func (s sealedNames) Send(m Message) ([]byte, error) {
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
	messages := talk(10)
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
			r, err := Run(t.Context(), s, NewConversation(messages), "Ana", nil)
			want := "attacks: postcards: message " + string(rune('0'+bad)) + ": "
			if r != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %v, %v; want %q…", name, r, err, want)
			}
			if name == "loses it" && !errors.Is(err, errOnPurpose) {
				t.Errorf("the system's error is lost: %v", err)
			}
		}
	}
}

// A theft that fails, when it steals or when it opens, is the run's error and names itself.
func TestFailingTheft(t *testing.T) {
	for _, c := range []struct {
		what string
		th   Theft
	}{
		{"steals", Theft{Name: "bad", Steal: func() (*Tape, error) { return nil, errOnPurpose }}},
		{"opens", Theft{Name: "bad", Steal: func() (*Tape, error) { return new(Tape), nil },
			Open: func(context.Context, *Tape, *Transcript, func(int, []byte)) (int64, error) { return 0, errOnPurpose }}},
		{"forges", Theft{Name: "bad", Steal: func() (*Tape, error) { return new(Tape), nil },
			Open:  func(context.Context, *Tape, *Transcript, func(int, []byte)) (int64, error) { return 0, nil },
			Forge: func(*Tape, *Transcript, Forgery) ([]byte, error) { return nil, errOnPurpose }}},
	} {
		_, err := Run(t.Context(), oneTheft{&postcards{}, c.th}, NewConversation(talk(10)), "Ana", nil)
		if !errors.Is(err, errOnPurpose) || !strings.Contains(err.Error(), "bad: ") {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

type oneTheft struct {
	System
	theft Theft
}

func (o oneTheft) Thefts(string) []Theft { return []Theft{o.theft} }

func TestUnknownVictim(t *testing.T) {
	for _, s := range []System{NewEscrow(), NewNoEscrow(), NewRogue("Mallory"), &postcards{}} {
		if _, err := Run(t.Context(), s, conversation(4), "Mallory", nil); err == nil || !strings.Contains(err.Error(), `"Mallory"`) {
			t.Errorf("%s: %v", s.Name(), err)
		}
	}
	s := NewNoEscrow()
	for what, err := range map[string]error{
		"Send":     second(s.Send(Message{From: "Ana", To: "Ben"})),
		"Identity": second(s.Identity("Ana")),
		"Bundle":   second(s.Bundle("Ana")),
		"Inspect":  second(s.Inspect("Ana")),
	} {
		if err == nil || !strings.Contains(err.Error(), `"Ana"`) {
			t.Errorf("%s for somebody not enrolled: %v", what, err)
		}
	}
	if _, _, err := s.Receive("Ana", time.Time{}, nil); err == nil {
		t.Error("somebody not enrolled receives")
	}
}

func second[T any](_ T, err error) error { return err }

func TestShortConversations(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 999_999, time.FixedZone("far", 3600))
	for name, messages := range map[string][]Message{
		"none":    nil,
		"one":     {{at, "Ana", "Ben", "alone"}},
		"empty":   {{at, "Ben", "Ana", ""}, {at, "Ana", "Ben", ""}},
		"unicode": {{at, "Ana", "Дмитро 🌲", "žluťoučký\x00kůň"}, {at, "Дмитро 🌲", "Ana", "\xff\xfe not UTF-8"}, {at, "", "Ana", "from nobody"}},
	} {
		c := NewConversation(messages)
		if len(c.People) == 0 {
			c.People = []string{"Ana", "Ben"}
		}
		table, err := Matrix(t.Context(), c, "Ana", []System{NewEscrow(), NewNoEscrow(), NewRogue("Ben"), &postcards{}}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		defer table.Close()
		n := len(messages)
		for _, system := range []string{"escrow", "no escrow"} {
			if e := table.Cell("device seizure", system); e.Before != (Count{n, n}) || e.Wrong != 0 {
				t.Errorf("%s, %s: seizure opens %v of %d", name, system, e.Before, n)
			}
			if e := table.Cell("wiretap", system); e.Readable().N != 0 || e.Moment != n/2 {
				t.Errorf("%s, %s: %+v", name, system, e)
			}
		}
		if e := table.Cell("escrow key", "escrow"); e.Before != (Count{n / 2, n / 2}) || e.After != (Count{n - n/2, n - n/2}) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestConversation(t *testing.T) {
	c := NewConversation([]Message{{From: "b", To: "a"}, {From: "c", To: "b"}})
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
		if _, err := Run(t.Context(), &postcards{}, c, "a", nil); err == nil {
			t.Errorf("2 messages where the conversation says %d", n)
		}
	}
	c.Len = 2
	c.Messages = func(yield func(Message, error) bool) { yield(Message{}, errOnPurpose) }
	if _, err := Run(t.Context(), &postcards{}, c, "a", nil); !errors.Is(err, errOnPurpose) {
		t.Errorf("a conversation that cannot be read: %v", err)
	}
}

// However a run ends, its temporary files go, and so do those of the runs before it.
func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	long := talk(12)
	for i := range long {
		long[i].Text = strings.Repeat("x", 300_000) // each tape goes to a file
	}
	c := NewConversation(long)
	stops := []string{"sending", "wiretap", "", "enrolling", "escrow key", "device keys", "device seizure", "quantum"}
	if testing.Short() {
		stops = stops[:2]
	}
	for _, stop := range stops {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		progress := func(what string, _, _ int) {
			if strings.HasPrefix(what, "escrow: ") && strings.HasSuffix(what, stop) {
				if steps++; steps == 2 {
					cancel()
				}
			}
		}
		if stop == "" {
			cancel()
		}
		first := &postcards{}
		_, err := Matrix(ctx, c, c.People[0], []System{first, NewEscrow()}, progress)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while %q: %v", stop, err)
		}
		if files := left(t, dir); len(files) > 0 {
			t.Errorf("cancelled while %q: %v is left", stop, files)
		}
	}
}

// Progress goes up by one, and begins again only where an attack reads the transcript twice.
func TestProgress(t *testing.T) {
	const n = 40
	last := map[string]int{}
	progress := func(what string, done, total int) {
		if want := map[bool]int{true: len(people), false: n}[strings.HasSuffix(what, ": enrolling")]; total != want {
			t.Errorf("%s: %d of %d", what, done, total)
		}
		again := done == 1 && last[what] == total && (strings.Contains(what, "seizure") || strings.Contains(what, "quantum"))
		if done > 0 && done != last[what]+1 && !again {
			t.Errorf("%s: from %d to %d", what, last[what], done)
		}
		last[what] = done
	}
	r, err := Run(t.Context(), NewEscrow(), conversation(n), "Ana", progress)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, what := range []string{"sending", "wiretap", "provider", "escrow key", "device keys", "device seizure", "device seizure, disappearing", "quantum"} {
		if last["escrow: "+what] != n {
			t.Errorf("%s ended at %d of %d", what, last["escrow: "+what], n)
		}
	}
	if r.Transcript.tick != nil {
		t.Error("the transcript still reports progress")
	}
}

// A postman delivers what he was given to hold, and calls it a forgery.
type postman struct{ System }

func (s postman) Thefts(victim string) []Theft {
	t := s.System.Thefts(victim)[0]
	t.Forge = func(_ *Tape, _ *Transcript, f Forgery) ([]byte, error) { return f.Held, nil }
	return []Theft{t}
}

func TestDeliveryIsNoForgery(t *testing.T) {
	r, err := Run(t.Context(), postman{NewNoEscrow()}, conversation(10), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := r.Exposures[0].Forged; got != "refused" {
		t.Errorf("a genuine message is a forgery that is %s", got)
	}
}
