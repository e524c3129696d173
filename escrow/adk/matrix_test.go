package adk

import (
	"slices"
	"strings"
	"testing"
)

// A form is a certificate with ADKs in one way or another.
type form struct {
	name             string
	hashed, unhashed []Subpacket
	want             [3]string // who can read a message besides its recipient: by Version
}

// forms are the accept/reject matrix. PGP's two columns follow CERT VU#747124: 5.5.x to 6.5.3 "fails
// to check if the ADK is stored in the signed (hashed) portion", and 6.5.8 checks. That PGP passed
// over a field that is too short, took the first 22 octets of a longer one, and found the key by
// algorithm and fingerprint, is how its published source reads (pgpRngPub.c). GnuPG's column is
// what the real one does: TestMatrixOfRealGnuPG.
func (c *cast) forms() []form {
	company, thief := c.company.Certificate().ADK(Mandatory), c.thief.Certificate().ADK(Mandatory)
	area := func(subpackets ...Subpacket) []Subpacket { return subpackets }
	critical := func(a ADK) Subpacket {
		p := a.subpacket()
		p.Critical = true
		return p
	}
	with := func(a ADK, change func(*ADK)) Subpacket { change(&a); return a.subpacket() }
	requested := func(a *ADK) { a.Class = Requested }
	otherAlgorithm := func(a *ADK) { a.Algorithm = 17 }
	stranger := func(a *ADK) { a.Class, a.Fingerprint[0] = Requested, a.Fingerprint[0]^1 }
	resized := func(a ADK, n int) Subpacket {
		return Subpacket{Type: subADK, Body: append(a.subpacket().Body, 0)[:n]}
	}
	return []form{
		{"none", nil, nil, [3]string{"", "", ""}},
		{"hashed", area(company.subpacket()), nil, [3]string{"company", "company", ""}},
		{"unhashed", nil, area(thief.subpacket()), [3]string{"thief", "", ""}},
		{"both areas", area(company.subpacket()), area(thief.subpacket()), [3]string{"company thief", "company", ""}},
		{"both areas, the same", area(company.subpacket()), area(company.subpacket()), [3]string{"company", "company", ""}},
		{"hashed, requested", area(with(company, requested)), nil, [3]string{"company", "company", ""}},
		{"unhashed, requested", nil, area(with(thief, requested)), [3]string{"thief", "", ""}},
		{"hashed, critical", area(critical(company)), nil, [3]string{"company", "company", "refused"}},
		{"unhashed, critical", nil, area(critical(thief)), [3]string{"thief", "", "refused"}},
		{"hashed, twice", area(company.subpacket(), company.subpacket()), nil, [3]string{"company", "company", ""}},
		{"unhashed, twice", nil, area(thief.subpacket(), thief.subpacket()), [3]string{"thief", "", ""}},
		{"hashed, two", area(company.subpacket(), thief.subpacket()), nil, [3]string{"company thief", "company thief", ""}},
		{"hashed, 21 octets", area(resized(company, 21)), nil, [3]string{"", "", ""}},
		{"unhashed, 21 octets", nil, area(resized(thief, 21)), [3]string{"", "", ""}},
		{"hashed, 23 octets", area(resized(company, 23)), nil, [3]string{"company", "company", ""}},
		{"unhashed, 23 octets", nil, area(resized(thief, 23)), [3]string{"thief", "", ""}},
		{"hashed, no octets", area(resized(company, 0)), nil, [3]string{"", "", ""}},
		{"hashed, mandatory, not in the keyring", area(with(company, otherAlgorithm)), nil, [3]string{"refused", "refused", ""}},
		{"unhashed, mandatory, not in the keyring", nil, area(with(thief, otherAlgorithm)), [3]string{"refused", "", ""}},
		{"hashed, requested, not in the keyring", area(with(company, stranger)), nil, [3]string{"", "", ""}},
		{"unhashed, requested, not in the keyring", nil, area(with(thief, stranger)), [3]string{"", "", ""}},
	}
}

// of makes a form of certificate with this user ID.
func (f form) of(t testing.TB, userID string) *SecretKey {
	t.Helper()
	k, err := generate(userID, august, f.hashed, f.unhashed)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestMatrix(t *testing.T) {
	c := newCast(t)
	for _, f := range c.forms() {
		victim := f.of(t, "Victim <victim@example.com>")
		for _, v := range []Version{PGP553, PGP658, GnuPG} {
			if got := c.readers(t, v, victim); got != f.want[v] {
				t.Errorf("ADK %s, encrypted by %v: %q reads, want %q", f.name, v, got, f.want[v])
			}
		}
	}
}

// readers encrypts to the victim, and says who can read it besides. The list of recipients must
// say the same.
func (c *cast) readers(t *testing.T, v Version, victim *SecretKey) string {
	t.Helper()
	s := &Sender{Key: c.ben, Version: v, Keyring: c.keyring}
	message, err := s.Encrypt([]byte("at six"), august, victim.Certificate())
	if err != nil {
		return "refused"
	}
	ids, err := Recipients(message)
	if err != nil || ids[0] != victim.Certificate().Subkey() || !opens(victim, message, "at six") {
		t.Fatalf("encrypted to %v, %v", ids, err)
	}
	var names []string
	for _, who := range []struct {
		name string
		key  *SecretKey
	}{{"company", c.company}, {"thief", c.thief}} {
		reads := opens(who.key, message, "at six")
		if listed := slices.Contains(ids, who.key.Certificate().Subkey()); listed != reads {
			t.Errorf("%s is listed: %v, reads: %v", who.name, listed, reads)
		}
		if reads {
			names = append(names, who.name)
		}
	}
	if len(ids) != 1+len(names) {
		t.Errorf("%d keys are listed, and %d people read", len(ids), 1+len(names))
	}
	return strings.Join(names, " ")
}
