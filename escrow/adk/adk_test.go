package adk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
)

// The format of the subpacket, octet by octet: length, type, class, algorithm, fingerprint. No
// published key with an ADK was at hand, so the example is made from the format.
func TestSubpacket(t *testing.T) {
	want, _ := hex.DecodeString("170a8011000102030405060708090a0b0c0d0e0f10111213")
	a := ADK{Class: Mandatory, Algorithm: 17}
	for i := range a.Fingerprint {
		a.Fingerprint[i] = byte(i)
	}
	if got := a.subpacket().marshal(); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	area, ok := readSubpackets(want)
	if !ok || len(area) != 1 || area[0].Type != 10 || area[0].Critical {
		t.Fatalf("%v, %v", area, ok)
	}
	if got, err := ParseADK(area[0].Body); err != nil || got != a {
		t.Errorf("%v, %v", got, err)
	}
	want[1] |= 0x80
	if area, ok := readSubpackets(want); !ok || !area[0].Critical || area[0].Type != 10 || !bytes.Equal(area[0].marshal(), want) {
		t.Errorf("critical: %v, %v", area, ok)
	}
}

// The sample key and its signature on "OpenPGP" are RFC 9580, Appendices A.1 and A.2.
func TestPublishedKey(t *testing.T) {
	public, _ := hex.DecodeString("98330453f35f0b16092b06010401da470f01010740" +
		"3f098994bdd916ed4053197934e4a87c80733a1280d62f8010992e43ee3b2406")
	signature, _ := hex.DecodeString("885e040016080006050255f95f95000a09108cfde12197965a9af622" +
		"00ff56f90cca98e2102637bd983fdb16c131dfd27ed82bf4dde5606e0d756aed3366" +
		"0100d09c4fa11527f038e0f57f2201d82f2ea2c9033265fa6ceb489e854bae61b404")
	all, err := Packets(slices.Concat(public, signature))
	if err != nil || len(all) != 2 {
		t.Fatalf("%d packets, %v", len(all), err)
	}
	primary, err := parseKey(all[0], eddsaAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	c := &Certificate{primary: primary}
	if got := c.Fingerprint().String(); got != "C959BDBAFA32A2F89A153B678CFDE12197965A9A" {
		t.Errorf("fingerprint %s", got)
	}
	sig, err := parseSignature(all[1].Body)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := sig.marshal(); err != nil || !bytes.Equal(again, all[1].Body) {
		t.Errorf("%x, %v", again, err)
	}
	h := sha256.New()
	h.Write([]byte("OpenPGP"))
	h.Write(sig.signed)
	h.Write([]byte{4, 0xff, 0, 0, 0, byte(len(sig.signed))})
	digest := h.Sum(nil)
	if !bytes.Equal(digest[:2], sig.left[:]) || !eddsa.Verify(primary.PublicKey.(*eddsa.PublicKey), digest, sig.r, sig.s) {
		t.Error("the published signature is refused")
	}
	if len(sig.hashed) != 1 || sig.hashed[0].Type != subCreated || len(sig.unhashed) != 1 || sig.unhashed[0].Type != subIssuer {
		t.Errorf("hashed %v, unhashed %v", sig.hashed, sig.unhashed)
	}
}

func TestCompanyRecovers(t *testing.T) {
	c := newCast(t)
	const text = "Where is the file that she had?"
	message := c.write(t, PGP658, text, c.ana.Certificate())
	company, err := ParseSecretKey(c.company.RecoveryKey()) // from the safe
	if err != nil {
		t.Fatal(err)
	}
	if !opens(company, message, text) {
		t.Error("the ADK does not open what is written to its people")
	}
	if opens(company, c.write(t, PGP658, text, c.thief.Certificate()), text) {
		t.Error("the ADK opens what is written to others")
	}
	if opens(company, c.write(t, GnuPG, text, c.ana.Certificate()), text) {
		t.Error("the ADK opens what GnuPG has written")
	}
}

// The fingerprint covers the key packet, and the signature the hashed area: neither notices.
func TestFingerprintDoesNotChange(t *testing.T) {
	c := newCast(t)
	before := c.ana.Certificate().Bytes()
	after, err := AddUnhashedADK(before, c.thief.Certificate().ADK(Requested))
	if err != nil {
		t.Fatal(err)
	}
	tampered := parsed(t, after) // checks both signatures
	if tampered.Fingerprint() != c.ana.Certificate().Fingerprint() || tampered.UserID() != "Ana <ana@example.com>" {
		t.Errorf("%v, %s", tampered.Fingerprint(), tampered.UserID())
	}
	if !bytes.Equal(tampered.sig.signed, c.ana.cert.sig.signed) {
		t.Error("the signed octets have changed")
	}
	if len(after) != len(before)+1+1+adkSize {
		t.Errorf("%d octets, were %d", len(after), len(before))
	}
	ids, err := Recipients(c.write(t, PGP553, "hello", tampered))
	want := []KeyID{tampered.Subkey(), c.company.Certificate().Subkey(), c.thief.Certificate().Subkey()}
	if err != nil || !slices.Equal(ids, want) {
		t.Errorf("who lists the packets sees %v, %v; want %v", ids, err, want)
	}
}

// What was written before the edit stays closed, and so does what a fixed program writes.
func TestSenderek(t *testing.T) {
	c := newCast(t)
	const text = "The bridge, at six."
	before := c.write(t, PGP553, text, c.ana.Certificate())
	edited, err := AddUnhashedADK(c.ana.Certificate().Bytes(), c.thief.Certificate().ADK(Requested))
	if err != nil {
		t.Fatal(err)
	}
	tampered := parsed(t, edited)
	for _, x := range []struct {
		name    string
		message []byte
		opens   bool
	}{
		{"before", before, false},
		{"after, 5.5-6.5.3", c.write(t, PGP553, text, tampered), true},
		{"after, 6.5.8", c.write(t, PGP658, text, tampered), false},
		{"after, GnuPG", c.write(t, GnuPG, text, tampered), false},
	} {
		if opens(c.thief, x.message, text) != x.opens || !opens(c.ana, x.message, text) {
			t.Errorf("%s: the thief reads: %v, want %v", x.name, !x.opens, x.opens)
		}
	}
}

func TestDecryptSaysWhoAndWhen(t *testing.T) {
	c := newCast(t)
	at := time.Date(1999, 12, 31, 23, 59, 59, 999, time.UTC)
	s := &Sender{Key: c.ben, Version: PGP553, Keyring: c.keyring}
	message, err := s.Encrypt([]byte("soon"), at, c.ana.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	text, from, when, err := c.ana.Decrypt(message, c.keyring)
	if err != nil || string(text) != "soon" || from.Fingerprint() != c.ben.Certificate().Fingerprint() || !when.Equal(at.Truncate(time.Second)) {
		t.Errorf("%q, %v, %v, %v", text, from, when, err)
	}
	_, _, _, err = c.ana.Decrypt(message, []*Certificate{c.thief.Certificate()})
	if !errors.Is(err, ErrSignature) {
		t.Errorf("without the sender's certificate: %v", err)
	}
}

// An ADK opens, and does not sign. What it can do is send on what was signed.
func TestADKDoesNotWrite(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP553, "I resign.", c.ana.Certificate())
	content, err := c.company.open(message)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(content, []byte("I resign."))
	copy(content[i:], "I remain.")
	plaintext, sig, err := splitContent(content)
	if err != nil || string(plaintext) != "I remain." {
		t.Fatalf("%q, %v", plaintext, err)
	}
	if c.ben.cert.signed(plaintext, sig) {
		t.Error("Ben has signed another text")
	}
	copy(content[i:], "I resign.")
	if plaintext, sig, err = splitContent(content); err != nil || !c.ben.cert.signed(plaintext, sig) {
		t.Errorf("Ben has not signed his own text: %v", err)
	}
	sig.HashSuffix[len(sig.HashSuffix)-7] ^= 1
	if c.ben.cert.signed(plaintext, sig) {
		t.Error("Ben has signed another hashed area")
	}
}

func TestMisuse(t *testing.T) {
	c := newCast(t)
	ana := c.ana.Certificate()
	company := c.company.Certificate().ADK(Mandatory)
	anaOctets := ana.Bytes()
	message := c.write(t, PGP658, "hello", ana)
	send := func(s Sender, to ...*Certificate) error {
		_, err := s.Encrypt([]byte("hello"), august, to...)
		return err
	}
	ben := Sender{Key: c.ben, Version: PGP658, Keyring: c.keyring}
	if got := new(SecretKey).RecoveryKey(); got != nil {
		t.Errorf("no secret key is %x", got)
	}
	for _, x := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a truncated field", func() error { _, err := ParseADK(company.subpacket().Body[:21]); return err }, "expected an ADK of at least 22 octets, found 21"},
		{"the wrong recipient", func() error { _, err := c.thief.Recover(message); return err }, "expected a message to " + c.thief.cert.Subkey().String() + ", found one to [" + ana.Subkey().String()},
		{"an ADK twice", func() error { _, err := GenerateKey("Eve", august, company, company); return err }, "expected different ADKs, found "},
		{"an ADK in two classes", func() error {
			_, err := GenerateKey("Eve", august, company, c.company.Certificate().ADK(Requested))
			return err
		}, "expected different ADKs, found "},
		{"an ADK that is there", func() error { _, err := AddUnhashedADK(anaOctets, company); return err }, "already"},
		{"one's own ADK", func() error { _, err := AddUnhashedADK(anaOctets, ana.ADK(0)); return err }, "expected another key"},
		{"a recipient twice", func() error { return send(ben, ana, ana) }, "twice"},
		{"no recipient", func() error { return send(ben) }, "at least one recipient"},
		{"a nil recipient", func() error { return send(ben, nil) }, "found nil"},
		{"no key", func() error { return send(Sender{}, ana) }, "expected a secret key, found none"},
		{"an empty key", func() error { return send(Sender{Key: new(SecretKey)}, ana) }, "expected a secret key, found none"},
		{"an empty key that opens", func() error { _, err := new(SecretKey).Recover(message); return err }, "expected a secret key, found none"},
		{"no such version", func() error { return send(Sender{Key: c.ben, Version: 3}, ana) }, "found Version(3)"},
		{"a mandatory ADK that nobody has", func() error { return send(Sender{Key: c.ben, Version: PGP658}, ana) }, "is not in the keyring"},
		{"a long text", func() error {
			_, err := ben.Encrypt(make([]byte, MaxPlaintext+1), august, ana)
			return err
		}, "at most 1048576 octets, found 1048577"},
		{"a date before 1970", func() error { _, err := ben.Encrypt(nil, time.Unix(-1, 0), ana); return err }, "1970 to 2106"},
		{"a key of after 2106", func() error { _, err := GenerateKey("Eve", time.Unix(1<<32, 0)); return err }, "1970 to 2106"},
		{"no user ID", func() error { _, err := GenerateKey("", august); return err }, "found 0 octets"},
		{"a user ID that is no text", func() error { _, err := GenerateKey("\xff", august); return err }, "UTF-8"},
		{"a message for a certificate", func() error { _, err := ParseCertificate(message); return err }, "expected a public key (packet 6), found a session key for a public key (packet 1)"},
		{"a certificate for a message", func() error { _, err := Recipients(anaOctets); return err }, "expected a session key for a public key (packet 1), found a public key (packet 6)"},
		{"a secret key for a certificate", func() error { _, err := ParseCertificate(c.ana.RecoveryKey()); return err }, "found a secret key (packet 5)"},
		{"a certificate for a secret key", func() error { _, err := ParseSecretKey(anaOctets); return err }, "expected a secret key (packet 5), found a public key (packet 6)"},
		{"a text for a message", func() error { _, err := c.ana.Recover([]byte("hello")); return err }, "packet 1, at octet 0"},
	} {
		err := x.do()
		if err == nil || !strings.HasPrefix(err.Error(), "adk: ") || !strings.Contains(err.Error(), x.want) ||
			strings.Count(err.Error(), "adk: ") != 1 {
			t.Errorf("%s: %v, want … %s", x.name, err, x.want)
		}
	}
}

func TestLongText(t *testing.T) {
	c := newCast(t)
	for _, n := range []int{0, 1, 180, 191, 192, 511, 512, 513, 8383, 8384, 100_000, MaxPlaintext} {
		text := strings.Repeat("x", n)
		message := c.write(t, PGP658, text, c.ana.Certificate())
		if len(message) > MaxMessage || !opens(c.ana, message, text) || !opens(c.company, message, text) {
			t.Errorf("%d octets do not open", n)
		}
	}
}
