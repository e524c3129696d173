// Adk is the additional decryption key of PGP 5.5, and what Ralf Senderek did to it in 2000: a
// certificate octet by octet, a company that recovers a message, an edit of 24 octets that no
// fingerprint shows, and what three generations of programs make of it.
//
//	go run ./examples/adk
package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"doormat/escrow/adk"
	"doormat/examples/internal/cli"
)

const usage = `Usage: adk [-seed N]

Adk shows the additional decryption key of PGP: how a company reads its
people's mail with it, and how anybody could, by an edit of their certificates
that no fingerprint shows. Nothing leaves this machine.

  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/adk
`

func main() { cli.Main("adk", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("adk", usage)
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
	for _, act := range []func(io.Writer) error{p.certificate, p.recovery, p.edit, p.programs} {
		if err := act(&b); err != nil {
			return err
		}
	}
	if err := company(ctx, &b, bar.Set); err != nil {
		return err
	}
	bar.Clear()
	_, err = io.WriteString(stdout, b.String())
	return err
}

// A play has four people, whose keys were made in 1997 and who write in 2000.
type play struct {
	company, alice, bob, mallory *adk.SecretKey
	server                       []byte // Bob's certificate, as the key server has it
}

var (
	keysMade = time.Date(1997, 10, 1, 9, 0, 0, 0, time.UTC)
	letter   = time.Date(2000, 8, 24, 18, 0, 0, 0, time.UTC)
)

const text = "The bridge, at six."

func newPlay() (*play, error) {
	p := new(play)
	var err error
	generate := func(k **adk.SecretKey, userID string, adks ...adk.ADK) {
		if err == nil {
			*k, err = adk.GenerateKey(userID, keysMade, adks...)
		}
	}
	generate(&p.company, "Company ADK <adk@example.com>")
	generate(&p.alice, "Alice <alice@example.org>")
	generate(&p.mallory, "Mallory <mallory@example.net>")
	if err == nil {
		generate(&p.bob, "Bob <bob@example.com>", p.company.Certificate().ADK(adk.Mandatory))
	}
	if err == nil {
		p.server, err = p.bob.Certificate().MarshalBinary()
	}
	return p, err
}

// send is Alice's message to whatever the key server says is Bob.
func (p *play) send(v adk.Version, bob []byte) ([]byte, error) {
	c, err := adk.ParseCertificate(bob)
	if err != nil {
		return nil, err
	}
	keyring := []*adk.Certificate{p.company.Certificate(), p.mallory.Certificate()}
	alice := &adk.Sender{Key: p.alice, Version: v, Keyring: keyring}
	return alice.Encrypt([]byte(text), letter, c)
}

// reads says what somebody makes of a message.
func reads(k *adk.SecretKey, message []byte) string {
	plaintext, err := k.Recover(message)
	if err != nil {
		return "nothing"
	}
	return fmt.Sprintf("%q", plaintext)
}

func (p *play) name(id adk.KeyID) string {
	for name, k := range map[string]*adk.SecretKey{"Bob": p.bob, "the company's ADK": p.company, "Mallory": p.mallory} {
		if k.Certificate().Subkey() == id {
			return name
		}
	}
	return "nobody known"
}
