package scanning

import (
	"bytes"
	"context"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/scanning"
)

// town is a conversation in which one sends a password, and one writes to a journalist.
func town() *attacks.Conversation {
	messages := attackstest.Talk(attackstest.Size)
	for i, text := range []string{"The new one is walnut. " + Phrase, "You asked about the pump figures, and left before the tea."} {
		last := messages[len(messages)-1]
		messages = append(messages, attacks.Message{At: last.At.Add(time.Minute), From: attackstest.People[i], To: "Zoë", Text: text})
	}
	return attacks.NewConversation(messages)
}

// is compares a row: wanted, others, reported, people.
func is(t *testing.T, row *Row, err error, want ...int) {
	t.Helper()
	check(t, err)
	got := []int{row.Wanted.N, row.Others, row.Reported.N, row.People.N}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s, %s: wanted %v, others %d, reported %v, people %v; expected %v", row.System, row.Setting, row.Wanted, row.Others, row.Reported, row.People, want)
			return
		}
	}
}

// An honest list finds what it is for and nothing else; private matching finds nothing of it where no one
// sends 30.
func TestHonestLists(t *testing.T) {
	ctx, c := t.Context(), town()
	l := Honest()
	row, err := MeasureOnDevice(ctx, c, l)
	all := row.Wanted.Of
	is(t, row, err, all, 0, all)
	if all < 10 || row.Reported.Of < 40 || row.Subjects[Known] != all {
		t.Errorf("%+v", row)
	}
	row, err = MeasurePrivate(ctx, c, l)
	is(t, row, err, 0, 0, 0, 0)
	if row.Matched != all {
		t.Errorf("the server sees that %d messages match, expected all %d", row.Matched, all)
	}
	row, err = MeasureKeywords(ctx, c, l)
	is(t, row, err, 1, 0, 1, 1)
	if row.Wanted.Of != 1 || row.Reported.Of != c.Len {
		t.Errorf("%+v", row)
	}
}

// One entry more, and the same devices report a leaflet, a person's holiday picture, a source's words.
func TestGrownLists(t *testing.T) {
	ctx, c := t.Context(), town()
	honest, err := MeasureOnDevice(ctx, c, Honest())
	check(t, err)
	for _, s := range []Subject{Leaflet, Holiday} {
		l := Honest()
		l.Subjects = append(l.Subjects, s)
		row, err := MeasureOnDevice(ctx, c, l)
		is(t, row, err, honest.Wanted.N, row.Subjects[s])
		if row.Others == 0 {
			t.Errorf("no %v is reported", s)
		}
		l.Dial.Threshold = 1
		private, err := MeasurePrivate(ctx, c, l)
		is(t, private, err, row.Wanted.N, row.Others, row.Reported.N, row.People.N)
	}
	l := Honest()
	l.Phrases = append(l.Phrases, "the pump figures")
	l.Least = 1
	row, err := MeasureKeywords(ctx, c, l)
	is(t, row, err, 1)
	if row.Others == 0 {
		t.Error("the source's words are not reported")
	}
}

// Along each dial the exposure does not fall, and at its end everything with a picture, or with a word of the
// list in it, is reported.
func TestDials(t *testing.T) {
	ctx, c := t.Context(), town()
	last := -1
	l := Honest()
	for _, l.Distance = range []int{31, 60, 90, 112, 120, 128, 256} {
		row, err := MeasureOnDevice(ctx, c, l)
		check(t, err)
		if row.Reported.N < last {
			t.Errorf("%s: %d reported, and before %d", row.Setting, row.Reported.N, last)
		}
		if last = row.Reported.N; l.Distance <= 90 && row.Others != 0 || l.Distance >= 128 && row.Others == 0 || l.Distance == 256 && last != row.Reported.Of {
			t.Errorf("%s: %d others, %v reported", row.Setting, row.Others, row.Reported)
		}
	}
	l, last = Honest(), -1
	l.Subjects = []Subject{Known, Leaflet, Boat, Receipt, Holiday}
	for _, l.Dial.Threshold = range []int{30, 10, 5, 2, 1} {
		row, err := MeasurePrivate(ctx, c, l)
		check(t, err)
		if row.Reported.N < last || l.Dial.Threshold == 1 && row.Reported.N != row.Reported.Of || l.Dial.Threshold == 30 && row.Reported.N != 0 {
			t.Errorf("%s: %v reported, and before %d", row.Setting, row.Reported, last)
		}
		last = row.Reported.N
	}
	l, last = Honest(), -1
	for _, n := range [][2]int{{3, 2}, {2, 1}, {1, 1}} {
		l.Words, l.Least = n[0], n[1]
		row, err := MeasureKeywords(ctx, c, l)
		check(t, err)
		if row.Reported.N < last {
			t.Errorf("%s: %v reported, and before %d", row.Setting, row.Reported, last)
		}
		last = row.Reported.N
	}
	if last < c.Len/4 {
		t.Errorf("at one word %d of %d are reported", last, c.Len)
	}
}

