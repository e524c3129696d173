package sakke

import (
	"fmt"
	"strings"
	"testing"

	"doormat/internal/printed"
)

// limbs are a scalar's and a point's numbers as they are in memory.
func limbs(x any) [][]byte {
	words := strings.FieldsFunc(fmt.Sprintf("%d", x), func(r rune) bool { return r < '0' || r > '9' })
	return [][]byte{[]byte(words[len(words)-1]), []byte(words[0])}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	kms, c := sharedKMS()
	bob := phone(t, bobNumber, february)
	keys := bob.months["2011-02"]
	encapsulated, ssv := c.Encapsulate(keys.receiver.id)
	message, session := invitation(t, bob, aliceNumber, february)
	var secrets [][]byte
	for _, b := range [][]byte{kms.Master.Bytes(), kms.Authentication.Bytes(), keys.receiver.Bytes(), keys.signing.ssk[:], ssv.b[:]} {
		if len(b) >= 16 {
			secrets = append(secrets, b[len(b)-16:])
		}
	}
	secrets = append(secrets, limbs(*kms.Master.z)...)
	secrets = append(secrets, limbs(*keys.receiver.k)...)
	for _, x := range []any{
		kms, &kms.Master, kms.Authentication, bob, keys.receiver, keys.signing, ssv, session, []*Phone{bob},
	} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
		}
	}
	unasked := "%p" // with which fmt asks none of a struct's methods
	for _, x := range []any{*kms, kms.Master, kms.Authentication, *bob, keys.receiver, keys.signing, ssv, *session} {
		if leak := printed.Leak(fmt.Sprintf(unasked, x), secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
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
