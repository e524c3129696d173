package attacks

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"fmt"
	"io"
	"strings"
	"time"

	"doormat/escrow/dualec"
)

// NewDualEC returns a system whose devices draw all that they draw from package dualec on P-256, with
// points whose trapdoor their maker kept. The bits dropped from an output are 16 in the standard,
// and a device's state then takes half a second of two cores to recover. With 8 it is 1/256 of
// that, and nothing else is different. With what [dualec.Curve.Dropping] refuses nobody can be
// enrolled.
func NewDualEC(dropped int) System {
	s := newDualEC("Dual EC", dropped)
	s.thefts = func() []Theft { return []Theft{s.wiretap(), s.trapdoor(), s.deviceKeys()} }
	return s
}

// NewJuniper returns the same system, in which somebody writes a Q of his own into the firmware of all
// devices in the middle of the conversation.
func NewJuniper(dropped int) System {
	s := newDualEC("Dual EC at Juniper", dropped)
	s.thefts = func() []Theft { return []Theft{s.wiretap(), s.trapdoor(), s.replaced()} }
	return s
}

type dualECSystem struct {
	systemName
	maker    *dualec.Trapdoor
	firmware dualECFirmware
	roll     roll[*dualECDevice]
	thefts   func() []Theft
	victim   string
	now      time.Time // the date of the last message, whoever wrote it
	err      error     // of the constructor
}

// dualECFirmware is what of a device's program matters here.
type dualECFirmware struct {
	points *dualec.Points
	answer []byte // what the self-test expects of the generator, with those points
}

// dualECDevice is one person's. Its long-term keys come from its generator too, but were drawn before
// any nonce: they are not predicted.
type dualECDevice struct {
	generator        *dualec.Generator
	signing, private *ecdh.PrivateKey
	identity         []byte
	seen             map[string]bool // nonces
	report           string          // of the last self-test
}

func newDualEC(name systemName, dropped int) *dualECSystem {
	c, err := dualec.P256().Dropping(dropped)
	if err != nil {
		c = dualec.P256()
	}
	maker := dualec.NewTrapdoor(c)
	return &dualECSystem{systemName: name, maker: maker, firmware: newDualECFirmware(maker.Points()), err: err}
}

// newDualECFirmware is made by whoever has the source, and he computes the answers too: a known
// answer says that the program was not damaged, not whose it is.
func newDualECFirmware(p *dualec.Points) dualECFirmware {
	return dualECFirmware{p, knownAnswer(p)}
}

func knownAnswer(p *dualec.Points) []byte {
	answer := make([]byte, 60)
	g, err := dualec.Instantiate(dualec.Config{Points: p, Entropy: strings.NewReader("entropy 16 bytes" + "a nonce.")})
	if err == nil {
		err = g.Generate(answer, dualec.Request{})
	}
	if err != nil {
		return nil
	}
	return answer
}

// boot starts a device: it seeds the generator anew, and tests it, which in those years was a known
// answer (SP 800-90A, Section 11.3) and statistics (FIPS 140-2, Section 4.9.1).
func (d *dualECDevice) boot(f dualECFirmware) (err error) {
	if d.generator, err = dualec.Instantiate(dualec.Config{Points: f.points}); err != nil {
		return err
	}
	d.report, err = f.selfTest()
	return err
}

// selfTest says what the device's screen says. The statistics reject one honest generator in a thousand,
// and get three chances.
func (f dualECFirmware) selfTest() (string, error) {
	if answer := knownAnswer(f.points); answer == nil || !bytes.Equal(answer, f.answer) {
		return "known answer: FAILED", nil
	}
	failed := ""
	for range 3 {
		g, err := dualec.Instantiate(dualec.Config{Points: f.points})
		if err != nil {
			return "", err
		}
		sample := make([]byte, 2500)
		if _, err := io.ReadFull(g, sample); err != nil {
			return "", err
		}
		if failed, err = failedStatistics(sample); err != nil || failed == "" {
			return "known answer: passed; statistics: passed", err
		}
	}
	return "known answer: passed; statistics: FAILED " + failed, nil
}

