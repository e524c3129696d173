package idcheck

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/internal/testing/printed"
)

// A contractor notes who, where, when and what for; one call opens one person's or all.
func TestRecover(t *testing.T) {
	c := NewContractor()
	for i, name := range []string{"Ana", "Ben", "Ana"} {
		_, err := c.Check(document(t, name, 1990), "wine.example", strings.Repeat("/red", i), at.Add(time.Duration(i)*time.Hour))
		check(t, err)
	}
	ana, err := c.Recover("Ana")
	check(t, err)
	all, err := c.Recover("")
	check(t, err)
	if len(ana) != 2 || len(all) != 3 {
		t.Fatalf("%d and %d checks", len(ana), len(all))
	}
	last := ana[1]
	if last.Site != "wine.example" || last.Page != "/red/red" || !last.At.Equal(at.Add(2*time.Hour)) || last.Document.Name != "Ana" ||
		!last.Document.Born.Equal(time.Date(1990, 3, 2, 0, 0, 0, 0, time.UTC)) || string(last.Document.Scan) != "a picture of Ana" {
		t.Errorf("%+v", last)
	}
	if last.Number != all[2].Number {
		t.Error("the order is another")
	}
	if none, err := c.Recover("Cas"); err != nil || len(none) != 0 {
		t.Errorf("of a person who was never checked: %d, %v", len(none), err)
	}
}

// The database opens with the master key and with no other.
func TestDatabase(t *testing.T) {
	c := NewContractor()
	_, err := c.Check(document(t, "Anastasia Longname", 1990), "wine.example", "/red/and/white", at)
	check(t, err)
	database, err := c.MarshalBinary()
	check(t, err)
	for _, part := range []string{"Anastasia", "wine.example", "/red/and/white", "L01X00T47"} { // too long to be there by chance
		if bytes.Contains(database, []byte(part)) {
			t.Errorf("%q stands in the database in clear", part)
		}
	}
	thief, err := ParseContractor(c.RecoveryKey())
	check(t, err)
	check(t, thief.UnmarshalBinary(database))
	if all, err := thief.Recover(""); err != nil || len(all) != 1 {
		t.Errorf("%d checks, %v", len(all), err)
	}
	other := NewContractor()
	check(t, other.UnmarshalBinary(database))
	if _, err := other.Recover(""); err == nil {
		t.Error("another key opens the database")
	}
	for _, bad := range [][]byte{nil, database[:len(database)-1], append(bytes.Clone(database), 0), database[1:]} {
		if err := thief.UnmarshalBinary(bad); err == nil {
			t.Errorf("%d bytes are read", len(bad))
		}
	}
	if all, err := thief.Recover(""); err != nil || len(all) != 1 {
		t.Errorf("after an error: %d checks, %v", len(all), err)
	}
	if _, err := ParseContractor("AGE-SECRET-KEY-PQ-1"); err == nil {
		t.Error("a bad line is read")
	}
	if leak := printed.Leak(c, []byte(c.RecoveryKey()[18:])); leak != "" {
		t.Error(leak)
	}
}

// On the eighteenth birthday one is of age, and the day before nothing is noted.
func TestAge(t *testing.T) {
	c, p := NewContractor(), NewProvider()
	for _, v := range []struct {
		year int
		at   time.Time
		want error
	}{
		{2008, at, nil}, {2008, at.AddDate(0, 0, -1), ErrAge}, {2009, at, ErrAge}, {1900, at, nil},
	} {
		d, err := Document{Name: "Ana", Born: time.Date(v.year, 3, 2, 0, 0, 0, 0, time.UTC), Number: "1"}.Bytes()
		check(t, err)
		if _, err := c.Check(d, "wine.example", "", v.at); err != v.want {
			t.Errorf("born %d, on %v: %v", v.year, v.at, err)
		}
		if _, err := p.Issue(d, new(Holder).Keys(1), v.at); err != v.want {
			t.Errorf("born %d, on %v, an attestation: %v", v.year, v.at, err)
		}
	}
	all, err := c.Recover("")
	check(t, err)
	log, err := ParseLog(p.Log())
	check(t, err)
	if len(all) != 2 || len(log) != 2 {
		t.Errorf("%d checks and %d attestations are noted, expected 2", len(all), len(log))
	}
}

// What a visitor can see is the same before and after the record was read.
func TestSee(t *testing.T) {
	c := NewContractor()
	n, err := c.Check(document(t, "Ana", 1990), "wine.example", "", at)
	check(t, err)
	before := c.See(n)
	_, err = c.Recover("Ana")
	check(t, err)
	if after := c.See(n); before != nil || after != nil {
		t.Errorf("%v, then %v", before, after)
	}
	if err := c.See(Number{}); err != ErrNumber {
		t.Error(err)
	}
}

