package scanning

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"doormat/noescrow"
)

// A picture matches up to the distance of the dial, and not at one bit more.
func TestListDistance(t *testing.T) {
	var entry Hash
	far := func(n int) (h Hash) {
		for i := range n {
			h[i/8] |= 1 << (i % 8)
		}
		return h
	}
	for _, distance := range []int{0, 31, 60, 90, 128, 255} {
		l := &List{distance, []Hash{entry}}
		if e, d, ok := l.Match(far(distance)); !ok || d != distance || e != entry {
			t.Errorf("at %d: %v, %d", distance, ok, d)
		}
		if _, _, ok := l.Match(far(distance + 1)); ok {
			t.Errorf("at %d a picture %d bits off matches", distance, distance+1)
		}
	}
	if _, d, ok := (&List{256, []Hash{entry}}).Match(far(256)); !ok || d != 256 {
		t.Error("at 256 a picture does not match")
	}
	if _, _, ok := (&List{Distance: 256}).Match(entry); ok {
		t.Error("an empty list matches")
	}
	// The nearest one is named, and the first of two that are as near.
	l := &List{Confident, []Hash{far(20), far(5), far(7)}}
	if e, d, ok := l.Match(far(6)); !ok || e != far(5) || d != 1 {
		t.Errorf("the nearest entry is %x at %d", e, d)
	}
}

func TestParseList(t *testing.T) {
	l := &List{31, hashes(3)}
	good, err := l.Bytes()
	check(t, err)
	again, err := ParseList(good)
	check(t, err)
	if again.Distance != 31 || !slices.Equal(again.Entries, l.Entries) {
		t.Errorf("%+v", again)
	}
	for n := range len(good) {
		if n == 4 || n == 4+32 || n == 4+64 {
			continue // a list of fewer entries
		}
		if _, err := ParseList(good[:n]); err == nil {
			t.Errorf("%d bytes are a list", n)
		}
	}
	for i, bad := range map[int]byte{0: 1, 1: 1, 2: 2} {
		damaged := bytes.Clone(good)
		damaged[i] = bad
		if _, err := ParseList(damaged); err == nil {
			t.Errorf("byte %d is %d, and it is a list", i, bad)
		}
	}
	for _, l := range []*List{{Distance: -1}, {Distance: 257}, {Entries: make([]Hash, MaxEntries+1)}} {
		if _, err := l.Bytes(); err == nil {
			t.Errorf("distance %d, %d entries", l.Distance, len(l.Entries))
		}
	}
}

const leaflet = "Come to the square on Friday at six, and bring a candle. Tell two people whom you trust."

func textList(t testing.TB, words, least int, phrases ...string) *TextList {
	t.Helper()
	l, err := NewTextList(words, least)
	check(t, err)
	for _, p := range phrases {
		_, err := l.Add(p)
		check(t, err)
	}
	return l
}

func TestTextList(t *testing.T) {
	for _, c := range []struct {
		words, least int
		text         string
		match        bool
	}{
		{4, 3, leaflet, true}, {4, 3, strings.ToUpper(leaflet), true}, {4, 3, "Ana writes: " + leaflet + " Good night", true},
		{4, 3, strings.ReplaceAll(leaflet, " ", "\n–  "), true}, {4, 3, "Come to the square on Friday", true},
		{4, 3, "Come to the square on a Friday", false}, {4, 1, "Come to the square", true}, {4, 1, "come to the Square!", true},
		{4, 1, "Come to a square on a Friday", false}, {4, 3, "", false}, {4, 3, "We went to the square on Sunday, and met Ben.", false},
		{2, 1, "We went to the square on Sunday, and met Ben.", true}, {1, 1, "On my way.", true}, // the dial, down to one word
		{4, 255, leaflet, true}, // all that it has
	} {
		if _, got := textList(t, c.words, c.least, leaflet).Match(c.text); got != c.match {
			t.Errorf("%d of %d words: %q: %v", c.least, c.words, c.text, got)
		}
	}
	l := textList(t, 4, 2, leaflet, "strike")
	name, ok := l.Match("The STRIKE begins")
	want, err := l.Add("Strike!")
	check(t, err)
	if !ok || name != want || l.Len() != 3 {
		t.Errorf("a keyword: %v, %x, expected %x", ok, name, want)
	}
	if _, ok := l.Match("strikes"); ok {
		t.Error("another word is the keyword")
	}
	if _, ok := textList(t, 4, 1, "ﬁre e\u0301te\u0301").Match("FIRE ÉTÉ"); !ok {
		t.Error("the form of characters counts")
	}
	for _, n := range [][2]int{{0, 1}, {MaxWords + 1, 1}, {256, 1}, {1, 0}, {1, 256}} {
		if _, err := NewTextList(n[0], n[1]); err == nil {
			t.Errorf("n-grams of %d words, at least %d", n[0], n[1])
		}
		if _, err := (&TextList{Words: n[0], Least: n[1]}).Add("words"); err == nil {
			t.Errorf("n-grams of %d words, at least %d: a phrase is added", n[0], n[1])
		}
	}
	for _, phrase := range []string{"", " … ", strings.Repeat("a ", 1<<16)} {
		if _, err := l.Add(phrase); err == nil {
			t.Errorf("%d bytes are a phrase", len(phrase))
		}
	}
}

