package attacks

import (
	"context"
	"errors"
	"iter"

	"doormat/internal/ratchet"
	"doormat/noescrow"
)

// recoverWithDevice reads with a copy of one device's state. What others write to the victim
// the copy opens as the victim's phone would. What the victim writes it follows on the sending
// chain it was stolen with; there is no more of that after the next turn, when the victim draws a
// new key that the copy has not.
func recoverWithDevice(ctx context.Context, w *wire, state []byte, t *Transcript, found func(i int, text []byte)) (operations int64, err error) {
	copied, err := w.fresh()
	if err != nil {
		return 0, err
	}
	if err := copied.UnmarshalBinary(state); err != nil {
		return 0, err
	}
	stolen, err := parseDevice(state[w.offset:])
	if err != nil {
		return 0, err
	}
	sending := mirror(stolen)
	victim := copied.Identity()
	for e, err := range t.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return operations, err
		}
		p, ok := w.split(e.Bytes)
		switch {
		case !ok:
		case p.to == victim:
			operations++
			if _, text, err := copied.Open(e.Bytes, date(e.At)); err == nil {
				found(e.Index, text)
			}
		case p.from == victim:
			for _, session := range sending[p.to] {
				operations++
				opened, err := session.Open(p.inner, p.clear, p.associated(e))
				if err != nil {
					continue
				}
				if text, ok := w.text(p, opened); ok {
					found(e.Index, text)
				}
			}
		}
	}
	return operations, nil
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
	copied, err := w.fresh()
	if err != nil {
		return nil, err
	}
	if err := copied.UnmarshalBinary(state); err != nil {
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
	owner, err := w.fresh()
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(l.All())
	defer stop()
	state, err, _ := next()
	if err == nil {
		err = owner.UnmarshalBinary(state)
	}
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
