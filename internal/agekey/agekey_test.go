package agekey

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"doormat/internal/hpke"
)

func TestSeedIsTheKey(t *testing.T) {
	for range 50 {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		k := hpke.NewPrivateKey(Seed(id))
		r, err := ParseRecipient(id.Recipient().String())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.PublicKey().Bytes(), k.Public().Bytes()) {
			t.Fatalf("the seed %x of %s gives another public key", Seed(id), id)
		}
		if got := RecipientOf(id).String(); got != id.Recipient().String() {
			t.Fatalf("recipient is %.40s…", got)
		}
	}
}

func TestAgeOpensOurs(t *testing.T) {
	id, _ := age.GenerateHybridIdentity()
	var file bytes.Buffer
	// Beside one of age's own: the labels agree.
	other, _ := age.GenerateHybridIdentity()
	w, err := age.Encrypt(&file, RecipientOf(id), other.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "a file")
	w.Close()
	r, err := age.Decrypt(&file, id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "a file" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNotBesideClassicalRecipients(t *testing.T) {
	id, _ := age.GenerateHybridIdentity()
	classical, _ := age.GenerateX25519Identity()
	if _, err := age.Encrypt(io.Discard, RecipientOf(id), classical.Recipient()); err == nil {
		t.Error("a classical recipient beside a post-quantum one was taken")
	}
}

func TestParseRecipientRefuses(t *testing.T) {
	id, _ := age.GenerateHybridIdentity()
	line := id.Recipient().String()
	classical, _ := age.GenerateX25519Identity()
	for name, s := range map[string]string{
		"empty":            "",
		"a classical one":  classical.Recipient().String(),
		"an identity":      id.String(),
		"truncated":        line[:len(line)-1],
		"with a tail":      line + "q",
		"a letter changed": strings.Replace(line, line[100:101], string(line[100]^1), 1),
	} {
		if _, err := ParseRecipient(s); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), id.String()) {
			t.Errorf("%s: the error prints the identity", name)
		}
	}
}

// What is given in place of a recipient may be a secret: no eight letters of it are in the error.
func TestParseRecipientDoesNotQuote(t *testing.T) {
	id, _ := age.GenerateHybridIdentity()
	secret := strings.ToLower(id.String()[len("AGE-SECRET-KEY-PQ-1"):])
	for name, s := range map[string]string{
		"an identity":                      id.String(),
		"an identity, cut short":           id.String()[:40],
		"an identity, in small letters":    strings.ToLower(id.String()),
		"a passphrase":                     "zkqx vjwq",
		"something that begins as age's":   "age1" + secret,
		"something that begins as ours":    "age1pq1" + secret,
		"something, after an end of line":  "\n" + secret,
		"a recipient with a secret behind": id.Recipient().String() + secret,
	} {
		_, err := ParseRecipient(s)
		if err == nil {
			t.Errorf("%s is taken", name)
			continue
		}
		quotes(t, name, err, strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "AGE-SECRET-KEY-PQ-"), "age-secret-key-pq-"), "age1pq"))
	}
}

// quotes fails if err has eight letters of secret, in either case. Six are there by chance once in 50,000 times: an
// identity has most letters of our words.
func quotes(t *testing.T, name string, err error, secret string) {
	t.Helper()
	text, secret := strings.ToLower(err.Error()), strings.ToLower(secret)
	for i := range max(0, len(secret)-7) {
		if part := secret[i : i+8]; strings.Contains(text, part) {
			t.Errorf("%s: %q is in the error %q", name, part, err)
			return
		}
	}
}

// What is wrapped here has the same shape as what age wraps: one stanza of the same type, with
// arguments and a body of the same lengths, and the same label.
func TestStanzaIsLikeAges(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	fileKey := make([]byte, 16)
	ours, labels, err := RecipientOf(id).WrapWithLabels(fileKey)
	if err != nil {
		t.Fatal(err)
	}
	theirs, theirLabels, err := id.Recipient().WrapWithLabels(fileKey)
	if err != nil {
		t.Fatal(err)
	}
	if len(ours) != 1 || len(theirs) != 1 || ours[0].Type != theirs[0].Type || len(ours[0].Args) != len(theirs[0].Args) ||
		len(ours[0].Args[0]) != len(theirs[0].Args[0]) || len(ours[0].Body) != len(theirs[0].Body) {
		t.Errorf("a stanza %+v, age's is %+v", ours, theirs)
	}
	if !slices.Equal(labels, theirLabels) {
		t.Errorf("labels %v, age's are %v", labels, theirLabels)
	}
	again, _, err := RecipientOf(id).WrapWithLabels(fileKey)
	if err != nil || again[0].Args[0] == ours[0].Args[0] {
		t.Errorf("wrapped twice with the same randomness, %v", err)
	}
	if key, err := id.Unwrap(ours); err != nil || !bytes.Equal(key, fileKey) {
		t.Errorf("age unwraps %x, %v", key, err)
	}
}

func TestNewRecipient(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	public := RecipientOf(id).PublicKey().Bytes()
	r, err := NewRecipient(public)
	if err != nil || r.String() != id.Recipient().String() {
		t.Errorf("%.40s…, %v", r, err)
	}
	for _, bad := range [][]byte{nil, public[1:], append(public, 0)} {
		if _, err := NewRecipient(bad); err == nil {
			t.Errorf("%d bytes are taken", len(bad))
		}
	}
}

// A key has one line, the one that age gives it.
func FuzzParseRecipient(f *testing.F) {
	line := (&Recipient{hpke.NewPrivateKey([hpke.SeedSize]byte{1}).Public()}).String()
	f.Add("")
	f.Add(line)
	f.Add(strings.ToUpper(line))
	f.Add("age1pq1" + line[20:])
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ParseRecipient(line)
		if err == nil && !strings.EqualFold(r.String(), line) {
			t.Errorf("%q is read as %q", line, r)
		}
		if _, theirs := age.ParseHybridRecipient(line); err == nil && theirs != nil {
			t.Errorf("%q is taken, and age says %v", line, theirs)
		}
	})
}
