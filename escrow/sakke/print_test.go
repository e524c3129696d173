package sakke

import (
	"fmt"
	"strings"
	"testing"

	"doormat/internal/testing/printed"
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
	_, ssv := c.Encapsulate(keys.receiver.id)
	_, session := invitation(t, bob, aliceNumber, february)
	var secrets [][]byte
	for _, b := range [][]byte{kms.Master.RecoveryKey(), kms.Authentication.RecoveryKey(), keys.receiver.Bytes(), keys.signing.ssk[:], ssv.b[:]} {
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
		{fmt.Sprint(ssv, kms.Master, kms.Authentication, session), "sakke.SSV(hidden) sakke.MasterSecret(hidden) sakke.AuthenticationSecret(hidden) sakke.Session(hidden)"},
	} {
		if c.got != c.want {
			t.Errorf("prints %q, want %q", c.got, c.want)
		}
	}
}

// No error quotes a secret that a function was given, in its own place or in another's.
func TestErrorsShowNoSecrets(t *testing.T) {
	kms, c := sharedKMS()
	bob := phone(t, bobNumber, february)
	keys := bob.months["2011-02"]
	id := keys.receiver.id
	_, ssv := c.Encapsulate(id)
	z, ksak, rsk, ssk := kms.Master.RecoveryKey(), kms.Authentication.RecoveryKey(), keys.receiver.Bytes(), keys.signing.Bytes()
	issued, saved := keys.marshal(), state(t, bob)
	const words = "SECRET-SECRET-SECRET"
	secrets := [][]byte{z, ksak, rsk[1:], ssk, ssv.b[:], []byte(words)}
	_, caller := invitation(t, bob, aliceNumber, february)
	packet, err := caller.Seal([]byte(words))
	if err != nil {
		t.Fatal(err)
	}

	bad := map[string]error{
		"ParseMasterSecret, a byte more":         second(ParseMasterSecret(append(z, 0))),
		"ParseMasterSecret, another":             second(ParseMasterSecret(ksak)),
		"ParseAuthenticationSecret, a byte more": second(ParseAuthenticationSecret(append(ksak, 0))),
		"ParseAuthenticationSecret, another":     second(ParseAuthenticationSecret(z)),
		"ParseReceiverKey, a byte more":          second(c.ParseReceiverKey(id, append(rsk, 0))),
		"ParseReceiverKey, another's":            second(c.ParseReceiverKey(identifier(t, aliceNumber, february), rsk)),
		"ParseReceiverKey, another":              second(c.ParseReceiverKey(id, ssk)),
		"ParseSigningKey, a byte more":           second(c.ParseSigningKey(id, append(ssk, 0))),
		"ParseSigningKey, another's":             second(c.ParseSigningKey(identifier(t, aliceNumber, february), ssk)),
		"ParseCommunity":                         second(ParseCommunity(z)),
		"ParseIdentifier":                        second(ParseIdentifier(ssv.b[:])),
		"NewIdentifier":                          second(NewIdentifier(words, february)),
		"NewKMS":                                 second(NewKMS(strings.Repeat(words, 1000))),
		"NewPhone":                               second(NewPhone(c, words)),
		"Decapsulate":                            second(c.Decapsulate(keys.receiver, z)),
		"Verify":                                 c.Verify(id, z, ssk),
		"Install, z":                             bob.Install(z),
		"Install, a byte more":                   bob.Install(append(issued, 0)),
		"Install, another's":                     phone(t, aliceNumber).Install(issued),
		"UnmarshalBinary":                        new(Phone).UnmarshalBinary(saved[1:]),
		"UnmarshalBinary, a byte fewer":          new(Phone).UnmarshalBinary(saved[:len(saved)-1]),
		"Open, one's own":                        second(caller.Open(packet)),
		"Seal":                                   second(caller.Seal([]byte(strings.Repeat(words, MaxPlaintext/20+1)))),
	}
	_, _, bad["Accept"] = bob.Accept(z, february)
	_, _, bad["Invite"] = bob.Invite(words, february)
	_, _, bad["Recover"] = kms.Master.Recover(c, z)
	_, _, bad["ParseInvitation"] = ParseInvitation(rsk)
	for name, err := range bad {
		if err == nil || !strings.HasPrefix(err.Error(), "sakke: ") || strings.Count(err.Error(), "sakke: ") != 1 {
			t.Errorf("%s: %v", name, err)
		} else if leak := printed.Leak(err, secrets...); leak != "" {
			t.Errorf("%s: %s", name, leak)
		}
	}
}

func second[T any](_ T, err error) error { return err }
