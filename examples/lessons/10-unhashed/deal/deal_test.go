package deal

import (
	"testing"
	"time"

	"doormat/escrow/adk"
)

// The edit that the lesson asks for does what its text says: PGP 5.5 encrypts to the thief as well, PGP 6.5.8
// and GnuPG do not, and the owner still reads.
func TestEdit(t *testing.T) {
	at := time.Unix(966_000_000, 0)
	key := func(name string) *adk.SecretKey {
		k, err := adk.GenerateKey(name, at)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	ana, ben, mallory := key("Ana <ana@example.com>"), key("Ben <ben@example.com>"), key("Mallory <mallory@example.net>")
	reader := mallory.Certificate().ADK(adk.Requested)
	changed, err := adk.AddUnhashedADK(ana.Certificate().Bytes(), reader)
	if err != nil {
		t.Fatal(err)
	}
	if why, _ := fault(ana.Certificate(), changed, reader); why != "" {
		t.Fatal(why)
	}
	c, err := adk.ParseCertificate(changed)
	if err != nil {
		t.Fatal(err)
	}
	for version, reads := range map[adk.Version]bool{adk.PGP553: true, adk.PGP658: false, adk.GnuPG: false} {
		s := adk.Sender{Key: ben, Version: version, Keyring: []*adk.Certificate{mallory.Certificate()}}
		message, err := s.Encrypt([]byte("At noon."), at, c)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := ana.Recover(message); err != nil || string(text) != "At noon." {
			t.Errorf("%v: Ana reads %q, %v", version, text, err)
		}
		if _, err := mallory.Recover(message); (err == nil) != reads {
			t.Errorf("%v: Mallory reads: %t", version, err == nil)
		}
	}
}