// A thief who has a copy of Ana's document is Ana to the contractor.
func TestACopyIsAsGood(t *testing.T) {
	c := NewContractor()
	_, err := c.Check(document(t, "Ana", 1990), "wine.example", "", at)
	check(t, err)
	stolen, err := c.Recover("Ana")
	check(t, err)
	copied, err := stolen[0].Document.Bytes()
	check(t, err)
	_, err = c.Check(copied, "bank.example", "", at)
	check(t, err)
	all, err := c.Recover("Ana")
	check(t, err)
	if len(all) != 2 || all[1].Site != "bank.example" {
		t.Errorf("%d checks in Ana's name", len(all))
	}
}

func TestDocuments(t *testing.T) {
	good := document(t, "Ana", 1990)
	d, err := ParseDocument(good)
	check(t, err)
	if again, err := d.Bytes(); err != nil || !bytes.Equal(again, good) {
		t.Errorf("%x is read as %x", good, again)
	}
	for n := range good {
		if _, err := ParseDocument(good[:n]); err == nil {
			t.Errorf("%d bytes are read", n)
		}
	}
	if _, err := ParseDocument(append(bytes.Clone(good), 0)); err == nil {
		t.Error("a byte more is read")
	}
	born := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	long := strings.Repeat("x", MaxName+1)
	for _, bad := range []Document{
		{Born: born, Number: "1"}, {Name: "A", Born: born}, {Name: long, Born: born, Number: "1"}, {Name: "A", Born: born, Number: long},
		{Name: "A", Born: born, Number: "1", Scan: make([]byte, MaxScan+1)}, {Name: "A", Number: "1"}, {Name: "A", Born: born.AddDate(300, 0, 0), Number: "1"},
	} {
		if _, err := bad.Bytes(); err == nil {
			t.Errorf("%q, %q, %v", bad.Name, bad.Number, bad.Born)
		}
	}
	c := NewContractor()
	for _, site := range []string{"", long} {
		if _, err := c.Check(good, site, "", at); err == nil {
			t.Errorf("a site of %d bytes", len(site))
		}
	}
	if _, err := c.Check(good[1:], "wine.example", "", at); err == nil {
		t.Error("a document that is none")
	}
	if leak := printed.Leak(d, []byte("Ana"), []byte("L01X00T47")); leak != "" {
		t.Error(leak)
	}
}

// An attestation is shown once, to a nonce, by the phone that it was made for.
func TestAttestations(t *testing.T) {
	p := NewProvider()
	h := holder(t, p, 2)
	b, err := h.Show([]byte("nonce 1"))
	check(t, err)
	a, err := Verify(p.PublicKey(), []byte("nonce 1"), b, at)
	check(t, err)
	if h.Len() != 1 || a.From != at.Truncate(time.Hour) || !a.Until.Equal(a.From.Add(Validity)) {
		t.Errorf("%d are left, and it is valid from %v to %v", h.Len(), a.From, a.Until)
	}
	if _, err := Verify(p.PublicKey(), []byte("nonce 2"), b, at); err != ErrAttestation {
		t.Errorf("for another nonce: %v", err)
	}
	if _, err := Verify(NewProvider().PublicKey(), []byte("nonce 1"), b, at); err != ErrAttestation {
		t.Errorf("of another provider: %v", err)
	}
	if _, err := Verify([pointSize]byte{}, []byte("nonce 1"), b, at); err != ErrAttestation {
		t.Errorf("under no key: %v", err)
	}
	for _, v := range []struct {
		at   time.Time
		want error
	}{{a.From, nil}, {a.From.Add(-1), ErrExpired}, {a.Until.Add(-1), nil}, {a.Until, ErrExpired}} {
		if _, err := Verify(p.PublicKey(), []byte("nonce 1"), b, v.at); err != v.want {
			t.Errorf("at %v: %v", v.at, err)
		}
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := Verify(p.PublicKey(), []byte("nonce 1"), bad, at); err == nil {
			t.Errorf("byte %d changed: it is taken", i)
		}
		if _, err := ParseShown(b[:i]); err == nil {
			t.Errorf("%d bytes are read", i)
		}
	}
	if _, err := ParseShown(append(bytes.Clone(b), 0)); err == nil {
		t.Error("a byte more is read")
	}
	_, err = h.Show(nil)
	check(t, err)
	if _, err := h.Show(nil); err != ErrEmpty {
		t.Error(err)
	}
}

