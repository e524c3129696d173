package noescrow

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"slices"
	"testing"

	"doormat/internal/x25519"
)

// A device's copy, stolen after any message, opens nothing that was opened before. Of what
// is sent to the victim afterwards it opens all until the victim's next turn has been
// answered, and then nothing more: not for a thief who only listens, and not for one who
// makes the victim's turns with him. (That a device refuses to open says little of what its
// bytes would give away: TestMessageKeysAreErased in internal/ratchet searches them.)
func TestForwardSecrecyAndHealing(t *testing.T) {
	const turns, burst = 5, 2
	for stolenAt := range 2 * turns * burst {
		peer, victim := pair(t)
		var listener, player *Device
		var before [][]byte
		turned, answered := false, false // since the theft
		healed := 0
		for i := range 2 * turns * burst {
			text := fmt.Sprint("message ", i)
			if i == stolenAt {
				listener, player = clone(t, victim), clone(t, victim)
				for _, e := range before {
					refusesAny(t, listener, e, "an old message")
				}
			}
			stolen := listener != nil
			if i/burst%2 == 1 {
				turned = turned || stolen && i%burst == 0
				send(t, victim, peer, text)
				if stolen {
					seal(t, player, peer, text)
				}
				continue
			}
			answered = answered || turned
			e := seal(t, peer, victim, text)
			opens(t, victim, peer, e, text)
			before = append(before, e)
			switch {
			case answered:
				refuses(t, listener, e, ErrOpen)
				refuses(t, player, e, ErrOpen)
				healed++
			case stolen:
				opens(t, listener, peer, e, text)
				opens(t, player, peer, e, text)
			}
		}
		if stolenAt < 2*(turns-2)*burst && healed == 0 {
			t.Errorf("stolen at %d, never healed", stolenAt)
		}
	}
}

// A late message's key is kept for it, and a thief finds it. It goes with the message.
func TestForwardSecrecyOfLateMessages(t *testing.T) {
	a, b := talking(t)
	late := seal(t, a, b, "late")
	send(t, a, b, "on time")
	opens(t, clone(t, b), a, late, "late")
	opens(t, b, a, late, "late")
	refuses(t, clone(t, b), late, ErrReplay)
}

// Two conversations of one device heal apart from each other.
func TestHealingIsByPeer(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	start(t, a, c)
	send(t, a, c, "hello")
	send(t, c, a, "hello yourself")
	thief := clone(t, a)
	send(t, a, b, "turn")
	seal(t, thief, b, "turn")
	refuses(t, thief, seal(t, b, a, "healed"), ErrOpen)
	opens(t, thief, c, seal(t, c, a, "not healed"), "not healed")
}

// First messages that had arrived are safe from a later thief if they used a one-time prekey of
// either kind. If they used none, he has all private keys, and only the record of replays
// in his way, which he strikes out; they are safe after the second Rotate.
func TestForwardSecrecyOfFirstMessages(t *testing.T) {
	for _, test := range []struct {
		name       string
		curve, kem int
		safe       bool
	}{{"both", 1, 1, true}, {"X25519", 1, 0, true}, {"KEM", 0, 1, true}, {"neither", 0, 0, false}} {
		a, b := NewDevice(), NewDevice()
		relay := shelf(t, b, 1)
		relay.p.curve, relay.p.kem = relay.p.curve[:test.curve], relay.p.kem[:test.kem]
		startFrom(t, a, b, relay.Bundle())
		first, second := seal(t, a, b, "first"), seal(t, a, b, "second")
		opens(t, b, a, first, "first")
		opens(t, b, a, second, "second")
		send(t, b, a, "answer")
		send(t, a, b, "turn")

		thief := func() *Device {
			d := clone(t, b)
			d.s.peers = map[Identity][]*session{}
			for _, g := range []*generation{&d.s.prekeys.current, d.s.prekeys.previous} {
				if g != nil {
					clear(g.seen)
				}
			}
			return d
		}
		for rotations := range 3 {
			for text, e := range map[string][]byte{"first": first, "second": second} {
				if test.safe || rotations == 2 {
					refuses(t, thief(), e, ErrReplay)
				} else {
					opens(t, thief(), a, e, text)
				}
			}
			b.Rotate()
		}
	}
}

