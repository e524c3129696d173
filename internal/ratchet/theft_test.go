package ratchet

import (
	"fmt"
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
	refuses(t, thief.Mirror(), seal(t, alice, "next chain"), ErrOpen)
}
