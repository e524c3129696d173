package threshold

import (
	"fmt"
	"testing"

	"doormat/internal/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newWorld(t, 2, 3)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	share, agent, issuer := w.shares[0], w.agents[0], w.issuer
	secrets := [][]byte{share.Bytes()[3:], key.Bytes(), issuer.private.Seed()}
	for _, x := range []any{
		share, w.shares, key, agent, w.agents, issuer, w.log,
		struct {
			share  Share
			key    *Key
			agent  *Agent
			issuer *Issuer
		}{share, key, agent, issuer},
	} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	unasked := "%p" // with which fmt asks none of a struct's methods
	for _, x := range []any{share, *key, deref(agent), *issuer} {
		if leak := printed.Leak(fmt.Sprintf(unasked, x), secrets...); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	for want, x := range map[string]any{
		"threshold.Share(of agent 1)": share, "threshold.Agent(1)": agent,
		"threshold.Key(" + key.JointKey().String() + ")": key, "threshold.Issuer(none)": Issuer{}, "threshold.Key(none)": Key{},
		fmt.Sprintf("threshold.Issuer(%x…)", []byte(issuer.PublicKey()[:4])): issuer, "none": JointKey{},
	} {
		if got := fmt.Sprint(x); got != want {
			t.Errorf("prints %q, want %q", got, want)
		}
	}
}

// deref copies what p points to into an interface, lock and all, as a careless caller would.
func deref[T any](p *T) any { return *p }