// Two attestations of a phone have in common what all of that hour have, and no more. The provider's log has
// the key of each, and the name.
func TestProviderLinks(t *testing.T) {
	p := NewProvider()
	h := holder(t, p, 2)
	var seen []Attestation
	for range 2 {
		b, err := h.Show(nil)
		check(t, err)
		a, err := Verify(p.PublicKey(), nil, b, at)
		check(t, err)
		seen = append(seen, a)
	}
	if seen[0].Key == seen[1].Key || seen[0].Salt == seen[1].Salt || bytes.Equal(seen[0].signature, seen[1].signature) {
		t.Error("sites can link two attestations")
	}
	if seen[0].From != seen[1].From || seen[0].From.Minute() != 0 {
		t.Errorf("dates link: %v, %v", seen[0].From, seen[1].From)
	}
	log, err := ParseLog(p.Log())
	check(t, err)
	for i, a := range seen {
		if !slices.ContainsFunc(log, func(l Issued) bool { return l.Key == a.Key && l.Name == "Ana" && l.At.Equal(at) }) {
			t.Errorf("attestation %d is not in the provider's log", i)
		}
	}
}

func TestIssueRefuses(t *testing.T) {
	p := NewProvider()
	d := document(t, "Ana", 1990)
	h := new(Holder)
	keys := h.Keys(2)
	for what, bad := range map[string][][]byte{"none": nil, "too many": h.Keys(Batch + 1), "no point": {make([]byte, pointSize)}, "cut": {keys[0][1:]}} {
		if _, err := p.Issue(d, bad, at); err == nil {
			t.Errorf("%s: attested", what)
		}
	}
	if _, err := p.Issue(d[1:], keys, at); err == nil {
		t.Error("for a document that is none")
	}
	if len(p.Log()) != 2 {
		t.Error("what was refused is logged")
	}
	keys = h.Keys(1)
	all, err := p.Issue(d, keys, at)
	check(t, err)
	for _, bad := range [][][]byte{{all[0][1:]}, {all[0], all[0]}} {
		if err := h.Take(bad); err == nil || h.Len() != 0 {
			t.Errorf("%d attestations: %v", len(bad), err)
		}
	}
	h.Keys(1)
	if err := h.Take(all); err == nil {
		t.Error("an attestation for a key that was given up")
	}
	if leak := printed.Leak(p, p.RecoveryKey()); leak != "" {
		t.Error(leak)
	}
}

func TestHolders(t *testing.T) {
	p := NewProvider()
	h := holder(t, p, 2)
	state, err := h.MarshalBinary()
	check(t, err)
	thief := new(Holder)
	check(t, thief.UnmarshalBinary(state))
	b, err := thief.Show(nil)
	check(t, err)
	_, err = Verify(p.PublicKey(), nil, b, at)
	check(t, err)
	other := bytes.Clone(state)
	other[2+31] ^= 1 // a key
	for _, bad := range [][]byte{nil, state[1:], state[:len(state)-1], append(bytes.Clone(state), 0), other} {
		if err := thief.UnmarshalBinary(bad); err == nil || thief.Len() != 1 {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
	log := p.Log()
	for _, bad := range [][]byte{nil, log[1:], log[:len(log)-1], append(bytes.Clone(log), 1)} {
		if _, err := ParseLog(bad); err == nil {
			t.Errorf("a log of %d bytes is read", len(bad))
		}
	}
}

// The app counts, as long as nobody edits its preferences.
func TestAppCounts(t *testing.T) {
	p := NewProvider()
	a := NewApp()
	check(t, a.Unlock("7203"))
	a.Holder = holder(t, p, 2)
	_, err := a.Show(nil)
	check(t, err)
	for i := range Guesses {
		if err := a.Unlock("1234"); err != ErrPIN {
			t.Errorf("guess %d: %v", i, err)
		}
	}
	if err := a.Unlock("7203"); err != ErrLocked {
		t.Errorf("the right PIN after %d wrong ones: %v", Guesses, err)
	}
	if _, err := a.Show(nil); err == nil {
		t.Error("a locked app shows an attestation")
	}
}

// The flaw of April 2026, in three forms: the counter set back, a line deleted, and a PIN that is not there.
func TestPreferencesAreEdited(t *testing.T) {
	p := NewProvider()
	for what, edit := range map[string]func(string) string{
		"counter set back": func(s string) string { return strings.Replace(s, "Attempts=3", "Attempts=0", 1) },
		"PinEnc deleted":   func(s string) string { _, rest, _ := strings.Cut(s, "\n"); return rest },
		"file deleted":     func(string) string { return "" },
	} {
		a := NewApp()
		check(t, a.Unlock("7203"))
		a.Holder = holder(t, p, 1)
		for range Guesses {
			a.Unlock("1234")
		}
		if err := a.Unlock("7203"); err != ErrLocked {
			t.Fatal(err)
		}
		a.Preferences = edit(a.Preferences)
		pin := "0000" // the thief's
		if what == "counter set back" {
			pin = "7203" // the last of the guesses
		}
		check(t, a.Unlock(pin))
		b, err := a.Show([]byte("nonce"))
		check(t, err)
		if _, err := Verify(p.PublicKey(), []byte("nonce"), b, at); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
