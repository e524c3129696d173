package messenger

import (
	"context"
	"errors"
	"iter"

	"doormat/attacks"
	"doormat/internal/ratchet"
	"doormat/noescrow"
)

// Malware copies a phone's keys once, and leaves. What the copy opens to a thief who listens depends on
// whose turn it is, for a root step needs the private key of one side, and the copy has those of before:
//
//	           victim's key   peer's key   the root step, and what it opens
//	before     v0             p0           long done; the chain keys have moved on and are gone
//	the theft, with v1 and the root that v1 and p1 gave
//	then       v1             p1           both chains are in the copy: they open, either way
//	then       v1             p2           DH(v1, p2): the copy steps along, and opens
//	then       v2             p2           DH(v2, p2): v2 was drawn after the theft, p2 is not
//	                                       the thief's: nothing opens from here on
//
// One turn of the victim heals, a peer at a time. Escrow changes nothing about it, and that
// is the point of measuring it in both.

// A deviceThief reads with copies of one device's state. It works on the noescrow device in it: what an
// escrow scheme adds keeps no message from the thief, who would have to make a field for an authority with
// each message that answers writes and does not send.
type deviceThief struct {
	w          *Wire
	victim     noescrow.Identity
	listens    *noescrow.Device // does with each envelope what the victim's phone does
	answers    *noescrow.Device // also writes whenever the victim writes, and so makes turns of its own
	unused     *noescrow.Device // has only the prekeys, and answers each handshake anew that used none up
	sending    map[noescrow.Identity][]*ratchet.Session
	operations int64
}

func newDeviceThief(w *Wire, state []byte) (*deviceThief, error) {
	inner := state[min(len(state), w.Offset):]
	stolen, err := parseDevice(inner) // first, as most of what is tried as a state is none
	if err != nil {
		return nil, err
	}
	victim, err := w.load(state)
	if err != nil {
		return nil, err
	}
	t := &deviceThief{
		w: w, victim: victim.Identity(), sending: mirror(stolen),
		listens: new(noescrow.Device), answers: new(noescrow.Device), unused: new(noescrow.Device),
	}
	return t, errors.Join(
		t.listens.UnmarshalBinary(inner),
		t.answers.UnmarshalBinary(inner),
		t.unused.UnmarshalBinary(stolen.withoutSessions(inner)),
	)
}

// load makes a device of a stolen state.
func (w *Wire) load(state []byte) (Device, error) {
	d, err := w.fresh()
	if err != nil {
		return nil, err
	}
	return d, d.UnmarshalBinary(state)
}

// recoverWithDevice reads with a copy of a device's state: what others write to the victim, as his phone
// would, and what the victim writes, on the sending chains that the state holds. With each peer both end
// at the next turn of the victim, who then draws a key that the copy does not have.
//
// It needs the state once, and the transcript from then on; it sends nothing. It shows the recovery from
// compromise of the Double Ratchet (Marlinspike and Perrin, 2016, Section 6.2), which Cohn-Gordon,
// Cremers and Garratt named post-compromise security ("On Post-compromise Security", CSF 2016), and
// forward secrecy: what was read or sent before the theft stays shut. A thief who also acts is not healed
// so, and has a theft of his own (middle.go).
func recoverWithDevice(ctx context.Context, w *Wire, state []byte, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	thief, err := newDeviceThief(w, state)
	if err != nil {
		return 0, err
	}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return thief.operations, err
		}
		p, ok := w.split(r.Bytes)
		switch {
		case ok && p.To == thief.victim:
			thief.incoming(r, p, found)
		case ok && p.From == thief.victim:
			thief.outgoing(r, p, found)
		}
	}
	return thief.operations, nil
}

func (t *deviceThief) incoming(r attacks.Record, p Parts, found attacks.Found) {
	associated := p.associated(r)
	for _, d := range []*noescrow.Device{t.listens, t.answers, t.unused} {
		t.operations++
		_, opened, err := d.Open(p.Inner, associated)
		if err != nil {
			continue
		}
		if text, ok := t.w.text(p, opened); ok {
			found(r.Index, text)
		}
	}
}

func (t *deviceThief) outgoing(r attacks.Record, p Parts, found attacks.Found) {
	t.answers.Seal(p.To, nil, nil) // it leads nowhere if there is no session: then there is no turn
	for _, session := range t.sending[p.To] {
		t.operations++
		opened, err := session.Open(p.Inner, p.clear, p.associated(r))
		if err != nil {
			continue
		}
		if text, ok := t.w.text(p, opened); ok {
			found(r.Index, text)
		}
	}
}

// mirror turns every sending chain on a stolen device around.
func mirror(d *stolenDevice) map[noescrow.Identity][]*ratchet.Session {
	mirrors := map[noescrow.Identity][]*ratchet.Session{}
	for peer, sessions := range d.sessions {
		for _, s := range sessions {
			if m := s.Mirror(); m != nil {
				mirrors[peer] = append(mirrors[peer], m)
			}
		}
	}
	return mirrors
}

// forgeWithDevice writes as the victim, from the copy, in a new session: the sessions of the copy may be
// out of date. It needs the state and the recipient's bundle, which the relay hands to everyone. It works
// for as long as the identity key is the same, so it does not heal as reading does.
func forgeWithDevice(w *Wire, state []byte, f attacks.Forgery) ([]byte, error) {
	copied, err := w.load(state)
	if err != nil {
		return nil, err
	}
	to := noescrow.Identity(f.To)
	if err := copied.Start(to, f.Bundle); err != nil {
		return nil, err
	}
	return copied.Seal(to, []byte(f.Text), attacks.Date(f.At))
}

// recoverSeized reads the messages that a phone has kept, and then tries what the phone's keys open. It
// needs the unlocked phone. It is what targeted access looks like (Europol and ENISA, "On lawful criminal
// investigation that respects 21st Century data protection", 2016): one suspect, by seizing a device. The
// encryption in transit plays no part in it, with escrow or without.
func recoverSeized(ctx context.Context, w *Wire, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	state, err := l.First()
	if err != nil {
		return 0, err
	}
	if err := readHistory(ctx, w, l, t, found); err != nil {
		return 0, err
	}
	return recoverWithDevice(ctx, w, state, t, found)
}

// readHistory matches the messages on a phone with the envelopes to and from its owner, by their dates
// and in their order. It believes what the phone says.
func readHistory(ctx context.Context, w *Wire, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) error {
	next, stop := iter.Pull2(l.All())
	defer stop()
	state, err, _ := next()
	if err != nil {
		return err
	}
	owner, err := w.load(state)
	if err != nil {
		return err
	}
	record, err, more := next()
	for r, errT := range t.All() {
		if err := errors.Join(err, errT, ctx.Err()); err != nil {
			return err
		}
		if !more {
			continue // All is read to its end, which is what progress counts
		}
		at, text, bad := attacks.CutDate(record)
		if bad != nil {
			return errStolen
		}
		p, ok := w.split(r.Bytes)
		if !ok || p.From != owner.Identity() && p.To != owner.Identity() || !r.At.Equal(at) {
			continue
		}
		found(r.Index, text)
		record, err, more = next()
	}
	return err
}
