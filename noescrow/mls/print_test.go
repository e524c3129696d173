package mls

import (
	"testing"
	"time"

	"doormat/internal/testing/printed"
)

// Nothing that a program prints by accident holds a secret.
func TestSecretsAreNotPrinted(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	g, id := r.members[0].Group, r.members[0].id
	id.SetPSK([]byte("id"), []byte("a psk that is secret"))
	r.members[0].keyPackage(X25519AES128)
	authority := NewAuthority("name", time.Now(), time.Now().Add(time.Hour))
	secrets := [][]byte{id.s.key.Seed(), id.s.psks["id"], g.g.secrets.init[:], g.g.secrets.exporter[:], g.g.signer.Seed(), g.g.private[0].private, authority.key.Seed()}
	for _, b := range id.s.packages {
		secrets = append(secrets, b.init.private, b.leaf.private)
	}
	type holder struct {
		g *Group
		i *Identity
		a *Authority
	}
	proposal := ExternalPSK([]byte("id"))
	for _, x := range []any{g, id, authority, *authority, proposal, &proposal, struct{ G *Group }{g}, holder{g, id, authority}, []any{g, id}} {
		for _, s := range secrets {
			if leak := printed.Leak(x, s); leak != "" {
				t.Errorf("%T: %s", x, leak)
			}
		}
	}
	if leak := printed.Leak(struct{ S []byte }{secrets[0]}, secrets[0]); leak == "" {
		t.Error("the control shows nothing")
	}
}
