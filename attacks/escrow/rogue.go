package escrow

import (
	"crypto/rand"
	"errors"
	"slices"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/noescrow"
)

// Whom does escrow not reach? Whoever changes one line in his own program. His messages arrive as
// before, because nobody between sender and recipient can open the field to see what is in it.
// (Clipper's receiving chip did look at its field, and Blaze showed in 1994 that it could not
// see enough: "Protocol Failure in the Escrowed Encryption Standard".) The one who can see it here is the
// recipient, who has the seed and can make the field again, if his program does so and if he minds.
//
// Europol and ENISA said in 2016 that criminals "can easily circumvent" weakened
// mechanisms. This is that sentence as a line of code: see rogueDevice.Seal.

// RogueSender is the lawful recovery in a system in which one person cheats.
const RogueSender attacks.TheftName = "rogue sender"

// NewRogue returns package escrow as a system in which one person cheats. Its one theft is the
// lawful recovery, which fails on the cheat's messages. Recipients check the field here, and count.
func NewRogue(cheat string) attacks.System {
	r := new(rogueSystem)
	r.system = newSystem(escrow.NewAuthority(), func(person string, d *escrow.Device) messenger.Device {
		if person == cheat {
			return rogueDevice{noescrow.NewDevice()}
		}
		return checkingDevice{d, &r.caught}
	})
	return r
}

type rogueSystem struct {
	*system
	caught int // messages whose recipient found noise in the field
}

// Thefts lists the lawful recovery.
func (s *rogueSystem) Thefts(string) []attacks.Theft {
	t := attacks.Evade(s.stolenKey(), RogueSender, "the authority's key; one sender puts noise in the field")
	t.Noticed = func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
		if s.caught == 0 {
			return attacks.Notice{}, nil
		}
		return attacks.Notice{Who: "recipients who check", Possible: true}, nil
	}
	return []attacks.Theft{t}
}

// A rogueDevice is an escrow device whose owner has changed one line: noise goes where the
// field goes. It is built on package noescrow alone.
type rogueDevice struct{ *noescrow.Device }

// Publish writes what an escrow device writes: version and kind before the publication.
func (d rogueDevice) Publish(n int) ([]byte, error) {
	p, err := d.Device.Publish(n)
	return append([]byte{layout.Version, 3}, p...), err
}

func (d rogueDevice) Start(peer noescrow.Identity, bundle []byte) error {
	if len(bundle) < 2 {
		return errors.New("attacks: expected a bundle of at least 2 bytes")
	}
	return d.Device.Start(peer, bundle[2:])
}

func (d rogueDevice) Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error) {
	seed := make([]byte, 32)
	rand.Read(seed)
	noise := make([]byte, layout.Field)
	rand.Read(noise)
	head := layout.Join(noise, messenger.SealBody(messenger.MessageKey(seed), d.Identity(), to, string(plaintext)))
	inner, err := d.Device.Seal(to, seed, slices.Concat(head, associated))
	return append(head, inner...), err
}

func (d rogueDevice) Open(envelope, associated []byte) (from noescrow.Identity, plaintext []byte, err error) {
	p, ok := layout.Split(envelope)
	if !ok {
		return from, nil, noescrow.ErrOpen
	}
	from, seed, err := d.Device.Open(p.Inner, slices.Concat(p.Head, associated))
	if err != nil {
		return from, nil, err
	}
	plaintext, ok = p.Open(messenger.MessageKey(seed))
	if !ok {
		return from, nil, noescrow.ErrOpen
	}
	return from, plaintext, nil
}

// MarshalBinary keeps the layout of an escrow device, with zeros for the authority's key.
func (d rogueDevice) MarshalBinary() ([]byte, error) {
	state, err := d.Device.MarshalBinary()
	return append(make([]byte, wire.Offset), state...), err
}

// A checkingDevice makes the field of each message again, and compares.
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