// Private keys leave the state with their use: one-time prekeys, and the ephemeral key.
func TestUsedKeysAreErased(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	bundle := shelf(t, b, 1).Bundle()
	curve, kem := b.s.prekeys.curve[0].key, b.s.prekeys.kem[0].seed
	if state := save(t, b); !bytes.Contains(state, curve[:]) || !bytes.Contains(state, kem[:]) {
		t.Fatal("the one-time prekeys are not where they must be: the test proves nothing")
	}
	startFrom(t, a, b, bundle)
	started := save(t, a)
	e := seal(t, a, b, "text")
	opens(t, b, a, e, "text")
	if state := save(t, b); bytes.Contains(state, curve[:]) || bytes.Contains(state, kem[:]) {
		t.Error("a one-time prekey is in the state after its use")
	}

	parsed, err := parseEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	if !holdsPrivate(started, x25519.PublicKey(a.Identity())) {
		t.Fatal("the identity key is not found: the test proves nothing")
	}
	for _, state := range [][]byte{started, save(t, a)} {
		if holdsPrivate(state, parsed.initial.Ephemeral) {
			t.Error("the ephemeral private key is in the state")
		}
	}
}

// holdsPrivate tries every 32 bytes of state as the private key of p.
func holdsPrivate(state []byte, p x25519.PublicKey) bool {
	for i := range len(state) - 31 {
		if x25519.PrivateKey(state[i:]).Public() == p {
			return true
		}
	}
	return false
}

// Rotate lets go of the private prekeys of the generation before the last.
func TestRotatedKeysAreErased(t *testing.T) {
	d := NewDevice()
	g := d.s.prekeys.current
	holds := func() bool {
		state := save(t, d)
		return bytes.Contains(state, g.signed.key[:]) || bytes.Contains(state, g.lastResort.seed[:])
	}
	var held []bool
	for range 3 {
		held = append(held, holds())
		d.Rotate()
	}
	if !slices.Equal(held, []bool{true, true, false}) {
		t.Errorf("before and after each Rotate the old prekeys are in the state: %v", held)
	}
}

// A device that was restored from a backup seals with message keys that were used before.
// That must not lay bare the two texts, and the peer notices.
func TestRollback(t *testing.T) {
	for _, kind := range []string{"initial", "ordinary"} {
		a, b := pair(t)
		if kind == "ordinary" {
			a, b = talking(t)
			send(t, a, b, "the turn is made")
		}
		old := clone(t, a)
		one, two := bytes.Repeat([]byte{'1'}, 100), bytes.Repeat([]byte{'2'}, 100)
		e1, e2 := seal(t, a, b, string(one)), seal(t, old, b, string(two))
		body := len(e1) - 128 - 16
		plain, cipher := make([]byte, 100), make([]byte, 100)
		subtle.XORBytes(plain, one, two)
		subtle.XORBytes(cipher, e1[body:][:100], e2[body:])
		if bytes.Equal(plain, cipher) {
			t.Errorf("%s: one keystream is used for two texts", kind)
		}
		opens(t, b, a, e1, string(one))
		refuses(t, b, e2, ErrReplay)
	}
}

// A receiver that was restored opens what he had opened since, and no more goes wrong.
func TestRollbackOfTheReceiver(t *testing.T) {
	a, b := talking(t)
	old := clone(t, b)
	e := seal(t, a, b, "text")
	opens(t, b, a, e, "text")
	opens(t, old, a, e, "text")
	send(t, a, old, "goes on")
}

// After both went back to old states, nothing opens any more, and Start makes it good.
func TestRestartAfterRollback(t *testing.T) {
	a, b := talking(t)
	old := clone(t, a)
	for range 3 {
		send(t, a, b, "x")
		send(t, b, a, "y")
	}
	refusesAny(t, b, seal(t, old, b, "from the past"), "an old chain")
	refusesAny(t, old, seal(t, b, old, "from the future"), "a new chain")
	start(t, old, b)
	send(t, old, b, "anew")
	send(t, b, old, "anew")
}
