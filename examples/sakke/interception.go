package main

import (
	"fmt"
	"io"
	"time"

	"doormat/escrow/sakke"
)

// A leg is one of the two calls that a man in the middle has: to a phone, under another's name.
type leg struct {
	shows        string // what the phone shows
	theirs, mine *sakke.Session
}

// impersonate calls a phone with a signing key computed from KSAK.
func (p *play) impersonate(ksak sakke.AuthenticationSecret, as string, phone *sakke.Phone, at time.Time) (l leg, err error) {
	caller, err := sakke.NewIdentifier(as, at)
	if err != nil {
		return l, err
	}
	callee, err := sakke.NewIdentifier(phone.Telephone(), at)
	if err != nil {
		return l, err
	}
	invitation, mine, err := sakke.Invite(p.community, ksak.Extract(caller), callee, at)
	if err != nil {
		return l, err
	}
	l.mine = mine
	l.shows, l.theirs, err = phone.Accept(invitation, at)
	return l, err
}

func (p *play) interception(w io.Writer) error {
	ksak, err := sakke.ParseAuthenticationSecret(p.kms.Authentication.Bytes())
	if err != nil {
		return err
	}
	at := dates[2].Add(time.Hour)
	lost, _, err := p.alice.Invite(bobNumber, at)
	if err != nil {
		return err
	}
	fmt.Fprint(w, `
3. KSAK IS STOLEN

This one opens nothing that was recorded. But it computes a signing key for any
number. Alice calls Bob once more, in March, and Mallory sits on the line:

`)
	fmt.Fprintf(w, "  Alice to Bob: an I_MESSAGE, %d octets     Mallory lets it get lost\n", len(lost))
	toBob, err := p.impersonate(ksak, aliceNumber, p.bob, at)
	if err != nil {
		return err
	}
	toAlice, err := p.impersonate(ksak, bobNumber, p.alice, at)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  Mallory to Bob, signed as Alice            his phone shows  %s\n", toBob.shows)
	fmt.Fprintf(w, "  Mallory to Alice, signed as Bob            hers shows       %s\n\n", toAlice.shows)
	for _, line := range []struct {
		who, said, passed string
		from, to          leg
	}{
		{"Alice", "The quay. At eight?", "The quay. At nine?", toAlice, toBob},
		{"Bob", "At nine, then.", "At eight, then.", toBob, toAlice},
	} {
		if err := relay(w, line.who, line.said, line.passed, line.from, line.to); err != nil {
			return err
		}
	}
	fmt.Fprint(w, `
Both signatures are valid: they are signatures of keys that the KMS could have
issued. Each phone was rung up by the number that it shows. With z in addition
no call has to get lost, and nothing is left for anyone to wonder about.
`)
	return nil
}

// relay carries one sentence across, and changes it on the way.
func relay(w io.Writer, who, said, passed string, from, to leg) error {
	packet, err := from.theirs.Seal([]byte(said))
	if err != nil {
		return err
	}
	heard, err := from.mine.Open(packet)
	if err != nil {
		return err
	}
	if packet, err = to.mine.Seal([]byte(passed)); err != nil {
		return err
	}
	arrived, err := to.theirs.Open(packet)
	if err != nil {
		return err
	}
	other := map[string]string{"Alice": "Bob", "Bob": "Alice"}[who]
	fmt.Fprintf(w, "  %s says %q\n      Mallory hears %q, and %s hears %q\n", who, said, heard, other, arrived)
	return nil
}