func TestMeasureRefuses(t *testing.T) {
	ctx, c := t.Context(), town()
	if _, err := MeasurePrivate(ctx, c, List{Subjects: []Subject{Known}}); err == nil {
		t.Error("a threshold of 0")
	}
	if _, err := MeasureKeywords(ctx, c, List{}); err == nil {
		t.Error("n-grams of no word")
	}
	if _, err := MeasureKeywords(ctx, c, List{Words: 1, Least: 1, Phrases: []string{"…"}}); err == nil {
		t.Error("a phrase of no word")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := MeasureOnDevice(cancelled, c, Honest()); err == nil {
		t.Error("a scan that is cancelled goes on")
	}
}

// The matrix and the measurement agree on what is reported.
func TestMeasureAgreesWithTheMatrix(t *testing.T) {
	c := attackstest.Conversation(60)
	row, err := MeasureOnDevice(t.Context(), c, Honest())
	check(t, err)
	e := attackstest.Exposure(t, attackstest.Run(t, NewOnDevice(), 60, "Ana"), Reports)
	if e.Readable().N != row.Reported.N {
		t.Errorf("%d in the matrix, %d measured", e.Readable().N, row.Reported.N)
	}
}

// In clear, an owner can ask whether a picture is looked for. With a table there is no way to ask, and its
// bytes are others all over whether or not the list has grown.
func TestWhoCanTell(t *testing.T) {
	list := bytesOf(&scanning.List{Distance: scanning.Confident, Entries: HashesOf(Known, Leaflet)})
	for s, want := range map[Subject]bool{Leaflet: true, Boat: false} {
		if listed, known := CanTell(list, File(s)); !known || listed != want {
			t.Errorf("the %v: %v, %v", s, listed, known)
		}
	}
	if listed, known := CanTell(list, []byte("no picture")); listed || !known {
		t.Error("no picture is on the list")
	}
	build := func(subjects ...Subject) *scanning.Build {
		b, err := scanning.NewBuild(HashesOf(subjects...), 64)
		check(t, err)
		return b
	}
	honest, again, grown := build(Known), build(Known), build(Known, Leaflet)
	if _, known := CanTell(grown.Table.Bytes(), File(Leaflet)); known {
		t.Error("a table can be asked")
	}
	for _, other := range []*scanning.Build{again, grown} {
		c := Compare(honest.Table.Bytes(), other.Table.Bytes())
		if c.Before != c.After || c.Equal < 2 || c.Equal > 40 { // of 2,082; by chance 9, and 65 low bits are 0
			t.Errorf("%+v", c)
		}
	}
	if c := Compare([]byte{1, 2, 3}, []byte{1, 5}); c != (Change{3, 2, 1}) {
		t.Errorf("%+v", c)
	}
}

// k organisations keep out an entry that a server adds by itself, and not one that was submitted to k.
func TestOrganisations(t *testing.T) {
	build := func(subjects ...Subject) *scanning.Build {
		b, err := scanning.NewBuild(HashesOf(subjects...), 16)
		check(t, err)
		return b
	}
	all := []*Organisation{NewOrganisation(HashesOf(Known)...), NewOrganisation(HashesOf(Known, Boat)...), NewOrganisation(HashesOf(Known)...)}
	if n, taken := Signed(build(Known), all, 3); n != 3 || !taken {
		t.Errorf("the honest table: %d signed, taken %v", n, taken)
	}
	if n, taken := Signed(build(Known, Leaflet), all, 2); n != 0 || taken {
		t.Errorf("with a leaflet: %d signed, taken %v", n, taken)
	}
	if n, taken := Signed(build(Known, Boat), all, 2); n != 1 || taken {
		t.Errorf("with what one of them knows: %d signed, taken %v", n, taken)
	}
	hidden := build(Known, Leaflet)
	if _, err := all[0].Sign(hidden.Table, build(Known).Opening); err == nil {
		t.Error("signed with the opening of another table")
	}
	if bytes.Equal(hidden.Opening, build(Known, Leaflet).Opening) {
		t.Error("two openings are equal")
	}
	for _, o := range all[:2] {
		o.Submit(HashesOf(Leaflet)[0]) // by a third party; no one has looked
	}
	if n, taken := Signed(hidden, all, 2); n != 2 || !taken {
		t.Errorf("with what was submitted to two: %d signed, taken %v", n, taken)
	}
	if _, taken := Signed(hidden, all, 3); taken {
		t.Error("two are three")
	}
}

// Reports of three days, at two a day: 1, 5, 0; two wait from the second day on to the fourth.
func TestReview(t *testing.T) {
	day := func(n, hour int) time.Time { return time.Date(2026, 3, 2+n, hour, 0, 0, 0, time.UTC) }
	r := &Row{Wanted: attacks.Count{N: 2, Of: 9}, Others: 4, dates: []time.Time{day(1, 3), day(0, 23), day(1, 0), day(1, 23), day(1, 5), day(1, 6)}}
	if got, want := r.Review(2), (Review{PassedOn: 2, Dismissed: 4, Days: 4, Waiting: 3}); got != want {
		t.Errorf("%+v, expected %+v", got, want)
	}
	if got, want := r.Review(6), (Review{PassedOn: 2, Dismissed: 4, Days: 2}); got != want {
		t.Errorf("%+v, expected %+v", got, want)
	}
	if got := r.Review(0); got != (Review{}) {
		t.Errorf("by no one: %+v", got)
	}
	if got := new(Row).Review(2); got != (Review{}) {
		t.Errorf("of nothing: %+v", got)
	}
	l := Honest()
	l.Words, l.Least = 1, 1
	row, err := MeasureKeywords(t.Context(), town(), l)
	check(t, err)
	if v := row.Review(1); v.PassedOn+v.Dismissed != row.Reported.N || v.Days < row.Reported.N {
		t.Errorf("%+v of %v", v, row.Reported)
	}
}
