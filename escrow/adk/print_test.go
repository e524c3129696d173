package adk

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/ecdh"
	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	k := key(t, "Ana")
	var secrets []string
	for _, d := range [][]byte{k.primary.PrivateKey.(*eddsa.PrivateKey).D, k.subkey.PrivateKey.(*ecdh.PrivateKey).D} {
		decimal := strings.Trim(fmt.Sprint(d), "[]")
		secrets = append(secrets, string(d), hex.EncodeToString(d), strings.ToUpper(hex.EncodeToString(d)), fmt.Sprintf("% x", d),
			fmt.Sprintf("%#v", d)[7:], decimal, strings.ReplaceAll(decimal, " ", ","), base64.StdEncoding.EncodeToString(d)[:40])
	}
	want := "adk.SecretKey(" + k.cert.Fingerprint().String() + ")"
	for name, x := range map[string]any{
		"*SecretKey": k, "SecretKey": *k, "[]SecretKey": []SecretKey{*k}, "map": map[string]*SecretKey{"key": k},
		"Sender": Sender{Key: k}, "*Sender": &Sender{Key: k}, "struct": struct{ K any }{k},
	} {
		var texts []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			texts = append(texts, fmt.Sprintf(verb, x))
		}
		j, _ := json.Marshal(x)
		m, _ := xml.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
		for _, text := range append(texts, string(j), string(m), log.String()) {
			for i, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s prints secret %d: %.200s", name, i, text)
				}
			}
			if strings.HasSuffix(name, "SecretKey") && text != "" && !strings.Contains(text, want) {
				t.Errorf("%s prints %.200q, want %s", name, text, want)
			}
		}
	}
	if got := fmt.Sprint(SecretKey{}); got != "adk.SecretKey(none)" {
		t.Error(got)
	}
	// The search finds what is printed.
	if !strings.Contains(fmt.Sprintf("%x", octets(t, k)), secrets[1]) {
		t.Error("the secret is not in the secret key")
	}
}
