package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/escrow/dualec"
)

func draw(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

// nonce is the attack on a generator.
func (d *demonstration) nonce() error {
	trapdoor := dualec.NewTrapdoor(dualec.P256())
	points := trapdoor.Points()
	d.heading("1. One nonce")
	d.say(`A device draws its random numbers from Dual_EC_DRBG, with two public points.
Whoever made it chose a number d first, and then Q so that d times Q is P.
`)
	d.show("x(P)", points.P()[1:33])
	d.show("x(Q)", points.Q()[1:33])
	d.show("d", trapdoor.RecoveryKey())
	device, err := dualec.Instantiate(dualec.Config{Points: points})
	if err != nil {
		return err
	}
	public, err := draw(device, 32)
	if err != nil {
		return err
	}
	private, err := draw(device, 64)
	if err != nil {
		return err
	}
	d.say("\nIt says 32 bytes in public, the nonce of a handshake, and draws 64 in private:\n")
	d.show("nonce", public)
	d.show("private", private)

	start := time.Now()
	thief, tested, err := trapdoor.Recover(d.ctx, public, dualec.Revision2007, func(g *dualec.Generator) bool {
		key, err := draw(g, 32) // known as a public key, in a handshake
		return err == nil && bytes.Equal(key, private[:32])
	})
	if err != nil {
		return err
	}
	took := ""
	if d.times {
		took = fmt.Sprintf(" (%.2f s, %s)", time.Since(start).Seconds(), cores())
	}
	state, err := thief.MarshalBinary()
	if err != nil {
		return err
	}
	predicted, err := draw(thief, 64)
	if err != nil {
		return err
	}
	d.say(`
The first 30 bytes are a coordinate of the point sQ, without two bytes that were
dropped. Of their 2^16 values half give a point R. If R is sQ, then d times R is
sP, and that is the next state. The other two bytes of the nonce tell.

  theory      2^15 = 32,768 points, half of them on average
  measured    %s points tested%s
`, thousands(tested), took)
	d.show("state", state[len(state)-32:])
	d.show("predicted", predicted)
	return d.compare(predicted, private)
}

func (d *demonstration) compare(predicted, private []byte) error {
	same := 0
	for i := range private {
		if predicted[i] == private[i] {
			same++
		}
	}
	d.say("\n%d of the %d private bytes are as predicted, and so is all that follows.\n", same, len(private))
	return nil
}

// letters are what two people write.
var letters = []attacks.Message{
	{From: "Ana", To: "Ben", Text: "Are you sure that nobody reads this?"},
	{From: "Ben", To: "Ana", Text: "P-256, AES, a certified generator. Sure."},
	{From: "Ana", To: "Ben", Text: "Then: the files are in the blue house."},
	{From: "Ben", To: "Ana", Text: "I will be there at six."},
}

func message(i int) attacks.Message {
	m := letters[i%len(letters)]
	m.At = time.Date(2013, 9, 5, 19, i, 0, 0, time.UTC)
	return m
}

// session is the attack on devices that talk.
func (d *demonstration) session() error {
	s := attacks.NewDualEC(16)
	thefts := s.Thefts("Ana")
	for _, person := range []string{"Ana", "Ben"} {
		if err := s.Enrol(person); err != nil {
			return err
		}
	}
	tape := new(attacks.Tape)
	defer tape.Close()
	var envelopes [][]byte
	for i := range letters {
		m := message(i)
		envelope, err := s.Send(m)
		if err != nil {
			return err
		}
		if _, _, err := s.Receive(m.To, m.At, envelope); err != nil {
			return err
		}
		record := binary.BigEndian.AppendUint64(nil, uint64(m.At.UnixMilli()))
		if err := tape.Append(append(record, envelope...)); err != nil {
			return err
		}
		envelopes = append(envelopes, envelope)
	}
	d.heading("2. A session")
	d.say(`Two people write to each other. For each message a device draws a nonce, which
goes in clear, then the private key of an agreement on P-256, then the number k
of an ECDSA signature. A wiretap records the envelopes, and has no keys:
`)
	for _, theft := range thefts {
		if theft.Name != "wiretap" && theft.Name != "trapdoor" {
			continue
		}
		if err := d.open(theft, tape, envelopes); err != nil {
			return err
		}
	}
	d.say(`The first nonce of each device is searched for; from there on a generator runs
beside the device's own. The k of one signature also gives the key that signs:
whoever reads can write, in their names.
`)
	return nil
}

// open lets a thief read, and prints what he has.
func (d *demonstration) open(theft attacks.Theft, tape *attacks.Tape, envelopes [][]byte) error {
	loot, err := theft.Steal()
	if err != nil {
		return err
	}
	defer loot.Close()
	texts := make([]string, len(envelopes))
	n, err := theft.Open(d.ctx, loot, &attacks.Transcript{Tape: tape}, func(i int, text []byte) { texts[i] = string(text) })
	if err != nil {
		return err
	}
	with := "without d"
	if theft.Name == "trapdoor" {
		with = fmt.Sprintf("with d, after %s attempts", thousands(int(n)))
	}
	d.say("  %s", with)
	for i, text := range texts {
		if text == "" {
			text = fmt.Sprintf("(%.14x...)", envelopes[i][len(envelopes[i])-144:])
		}
		d.say("    %s to %s: %s", letters[i].From, letters[i].To, text)
	}
	d.say("")
	return nil
}

// juniper is the lock changed.
func (d *demonstration) juniper() error {
	const n = 40
	var messages []attacks.Message
	for i := range n {
		messages = append(messages, message(i))
	}
	r, err := attacks.Run(d.ctx, attacks.NewJuniper(8), attacks.NewConversation(messages), "Ana", d.bar.Set)
	if err != nil {
		return err
	}
	defer r.Close()
	d.heading("3. Juniper")
	d.say(`Who can write to the firmware can change the lock. In the middle of %d messages
an intruder puts a Q of his own in the place of the other. (8 bits are dropped
here instead of 16, for the time it takes; nothing else is different.)

                          before        after         noticed by`, n)
	for _, e := range r.Exposures {
		who := map[string]string{"wiretap": "nobody's key", "trapdoor": "the maker's d", "Q replaced": "the intruder's d"}[e.Theft]
		d.say("  %-22s  %2d of %d      %2d of %d      %s", who, e.Before.N, e.Before.Of, e.After.N, e.After.Of, e.Noticed)
	}
	d.say(`
The maker is shut out, the intruder is in, and every device passes its self-test
as before. Juniper's ScreenOS was changed so in 2012, which was found in 2015.
The x-coordinates of its two Q, for which nobody has said who knows d:
`)
	d.say("  2008        %s\n  2012        %s\n", dualec.JuniperX2008, dualec.JuniperX2012)
	return nil
}

// tests are what a user could notice.
func (d *demonstration) tests() error {
	d.heading("4. What the user sees")
	c := dualec.P256()
	columns := []io.Reader{rand.Reader}
	for _, p := range []*dualec.Points{c.Standard(), dualec.NewTrapdoor(c).Points()} {
		g, err := dualec.Instantiate(dualec.Config{Points: p})
		if err != nil {
			return err
		}
		columns = append(columns, g)
	}
	columns = append(columns, counter{})
	var table [][]dualec.Statistic
	for _, r := range columns {
		sample, err := draw(r, 1<<16)
		if err != nil {
			return err
		}
		statistics, err := dualec.Statistics(sample)
		if err != nil {
			return err
		}
		table = append(table, statistics)
	}
	d.say("Tests of 65,536 bytes: an honest generator, Dual EC, and one that only counts.\n")
	d.say("  %-22s %-14s %9s %9s %9s %9s", "", "passes", "honest", "NIST's Q", "d known", "counter")
	for i, s := range table[0] {
		row := fmt.Sprintf("  %s%s %-14s", s.Name, strings.Repeat(" ", 22-len([]rune(s.Name))), fmt.Sprintf("%.5g to %.5g", s.Low, s.High))
		for _, column := range table {
			value := fmt.Sprintf("%.4g", column[i].Value)
			if column[i].Value >= 1000 {
				value = fmt.Sprintf("%.0f", column[i].Value)
			}
			if !column[i].Passes() {
				value += "!"
			}
			row += fmt.Sprintf(" %9s", value)
		}
		d.say("%s", row)
	}
	d.say("\nWhat fails is marked. Nothing tells a generator whose d is known from\none whose d is not, if there is such a one.\n")
	return nil
}

type counter struct{}

func (counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i)
	}
	return len(p), nil
}
