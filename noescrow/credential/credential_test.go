package credential

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/internal/testing/printed"
)

var long = flag.Bool("long", false, "change every byte of a credential and a presentation")

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	at    = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	site  = "wine.example"
	nonce = []byte("sixteen bytes, 1")
)

// testIssuer has one of two keys.
func testIssuer(t testing.TB, key byte) *Issuer {
	t.Helper()
	i, err := ParseIssuer(append(bytes.Repeat([]byte{7}, 31), key))
	check(t, err)
	return i
}

func person(name string, year int) Person {
	return Person{name, time.Date(year, 3, 2, 0, 0, 0, 0, time.UTC), "L01X00T47"}
}

// phone has a credential of the first issuer.
func phone(t testing.TB, p Person) *Credential {
	t.Helper()
	i := testIssuer(t, 1)
	b, err := i.Issue(p, at)
	check(t, err)
	c, err := Take(i.PublicKey(), b, at)
	check(t, err)
	return c
}

func show(t testing.TB, c *Credential, nonce []byte, more ...Attribute) []byte {
	t.Helper()
	b, err := c.Show(site, nonce, more...)
	check(t, err)
	return b
}

// A site sees "over 18" and the last day, and nothing else of what is signed.
func TestShowsAPart(t *testing.T) {
	c := phone(t, person("Anastasia Longname", 1990)) // no value is so short that it stands somewhere by chance
	key := testIssuer(t, 1).PublicKey()
	b := show(t, c, nonce)
	p, err := Admit(key, site, nonce, b, at)
	check(t, err)
	for a := range attributes {
		value, ok := p.Value(a)
		if ok != (a == Over18 || a == Until) || ok && value != c.Value(a) {
			t.Errorf("%v: %q, %v", a, value, ok)
		}
		if !ok && bytes.Contains(b, []byte(c.Value(a))) {
			t.Errorf("%v stands in what is shown", a)
		}
	}
	signature := c.signature
	for i := 0; i+16 <= len(signature); i += 16 {
		if bytes.Contains(b, signature[i:i+16]) {
			t.Error("a part of the signature stands in what is shown")
		}
	}
	p, err = Admit(key, site, nonce, show(t, c, nonce, Born, Name), at)
	check(t, err)
	if born, _ := p.Value(Born); born != "1990-03-02" {
		t.Errorf("born %q", born)
	}
}

// Two presentations of one phone have as much in common as those of two phones: version, what is shown, and no more.
func TestPresentationsAreNotLinked(t *testing.T) {
	ana, ben := phone(t, person("Ana", 1990)), phone(t, person("Benedict Longname", 1980))
	common := func(a, b []byte) (n int) {
		for i := range a {
			if a[i] == b[i] {
				n++
			}
		}
		return n
	}
	var first, second, other Presentation
	for _, c := range []struct {
		to *Presentation
		of *Credential
	}{{&first, ana}, {&second, ana}, {&other, ben}} {
		var err error
		*c.to, err = ParsePresentation(show(t, c.of, nonce))
		check(t, err)
	}
	for _, p := range []Presentation{second, other} {
		if len(p.Bytes()) != len(first.Bytes()) {
			t.Fatalf("%d bytes, and %d: the size tells whose it is", len(p.Bytes()), len(first.Bytes()))
		}
		if n := common(first.Proof(), p.Proof()); n > len(p.Proof())/8 { // one in 256, and the bits of a point's form
			t.Errorf("two proofs have %d bytes of %d in common", n, len(p.Proof()))
		}
		if a, b := first.Bytes(), p.Bytes(); !bytes.Equal(a[:len(a)-len(first.proof)], b[:len(b)-len(p.proof)]) {
			t.Error("something else is shown")
		}
	}
}

// What a credential does not stop: copies of it are as good as it, at the same site and at others, as often as they
// like, and no site can tell.
func TestLentToMany(t *testing.T) {
	c := phone(t, person("Ana", 1990))
	key := testIssuer(t, 1).PublicKey()
	for i := range 10 {
		lent, err := ParseCredential(key, c.Bytes())
		check(t, err)
		nonce := fmt.Appendf(nil, "a nonce, for visit %d", i)
		_, err = Admit(key, site, nonce, show(t, lent, nonce), at)
		check(t, err)
	}
}

