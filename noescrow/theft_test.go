package noescrow

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"testing"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
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
			d.Forget(a.Identity())
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
					refuses(t, thief(), e, ErrPrekey)
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

// What becomes of twenty messages of a device that went back, by how far it went.
func TestRollbackOfTheSender(t *testing.T) {
	for _, test := range []struct {
		name                  string
		since                 func(a, b *Device)
		replays, opens, fails int
	}{
		{"on its chain", func(a, b *Device) {
			send(t, a, b, "one")
			send(t, a, b, "two")
			send(t, a, b, "three")
		}, 3, 17, 0},
		{"behind its chain's beginning", func(a, b *Device) { send(t, a, b, "one") }, 20, 0, 0},
		{"behind another turn", func(a, b *Device) {
			send(t, a, b, "one")
			send(t, b, a, "turn")
			send(t, a, b, "two")
		}, 0, 0, 20},
	} {
		a, b := talking(t) // it is a's turn
		if test.name == "on its chain" {
			send(t, a, b, "the turn is made")
		}
		old := clone(t, a)
		test.since(a, b)
		var replays, opened, failed int
		for range 20 {
			switch _, _, err := b.Open(seal(t, old, b, "again"), nil); {
			case err == nil:
				opened++
			case errors.Is(err, ErrReplay):
				replays++
			case errors.Is(err, ErrOpen):
				failed++
			}
		}
		if replays != test.replays || opened != test.opens || failed != test.fails {
			t.Errorf("%s: %d replays, %d open, %d do not", test.name, replays, opened, failed)
		}
		start(t, b, old) // one Start by the peer
		send(t, b, old, "you have gone back")
		send(t, old, b, "so I have")
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

// A device that went back to before some Starts of its own or its peer's. One Start by the peer
// mends it, or one more by the device than it has lost: the last of these counts as newer.
func TestRestartAfterRollback(t *testing.T) {
	for lost := range 4 {
		for _, byPeer := range []bool{true, false} {
			a, b := talking(t)
			old := clone(t, a)
			for i := range lost {
				x, y := a, b
				if i%2 == 1 {
					x, y = b, a
				}
				start(t, x, y)
				send(t, x, y, "x")
				send(t, y, x, "y")
			}
			if lost == 0 {
				for range 3 {
					send(t, a, b, "x")
					send(t, b, a, "y")
				}
			}
			refusesAny(t, old, seal(t, b, old, "from the future"), "a new chain")
			if byPeer {
				start(t, b, old)
				send(t, b, old, "anew")
				send(t, old, b, "anew")
				continue
			}
			for i := range lost + 1 {
				start(t, old, b)
				send(t, old, b, "anew") // b reads it in any case
				e := seal(t, b, old, "anew")
				switch {
				case i == lost:
					opens(t, old, b, e, "anew")
				case i < lost-1:
					refuses(t, old, e, ErrOpen)
				}
			}
		}
	}
}

// An envelope made with a prekey that its recipient has lost by going back, or has let go, does not
// accuse its sender of a replay.
func TestUnknownPrekey(t *testing.T) {
	b := NewDevice()
	old := clone(t, b)
	relay := shelf(t, b, 1)
	a, c := NewDevice(), NewDevice()
	startFrom(t, a, b, relay.Bundle()) // with one-time prekeys
	startFrom(t, c, b, relay.Bundle()) // with the last resort
	fromA, fromC := seal(t, a, b, "text"), seal(t, c, b, "text")
	refuses(t, old, fromA, ErrPrekey)
	opens(t, old, c, fromC, "text")

	b.Rotate()
	opens(t, clone(t, b), a, fromA, "text")
	b.Rotate()
	refuses(t, b, fromA, ErrPrekey)
	refuses(t, b, fromC, ErrPrekey)
	for range 2 { // the first has the same number as the session that c has started
		start(t, b, c)
		send(t, b, c, "I cannot read you")
	}
	send(t, c, b, "text")
}

// impersonate begins a session with the device that stolen is a copy of, in anybody's name. Of the
// handshake's secrets only DH(IK_A, SPK_B) takes a key of the initiator's, or SPK_B's private half.
func impersonate(t *testing.T, stolen *Device, as Identity, number uint32, text string) (envelope []byte, s *ratchet.Session) {
	t.Helper()
	bundle, err := parseBundle(shelf(t, stolen, 0).Bundle())
	if err != nil {
		t.Fatal(err)
	}
	_, _, in, err := pqxdh.Initiate(stolen.s.identity, bundle) // for EK_A and CT
	if err != nil {
		t.Fatal(err)
	}
	private, err := stolen.s.prekeys.find(stolen.s.identity, in)
	if err != nil {
		t.Fatal(err)
	}
	sk, ad, err := pqxdh.Respond(private, x25519.PublicKey(as), in)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = ratchet.NewInitiator(sk, ad, bundle.Signed.Key); err != nil {
		t.Fatal(err)
	}
	e := envelopeHead{from: as, to: stolen.Identity(), initial: in, number: number}
	envelope, err = s.Seal(e.clearPart(0), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return envelope, s
}

// A copy of Bob's state writes to Bob as Alice, and takes his answers. The second Rotate ends that,
// and a Start by Bob, not by Alice, the session that has begun so.
func TestKeyCompromiseImpersonation(t *testing.T) {
	alice, bob := talking(t)
	stolen := clone(t, bob)
	const number = 1000 // the thief takes what he likes
	forged, session := impersonate(t, stolen, alice.Identity(), number, "it is me, Alice")
	opens(t, bob, alice, forged, "it is me, Alice")

	answer := seal(t, bob, alice, "what is it?")
	if text, err := session.Open(answer, clearOrdinary, nil); err != nil || string(text) != "what is it?" {
		t.Errorf("the thief reads %q, %v", text, err)
	}
	refuses(t, alice, answer, ErrOpen) // what Alice can notice
	send(t, alice, bob, "it is me, Alice, indeed")

	start(t, alice, bob)
	send(t, alice, bob, "let us begin anew")
	refuses(t, alice, seal(t, bob, alice, "yes"), ErrOpen) // that went to the thief
	start(t, bob, alice)
	send(t, bob, alice, "let us begin anew")
	send(t, alice, bob, "yes")
	e := seal(t, bob, alice, "good")
	if text, err := session.Open(e, clearOrdinary, nil); err == nil {
		t.Errorf("the thief reads %q", text)
	}
	opens(t, alice, bob, e, "good")

	for rotations := range 3 {
		forged, _ := impersonate(t, clone(t, stolen), alice.Identity(), 2000, "it is me again")
		if rotations < 2 {
			opens(t, clone(t, bob), alice, forged, "it is me again")
		} else {
			refuses(t, bob, forged, ErrPrekey)
		}
		bob.Rotate()
	}
}
