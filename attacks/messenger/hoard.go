package messenger

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"doormat/attacks"
	"doormat/internal/x25519"
)

// A quantum computer finds the private key to every X25519 public key that there ever was, and most
// of those are erased soon after they are used. A hoard stands in for it: it copies each private key
// from the devices before it is erased.
//
// A device erases a one-time prekey when the first message under it arrives. It draws a ratchet key
// for its turn in a conversation, and erases the one before. So it is enough to look at a device
// before an envelope is delivered to it, and only if that one begins a turn and its owner has drawn a
// key for the turn before, or has published prekeys, since the last look.
//
//	Ana's device      envelope       Ben's device
//	draws a1          a1 --->        has a1's public half; draws b1 when he answers
//	                  <--- b1        b1 is on it
//	look at Ana: a1   (before b1 is delivered: her answer will draw a2 and erase a1)
//	draws a2          a2 --->        look at Ben: b1, before a2 is delivered
//
// A device that writes with many others is looked at for all of them at once, so that long conversations
// of many people need few looks. The keys go to a tape. Memory holds those that were on each device at the
// last look, for a key that is no longer on its device does not come back.
type hoard struct {
	m     *Messenger
	keys  attacks.Tape                                      // 64 bytes for each key, private ‖ public
	held  map[string]map[x25519.PrivateKey]x25519.PublicKey // on each person's device at the last look
	last  map[[2]string]string                              // who of two wrote last
	drawn map[string]map[string]bool                        // by person and peer: a key that is not in keys
	seen  map[string]int                                    // publications whose keys are in keys, by person
}

func newHoard(m *Messenger) *hoard {
	return &hoard{
		m:     m,
		held:  map[string]map[x25519.PrivateKey]x25519.PublicKey{},
		last:  map[[2]string]string{},
		drawn: map[string]map[string]bool{},
		seen:  map[string]int{},
	}
}

// watch looks at the devices of an envelope that is under way.
func (h *hoard) watch(from, to string) error {
	pair := [2]string{min(from, to), max(from, to)}
	turn := h.last[pair] != from
	h.last[pair] = from
	if turn {
		if h.drawn[from] == nil {
			h.drawn[from] = map[string]bool{}
		}
		h.drawn[from][to] = true
	}
	if turn && h.drawn[to][from] || h.seen[to] < len(h.m.relay.accounts[to].publications) {
		return h.look(to)
	}
	return nil
}

// look copies every X25519 private key on a device.
func (h *hoard) look(person string) error {
	device, err := h.m.Person(person)
	if err != nil {
		return err
	}
	state, err := device.MarshalBinary()
	if err != nil {
		return err
	}
	d, err := parseDevice(state[h.m.kind.Wire.Offset:])
	if err != nil {
		return err
	}
	before, now := h.held[person], d.x25519Keys()
	for _, k := range slices.SortedFunc(maps.Keys(now), compareKeys) {
		if _, ok := before[k]; !ok {
			public := now[k]
			if public == (x25519.PublicKey{}) {
				public = k.Public()
			}
			if err := h.keys.Append(slices.Concat(k[:], public[:])); err != nil {
				return err
			}
		}
	}
	h.held[person] = now
	delete(h.drawn, person)
	h.seen[person] = len(h.m.relay.accounts[person].publications)
	return nil
}

// compareKeys orders keys by their bytes, so that the same run writes the same tape.
func compareKeys(a, b x25519.PrivateKey) int { return bytes.Compare(a[:], b[:]) }

// steal returns the loot of a quantum computer: a record of 64 bytes for each key, private ‖ public, in
// the order in which they were copied, and each person's publications.
func (h *hoard) steal() (*attacks.Tape, error) {
	for _, name := range h.m.Names() {
		if err := h.look(name); err != nil {
			return nil, err
		}
	}
	loot := new(attacks.Tape)
	for record, err := range h.keys.All() {
		if err == nil {
			err = loot.Append(record)
		}
		if err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	for _, name := range h.m.relay.order {
		for _, p := range h.m.relay.accounts[name].publications {
			if err := loot.Append(p); err != nil {
				return nil, errors.Join(err, loot.Close())
			}
		}
	}
	return loot, nil
}
