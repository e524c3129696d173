package conversation

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"doormat/attacks"
)

// checkSpool ranges over what was added to a spool, and compares.
func checkSpool(t *testing.T, s *spool, added []message) {
	t.Helper()
	if err := s.sort(); err != nil {
		t.Fatal(err)
	}
	added = slices.Clone(added)
	slices.SortStableFunc(added, func(a, b message) int { return a.At.Compare(b.At) })
	c := s.conversation()
	names := s.people.names()
	name := func(p party) string { return names[s.people.by[p.key]] }
	rooms := make(map[int][]string)
	for _, x := range s.rooms {
		rooms[len(rooms)] = nil
		for _, i := range x.members {
			rooms[len(rooms)-1] = append(rooms[len(rooms)-1], names[i])
		}
	}
	var want []attacks.Message
	for _, m := range added {
		from := name(m.From)
		to := rooms[m.Room]
		if m.To != nil {
			to = nil
			for _, p := range m.To {
				to = append(to, name(p))
			}
		}
		to = slices.DeleteFunc(slices.Clone(to), func(p string) bool { return p == from })
		switch len(to) {
		case 0:
		case 1:
			want = append(want, attacks.Message{At: m.At, From: from, To: to[0], Text: m.Text})
		default:
			want = append(want, attacks.Message{At: m.At, From: from, To: to[0], Also: to[1:], Text: m.Text})
		}
	}
	if got := all(t, c); c.Len != len(want) || !reflect.DeepEqual(got, want) {
		t.Errorf("%d of %d messages come back from the spool, or others", len(got), len(want))
	}
	slices.Sort(names)
	if n := len(slices.Compact(names)); n != len(s.people.all) {
		t.Errorf("%d names of %d people", n, len(s.people.all))
	}
}

func all(t *testing.T, c *Conversation) (all []attacks.Message) {
	t.Helper()
	for m, err := range c.Messages {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func TestSpool(t *testing.T) {
	s := newSpool()
	var added []message
	for i, text := range []string{"a", "<&>\u2028\u2029\u00a0🎸\ufffd", "\"\\\n\t\x01", strings.Repeat("<", MaxText), "b"} {
		m := message{At: time.Date(2025, 12, 31, 21, 5, i, 0, time.UTC), From: party{key: fmt.Sprintf("<%d>", i)}, Text: text}
		if i%2 == 1 {
			m.To = []party{{key: "Ana"}, {key: "Ben\u2028"}}
		}
		if err := s.add(m); err != nil {
			t.Fatal(err)
		}
		added = append(added, m)
	}
	checkSpool(t, s, added)
	checkSpool(t, s, added) // once more
	for range s.conversation().Messages {
		break
	}
}

// In a group of three, each message has two recipients.
func TestGroup(t *testing.T) {
	c, err := ReadChat(t.Context(), strings.NewReader(aChat+"31/12/2025, 21:08 - Cas: four\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := ""
	for _, m := range all(t, c) {
		got += fmt.Sprintf("%s %s-%s %s\n", m.At.Format(time.TimeOnly), m.From, m.Recipients(), m.Text)
	}
	const want = `21:05:00 Ana-[Ben Cas] one
21:06:00 Ben-[Ana Cas] two
21:07:00 Ana-[Ben Cas] three
21:08:00 Cas-[Ana Ben] four
`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if !slices.Equal(c.People, []string{"Ana", "Ben", "Cas"}) || c.Len != 4 || c.Envelopes != 8 || c.Moment != 2 || c.Busiest != "Ana" || !slices.Equal(c.Shown, []int{1, 2, 3}) {
		t.Errorf("%v, %d messages, busiest %s, shown %v", c.People, c.Len, c.Busiest, c.Shown)
	}
	if c.Tally.Recipients != 8 || c.Title != "" {
		t.Errorf("%+v, %q", c.Tally, c.Title)
	}
}

func TestBusiest(t *testing.T) {
	for _, c := range []struct{ mail, want string }{
		{"", ""},
		{"a>b", "a"},
		{"b>a", "b"},
		{"a>b c>b", "a"},
		{"a>l b>l b>l", "b"},
		{"a>l b>l l>a b>l a>l", "a"},
		{"a>bcd a>b d>c c>d", "a"},
		{"b>a b>a b>a a>b a>b", "b"},
		{"a>b c>b b>c b>a", "b"},
		{"a> b> b>", "b"},
		{"a> b>a", "a"},
	} {
		s := newSpool()
		for m := range strings.FieldsSeq(c.mail) {
			from, to, _ := strings.Cut(m, ">")
			if err := s.add(message{From: party{key: from}, To: lettersOf(to), Text: "hi"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.conversation().Busiest; got != c.want {
			t.Errorf("%q: busiest %q, want %q", c.mail, got, c.want)
		}
	}
}

func lettersOf(s string) (all []party) {
	for _, r := range s {
		all = append(all, party{key: string(r)})
	}
	return all
}

func TestShown(t *testing.T) {
	for n, want := range map[int][]int{0: nil, 1: {0}, 2: {0, 1}, 3: {0, 1, 2}, 4: {1, 2, 3}, 400: {100, 200, 300}} {
		s := newSpool()
		s.letters = n
		if got := s.conversation().Shown; !slices.Equal(got, want) {
			t.Errorf("of %d messages %v are shown, want %v", n, got, want)
		}
	}
}

// A chat of one person has no recipients.
func TestAlone(t *testing.T) {
	c, err := ReadChat(t.Context(), strings.NewReader("31/12/2025, 21:05 - Ana: hello\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Len != 0 || len(all(t, c)) != 0 || c.Tally.Carried != 1 || len(c.People) != 1 {
		t.Errorf("%d messages, people %v, %+v", c.Len, c.People, c.Tally)
	}
}

// No temporary file stays behind, whether the file was read to its end or not.
func TestTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	file := strings.Repeat("31/12/2025, 21:05 - Ana: "+strings.Repeat("x", 5000)+"\n31/12/2025, 21:05 - Ben: y\n", 500)
	broken := io.MultiReader(strings.NewReader(file), iotest.ErrReader(io.ErrClosedPipe))
	if c, err := ReadChat(t.Context(), broken); err == nil || c != nil {
		t.Errorf("a broken file: %v, %v", c, err)
	}
	c, err := ReadChat(t.Context(), strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all(t, c)); n != 1000 {
		t.Errorf("%d messages, want 1000", n)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}

func TestTallyString(t *testing.T) {
	for _, c := range []struct {
		tally Tally
		want  string
	}{
		{Tally{}, "0 found, 0 carried, 0 left out\n"},
		{Tally{Found: 3, Carried: 3, Recipients: 3}, "3 found, 3 carried, 0 left out\n"},
		{Tally{Found: 12, Carried: 3, Recipients: 5, Attachments: 6, Left: map[string]int{mediaOnly: 4, systemLine: 4, deleted: 1}},
			"12 found, 3 carried (to 5 recipients, one envelope each), 9 left out\n" +
				"       4  media left out\n       4  system line\n       1  deleted by its sender\n" +
				"Left out of messages that were carried: 2 attachments.\n"},
		{Tally{Found: 1, Carried: 1, Recipients: 1, Redated: 1}, "1 found, 1 carried, 0 left out\nCarried with the date of delivery, as their own cannot be read: 1.\n"},
	} {
		if got := c.tally.String(); got != c.want {
			t.Errorf("got\n%swant\n%s", got, c.want)
		}
	}
}
