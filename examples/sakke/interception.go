package main

import (
	"fmt"
	"time"

	"doormat/escrow/sakke"
	"doormat/examples/internal/page"
)

// A leg is one of the two calls that a man in the middle makes: to a phone, in another's name.
type leg struct {
	shows        string // what the phone shows
	theirs, mine *sakke.Session
}

// impersonate calls a phone with a signing key computed from KSAK.
func (w *world) impersonate(ksak sakke.AuthenticationSecret, as string, phone *sakke.Phone, at time.Time) (l leg, err error) {
	caller, err := sakke.NewIdentifier(as, at)
	if err != nil {
		return l, err
	}
	callee, err := sakke.NewIdentifier(phone.Telephone(), at)
	if err != nil {
		return l, err
	}
	invitation, mine, err := sakke.Invite(w.community, ksak.Extract(caller), callee, at)
	if err != nil {
		return l, err
	}
	l.mine = mine
	l.shows, l.theirs, err = phone.Accept(invitation, at)
	return l, err
}

func (w *world) interception(p *page.Page) error {
	ksak, err := sakke.ParseAuthenticationSecret(w.kms.Authentication.RecoveryKey())
	if err != nil {
		return err
	}
	at := dates[2].Add(time.Hour)
	lost, _, err := w.ana.Invite(benNumber, at)
	if err != nil {
		return err
	}
	p.Part("KSAK is stolen")
	p.Say(`This one opens nothing that was recorded. But it computes a signing key for any number. Ana calls
		Ben once more, in March, and Mallory sits on the line:`)
	p.Table(41, 15)
	p.Row(fmt.Sprintf("Ana to Ben: an I_MESSAGE, %d octets", len(lost)), "Mallory lets it get lost")
	toBen, err := w.impersonate(ksak, anaNumber, w.ben, at)
	if err != nil {
		return err
	}
	toAna, err := w.impersonate(ksak, benNumber, w.ana, at)
	if err != nil {
		return err
	}
	p.Row("Mallory to Ben, signed as Ana", "his phone shows", toBen.shows)
	p.Row("Mallory to Ana, signed as Ben", "hers shows", toAna.shows)
	p.Table()
	for _, line := range []struct {
		who, said, passed string
		from, to          leg
	}{
		{"Ana", "The quay. At eight?", "The quay. At nine?", toAna, toBen},
		{"Ben", "At nine, then.", "At eight, then.", toBen, toAna},
	} {
		if err := relay(p, line.who, line.said, line.passed, line.from, line.to); err != nil {
			return err
		}
	}
	p.Say(`Both signatures are valid: they are signatures of keys that the KMS could have issued. Each phone
		was rung up by the number that it shows. With z in addition no call has to get lost, and nothing
		is left for anyone to wonder about.`)
	return nil
}

// relay carries one sentence across, and changes it on the way.
func relay(p *page.Page, who, said, passed string, from, to leg) error {
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
	other := map[string]string{"Ana": "Ben", "Ben": "Ana"}[who]
	p.Row(fmt.Sprintf("%s says %q", who, said))
	p.Row(fmt.Sprintf("    Mallory hears %q, and %s hears %q", heard, other, arrived))
	return nil
}
