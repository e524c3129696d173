// Package dualec puts package dualec under study: devices that draw all their randomness from
// Dual_EC_DRBG, and write to each other in messages that show 32 bytes of it in clear. No message has
// a field for an authority, and no key is deposited anywhere. Whoever chose the points computes the
// keys.
//
// There are two systems. In the first the maker's Q stays. In the second, Juniper's, an intruder puts
// another in its place in the middle of the conversation. What each theft opens:
//
//	                              written before      written after       forges as the victim
//	wiretap                       nothing             nothing             no: a replay is refused
//	trapdoor                      everything          everything          yes
//	trapdoor, Q replaced later    everything          nothing             with a signature from before
//	Q replaced, intruder's d      nothing             everything          yes
//	device keys                   to the victim       to and by the       yes
//	                                                  victim
//
// What was written to the victim opens with the device's long-term key, since this exchange forgets
// nothing. What the victim wrote before the theft does not open, as the generator's state cannot be
// run backwards.
//
// What a warrant gets, which is served on whoever chose Q: what the thief of d gets, everything of
// everyone. Nothing has to be installed on a device, and recordings from before the warrant open too.
// What a user can notice: that Q was replaced, by taking the firmware apart and comparing it with the
// maker's, and nothing else. A device's self-test passes with any Q whose maker has also written the
// expected answer into the firmware; it finds accidents (firmware.go). What the design
// gets right: without d nobody is known to get from output to state, so the door has one key, of 32
// bytes.
//
// In package noescrow a generator with a trapdoor would be no better: whoever predicts what a device
// draws has its keys. But its envelopes do not show raw output to start from (session.go).
//
// Sources: Shumow and Ferguson, "On the Possibility of a Back Door in the NIST SP800-90 Dual Ec
// Prng", CRYPTO 2007 rump session, for the attack; Checkoway and others, USENIX Security 2014, for
// what it takes against TLS; Checkoway and others, "A Systematic Analysis of the Juniper Dual EC
// Incident", ePrint 2016/376, for the lock that was changed.
//
// Read session.go first, which shows what crosses the wire, then recover.go.
package dualec

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/dualec"
)

// The names of the two systems.
const (
	Name        = "Dual EC"
	JuniperName = "Dual EC at Juniper"
)

// The names of the thefts that only these systems know.
const (
	// Trapdoor is the theft of the d that the maker of the points has kept.
	Trapdoor attacks.TheftName = "trapdoor"
	// QReplaced is the replacement of Q in the firmware of all devices, by an intruder who knows the d
	// of the new one. NewJuniper has it, in the place of [attacks.DeviceKeys].
	QReplaced attacks.TheftName = "Q replaced"
)

// New returns a system whose devices draw from package dualec on P-256, with points whose trapdoor
// their maker has kept.
//
// A block of output leaves out dropped bits of a coordinate: 16 in the standard. The state of a device
// is then recovered in half a second of two cores. With 8 that takes 1/256 of the time, and nothing
// else differs. Enrol returns an error if [dualec.Curve.Dropping] refuses the number.
func New(dropped int) attacks.System { return newSystem(Name, dropped) }

// NewJuniper returns the system of New in which an intruder replaces Q in the firmware of all devices,
// in the middle of the conversation. It follows what happened to ScreenOS in 2012 (ePrint 2016/376).
func NewJuniper(dropped int) attacks.System { return juniper{newSystem(JuniperName, dropped)} }

// system is a maker of devices, who has kept a trapdoor, and the people who have such devices. No
// attack reads it: what they know of it is in the loot, but for the points, which are public.
type system struct {
	attacks.SystemName
	attacks.Roll[*device]
	maker    *dualec.Trapdoor
	firmware firmware // of all devices
	victim   string
	now      time.Time // the date of the last message
	err      error     // of newSystem
}

// A device belongs to one person. Its long-term keys are drawn from its generator too, but before the
// first nonce, so a nonce does not predict them.
type device struct {
	generator        *dualec.Generator
	signing, private *ecdh.PrivateKey
	identity         []byte
	seen             map[string]bool // nonces
	report           string          // of the last self-test
}

