package messenger

import (
	"errors"
	"fmt"
	"slices"

	"doormat/noescrow"
)

// Around is what a thief knows of the formats of a scheme of one's own: devices that are built around
// those of noescrow, as one that puts something for an authority before each envelope. The noescrow
// formats come last in each:
//
//	a device's state   State bytes ‖ the noescrow device
//	a publication      Publication bytes ‖ the noescrow publication
//	an envelope        head ‖ the noescrow envelope, sealed with head ‖ associated as its associated data
//
// So the device's Seal(to, plaintext, associated) returns head ‖ Device.Seal(to, inner, head ‖ associated)
// of the noescrow device, where inner is the plaintext, unless Text says otherwise.
type Around struct {
	State       int // bytes, the same for all devices
	Publication int // bytes, the same for all publications

	// Head returns how many bytes of an envelope are its head, from the envelope alone, and false if it is
	// too short for that. Nil if envelopes have no head.
	Head func(envelope []byte) (n int, ok bool)

	// Text returns the text, given an envelope's head and what the noescrow envelope holds. Nil if that is
	// the text.
	Text func(head, inner []byte) (text []byte, ok bool)

	// Wrap is the reverse of Head and Text: what comes before the noescrow envelope of a text, and what that
	// holds, as a device of this state makes them. It is for the thief of [Acting] who writes in other
	// people's names. It may be nil: then there is no such thief, unless Head and Text are nil too.
	Wrap func(state []byte, from, to noescrow.Identity, text []byte) (head, inner []byte, err error)
}

// Wire returns what a thief knows. newDevice makes a device of the thief's own, into which a stolen state
// is loaded: any new device of the same kind. A [Messenger] tries the Wire when the first person enrols, on
// two devices, and Enrol returns an error if a thief could not read with it what there is to read: so a
// wrong format is not taken for a system of which nothing opens. The wiretap looks at the noescrow envelope
// alone: a scheme whose head tells a text to a thief without a key says so by a theft of its own.
func (a Around) Wire(newDevice func() (Device, error)) Wire {
	return Wire{Offset: a.State, fresh: newDevice, frame: a.Publication, split: a.split, text: a.text, wrap: a.wrap(), tried: true}
}

func (a Around) split(envelope []byte) (p Parts, ok bool) {
	n := 0
	if a.Head != nil {
		if n, ok = a.Head(envelope); !ok || n < 0 || n > len(envelope) {
			return p, false
		}
	}
	p, ok = splitNoEscrow(envelope[n:])
	p.Head = envelope[:n:n]
	return p, ok
}

func (a Around) text(p Parts, inner []byte) (text []byte, ok bool) {
	if a.Text == nil {
		return inner, true
	}
	return a.Text(p.Head, inner)
}

func (a Around) wrap() func(state []byte, from, to noescrow.Identity, text []byte) (head, inner []byte, err error) {
	if a.Wrap == nil && a.Head == nil && a.Text == nil {
		return NoEscrow.wrap
	}
	return a.Wrap
}

// try has a thief read a message that one fresh device of the kind sends to another, in each of the ways in
// which the attacks of this package read.
func (k *Kind) try() error {
	a, errA := k.Wire.fresh()
	b, errB := k.Wire.fresh()
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	publication, err := b.Publish(1)
	if err != nil {
		return err
	}
	if err := k.Wire.reads(b, publication); err != nil {
		return err
	}
	shelf, err := k.NewShelf(publication)
	if err != nil {
		return err
	}
	if err := a.Start(b.Identity(), shelf.Bundle()); err != nil {
		return err
	}
	state, err := a.MarshalBinary()
	if err != nil {
		return err
	}
	const text, date = "a text to try the wire with", "a date"
	envelope, err := a.Seal(b.Identity(), []byte(text), []byte(date))
	if err != nil {
		return err
	}
	stolen, err := parseDevice(state[min(len(state), k.Wire.Offset):])
	if err != nil {
		return fmt.Errorf("expected a noescrow device from byte %d of a device's state on", k.Wire.Offset)
	}
	if len(mirror(stolen)[b.Identity()]) != 1 {
		return errors.New("expected a session in the state of a device after Start")
	}
	p, ok := k.Wire.split(envelope)
	if !ok || p.From != a.Identity() || p.To != b.Identity() {
		return errors.New("expected a noescrow envelope behind the head of an envelope")
	}
	opened, err := mirror(stolen)[b.Identity()][0].Open(p.Inner, p.clear, append(p.Head, date...))
	if err != nil {
		return errors.New("expected the head and the associated data of an envelope as the associated data of the noescrow envelope")
	}
	if got, ok := k.Wire.text(p, opened); !ok || string(got) != text {
		return fmt.Errorf("expected the text in the noescrow envelope, found %d other bytes: see Around.Text", len(got))
	}
	if k.Wire.wrap != nil {
		head, inner, err := k.Wire.wrap(state, p.From, p.To, []byte(text))
		if err != nil {
			return fmt.Errorf("expected that Around.Wrap wraps a text: %w", err)
		}
		p, ok := k.Wire.split(slices.Concat(head, p.Inner))
		if got, fits := k.Wire.text(p, inner); !ok || !fits || len(p.Head) != len(head) || string(got) != text {
			return errors.New("expected that Head and Text read what Around.Wrap makes")
		}
	}
	loaded, err := k.Wire.load(state)
	if err != nil || loaded.Identity() != a.Identity() {
		return errors.Join(errors.New("expected a device that loads another's state"), err)
	}
	if from, got, err := b.Open(envelope, []byte(date)); err != nil || from != a.Identity() || string(got) != text {
		return errors.Join(errors.New("expected a message that arrives as it was sent"), err)
	}
	return nil
}

// reads returns an error unless a device's state and its publication are where the Wire says.
func (w *Wire) reads(d Device, publication []byte) error {
	state, err := d.MarshalBinary()
	if err != nil {
		return err
	}
	if w.Offset < 0 || w.Offset > len(state) {
		return fmt.Errorf("expected a noescrow device from byte %d of a device's state on, found %d bytes in all", w.Offset, len(state))
	}
	if _, err := parseDevice(state[w.Offset:]); err != nil {
		return fmt.Errorf("expected a noescrow device from byte %d of a device's state on", w.Offset)
	}
	q := newQuantumLoot()
	if w.frame < 0 || w.frame > len(publication) || !q.readPublished(publication[w.frame:]) || q.people[d.Identity()] == nil {
		return fmt.Errorf("expected a noescrow publication of the device from byte %d of its publication on", w.frame)
	}
	return nil
}
