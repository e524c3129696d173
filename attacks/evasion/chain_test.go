package evasion

import (
	"crypto/subtle"
	"testing"

	"doormat/noescrow"
)

// Two directions that count by one chain show the difference of their texts on the wire. Two chains do not.
func TestChainCountsOnce(t *testing.T) {
	ana, ben := noescrow.Identity{1}, noescrow.Identity{2}
	const there, back = "at the old bridge, at six", "the bridge is watched, no"
	difference := func(a, b Chain) string {
		out := make([]byte, len(there))
		subtle.XORBytes(out, Body(a.Coins(7), ana, ben, there)[:len(out)], Body(b.Coins(7), ben, ana, back)[:len(out)])
		subtle.XORBytes(out, out, []byte(there))
		return string(out)
	}
	one := NewChain()
	if got := difference(one, one); got != back {
		t.Errorf("the wire shows %q", got)
	}
	if difference(one, NewChain()) == back {
		t.Error("two chains have one key")
	}
}