// newSystem draws the maker's trapdoor, and makes firmware with its points.
func newSystem(name attacks.SystemName, dropped int) *system {
	c, err := dualec.P256().Dropping(dropped)
	if err != nil {
		c = dualec.P256()
	}
	maker := dualec.NewTrapdoor(c)
	return &system{SystemName: name, maker: maker, firmware: newFirmware(maker.Points()), err: err}
}

// boot starts the device with a firmware: it seeds the generator anew, and tests it.
func (d *device) boot(f firmware) (err error) {
	if d.generator, err = dualec.Instantiate(dualec.Config{Points: f.points}); err != nil {
		return err
	}
	d.report, err = f.selfTest()
	return err
}

// Enrol starts a device, and draws its two long-term keys: to sign with, and to agree on keys with.
func (s *system) Enrol(person string) error {
	if s.err != nil {
		return s.err
	}
	d := &device{seen: map[string]bool{}}
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
	s.Add(person, d.identity, d)
	return nil
}

// Identity returns the two public keys of a person, 128 bytes.
func (s *system) Identity(person string) ([]byte, error) {
	d, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	return d.identity, nil
}

// Send seals a message with what the sender's generator draws.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	s.now = m.At
	return seal(from.generator, from.signing, from.identity, to.identity, m.Text)
}

// Receive checks the signature, opens the message, and refuses a nonce that the device has seen. In an
// exchange of more than one message, as those of TLS and IKE are, the recipient's nonce does that.
func (s *system) Receive(to string, _ time.Time, b []byte) (from, text string, err error) {
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	e, ok := parseEnvelope(b)
	if !ok || !bytes.Equal(e.to, d.identity) || d.seen[string(e.nonce)] || !e.verify() {
		return "", "", errEnvelope
	}
	opened, err := e.open(d.private, e.ephemeral)
	if err != nil {
		return "", "", err
	}
	d.seen[string(e.nonce)] = true
	return s.NameOf(e.from), string(opened), nil
}

// Bundle returns a person's public keys, as a certificate has them.
func (s *system) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect returns all that is on a device: the state of its generator, its keys, the nonces that it has
// seen, the report of its self-test, and its firmware, which holds P, Q and the known answer. Of all that
// the device shows the report alone, and no report depends on who has chosen Q. The other Q in ScreenOS
// was found three years later, by people who took the firmware apart (ePrint 2016/376).
func (s *system) Inspect(person string) ([]byte, error) {
	d, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	state, err := d.generator.MarshalBinary()
	if err != nil {
		return nil, err
	}
	view := slices.Concat(state, d.signing.Bytes(), d.private.Bytes(), d.identity)
	for _, nonce := range slices.Sorted(maps.Keys(d.seen)) {
		view = append(view, nonce...)
	}
	return slices.Concat(view, []byte(d.report), s.firmware.bytes()), nil
}

// Thefts lists what an attacker without a key can do, the maker of Q, and malware on one device.
func (s *system) Thefts(victim string) []attacks.Theft {
	s.victim = victim
	return []attacks.Theft{s.wiretap(), s.makersKey(), s.deviceKeys()}
}

// wiretap returns the theft of an attacker who has the transcript and the points. These are public:
// every device has them.
func (s *system) wiretap() attacks.Theft {
	points := s.firmware.points
	return attacks.Wiretap(func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return recoverWithoutTrapdoor(ctx, points, t, found)
	}, attacks.Again, func(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		return attacks.Replay(t, f, addresses)
	})
}

// makersKey returns the theft of the number that the maker of the points has kept. A warrant that is
// served on the maker yields the same. Its loot dates the points to 1970, before any message: the
// maker knows d from the first device on.
func (s *system) makersKey() attacks.Theft {
	return s.withTrapdoor(attacks.Theft{
		Name: Trapdoor,
		Takes: fmt.Sprintf("the d of whoever chose Q: 32 bytes; %d bits of an output are dropped, 16 in the standard",
			s.maker.Points().Curve().Dropped()),
		Search:  attacks.Search{Bits: s.maker.Points().Curve().Dropped(), Full: 16},
		Parties: []attacks.Party{attacks.Maker},
		Steal:   func() (*attacks.Tape, error) { return trapdoorLoot(s.maker, time.UnixMilli(0)) },
	})
}