// A proof is for one site and one nonce: a site cannot show it to another, though it has passed on the other's nonce.
func TestShownAgain(t *testing.T) {
	key := testIssuer(t, 1).PublicKey()
	c := phone(t, person("Ana", 1990))
	b := show(t, c, nonce)
	_, err := Admit(key, site, nonce, b, at)
	check(t, err)
	if _, err := Admit(key, site, []byte("sixteen bytes, 2"), b, at); err != errProof {
		t.Errorf("for another nonce: %v", err)
	}
	if _, err := Admit(key, "poker.example", nonce, b, at); err != errProof {
		t.Errorf("at another site, whose nonce was passed on: %v", err)
	}
	if _, err := Admit(key, site+"s", nonce, show(t, c, append([]byte("s"), nonce...)), at); err != errProof {
		t.Errorf("a site and a nonce that meet elsewhere: %v", err)
	}
	for _, bad := range []struct {
		site  string
		nonce int
	}{{site, 0}, {site, MinNonce - 1}, {site, MaxNonce + 1}, {"", MinNonce}, {strings.Repeat("x", MaxSite+1), MinNonce}} {
		if _, err := Admit(key, bad.site, make([]byte, bad.nonce), b, at); err != errNonce {
			t.Errorf("the site %q and a nonce of %d bytes: %v", bad.site, bad.nonce, err)
		}
		if _, err := c.Show(bad.site, make([]byte, bad.nonce)); err != errNonce {
			t.Errorf("showing to %q, for a nonce of %d bytes: %v", bad.site, bad.nonce, err)
		}
	}
	for _, n := range []int{MinNonce, MaxNonce} {
		long := strings.Repeat("x", MaxSite)
		shown, err := c.Show(long, make([]byte, n))
		check(t, err)
		_, err = Admit(key, long, make([]byte, n), shown, at)
		check(t, err)
	}
}

// A person is of age from the eighteenth birthday on, and a minor cannot show otherwise.
func TestMinors(t *testing.T) {
	key := testIssuer(t, 1).PublicKey()
	for born, want := range map[time.Time]string{
		time.Date(2008, 3, 2, 0, 0, 0, 0, time.UTC): "yes",
		time.Date(2008, 3, 3, 0, 0, 0, 0, time.UTC): "no",
		time.Date(1930, 3, 3, 0, 0, 0, 0, time.UTC): "yes",
	} {
		c := phone(t, Person{"Ana", born, "1"})
		if c.Value(Over18) != want {
			t.Errorf("born on %v: %q", born, c.Value(Over18))
		}
		b := show(t, c, nonce)
		if _, err := Admit(key, site, nonce, b, at); (err == nil) != (want == "yes") || err != nil && err != errMinor {
			t.Errorf("born on %v: %v", born, err)
		}
		if want == "yes" {
			continue
		}
		p, err := ParsePresentation(b)
		check(t, err)
		p.shown[Over18] = "yes"
		if _, err := Admit(key, site, nonce, p.Bytes(), at); err != errProof {
			t.Errorf("a minor who says yes: %v", err)
		}
		delete(p.shown, Over18)
		if _, err := ParsePresentation(p.Bytes()); err == nil {
			t.Error("a presentation with a value less, and a proof of the same length")
		}
	}
}

