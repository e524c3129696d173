package desk

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/dualec"
	"doormat/escrow/dualec"
)

const (
	tinyPublic      = 6  // bytes that the device on the tiny curve says in public
	juniperMessages = 20 // with which the intruder's change is measured
	juniperDropped  = 8  // bits of an output; 16 in the standard
)

// A generator is station 4: Dual EC on a curve with points that one can count, and on P-256.
type generator struct {
	device, owner *dualec.Generator // on the tiny curve, and what the owner of d has found
	public        []byte            // what the device has said before
	draws         int
}

func (*generator) close() {}

func (g *generator) do(t *turn, do string, a Args) error {
	switch do {
	case "tiny":
		return g.tiny(t)
	case "draw":
		if _, err := t.bet("draw"); err != nil {
			return err
		}
		return t.drawing("tiny", func() error { return g.draw(t) })
	case "find":
		if a.N != 8 && a.N != 16 {
			return fmt.Errorf("expected 8 or 16 bits, found %d", a.N)
		}
		if _, err := t.bet(fmt.Sprint("find ", a.N)); err != nil {
			return err
		}
		return t.drawing(fmt.Sprint("find ", a.N), func() error { return find(t, a.N) })
	case "juniper":
		if _, err := t.bet("juniper"); err != nil {
			return err
		}
		return t.drawing("juniper", func() error { return juniper(t) })
	case "statistics":
		if _, err := t.bet("statistics"); err != nil {
			return err
		}
		return t.drawing("statistics", func() error { return statistics(t) })
	}
	return errUnknown(do)
}

// tinyTrapdoor returns the number d with dQ = P for the tiny curve's points, by counting.
func tinyTrapdoor() (*dualec.Trapdoor, int, error) {
	points := dualec.Tiny().Standard()
	for k, kQ := range points.Multiples() {
		if bytes.Equal(kQ, points.P()) {
			trapdoor, err := dualec.ParseTrapdoor(points, []byte{byte(k >> 8), byte(k)})
			return trapdoor, k, err
		}
	}
	return nil, 0, errors.New("no multiple of Q is P")
}

// coordinates returns those of a point of the tiny curve.
func coordinates(point []byte) (x, y int) {
	return int(point[1])<<8 | int(point[2]), int(point[3])<<8 | int(point[4])
}

// tiny tells the points of the tiny curve.
func (g *generator) tiny(t *turn) error {
	points := dualec.Tiny().Standard()
	e := Event{Kind: "points"}
	for _, kQ := range points.Multiples() {
		x, y := coordinates(kQ)
		e.Points = append(e.Points, x, y)
	}
	t.event(e)
	for name, point := range map[string][]byte{"p": points.P(), "q": points.Q()} {
		x, y := coordinates(point)
		t.number(name+"x", float64(x))
		t.number(name+"y", float64(y))
	}
	t.number("points", float64(len(e.Points)/2))
	return nil
}

// draw has the owner of d say the next output of a device on the tiny curve, and then draws it.
func (g *generator) draw(t *turn) error {
	trapdoor, d, err := tinyTrapdoor()
	if err != nil {
		return err
	}
	if g.device == nil {
		if g.device, g.public, err = tinyDevice(trapdoor.Points()); err != nil {
			return err
		}
		// The owner has the bytes that were said, and d.
		if g.owner, _, err = trapdoor.Recover(t.ctx, g.public, dualec.Options{}); err != nil {
			g.device = nil
			return err
		}
	}
	said, drawn := make([]byte, 1), make([]byte, 1)
	if _, err := io.ReadFull(g.owner, said); err != nil {
		return err
	}
	if _, err := io.ReadFull(g.device, drawn); err != nil {
		return err
	}
	g.draws++
	t.text("public", hex.EncodeToString(g.public))
	t.number("d", float64(d))
	t.number("said", float64(said[0]))
	t.number("drawn", float64(drawn[0]))
	t.number("draws", float64(g.draws))
	return nil
}