func TestParseTextList(t *testing.T) {
	l := textList(t, 4, 3, leaflet, "strike")
	good, err := l.Bytes()
	check(t, err)
	again, err := ParseTextList(good)
	check(t, err)
	if b, err := again.Bytes(); err != nil || !bytes.Equal(b, good) {
		t.Errorf("%x, %v", b, err)
	}
	if _, ok := again.Match("a strike"); !ok {
		t.Error("a list that was read does not match")
	}
	if bytes.Contains(good, []byte("strike")) {
		t.Error("a keyword stands in the list in clear")
	}
	for n := range len(good) {
		if n == 4 || n == len(good)-1-3-16 {
			continue // whole entries
		}
		if _, err := ParseTextList(good[:n]); err == nil {
			t.Errorf("%d bytes are a list", n)
		}
	}
	swapped := bytes.Clone(good)
	copy(swapped[8:], good[24:40])
	copy(swapped[24:], good[8:24])
	empty := append(bytes.Clone(good[:4]), 1, 0, 0, 0)
	odd := append(bytes.Clone(good[:4]), 1, 0, 0, 17)
	for what, bad := range map[string][]byte{
		"out of order": swapped, "without n-grams": empty, "of 17 bytes": append(odd, make([]byte, 17)...),
		"n is 0": {0xe3, 4, 0, 1}, "least is 0": {0xe3, 4, 1, 0}, "n is 9": {0xe3, 4, MaxWords + 1, 1}, "longer n-grams": append([]byte{0xe3, 4, 3}, good[3:]...),
		"n-grams of no word": append([]byte{0xe3, 4, 3, 1, 0}, good[5:]...), "another kind": append([]byte{0xe3, 3}, good[2:]...),
	} {
		if _, err := ParseTextList(bad); err == nil {
			t.Errorf("%s: it is a list", what)
		}
	}
	if _, err := (&TextList{}).Bytes(); err == nil {
		t.Error("the zero list has bytes")
	}
}

func TestReport(t *testing.T) {
	a := NewAuthority()
	want := Report{noescrow.NewDevice().Identity(), monday, hashN(1), Message{"look", picture(1)}}
	sealed, err := want.Seal(a.Recipient())
	check(t, err)
	same := func(got Report) bool {
		return got.From == want.From && got.At.Equal(want.At) && got.Entry == want.Entry &&
			got.Message.Text == want.Message.Text && bytes.Equal(got.Message.Picture, want.Message.Picture)
	}
	got, err := a.Recover(sealed)
	if err != nil || !same(got) {
		t.Fatalf("%+v, %v", got, err)
	}
	stolen, err := ParseAuthority(a.RecoveryKey())
	check(t, err)
	if got, err := stolen.Recover(sealed); err != nil || !same(got) {
		t.Errorf("with the line: %+v, %v", got, err)
	}
	// age itself opens it.
	identity, err := age.ParseHybridIdentity(a.RecoveryKey())
	check(t, err)
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	check(t, err)
	b, err := io.ReadAll(r)
	check(t, err)
	if !bytes.Contains(b, picture(1)) {
		t.Error("age opens something else")
	}
	if _, err := NewAuthority().Recover(sealed); err == nil {
		t.Error("another authority opens it")
	}
	for i := 0; i < len(sealed); i += 7 {
		bad := bytes.Clone(sealed)
		bad[i] ^= 4
		if _, err := a.Recover(bad); err == nil {
			t.Errorf("byte %d changed, and it opens", i)
		}
	}
	for n := range len(b) - len(picture(1)) {
		if _, err := parseReport(b[:n]); err == nil {
			t.Errorf("%d bytes are a report", n)
		}
	}
	if _, err := (Report{}).Seal(Recipient{}); err == nil {
		t.Error("sealed to no one")
	}
	if _, err := (Report{Message: Message{Picture: make([]byte, MaxMessage+1)}}).Seal(a.Recipient()); err == nil {
		t.Error("a report of a message that is too long")
	}
	none := new(Authority)
	if _, err := none.Recover(sealed); err == nil || none.RecoveryKey() != "" || none.Recipient() != (Recipient{}) {
		t.Error("the zero authority opens reports")
	}
	if _, err := ParseAuthority(a.RecoveryKey()[:50]); err == nil {
		t.Error("half a line is a key")
	}
}

