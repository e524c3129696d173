// Sakke is a call in MIKEY-SAKKE: two phones that get new keys each month, the one message that
// sets the call up, and what becomes of it when the service that issues the keys loses one of
// its own two.
//
//	go run ./examples/sakke
package main

import (
	"context"
	"io"
	"strings"
	"time"

	"doormat/escrow/sakke"
	"doormat/examples/internal/cli"
)

const usage = `Usage: sakke [-seed N]

Sakke shows MIKEY-SAKKE, which encrypts calls to a telephone number: how a key
management service issues everybody's keys, a call octet by octet, and what a
thief of each of the service's two secrets can do. Nothing leaves this machine.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/sakke
`

func main() { cli.Main("sakke", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("sakke", usage)
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	defer f.Deterministic()()
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	p, err := newPlay()
	if err != nil {
		return err
	}
	var b strings.Builder
	for i, act := range []func(io.Writer) error{p.keys, p.call, p.rotation, p.interception} {
		bar.Set("calls", i, 5)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := act(&b); err != nil {
			return err
		}
	}
	if err := beside(ctx, &b, bar.Set); err != nil {
		return err
	}
	bar.Clear()
	_, err = io.WriteString(stdout, b.String())
	return err
}

// A play has a service and two phones, and somebody who records what they send.
type play struct {
	kms        *sakke.KMS
	community  *sakke.Community
	alice, bob *sakke.Phone
	recorded   []recorded
	issued     map[sakke.Identifier][]byte
	february   []byte // the state of Bob's phone
}

// recorded is a call on the wire: an invitation, and the packets behind it.
type recorded struct {
	invitation []byte
	packets    [][]byte
}

const (
	aliceNumber = "tel:+447700900123"
	bobNumber   = "tel:+447700900456"
)

// dates are those of three calls, a month apart, and texts what is said in them.
var (
	dates = []time.Time{
		time.Date(2011, 1, 12, 21, 30, 0, 0, time.UTC),
		time.Date(2011, 2, 9, 21, 30, 0, 0, time.UTC),
		time.Date(2011, 3, 16, 21, 30, 0, 0, time.UTC),
	}
	texts = []string{"The bridge, at six.", "The mill, at seven.", "The quay, at eight."}
)

func newPlay() (p *play, err error) {
	p = &play{issued: map[sakke.Identifier][]byte{}}
	if p.kms, err = sakke.NewKMS("kms.example"); err != nil {
		return nil, err
	}
	p.community = p.kms.Community()
	if p.alice, err = sakke.NewPhone(p.community, aliceNumber); err != nil {
		return nil, err
	}
	p.bob, err = sakke.NewPhone(p.community, bobNumber)
	return p, err
}

// renew gives both phones the keys of a month, and takes those of the months before.
func (p *play) renew(at time.Time) error {
	for _, phone := range []*sakke.Phone{p.alice, p.bob} {
		keys, err := p.issue(phone.Telephone(), at)
		if err != nil {
			return err
		}
		phone.Forget(at)
		if err := phone.Install(keys); err != nil {
			return err
		}
	}
	return nil
}

// issue is the KMS's, which issues the keys of a number and a month once.
func (p *play) issue(number string, at time.Time) ([]byte, error) {
	id, err := sakke.NewIdentifier(number, at)
	if err == nil && p.issued[id] == nil {
		p.issued[id], err = p.kms.Issue(number, at)
	}
	return p.issued[id], err
}

// talk is a call of one sentence, which is recorded.
func (p *play) talk(at time.Time, text string) error {
	invitation, caller, err := p.alice.Invite(bobNumber, at)
	if err != nil {
		return err
	}
	_, callee, err := p.bob.Accept(invitation, at)
	if err != nil {
		return err
	}
	packet, err := caller.Seal([]byte(text))
	if err != nil {
		return err
	}
	if _, err := callee.Open(packet); err != nil {
		return err
	}
	p.recorded = append(p.recorded, recorded{invitation, [][]byte{packet}})
	return nil
}
