package attacks

import (
	"crypto/rand"
	"errors"
	"slices"

	"doormat/escrow"
	"doormat/noescrow"
)

// Whom does escrow not reach? Whoever changes one line in his own program. His messages arrive as
// before, because nobody between sender and recipient can open the field to see what is in it.
// (Clipper's receiving chip did look at its field, and Blaze showed in 1994 that it could not
// see enough.) The one who can see it here is the recipient, who has the seed and can make the
// field again, if his program does so and if he minds.

// A rogueDevice is an escrow device whose owner has changed one line: noise goes where the
// field goes. Built, as anybody could, on package noescrow.
type rogueDevice struct{ *noescrow.Device }

func (d rogueDevice) Publish(n int) ([]byte, error) {
	p, err := d.Device.Publish(n)
	return append([]byte{escrowVersion, 3}, p...), err
}

func (d rogueDevice) Start(peer noescrow.Identity, bundle []byte) error {
	if len(bundle) < 2 {
		return errors.New("attacks: not a bundle")
	}
	return d.Device.Start(peer, bundle[2:])
}

func (d rogueDevice) Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error) {
	seed := make([]byte, 32)
	rand.Read(seed)
	noise := make([]byte, escrowField)
	rand.Read(noise)
	head := escrowHead(noise, sealBody(messageKey(seed), d.Identity(), to, string(plaintext)))
	inner, err := d.Device.Seal(to, seed, slices.Concat(head, associated))
	return append(head, inner...), err
}

func (d rogueDevice) Open(envelope, associated []byte) (from noescrow.Identity, plaintext []byte, err error) {
	p, ok := splitEscrow(envelope)
	if !ok {
		return from, nil, noescrow.ErrOpen
	}
	from, seed, err := d.Device.Open(p.inner, slices.Concat(p.head, associated))
	if err != nil {
		return from, nil, err
	}
	plaintext, ok = openBody(messageKey(seed), p)
	if !ok {
		return from, nil, noescrow.ErrOpen
	}
	return from, plaintext, nil
}

// MarshalBinary keeps the layout of an escrow device, with nobody's key for an authority.
func (d rogueDevice) MarshalBinary() ([]byte, error) {
	state, err := d.Device.MarshalBinary()
	return append(make([]byte, escrowWire.offset), state...), err
}

// NewRogue returns package escrow as a system in which one person cheats. Its one theft is the
// lawful recovery, which fails on him. Recipients check the field here, and count.
func NewRogue(cheat string) System {
	m, authority := newEscrowMessenger()
	m.x25519 = nil
	honest := m.newDevice
	r := &rogueSystem{escrowSystem: escrowSystem{m, authority}}
	m.newDevice = func(name string) (device, error) {
		if name == cheat {
			return rogueDevice{noescrow.NewDevice()}, nil
		}
		d, err := honest(name)
		return checkingDevice{d.(*escrow.Device), &r.caught}, err
	}
	return r
}

type rogueSystem struct {
	escrowSystem
	caught int // messages whose recipient found noise in the field
}

// A checkingDevice looks at the field of each message.
type checkingDevice struct {
	*escrow.Device
	caught *int
}

func (d checkingDevice) Open(envelope, associated []byte) (noescrow.Identity, []byte, error) {
	from, plaintext, err := d.OpenChecked(envelope, associated)
	if errors.Is(err, escrow.ErrField) {
		*d.caught++
		err = nil
	}
	return from, plaintext, err
}

// Thefts is the lawful recovery.
func (s *rogueSystem) Thefts(victim string) []Theft {
	for _, t := range s.escrowSystem.Thefts(victim) {
		if t.Name == "escrow key" {
			t.Name, t.Takes, t.AtEnd, t.Forge = "rogue sender", "the authority's key; one sender puts noise in the field", true, nil
			t.Noticed = func() string {
				if s.caught == 0 {
					return "nobody"
				}
				return "recipients who check"
			}
			return []Theft{t}
		}
	}
	return nil
}