// tinyDevice returns a device on the tiny curve that has said its first bytes. One seed in 4,096 is 0, with which a
// generator on this curve says nothing; then another is drawn.
func tinyDevice(points *dualec.Points) (*dualec.Generator, []byte, error) {
	public := make([]byte, tinyPublic)
	for range 10 {
		device, err := dualec.Instantiate(dualec.Config{Points: points})
		if err != nil {
			return nil, nil, err
		}
		if _, err := io.ReadFull(device, public); err == nil {
			return device, public, nil
		}
	}
	return nil, nil, errors.New("ten seeds of 0")
}

// find follows a generator on P-256 from a nonce, with that many bits of each output dropped.
func find(t *turn, dropped int) error {
	curve, err := dualec.P256().Dropping(dropped)
	if err != nil {
		return err
	}
	trapdoor := dualec.NewTrapdoor(curve)
	device, err := dualec.Instantiate(dualec.Config{Points: trapdoor.Points()})
	if err != nil {
		return err
	}
	nonce, private := make([]byte, curve.BlockSize()+2), make([]byte, 64)
	for _, b := range [][]byte{nonce, private} {
		if _, err := io.ReadFull(device, b); err != nil {
			return err
		}
	}
	thief, work, err := trapdoor.Recover(t.ctx, nonce, dualec.Options{
		Accept: func(g *dualec.Generator) bool {
			key := make([]byte, 32) // known as a public key, in a handshake
			_, err := io.ReadFull(g, key)
			return err == nil && bytes.Equal(key, private[:32])
		},
		Progress: func(w dualec.Work) { t.event(Event{Kind: "progress", N: int(w.Tried), Of: int(w.Of)}) },
	})
	if err != nil {
		return err
	}
	predicted := make([]byte, 64)
	if _, err := io.ReadFull(thief, predicted); err != nil {
		return err
	}
	for name, b := range map[string][]byte{"q": trapdoor.Points().Q()[1:33], "secret": trapdoor.RecoveryKey(), "nonce": nonce,
		"predicted": predicted[32:], "really": private[32:]} {
		t.text(name, hex.EncodeToString(b))
	}
	t.number("dropped", float64(dropped))
	t.number("tested", float64(work.Points))
	t.number("mean", float64(work.Of)/4) // half of the candidates have a point, and half of those are tested on average
	t.number("nanoseconds", float64(work.Elapsed.Nanoseconds()))
	return nil
}

// juniper measures what the owners of two numbers read, of whom the second replaces Q in the middle.
func juniper(t *turn) error {
	var messages []attacks.Message
	for i := range juniperMessages {
		m := attacks.Message{At: time.Date(2012, 9, 5, 19, i, 0, 0, time.UTC), From: "Ana", To: "Ben", Text: fmt.Sprintf("Number %d.", i)}
		if i%2 == 1 {
			m.From, m.To = m.To, m.From
		}
		messages = append(messages, m)
	}
	r, err := attacks.Run(t.ctx, attack.NewJuniper(juniperDropped), attacks.NewConversation(messages), "Ana", nil)
	if err != nil {
		return err
	}
	defer r.Close()
	for i := range r.Exposures {
		t.exposed("", &r.Exposures[i], true)
	}
	t.number("messages", juniperMessages)
	return nil
}

// statistics tests a sample of the generator's output for randomness.
func statistics(t *turn) error {
	device, err := dualec.Instantiate(dualec.Config{Points: dualec.NewTrapdoor(dualec.P256()).Points()})
	if err != nil {
		return err
	}
	sample := make([]byte, 2500)
	if _, err := io.ReadFull(device, sample); err != nil {
		return err
	}
	all, err := attack.Statistics(sample)
	if err != nil {
		return err
	}
	passed := 0
	for _, s := range all {
		if s.Passes() {
			passed++
		}
		t.event(Event{Kind: "statistic", Name: s.Name, Text: s.String(), Flags: []bool{s.Passes()}})
	}
	t.number("passed", float64(passed))
	t.number("tests", float64(len(all)))
	return nil
}
