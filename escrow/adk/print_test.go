package adk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/ecdh"
	"github.com/ProtonMail/go-crypto/openpgp/eddsa"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	k := key(t, "Ana")
	secrets := [][]byte{k.primary.PrivateKey.(*eddsa.PrivateKey).D, k.subkey.PrivateKey.(*ecdh.PrivateKey).D}
	for _, x := range []any{k, []SecretKey{*k}, map[string]*SecretKey{"key": k}, Sender{Key: k}} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	want := "adk.SecretKey(" + k.cert.Fingerprint().String() + ")"
	for _, x := range []any{k, *k} {
		for _, text := range printed.All(x) {
			if !strings.Contains(text, want) {
				t.Errorf("%T prints %.200q, want %s", x, text, want)
			}
		}
	}
	if got := fmt.Sprint(SecretKey{}); got != "adk.SecretKey(none)" {
		t.Error(got)
	}
	if printed.Leak(k.RecoveryKey(), secrets[0]) == "" {
		t.Error("the secret is not in the secret key")
	}
}
