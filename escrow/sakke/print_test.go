package sakke

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// forms are the ways in which bytes come to be printed.
func forms(b []byte) []string {
	b = b[len(b)-16:]
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), fmt.Sprintf("% x", b),
		decimal, strings.ReplaceAll(decimal, " ", ","), strings.Trim(fmt.Sprintf("%#v", b), "[]byte{}")}
}

// limbs are a scalar's and a point's numbers as they are in memory.
func limbs(x any) []string {
	words := strings.FieldsFunc(fmt.Sprintf("%d", x), func(r rune) bool { return r < '0' || r > '9' })
	return []string{words[len(words)-1], words[0]}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	kms, c := sharedKMS()
	bob := phone(t, bobNumber, february)
	keys := bob.months["2011-02"]
	encapsulated, ssv := c.Encapsulate(keys.receiver.id)
	message, session := invitation(t, bob, aliceNumber, february)
	var secrets []string
	for _, b := range [][]byte{kms.Master.Bytes(), kms.Authentication.Bytes(), keys.receiver.Bytes(), keys.signing.ssk[:], ssv.b[:]} {
		if len(b) >= 16 {
			secrets = append(secrets, forms(b)...)
		}
	}
	secrets = append(secrets, limbs(*kms.Master.z)...)
	secrets = append(secrets, limbs(*keys.receiver.k)...)
	values := map[string]any{
		"*KMS": kms, "KMS": *kms, "MasterSecret": kms.Master, "*MasterSecret": &kms.Master, "AuthenticationSecret": kms.Authentication,
		"*Phone": bob, "Phone": *bob, "ReceiverKey": keys.receiver, "SigningKey": keys.signing, "SSV": ssv, "*SSV": &ssv,
		"*Session": session, "Session": *session, "[]Phone": []*Phone{bob}, "map": map[string]any{"kms": kms, "ssv": ssv},
		"holder": struct{ K, P, S, R, V any }{kms, bob, session, keys.receiver, ssv},
	}
	for name, x := range values {
		var all []string
		for _, verb := range "vsdxXqcbopUeEfFgGtT" {
			for _, flag := range []string{"", "+", "#", " ", "0", "-"} {
				all = append(all, fmt.Sprintf("%"+flag+string(verb), x))
			}
		}
		j, _ := json.Marshal(x)
		m, _ := xml.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
		for _, text := range append(all, string(j), string(m), log.String()) {
			for i, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Fatalf("%s prints secret %d: %.300s", name, i, text)
				}
			}
		}
	}
	for _, c := range []struct{ got, want string }{
		{fmt.Sprint(kms), "sakke.KMS(kms.example)"},
		{fmt.Sprintf("%x", bob), "sakke.Phone(tel:+447700900456)"},
		{fmt.Sprintf("%#v", keys.receiver), "sakke.ReceiverKey(2011-02 tel:+447700900456)"},
		{fmt.Sprint(keys.signing), "sakke.SigningKey(2011-02 tel:+447700900456)"},
		{fmt.Sprint(SigningKey{}), "sakke.SigningKey(none)"},
		{fmt.Sprint(ssv, kms.Master, kms.Authentication, session), "sakke.SSV(…) sakke.MasterSecret(…) sakke.AuthenticationSecret(…) sakke.Session(…)"},
	} {
		if c.got != c.want {
			t.Errorf("prints %q, want %q", c.got, c.want)
		}
	}
	for what, err := range map[string]error{
		"Install": bob.Install(kms.Master.Bytes()), "Accept": func() error { _, _, err := bob.Accept(message[1:], february); return err }(),
		"Decapsulate": func() error { _, err := c.Decapsulate(keys.receiver, encapsulated[1:]); return err }(),
		"ParsePhone":  func() error { _, err := ParsePhone(state(t, bob)[1:]); return err }(),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "sakke: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
