package attacks

import (
	"context"
	"errors"
	"iter"

	"doormat/internal/ratchet"
	"doormat/noescrow"
)

// Malware copies a phone's keys once, and leaves. What the copy opens depends on whose turn it is,
// for a root step needs the private key of one side, and the copy has those of before:
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

// A deviceThief reads with copies of one device's state.
type deviceThief struct {
	w          *wire
	victim     noescrow.Identity
	listens    device // does with each envelope what the victim's phone does
	answers    device // also writes whenever the victim writes, and so makes turns of its own
	unused     device // has only the prekeys, and answers each handshake anew that used none up
	sending    map[noescrow.Identity][]*ratchet.Session
	operations int64
}

func newDeviceThief(w *wire, state []byte) (*deviceThief, error) {
	stolen, err := parseDevice(state[min(len(state), w.offset):])
	if err != nil {
		return nil, err
	}
	t := &deviceThief{w: w, sending: mirror(stolen)}
	var errs [3]error
	t.listens, errs[0] = w.load(state)
	t.answers, errs[1] = w.load(state)
	t.unused, errs[2] = w.load(append(state[:w.offset:w.offset], stolen.withoutSessions(state[w.offset:])...))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	t.victim = t.listens.Identity()
	return t, nil
}

// load makes a device of a stolen state.
func (w *wire) load(state []byte) (device, error) {
	d, err := w.fresh()
	if err != nil {
		return nil, err
	}
	return d, d.UnmarshalBinary(state)
}

// recoverWithDevice reads with a device's state: what others write to the victim, as his phone
// would, and what the victim writes, on the sending chains that the state holds. Both end at the
// next turn, when the victim draws a key that the copies have not.
func recoverWithDevice(ctx context.Context, w *wire, state []byte, t *Transcript, found func(i int, text []byte)) (operations int64, err error) {
	thief, err := newDeviceThief(w, state)
	if err != nil {
		return 0, err
	}
	for e, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return thief.operations, err
		}
		p, ok := w.split(e.Bytes)
		switch {
		case ok && p.to == thief.victim:
			thief.incoming(e, found)
		case ok && p.from == thief.victim:
			thief.outgoing(e, p, found)
		}
	}
	return thief.operations, nil
}

func (t *deviceThief) incoming(e Envelope, found func(i int, text []byte)) {
	for _, d := range []device{t.listens, t.answers, t.unused} {
		t.operations++
		if _, text, err := d.Open(e.Bytes, date(e.At)); err == nil {
			found(e.Index, text)
		}
	}
}

func (t *deviceThief) outgoing(e Envelope, p parts, found func(i int, text []byte)) {
	t.answers.Seal(p.to, nil, nil) // it leads nowhere if there is no session: then there is no turn
	for _, session := range t.sending[p.to] {
		t.operations++
		opened, err := session.Open(p.inner, p.clear, p.associated(e))
		if err != nil {
			continue
		}
		if text, ok := t.w.text(p, opened); ok {
			found(e.Index, text)
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

// forgeWithDevice writes as the victim, from the copy: in a new session, as the copy's own
// may be out of date.
func forgeWithDevice(w *wire, state []byte, f Forgery) ([]byte, error) {
	copied, err := w.load(state)
	if err != nil {
		return nil, err
	}
	to := noescrow.Identity(f.To)
	if err := copied.Start(to, f.Bundle); err != nil {
		return nil, err
	}
	return copied.Seal(to, []byte(f.Text), date(f.At))
}

// recoverSeized reads the messages a phone has kept. Their dates say which envelopes they were.
// It then tries what the phone's keys open.
func recoverSeized(ctx context.Context, w *wire, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	state, err := l.First()
	if err != nil {
		return 0, err
	}
	if err := readHistory(ctx, w, l, t, found); err != nil {
		return 0, err
	}
	return recoverWithDevice(ctx, w, state, t, found)
}

func readHistory(ctx context.Context, w *wire, l *Tape, t *Transcript, found func(i int, text []byte)) error {
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
	for e, errT := range t.All() {
		if err := errors.Join(err, errT, ctx.Err()); err != nil {
			return err
		}
		if more && len(record) < 8 {
			return errStolen
		}
		p, ok := w.split(e.Bytes)
		if !more || !ok || p.from != owner.Identity() && p.to != owner.Identity() || !e.At.Equal(readDate(record)) {
			continue
		}
		found(e.Index, record[8:])
		record, err, more = next()
	}
	return err
}
