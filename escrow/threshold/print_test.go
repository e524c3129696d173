package threshold

import (
	"fmt"
	"testing"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newWorld(t, 2, 3)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	share, agent, issuer := w.shares[0], w.agents[0], w.issuer
	secrets := [][]byte{share.RecoveryKey()[3:], key.RecoveryKey(), issuer.private.Seed()}
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

// No error quotes a secret that a function was given, in its own place or in another's.
func TestErrorsShowNoSecrets(t *testing.T) {
	w := newWorld(t, 2, 3)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	r := w.request(t, warrant, e, monday)
	partial := w.answers(t, r)[0]
	x, share, seed := key.RecoveryKey(), w.shares[0].RecoveryKey(), w.issuer.private.Seed()
	secrets := [][]byte{x, share[3:], seed, []byte(text)}

	moved := newShare(2, w.shares[0].value)
	bad := map[string]error{
		"ParseKey, a byte more":     second(ParseKey(append(x, 0))),
		"ParseKey, a share":         second(ParseKey(share)),
		"ParseKey, not below order": second(ParseKey(append(seed[:31:31], 0xff))),
		"ParseShare, a byte more":   second(ParseShare(append(share, 0))),
		"ParseShare, a byte fewer":  second(ParseShare(share[:34])),
		"ParseShare, a key":         second(ParseShare(x)),
		"ParseAgents":               second(ParseAgents(share)),
		"ParseJointKey":             second(ParseJointKey(append(x, 0))),
		"ParseWarrant":              second(ParseWarrant(x, w.issuer.PublicKey())),
		"ParseUse":                  second(ParseUse(seed)),
		"NewReader":                 second(NewReader(string(seed))),
		"NewAgent, another's share": second(NewAgent(w.Agents, moved, w.issuer.PublicKey(), w.log.Key())),
		"NewAgent, a short key":     second(NewAgent(w.Agents, w.shares[0], seed[:31], w.log.Key())),
		"NewAgent, the log's key":   second(NewAgent(w.Agents, w.shares[0], w.issuer.PublicKey(), string(x))),
		"CheckShare":                w.CheckShare(moved),
		"RecoverKey":                second(RecoverKey(moved, moved)),
		"Unwrap":                    second(key.Unwrap(x)),
		"Describe":                  second(Describe(share, monday)),
		"NewUse":                    second(NewUse(share, r.Message)),
		"CheckPartial":              w.CheckPartial(warrant, r.Message, share),
		"Follow":                    w.agents[0].Follow(seed, nil),
	}
	_, _, _, bad["Key.Recover"] = key.Recover(x)
	_, _, _, bad["Recover"] = w.Recover(warrant, e, monday, partial, share)
	_, _, _, bad["Recover, too few"] = w.Recover(warrant, e, monday, partial)
	for name, err := range bad {
		if err == nil {
			t.Errorf("%s does not fail", name)
		} else if leak := printed.Leak(err, secrets...); leak != "" {
			t.Errorf("%s: %s", name, leak)
		}
	}
}

// deref copies what p points to into an interface, lock and all, as a careless caller would.
func deref[T any](p *T) any { return *p }
