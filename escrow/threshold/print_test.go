package threshold

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// forms are the ways in which bytes come to be printed.
func forms(b []byte) []string {
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), fmt.Sprintf("% x", b),
		fmt.Sprintf("%#v", b)[7:], decimal, strings.ReplaceAll(decimal, " ", ","), base64.StdEncoding.EncodeToString(b)[:40]}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newWorld(t, 2, 3)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	share, agent, issuer := w.shares[0], w.agents[0], w.issuer
	secrets := append(forms(share.Bytes()[3:]), forms(key.Bytes())...)
	secrets = append(secrets, forms(issuer.private.Seed())...)
	secrets = append(secrets, fmt.Sprint(share.value), fmt.Sprint(key.x)) // circl prints them backwards
	type holder struct {
		Share  Share
		Key    *Key
		Agent  *Agent
		Issuer *Issuer
		share  Share
		key    *Key
		agent  *Agent
		issuer *Issuer
	}
	for name, x := range map[string]any{
		"Share": share, "*Share": &share, "[]Share": w.shares, "Key": *key, "*Key": key,
		"Agent": deref(agent), "*Agent": agent, "[]*Agent": w.agents, "Issuer": *issuer, "*Issuer": issuer,
		"holder": holder{share, key, agent, issuer, share, key, agent, issuer}, "log": w.log,
		"error": fmt.Errorf("%v, %v, %v, %v", share, key, agent, issuer),
	} {
		var printed strings.Builder
		for _, verb := range "vsdxXqcbopUeEfFgGtT" {
			for _, flag := range []string{"", "+", "#", " "} {
				fmt.Fprintf(&printed, "%"+flag+string(verb), x)
			}
		}
		j, _ := json.Marshal(x)
		m, _ := xml.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
		all := printed.String() + string(j) + string(m) + log.String()
		for i, s := range secrets {
			if strings.Contains(all, s) {
				t.Errorf("%s prints secret %d", name, i)
			}
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
