package dualec

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"

	"doormat/attacks"
	"doormat/escrow/dualec"
)

// A stolenDevice is a device in bytes: the generator's state, and two private keys. The identity follows
// from the keys.
type stolenDevice struct {
	state            []byte
	signing, private *ecdh.PrivateKey
	identity         []byte
}

var errDevice = errors.New("attacks: expected a generator's state and two private keys as loot, found something else")

// parseDevice reads a generator's state and two private keys, a record each.
func parseDevice(l *attacks.Tape) (*stolenDevice, error) {
	all, err := threeRecords(l, errDevice)
	if err != nil {
		return nil, err
	}
	signing, err1 := ecdh.P256().NewPrivateKey(all[1])
	private, err2 := ecdh.P256().NewPrivateKey(all[2])
	if err := errors.Join(new(dualec.Generator).UnmarshalBinary(all[0]), err1, err2); err != nil {
		return nil, errDevice
	}
	return &stolenDevice{all[0], signing, private, append(rawPoint(signing), rawPoint(private)...)}, nil
}

// follow returns the keys that the device drew for e, if e is the next envelope that it sent. Then the
// state moves behind e; otherwise it stays, so that envelopes from before the theft do no harm.
func (d *stolenDevice) follow(e envelope) (keys drawn, ok bool) {
	g, nonce := new(dualec.Generator), make([]byte, nonceSize)
	if g.UnmarshalBinary(d.state) != nil {
		return keys, false
	}
	if _, err := g.Read(nonce); err != nil || !bytes.Equal(nonce, e.nonce) {
		return keys, false
	}
	if keys, ok = drawAlong(g, e); !ok {
		return keys, false
	}
	state, err := g.MarshalBinary()
	if err != nil {
		return keys, false
	}
	d.state = state
	return keys, true
}

// recoverWithDevice opens everything that is ever written to the victim, since nothing in this exchange
// is forgotten, and what the victim writes after the theft: d is not needed, as the state is known
// without a search. What the victim wrote before the theft stays closed, as the state cannot be run
// backwards. It needs one device, for a moment, and the transcript. It shows what is left to steal
// where d does not exist: one person's messages.
//
// A message that is missing from the transcript ends the victim's part: no search finds the state again.
// The operations are attempts to open.
func recoverWithDevice(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	d, err := parseDevice(l)
	if err != nil {
		return 0, err
	}
	return bySender(ctx, t, found, func() reader {
		return func(_ attacks.Record, e envelope) (text []byte, operations int64, ok bool) {
			private, public := d.private, e.ephemeral
			if bytes.Equal(e.from, d.identity) {
				keys, ok := d.follow(e) // only the victim's reader comes here
				if !ok {
					return nil, 0, false
				}
				private, public = keys.ephemeral, e.to[pointSize:]
			} else if !bytes.Equal(e.to, d.identity) {
				return nil, 0, false
			}
			text, err := e.open(private, public)
			return text, 1, err == nil
		}
	})
}

// forgeWithDevice signs with the victim's long-term key. It draws from crypto/rand, so no envelope shows
// that another generator made it.
func forgeWithDevice(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	d, err := parseDevice(l)
	if err != nil {
		return nil, err
	}
	return seal(rand.Reader, d.signing, f.From, f.To, f.Text)
}