// withTrapdoor returns the theft t with the attacks for which its loot, that of trapdoorLoot, is enough.
func (s *system) withTrapdoor(t attacks.Theft) attacks.Theft {
	curve := s.maker.Points().Curve()
	t.Read = func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		td, since, err := parseTrapdoor(curve, l)
		if err != nil {
			return 0, err
		}
		return recoverWithTrapdoor(ctx, td, since, t, found)
	}
	t.Forge = func(l *attacks.Tape, t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		td, _, err := parseTrapdoor(curve, l)
		if err != nil {
			return nil, err
		}
		return forgeWithTrapdoor(td, t, f)
	}
	return t
}

// deviceKeys returns the theft of a generator's state and of the two long-term keys, as malware on a
// device copies them, once. The device goes on as before, and shows what it showed before.
func (s *system) deviceKeys() attacks.Theft {
	return attacks.Theft{
		Name:    attacks.DeviceKeys,
		Takes:   "one person's generator state and private keys, copied by malware",
		Parties: []attacks.Party{attacks.Device},
		Steal: func() (*attacks.Tape, error) {
			d, err := s.Person(s.victim)
			if err != nil {
				return nil, err
			}
			state, err := d.generator.MarshalBinary()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(state, d.signing.Bytes(), d.private.Bytes())
		},
		Read:  recoverWithDevice,
		Forge: forgeWithDevice,
	}
}

// juniper is a system in which the intruder takes the place of the malware.
type juniper struct{ *system }

// Thefts lists what an attacker without a key can do, the maker of Q, and the intruder.
func (s juniper) Thefts(victim string) []attacks.Theft {
	s.victim = victim
	return []attacks.Theft{s.wiretap(), s.makersKey(), s.replaced()}
}

// replaced returns a theft that takes nothing and leaves something: a Q. It needs the power to change
// the firmware once, as who has the maker's repository or update server has it, and no key. Every
// device accepts the new firmware as it accepts any, and starts again, which seeds its generator.
// The loot is the intruder's own d, and the date of the replacement.
//
// It shows that a backdoor for its maker serves any intruder who replaces one constant: the holder of the
// first d is shut out, and no test tells the two Q apart (ePrint 2016/376).
func (s juniper) replaced() attacks.Theft {
	return s.withTrapdoor(attacks.Theft{
		Name:    QReplaced,
		Takes:   "nothing; an intruder puts a Q of his own into the firmware",
		Parties: []attacks.Party{attacks.Intruder},
		Steal: func() (*attacks.Tape, error) {
			intruder := dualec.NewTrapdoor(s.maker.Points().Curve())
			s.firmware = newFirmware(intruder.Points())
			for _, name := range s.Names() {
				d, err := s.Person(name)
				if err != nil {
					return nil, err
				}
				if err := d.boot(s.firmware); err != nil {
					return nil, err
				}
			}
			return trapdoorLoot(intruder, s.now)
		},
		Noticed: s.compareFirmware,
	})
}

// compareFirmware returns who could have noticed another Q: who takes the firmware of a device apart and
// compares it with the maker's. It looks at what Inspect returns of each device. What the devices show
// without that is the same for any Q.
func (s juniper) compareFirmware(*attacks.Tape, *attacks.Transcript) (n attacks.Notice, err error) {
	makers := newFirmware(s.maker.Points()).bytes()
	for _, name := range s.Names() {
		view, err := s.Inspect(name)
		if err != nil {
			return n, err
		}
		if !bytes.HasSuffix(view, makers) {
			n.Who, n.Possible = "who takes the firmware apart", true
		}
	}
	return n, nil
}
