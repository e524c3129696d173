package sakke_test

import (
	"encoding/hex"
	"fmt"
	"log"
	"time"

	"doormat/escrow/sakke"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

const (
	aliceNumber = "tel:+447700900123"
	bobNumber   = "tel:+447700900456"
)

var february = time.Date(2011, 2, 9, 21, 30, 0, 0, time.UTC)

// phone makes a phone. What travels from the KMS to it is the community and the keys of a month.
func phone(kms *sakke.KMS, number string, month time.Time) *sakke.Phone {
	community, err := sakke.ParseCommunity(kms.Community().Bytes())
	check(err)
	p, err := sakke.NewPhone(community, number)
	check(err)
	keys, err := kms.Issue(number, month)
	check(err)
	check(p.Install(keys))
	return p
}

// Alice calls Bob. Years later a thief has z, and what went over the wire, and nothing else.
func Example() {
	kms, err := sakke.NewKMS("kms.example")
	check(err)
	alice, bob := phone(kms, aliceNumber, february), phone(kms, bobNumber, february)

	invitation, alices, err := alice.Invite(bobNumber, february)
	check(err)
	from, bobs, err := bob.Accept(invitation, february)
	check(err)
	packet, err := alices.Seal([]byte("the bridge, at six"))
	check(err)
	text, err := bobs.Open(packet)
	check(err)
	fmt.Printf("%d bytes, and %d: Bob hears %q from %s\n", len(invitation), len(packet), text, from)

	z, err := sakke.ParseMasterSecret(kms.Master.RecoveryKey())
	check(err)
	recorded, ssv, err := z.Recover(kms.Community(), invitation)
	check(err)
	text, err = recorded.CalleeSession(ssv).Open(packet)
	check(err)
	fmt.Printf("the thief hears %q, which %s said\n", text, recorded.From)

	// Another month's key of Bob's is no help. To z the month is an argument.
	rsk, err := z.Extract(sakke.Identifier("2011-03\x00" + bobNumber + "\x00"))
	check(err)
	_, err = kms.Community().Decapsulate(rsk, recorded.Encapsulated)
	fmt.Println("with March's:", err)

	// Output:
	// 541 bytes, and 38: Bob hears "the bridge, at six" from tel:+447700900123
	// the thief hears "the bridge, at six", which tel:+447700900123 said
	// with March's: sakke: the encapsulated key does not open
}

// The receiver's key of RFC 6508, Appendix A, is computed from z and a number, without anyone's help.
func ExampleMasterSecret_Extract() {
	const published = "aff429d35f84b110d094803b3595a6e2998bc99f"
	b, err := hex.DecodeString(fmt.Sprintf("%0256s", published))
	check(err)
	z, err := sakke.ParseMasterSecret(b)
	check(err)
	for _, month := range []time.Time{february, february.AddDate(10, 0, 0)} {
		id, err := sakke.NewIdentifier(aliceNumber, month)
		check(err)
		rsk, err := z.Extract(id)
		check(err)
		fmt.Printf("%v: %x…\n", id, rsk.Bytes()[:9])
	}

	// Output:
	// 2011-02 tel:+447700900123: 0493af67e5007ba6e6…
	// 2021-02 tel:+447700900123: 044a7d0f25d63a7211…
}

// KSAK signs as anyone: Bob's phone shows Alice's number, and Alice has no part in it.
func ExampleInvite() {
	kms, err := sakke.NewKMS("kms.example")
	check(err)
	bob := phone(kms, bobNumber, february)
	stolen, err := sakke.ParseAuthenticationSecret(kms.Authentication.RecoveryKey())
	check(err)

	alice, err := sakke.NewIdentifier(aliceNumber, february)
	check(err)
	callee, err := sakke.NewIdentifier(bobNumber, february)
	check(err)
	mallory, err := sakke.NewIdentifier("tel:+447700900666", february)
	check(err)
	for _, signer := range []sakke.Identifier{mallory, alice} {
		invitation, _, err := sakke.Invite(kms.Community(), stolen.Extract(signer), callee, february)
		check(err)
		shown, _, err := bob.Accept(invitation, february)
		check(err)
		fmt.Println("Bob's phone shows", shown)
	}
	another, err := sakke.NewKMS("kms.example")
	check(err)
	invitation, _, err := sakke.Invite(kms.Community(), another.Authentication.Extract(alice), callee, february)
	check(err)
	_, _, err = bob.Accept(invitation, february)
	fmt.Println("with another KMS's secret:", err)

	// Output:
	// Bob's phone shows tel:+447700900666
	// Bob's phone shows tel:+447700900123
	// with another KMS's secret: sakke: the signature is not valid
}