func failedStatistics(sample []byte) (failed string, err error) {
	statistics, err := dualec.Statistics(sample)
	var names []string
	for _, s := range statistics {
		if !s.Passes() {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", "), err
}

func (s *dualECSystem) Enrol(person string) error {
	if s.err != nil {
		return s.err
	}
	d := &dualECDevice{seen: map[string]bool{}}
	err := d.boot(s.firmware)
	if err == nil {
		d.signing, err = drawKey(d.generator)
	}
	if err == nil {
		d.private, err = drawKey(d.generator)
	}
	if err != nil {
		return err
	}
	d.identity = append(rawPoint(d.signing), rawPoint(d.private)...)
	s.roll.add(person, d.identity, d)
	return nil
}

func (s *dualECSystem) Identity(person string) ([]byte, error) {
	d, err := s.roll.person(person)
	if err != nil {
		return nil, err
	}
	return d.identity, nil
}

func (s *dualECSystem) Send(m Message) ([]byte, error) {
	from, err := s.roll.person(m.From)
	if err != nil {
		return nil, err
	}
	to, err := s.roll.person(m.To)
	if err != nil {
		return nil, err
	}
	s.now = m.At
	return sealDualEC(from.generator, from.signing, from.identity, to.identity, m.Text)
}

// Receive refuses a nonce that it has seen. In an exchange of more than one message the recipient's
// own nonce does that.
func (s *dualECSystem) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	d, err := s.roll.person(to)
	if err != nil {
		return "", "", err
	}
	e, ok := parseDualEC(envelope)
	if !ok || !bytes.Equal(e.to, d.identity) || d.seen[string(e.nonce)] || !e.verify() {
		return "", "", errDualEC
	}
	opened, err := e.open(d.private, e.ephemeral)
	if err != nil {
		return "", "", err
	}
	d.seen[string(e.nonce)] = true
	return s.roll.names[string(e.from)], string(opened), nil
}

// Bundle is the public keys, as in a certificate.
func (s *dualECSystem) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect is what the device shows: its keys, and how its self-test went. The firmware it does not
// show. Those who took Juniper's apart, three years later, did find another Q in it.
func (s *dualECSystem) Inspect(person string) ([]byte, error) {
	d, err := s.roll.person(person)
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(d.identity), d.report...), nil
}

func (s *dualECSystem) Thefts(victim string) []Theft {
	s.victim = victim
	return s.thefts()
}

// wiretap is the attack of everybody else. What is public about the generator is in every device.
func (s *dualECSystem) wiretap() Theft {
	points := s.firmware.points
	return Theft{
		Name:  "wiretap",
		Takes: "nothing; every envelope was recorded",
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open: func(ctx context.Context, _ *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			return recoverWithoutTrapdoor(ctx, points, t, found)
		},
		Forge: func(_ *Tape, t *Transcript, f Forgery) ([]byte, error) { return replayDualEC(t, f) },
	}
}

func (s *dualECSystem) trapdoor() Theft {
	return withTrapdoor(s.firmware.points.Curve(), Theft{
		Name:  "trapdoor",
		Takes: fmt.Sprintf("the d of whoever chose Q: 32 bytes; %d bits of an output are dropped, 16 in the standard", s.firmware.points.Curve().Dropped()),
		Steal: func() (*Tape, error) { return dualECLoot(s.maker, time.UnixMilli(0)) },
	})
}

// dualECLoot is d, and what is no secret: Q, and since when it has been in the devices.
func dualECLoot(td *dualec.Trapdoor, since time.Time) (*Tape, error) {
	return loot(td.RecoveryKey(), td.Points().Q(), date(since))
}

// withTrapdoor adds what is done with such loot.
func withTrapdoor(c *dualec.Curve, theft Theft) Theft {
	theft.Open = func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
		td, since, err := parseDualECLoot(c, l)
		if err != nil {
			return 0, err
		}
		return recoverWithTrapdoor(ctx, td, since, t, found)
	}
	theft.Forge = func(l *Tape, t *Transcript, f Forgery) ([]byte, error) {
		td, _, err := parseDualECLoot(c, l)
		if err != nil {
			return nil, err
		}
		return forgeWithTrapdoor(td, t, f)
	}
	return theft
}

// replaced is no theft, but a burglary: something is left behind. All devices take the new firmware
// as they take any, and start again.
func (s *dualECSystem) replaced() Theft {
	c := s.firmware.points.Curve()
	return withTrapdoor(c, Theft{
		Name:  "Q replaced",
		Takes: "nothing; an intruder puts a Q of his own into the firmware",
		Steal: func() (*Tape, error) {
			intruder := dualec.NewTrapdoor(c)
			s.firmware = newDualECFirmware(intruder.Points())
			for _, person := range s.roll.order {
				if err := s.roll.people[person].boot(s.firmware); err != nil {
					return nil, err
				}
			}
			return dualECLoot(intruder, s.now)
		},
	})
}

func (s *dualECSystem) deviceKeys() Theft {
	return Theft{
		Name:  "device keys",
		Takes: "one person's generator state and private keys, copied by malware",
		Steal: func() (*Tape, error) {
			d, err := s.roll.person(s.victim)
			if err != nil {
				return nil, err
			}
			state, err := d.generator.MarshalBinary()
			if err != nil {
				return nil, err
			}
			return loot(state, d.signing.Bytes(), d.private.Bytes())
		},
		Open:  recoverWithDualECDevice,
		Forge: forgeWithDualECDevice,
	}
}