func TestMessage(t *testing.T) {
	for _, m := range []Message{{}, {Text: "words"}, {"words", picture(1)}, {Picture: picture(2)}, {Picture: make([]byte, MaxMessage)}} {
		b, err := m.Bytes()
		check(t, err)
		got, err := ParseMessage(b)
		if err != nil || got.Text != m.Text || !bytes.Equal(got.Picture, m.Picture) || (got.Picture == nil) != (len(m.Picture) == 0) {
			t.Errorf("%.40v is read as %.40v, %v", m, got, err)
		}
	}
	if _, err := (Message{Text: "a", Picture: make([]byte, MaxMessage)}).Bytes(); err == nil {
		t.Error("a message that is too long")
	}
	for _, bad := range [][]byte{nil, {0xe3}, {0xe3, 2, 0, 0, 0}, {0xe2, 1, 0, 0, 0}, {0xe3, 1, 0, 0}, {0xe3, 1, 0, 0, 1}} {
		if _, err := ParseMessage(bad); err == nil {
			t.Errorf("%x is a message", bad)
		}
	}
}

// Each scanner puts beside a message what its design says, and nothing beside one that matches nothing; a
// client without a scanner sends envelopes that differ in nothing from these.
func TestDevice(t *testing.T) {
	a := NewAuthority()
	b := build(t, hashes(3))
	d := Dial{Threshold: 1}
	small := func(picture []byte) []byte { return picture[:4] }
	list := &ListScanner{&List{Confident, hashes(3)}, hash, a.Recipient()}
	text := &TextScanner{textList(t, 4, 3, leaflet), a.Recipient()}
	for name, s := range map[string]Scanner{"list": list, "text": text, "vouchers": &VoucherScanner{newAccount(t, b, d), hash, small}, "none": nil} {
		ana, ben := devices(t, s)
		for _, m := range []Message{{"a match", picture(1)}, {"no match", picture(9)}, {leaflet, nil}, {"words", nil}} {
			envelope, err := ana.SealMessage(ben.Identity(), monday, m, []byte("date"))
			check(t, err)
			beside, n, ok := Beside(envelope)
			if !ok || n != 5+len(beside) {
				t.Fatalf("%s: %d bytes beside, of %d", name, len(beside), n)
			}
			var told Message
			switch {
			case name == "vouchers" && len(beside) > 0:
				if len(beside) != d.VoucherSize() {
					t.Errorf("%d bytes, expected a voucher", len(beside))
				}
				if got := recovered(t, b.Matcher, d, [][]byte{beside}); len(got.Found) == 1 {
					told, err = ParseMessage(got.Found[0].Associated)
					check(t, err)
				}
			case len(beside) > 0:
				r, err := a.Recover(beside)
				check(t, err)
				told = r.Message
				if r.From != ana.Identity() || !r.At.Equal(monday) {
					t.Errorf("%s: from %x at %v", name, r.From, r.At)
				}
			}
			want := map[string]string{"list": "a match", "vouchers": "a match", "text": leaflet}[name]
			if match := m.Text == want; told.Text != map[bool]string{true: want}[match] {
				t.Errorf("%s, %q: the provider is told of %q", name, m.Text, told.Text)
			}
			if sends := len(beside) > 0; name != "vouchers" && sends != (m.Text == want) || name == "vouchers" && sends != (m.Picture != nil) {
				t.Errorf("%s, %q: %d bytes beside", name, m.Text, len(beside))
			}
			from, got, err := ben.OpenMessage(envelope, []byte("date"))
			if err != nil || from != ana.Identity() || got.Text != m.Text || !bytes.Equal(got.Picture, m.Picture) {
				t.Errorf("%s: %q arrives as %q, %v", name, m.Text, got.Text, err)
			}
		}
	}
}