// A birthday is a day, whatever the clock and the zone in which it was read.
func TestBirthdays(t *testing.T) {
	i := testIssuer(t, 1)
	east, west := time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)
	for _, c := range []struct {
		born, at           time.Time
		wantBorn, wantOver string
	}{
		{time.Date(2008, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC), "2008-02-29", "no"},
		{time.Date(2008, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2008-02-29", "yes"},
		{time.Date(2008, 3, 2, 23, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "2008-03-02", "yes"},
		{time.Date(2008, 3, 3, 0, 0, 0, 0, east), time.Date(2026, 3, 2, 23, 59, 59, 0, time.UTC), "2008-03-03", "no"},
		{time.Date(2008, 3, 3, 0, 0, 0, 0, east), time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), "2008-03-03", "yes"},
		{time.Date(2008, 3, 3, 23, 0, 0, 0, west), time.Date(2026, 3, 3, 14, 0, 0, 0, east), "2008-03-03", "yes"},
		{time.Date(2008, 3, 3, 23, 0, 0, 0, west), time.Date(2026, 3, 3, 13, 59, 0, 0, east), "2008-03-03", "no"},
	} {
		b, err := i.Issue(Person{"Ana", c.born, "1"}, c.at)
		check(t, err)
		got, err := Take(i.PublicKey(), b, c.at)
		check(t, err)
		if got.Value(Born) != c.wantBorn || got.Value(Over18) != c.wantOver {
			t.Errorf("born %v, at %v: %q, over 18: %q", c.born, c.at, got.Value(Born), got.Value(Over18))
		}
	}
}

// Who hides what a site must see is not admitted, though the proof holds.
func TestHidden(t *testing.T) {
	c := phone(t, person("Ana", 1990))
	for hide, want := range map[Attribute]error{Over18: errMinor, Until: ErrExpired} {
		p := Presentation{shown: map[Attribute]string{}}
		for _, a := range []Attribute{Over18, Until} {
			if a != hide {
				p.shown[a] = c.Value(a)
			}
		}
		indexes, _ := p.list()
		var err error
		p.proof, err = c.key.key.ProofGen(c.signature[:], []byte(header), presentationHeader(site, nonce), c.values.messages(), indexes)
		check(t, err)
		if _, err := Admit(c.key, site, nonce, p.Bytes(), at); err != want {
			t.Errorf("%v is hidden: %v", hide, err)
		}
	}
}

// The last day is one for a quarter, three to six months ahead, and is part of it.
func TestLastDay(t *testing.T) {
	for day, want := range map[string]string{
		"2026-01-01": "2026-06-30", "2026-03-31": "2026-06-30", "2026-04-01": "2026-09-30", "2026-12-31": "2027-03-31", "2026-08-15": "2026-12-31",
	} {
		d, err := time.Parse(time.DateOnly, day)
		check(t, err)
		if got := lastDay(d.Add(24*time.Hour - 1)).Format(time.DateOnly); got != want {
			t.Errorf("issued on %s until %s, expected %s", day, got, want)
		}
	}
	c := phone(t, person("Ana", 1990))
	b := show(t, c, nonce)
	over := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	if _, err := Admit(c.key, site, nonce, b, over.Add(-1)); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	if _, err := Admit(c.key, site, nonce, b, over); err != ErrExpired {
		t.Errorf("a day later: %v", err)
	}
}

// An issuer could know a person by a last day of its own, or by a key: a phone refuses both.
func TestTagging(t *testing.T) {
	i := testIssuer(t, 1)
	b, err := i.Issue(person("Ana", 1990), at.AddDate(1, 0, 0))
	check(t, err)
	if _, err := Take(i.PublicKey(), b, at); err == nil {
		t.Error("another last day")
	}
	if _, err := ParseCredential(i.PublicKey(), b); err != nil {
		t.Errorf("the credential is not well formed, so this shows nothing: %v", err)
	}
	b, err = testIssuer(t, 2).Issue(person("Ana", 1990), at)
	check(t, err)
	if _, err := Take(i.PublicKey(), b, at); err != errCredential {
		t.Errorf("another key: %v", err)
	}
	if i.PublicKey().ID() == testIssuer(t, 2).PublicKey().ID() || NewIssuer().PublicKey().ID() == i.PublicKey().ID() {
		t.Error("two keys have one identifier")
	}
}

// step is 1, or that of a test that leaves out most.
func step(n int) int {
	if *long {
		return 1
	}
	return n
}

// Every byte of a credential and of a presentation matters.
func TestDamaged(t *testing.T) {
	c := phone(t, person("Ana", 1990))
	b := c.Bytes()
	for i := 0; i < len(b); i += step(7) {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := ParseCredential(c.key, bad); err != errCredential {
			t.Errorf("byte %d of a credential changed: %v", i, err)
		}
	}
	shown := show(t, c, nonce)
	for i := 0; i < len(shown); i += step(7) {
		bad := bytes.Clone(shown)
		bad[i] ^= 1
		if _, err := Admit(c.key, site, nonce, bad, at); err == nil {
			t.Errorf("byte %d of a presentation changed", i)
		}
	}
	for n := range b {
		if _, err := ParseCredential(c.key, b[:n]); err != errCredential {
			t.Errorf("%d bytes of a credential: %v", n, err)
		}
	}
	for n := range shown {
		if _, err := ParsePresentation(shown[:n]); err == nil {
			t.Errorf("%d bytes of a presentation", n)
		}
	}
	if _, err := ParseCredential(c.key, append(bytes.Clone(b), 0)); err != errCredential {
		t.Errorf("a byte more: %v", err)
	}
	for _, more := range [][]byte{{0}, make([]byte, 32)} {
		if _, err := ParsePresentation(append(bytes.Clone(shown), more...)); err == nil {
			t.Errorf("%d bytes more", len(more))
		}
	}
	mask := bytes.Clone(shown)
	mask[2] |= 1 << attributes
	if _, err := ParsePresentation(mask); err == nil {
		t.Error("an attribute that there is not")
	}
	if _, err := Admit(testIssuer(t, 2).PublicKey(), site, nonce, shown, at); err != errProof {
		t.Errorf("under another key: %v", err)
	}
}

func TestWrongPersons(t *testing.T) {
	i := testIssuer(t, 1)
	born := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, p := range []Person{
		{"", born, "1"}, {"Ana", born, ""}, {strings.Repeat("x", MaxValue+1), born, "1"}, {"Ana", born, strings.Repeat("x", MaxValue+1)},
		{"Ana", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "1"}, {"Ana", at.AddDate(0, 0, 1), "1"},
		{Name: "Ana", Number: "1"}, // whose date of birth was not read: the zero time is more than 18 years ago
	} {
		if _, err := i.Issue(p, at); err == nil {
			t.Errorf("issued to %+v", p)
		}
	}
	b, err := i.Issue(Person{strings.Repeat("x", MaxValue), born, "1"}, at)
	check(t, err)
	_, err = Take(i.PublicKey(), b, at)
	check(t, err)
	c := phone(t, person("Ana", 1990))
	if _, err := c.Show(site, nonce, attributes); err == nil || c.Value(attributes) != "" {
		t.Errorf("%v is shown: %v", attributes, err)
	}
}

// Values have one form, though the issuer has signed another.
func TestForms(t *testing.T) {
	for a, all := range map[Attribute][]string{
		Born: {"", "1990-3-2", "1990-03-32", "90-03-02", "1990-03-02 "}, Over18: {"", "Yes", "maybe"}, Until: {"2026-06-31", "never"}, Name: {""}, Number: {""},
	} {
		for _, s := range all {
			if a.wellFormed(s) {
				t.Errorf("%v is %q", a, s)
			}
		}
	}
}

// What has no key issues, takes and admits nothing, and does not panic.
func TestZeroValues(t *testing.T) {
	c := phone(t, person("Ana", 1990))
	shown := show(t, c, nonce)
	for _, key := range []*PublicKey{nil, {}} {
		if _, err := Take(key, c.Bytes(), at); err != errCredential {
			t.Errorf("taken: %v", err)
		}
		if _, err := Admit(key, site, nonce, shown, at); err != errProof {
			t.Errorf("admitted: %v", err)
		}
		if key.Bytes() != nil || key.ID() == c.key.ID() {
			t.Errorf("a key of no bytes: %x", key.Bytes())
		}
	}
	if b, err := new(Issuer).Issue(person("Ana", 1990), at); err == nil || new(Issuer).RecoveryKey() != nil {
		t.Errorf("issued %x", b)
	}
	if b, err := new(Credential).Show(site, nonce); err == nil {
		t.Errorf("shown: %x", b)
	}
	if _, err := Admit(c.key, site, nonce, Presentation{}.Bytes(), at); err == nil {
		t.Error("nothing is admitted")
	}
}

func TestKeys(t *testing.T) {
	i := testIssuer(t, 1)
	again, err := ParseIssuer(i.RecoveryKey())
	check(t, err)
	key, err := ParsePublicKey(again.PublicKey().Bytes())
	check(t, err)
	if key.ID() != i.PublicKey().ID() || !strings.HasSuffix(key.ID().String(), "…") {
		t.Errorf("%v and %v", key.ID(), i.PublicKey().ID())
	}
	for _, bad := range [][]byte{nil, make([]byte, 32), make([]byte, 33), bytes.Repeat([]byte{0xff}, 32)} {
		if _, err := ParseIssuer(bad); err == nil {
			t.Errorf("the key %x", bad)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, PublicKeySize), key.Bytes()[1:]} {
		if _, err := ParsePublicKey(bad); err == nil {
			t.Errorf("the public key %x", bad)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	i := NewIssuer()
	if leak := printed.Leak(i, i.RecoveryKey()); leak != "" {
		t.Error(leak)
	}
	c := phone(t, person("Ana Maria", 1990))
	for _, secret := range [][]byte{c.signature[:], []byte("Ana Maria"), []byte("1990-03-02")} {
		if leak := printed.Leak(c, secret); leak != "" {
			t.Error(leak)
		}
	}
	names := []string{}
	for a := range attributes + 1 {
		names = append(names, a.String())
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != int(attributes)+1 {
		t.Errorf("%q", names)
	}
}

func FuzzParse(f *testing.F) {
	c := phone(f, person("Ana", 1990))
	f.Add(c.Bytes())
	f.Add(show(f, c, nonce))
	f.Add(show(f, c, nonce, Name, Born, Number))
	f.Add([]byte{version, kindPresentation, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ParseCredential(c.key, b); err == nil && !bytes.Equal(c.Bytes(), b) {
			t.Errorf("%x is read as %x", b, c.Bytes())
		}
		if p, err := ParsePresentation(b); err == nil && !bytes.Equal(p.Bytes(), b) {
			t.Errorf("%x is read as %x", b, p.Bytes())
		}
	})
}

// What is admitted is of age, and shows what was signed. The proofs differ between processes that fuzz.
func FuzzAdmit(f *testing.F) {
	c := phone(f, person("Ana", 1990))
	shown := show(f, c, nonce)
	f.Add(shown)
	f.Add(shown[:len(shown)-32])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Admit(c.key, site, nonce, b, at)
		if err != nil {
			return
		}
		for a := range attributes {
			value, ok := p.Value(a)
			if ok && value != c.Value(a) || !ok && (a == Over18 || a == Until) {
				t.Errorf("%x is admitted, and shows %q as %v", b, value, a)
			}
		}
	})
}
