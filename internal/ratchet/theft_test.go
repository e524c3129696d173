package ratchet

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// windowOpens tries every 32 bytes of a stolen state as a message key, and as a chain key
// that stands at most ten messages before the one of envelope.
func windowOpens(state, ad, envelope []byte) bool {
	body := message{
		header: envelope[len(clearPart):][:headerSize],
		body:   envelope[len(clearPart)+headerSize:],
		ad:     append(append([]byte{}, ad...), envelope[:len(clearPart)+headerSize]...),
	}
	for i := range len(state) - 31 {
		mk, ck := messageKey(state[i:]), chainKey(state[i:])
		if _, err := mk.open(body); err == nil {
			return true
		}
		for range 10 {
			mk = ck.next()
			if _, err := mk.open(body); err == nil {
				return true
			}
		}
	}
	return false
}

// The key of a message is in neither state once it has been sealed and opened. Before,
// the test finds it.
func TestMessageKeysAreErased(t *testing.T) {
	alice, bob := talking(t)
	for _, name := range []string{"same chain", "overtaken", "next chain"} {
		senderBefore := save(alice)
		e := seal(t, alice, "text")
		if name == "overtaken" {
			send(t, alice, bob)
		}
		if name != "next chain" && (!windowOpens(senderBefore, alice.ad, e) || !windowOpens(save(bob), bob.ad, e)) {
			t.Fatalf("%s: the key is not found where it must be: the test proves nothing", name)
		}
		if windowOpens(save(alice), alice.ad, e) {
			t.Errorf("%s: the sender keeps the key", name)
		}
		opens(t, bob, e, "text")
		if windowOpens(save(bob), bob.ad, e) {
			t.Errorf("%s: the receiver keeps the key", name)
		}
		if name == "overtaken" {
			send(t, bob, alice)
		}
	}
}

// The receiver's copy, stolen at any time, opens nothing that was opened before. Of what
// comes after it opens all until the victim has made his turn and been answered, and then
// nothing more: not for a thief who only listens, and not for one who makes the victim's
// turns with him, so that nothing but the victim's new private key is missing.
func TestForwardSecrecyAndHealing(t *testing.T) {
	const turns, burst = 8, 3
	for stolenAt := range 2 * turns * burst {
		alice, bob := pair(t)
		var listener, player *Session
		var before [][]byte
		turned, answered := false, false // since the theft
		healed := 0
		for i := range 2 * turns * burst {
			if i == stolenAt {
				listener, player = clone(t, bob), clone(t, bob)
				for _, e := range before {
					refuses(t, listener, e, ErrReplay, ErrOpen)
				}
			}
			stolen := listener != nil
			if i/burst%2 == 1 {
				turned = turned || stolen && i%burst == 0
				send(t, bob, alice)
				if stolen {
					player.Seal(nil, nil, nil)
				}
				continue
			}
			answered = answered || turned
			e := seal(t, alice, fmt.Sprint(i))
			opens(t, bob, e, fmt.Sprint(i))
			before = append(before, e)
			switch {
			case answered:
				refuses(t, listener, e, ErrOpen)
				refuses(t, player, e, ErrOpen)
				healed++
			case stolen:
				opens(t, listener, e, fmt.Sprint(i))
				opens(t, player, e, fmt.Sprint(i))
			}
		}
		if stolenAt < 2*(turns-2)*burst && healed == 0 {
			t.Errorf("stolen at %d, never healed", stolenAt)
		}
	}
}

// The sender's copy opens what he goes on to seal on his chain (see Mirror), and nothing of
// the chain after, though the thief reads the answer between and makes the turn with him.
func TestSendersTheft(t *testing.T) {
	alice, bob := talking(t)
	thief := clone(t, alice)
	e := seal(t, alice, "same chain")
	opens(t, bob, e, "same chain")
	opens(t, thief.Mirror(), e, "same chain")

	e = seal(t, bob, "answer")
	opens(t, alice, e, "answer")
	opens(t, thief, e, "answer")
	seal(t, thief, "the thief's turn")
	seal(t, alice, "Alice's turn")
	refuses(t, thief.Mirror(), seal(t, alice, "next chain"), ErrReplay)
}

// The header key of a chain goes with the chain. A chain stays as long as one of its messages is
// missing, until MaxChains newer ones push it out. Until then a thief of the state reads the
// headers of what was recorded of it: numbers, and public keys.
func TestHeaderKeysAreErased(t *testing.T) {
	for _, loss := range []bool{false, true} {
		alice, bob := talking(t)
		hk := alice.hks
		holds := func() (both [2]bool) {
			for i, s := range []*Session{alice, bob} {
				both[i] = bytes.Contains(save(s), hk[:])
			}
			return both
		}
		expect := func(when string, want ...bool) {
			t.Helper()
			if got := holds(); !slices.Equal(got[:], want) {
				t.Errorf("a message is missing: %v; %s: Alice and Bob have the header key: %v, expected %v", loss, when, got, want)
			}
		}
		late := seal(t, alice, "late")
		if !loss {
			opens(t, bob, late, "late")
		}
		send(t, alice, bob)
		expect("on the chain", true, true)
		send(t, bob, alice)
		expect("after a turn", true, true)
		send(t, alice, bob)
		expect("on the next chain", false, loss)
		for range 3 {
			send(t, bob, alice)
			send(t, alice, bob)
		}
		expect("later", false, loss)
		if !loss {
			continue
		}
		arrived := clone(t, bob)
		opens(t, arrived, late, "late")
		if bytes.Contains(save(arrived), hk[:]) {
			t.Error("the header key stays when the message has arrived")
		}
		for i := range MaxChains - 1 { // the current one counts
			expect(fmt.Sprint("after ", i, " newer chains with losses"), false, true)
			seal(t, alice, "lost as well")
			send(t, alice, bob)
			send(t, bob, alice)
			send(t, alice, bob)
		}
		expect("after all of them", false, false)
	}
}