// What stands beside an envelope cannot be taken off, or changed, without its recipient refusing it.
func TestBesideIsAuthenticated(t *testing.T) {
	ana, ben := devices(t, &ListScanner{&List{Confident, hashes(3)}, hash, NewAuthority().Recipient()})
	envelope, err := ana.SealMessage(ben.Identity(), monday, Message{"a match", picture(1)}, nil)
	check(t, err)
	_, n, _ := Beside(envelope)
	changed := bytes.Clone(envelope)
	changed[n-1] ^= 1
	for what, bad := range map[string][]byte{
		"taken off": append([]byte{0xe3, 9, 0, 0, 0}, envelope[n:]...), "changed": changed, "cut": envelope[:n-1], "nothing": nil,
	} {
		if _, _, err := ben.OpenMessage(bad, nil); err == nil {
			t.Errorf("%s: it opens", what)
		}
	}
	if _, _, err := ben.OpenMessage(envelope, nil); err != nil {
		t.Error(err)
	}
	if _, err := ana.SealMessage(ben.Identity(), monday, Message{Picture: make([]byte, MaxMessage+1)}, nil); err == nil {
		t.Error("a message that is too long is sealed")
	}
}

// A picture that the hasher refuses is not scanned, and a text too long for a voucher is cut.
func TestScannerLimits(t *testing.T) {
	b := build(t, hashes(1))
	d := Dial{Threshold: 1}
	id := noescrow.NewDevice().Identity()
	refuse := func([]byte) (Hash, bool) { return Hash{}, false }
	for _, s := range []Scanner{&ListScanner{&List{256, hashes(1)}, refuse, NewAuthority().Recipient()}, &VoucherScanner{newAccount(t, b, d), refuse, nil}} {
		if beside, err := s.Scan(id, monday, Message{"", picture(0)}); err != nil || beside != nil {
			t.Errorf("%T: %d bytes, %v", s, len(beside), err)
		}
	}
	for _, copied := range []int{0, 1000, AssociatedSize - messageHead} {
		s := &VoucherScanner{newAccount(t, b, d), hash, func([]byte) []byte { return make([]byte, copied) }}
		long := strings.Repeat("a", 2*AssociatedSize)
		v, err := s.Scan(id, monday, Message{long, picture(0)})
		check(t, err)
		got, err := ParseMessage(recovered(t, b.Matcher, d, [][]byte{v}).Found[0].Associated)
		check(t, err)
		if len(got.Text) != AssociatedSize-messageHead-copied || len(got.Picture) != copied {
			t.Errorf("a copy of %d bytes: %d of text, %d of picture", copied, len(got.Text), len(got.Picture))
		}
	}
	s := &VoucherScanner{newAccount(t, b, d), hash, func([]byte) []byte { return make([]byte, AssociatedSize) }}
	if _, err := s.Scan(id, monday, Message{"", picture(0)}); err == nil {
		t.Error("a copy that is too long")
	}
}

// Printing what holds a secret prints none.
func TestNoSecretIsPrinted(t *testing.T) {
	b := build(t, hashes(1))
	a := newAccount(t, b, Dial{Threshold: 2})
	authority := NewAuthority()
	for _, v := range []any{b.Matcher, a, authority} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range [][]byte{b.Matcher.RecoveryKey(), a.seed[:], []byte(authority.RecoveryKey())} {
				if strings.Contains(text, fmt.Sprintf("%x", secret[:8])) || strings.Contains(text, string(secret)) || strings.Contains(text, fmt.Sprint(secret[:4])[1:12]) {
					t.Errorf("%s of a %T prints its secret", verb, v)
				}
			}
		}
	}
}
