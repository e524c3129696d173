package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	"runtime"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/dualec"
	"doormat/escrow/dualec"
	"doormat/examples/internal/page"
)

func draw(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

// nonce attacks a generator.
func nonce(p *page.Page) error {
	trapdoor := dualec.NewTrapdoor(dualec.P256())
	points := trapdoor.Points()
	p.Title("The back door of Dual_EC_DRBG")
	p.Part("One nonce")
	p.Say(`A device draws its random numbers from a generator, Dual_EC_DRBG, which computes them from a secret
		state with two public points P and Q of the elliptic curve P-256. Points can be added, and so
		multiplied by a number; to find the number from the result is too hard. Whoever made the device
		chose a number d first, and then Q so that d times Q is P. These are the points' x-coordinates:`)
	p.Table(9)
	p.Row("x(P)", points.P()[1:33])
	p.Row("x(Q)", points.Q()[1:33])
	p.Row("d", trapdoor.RecoveryKey())
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
	p.Say(`It says 32 bytes in public, the nonce of a handshake, which is a number that is used once and is no
		secret. Then it draws 64 in private, for keys:`)
	p.Table(9)
	p.Row("nonce", public)
	p.Row("private", private)

	start := time.Now()
	thief, work, err := trapdoor.Recover(p.Context(), public, dualec.Options{
		Accept: func(g *dualec.Generator) bool {
			key, err := draw(g, 32) // known as a public key, in a handshake
			return err == nil && bytes.Equal(key, private[:32])
		},
		Progress: func(w dualec.Work) { p.Progress("searching a state", int(w.Tried), int(w.Of)) },
	})
	if err != nil {
		return err
	}
	took := ""
	if !p.Seeded {
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
	p.Say(`The first 30 bytes are a coordinate of the point sQ, s being the state, without two bytes that were
		dropped. Of their 2^16 values half give a point R. If R is sQ, then d times R is sP, and that is
		the next state. The other two bytes of the nonce tell.`)
	p.Table(9)
	p.Row("theory", "2^15 = 32,768 points, half of them on average")
	p.Row("measured", page.Thousands(work.Points)+" points tested"+took)
	p.Table(9)
	p.Row("state", state[len(state)-32:])
	p.Row("predicted", predicted)
	same := 0
	for i := range private {
		if predicted[i] == private[i] {
			same++
		}
	}
	p.Say("%d of the %d private bytes are as predicted, and so is all that follows.", same, len(private))
	return nil
}

func cores() string {
	if n := runtime.GOMAXPROCS(0); n != 1 {
		return fmt.Sprintf("%d cores", n)
	}
	return "one core"
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

// session attacks two devices that talk.
func session(p *page.Page) error {
	s := attack.New(16)
	thefts := s.Thefts("Ana")
	for _, person := range []string{"Ana", "Ben"} {
		if err := s.Enrol(person); err != nil {
			return err
		}
	}
	transcript := &attacks.Transcript{Tape: new(attacks.Tape)}
	defer transcript.Tape.Close()
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
		if err := transcript.Append(m.At, envelope); err != nil {
			return err
		}
		envelopes = append(envelopes, envelope)
	}
	p.Part("A session")
	p.Say(`Two people write to each other. For each message a device draws a nonce, which goes in clear, then
		the private key of an agreement on P-256, from which the message's key is computed, then the number
		k of an ECDSA signature. A wiretap records the envelopes, which are what crosses the wire, and has
		no keys:`)
	for _, theft := range thefts {
		if theft.Name != attacks.WiretapName && theft.Name != attack.Trapdoor {
			continue
		}
		if err := open(p, theft, transcript, envelopes); err != nil {
			return err
		}
	}
	p.Say(`The first nonce of each device is searched for; from there on a generator runs beside the device's
		own. The k of one signature also gives the key that signs: whoever reads can write, in their names.`)
	return nil
}

// open prints what a thief reads of a transcript.
func open(p *page.Page, theft attacks.Theft, transcript *attacks.Transcript, envelopes [][]byte) error {
	loot, err := theft.Steal()
	if err != nil {
		return err
	}
	defer loot.Close()
	texts := make([]string, len(envelopes))
	n, err := theft.Read(p.Context(), loot, transcript, func(i int, text []byte) { texts[i] = string(text) })
	if err != nil {
		return err
	}
	p.Table()
	if theft.Name == attack.Trapdoor {
		p.Row(fmt.Sprintf("with d, after %s attempts", page.Thousands(n)))
	} else {
		p.Row("without d")
	}
	for i, text := range texts {
		if text == "" {
			text = "(" + page.Short(envelopes[i][len(envelopes[i])-144:], 14) + ")"
		}
		p.Row(fmt.Sprintf("  %s to %s: %s", letters[i].From, letters[i].To, text))
	}
	return nil
}

// juniper changes the lock.
func juniper(p *page.Page) error {
	const n = 40
	var messages []attacks.Message
	for i := range n {
		messages = append(messages, message(i))
	}
	r, err := attacks.Run(p.Context(), attack.NewJuniper(8), attacks.NewConversation(messages), "Ana", p.Progress)
	if err != nil {
		return err
	}
	defer r.Close()
	p.Part("Juniper")
	p.Say(`Who can write to the firmware, the program in a device, can change the lock. In the middle of %d
		messages an intruder puts a Q of his own in the place of the other. (8 bits are dropped here
		instead of 16, for the time it takes; nothing else is different.)`, n)
	p.Table(22, 12, 12)
	p.Row("messages read with", "before", "after", "noticed by")
	for _, e := range r.Exposures {
		who := map[attacks.TheftName]string{attacks.WiretapName: "nobody's key", attack.Trapdoor: "the maker's d", attack.QReplaced: "the intruder's d"}[e.Theft]
		p.Row(who, fmt.Sprintf("%2d of %d", e.Before.N, e.Before.Of), fmt.Sprintf("%2d of %d", e.After.N, e.After.Of), e.Noticed.String())
	}
	p.Say(`The maker is shut out, the intruder is in, and every device passes its self-test as before. The
		other Q is on the device, for who takes its firmware apart and compares it with the maker's.
		ScreenOS, the firmware of Juniper's firewalls, was changed so in 2012, which was found in 2015. The
		x-coordinates of its two Q, for which nobody has said who knows d:`)
	p.Table(9)
	p.Row("2008", dualec.JuniperX2008)
	p.Row("2012", dualec.JuniperX2012)
	return nil
}

// tests tests the output, as a user could.
func tests(p *page.Page) error {
	p.Part("What the user sees")
	c := dualec.P256()
	columns := []io.Reader{rand.Reader}
	for _, points := range []*dualec.Points{c.Standard(), dualec.NewTrapdoor(c).Points()} {
		g, err := dualec.Instantiate(dualec.Config{Points: points})
		if err != nil {
			return err
		}
		columns = append(columns, g)
	}
	columns = append(columns, counter{})
	var table [][]attack.Statistic
	for _, r := range columns {
		sample, err := draw(r, 1<<16)
		if err != nil {
			return err
		}
		statistics, err := attack.Statistics(sample)
		if err != nil {
			return err
		}
		table = append(table, statistics)
	}
	p.Say(`Tests of 65,536 bytes: an honest generator, Dual EC with the points that NIST published and with
		those of a maker who knows d, and a generator that only counts. What fails is marked.`)
	p.Table(19, 15, -8, -8, -8, -8)
	p.Row("", "passes", "honest", "NIST's Q", "d known", "counter")
	for i, s := range table[0] {
		row := []any{s.Name, figure(s.Low, 5) + " to " + figure(s.High, 5)}
		for _, column := range table {
			value := figure(column[i].Value, 4)
			if !column[i].Passes() {
				value += "!"
			}
			row = append(row, value)
		}
		p.Row(row...)
	}
	p.Say("Nothing tells a generator whose d is known from one whose d is not, if there is such a one.")
	return nil
}

// figure returns a number with so many digits, or all of its digits before the point.
func figure(x float64, digits int) string {
	if x >= 1000 {
		return page.Thousands(int64(math.Round(x)))
	}
	return fmt.Sprintf("%.*g", digits, x)
}

// counter is a generator whose output is 0, 1, 2 and so on.
type counter struct{}

func (counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i)
	}
	return len(b), nil
}
