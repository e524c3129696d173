package agekey

import (
	"bytes"
	"io"
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
