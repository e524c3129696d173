package mls

import (
	"crypto/ed25519"
	"fmt"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// passive is a vector of a client that joins and follows.
type passive struct {
	Suite CipherSuite `json:"cipher_suite"`
	PSKs  []struct {
		ID  hexBytes `json:"psk_id"`
		PSK hexBytes
	} `json:"external_psks"`
	KeyPackage     hexBytes `json:"key_package"`
	SignaturePriv  hexBytes `json:"signature_priv"`
	EncryptionPriv hexBytes `json:"encryption_priv"`
	InitPriv       hexBytes `json:"init_priv"`
	Welcome        hexBytes
	Tree           *hexBytes `json:"ratchet_tree"`
	Authenticator  hexBytes  `json:"initial_epoch_authenticator"`
	Epochs         []struct {
		Proposals     []hexBytes
		Commit        hexBytes
		Authenticator hexBytes `json:"epoch_authenticator"`
	}
}

// identity returns the client, with the keys of the vector.
func (v *passive) identity(t testing.TB) *Identity {
	t.Helper()
	k, err := parseKeyPackage(v.KeyPackage)
	if err != nil {
		t.Fatal(err)
	}
	s := suites[v.Suite]
	key := ed25519.NewKeyFromSeed(v.SignaturePriv)
	b := &bundle{s, k, keyPair{v.InitPriv, k.initKey}, keyPair{v.EncryptionPriv, k.leaf.encryptionKey}, key}
	id := NewIdentity("")
	id.s.credential, id.s.key, id.s.anyLifetime = k.leaf.credential, key, true
	id.s.packages[string(k.ref())] = b
	for _, p := range v.PSKs {
		id.SetPSK(p.ID, p.PSK)
	}
	return id
}

func (v *passive) join(t testing.TB) *Group {
	t.Helper()
	var tree []byte
	if v.Tree != nil {
		tree = *v.Tree
	}
	g, err := v.identity(t).Join(v.Welcome, tree)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestVectorsPassiveClient(t *testing.T) {
	for _, name := range []string{"passive-client-welcome", "passive-client-handling-commit"} {
		for i, v := range read[passive](t, name) {
			t.Run(fmt.Sprint(name, " ", i), func(t *testing.T) {
				g := v.join(t)
				equal(t, "authenticator", g.EpochAuthenticator(), v.Authenticator)
				for _, e := range v.Epochs {
					for _, p := range e.Proposals {
						if _, err := g.Open(p); err != nil {
							t.Fatal(err)
						}
					}
					g = reloaded(t, g)
					if _, err := g.Open(e.Commit); err != nil {
						t.Fatal(err)
					}
					equal(t, "authenticator", g.EpochAuthenticator(), e.Authenticator)
				}
				reloaded(t, g)
			})
		}
	}
}

// reloaded returns the group from its own records.
func reloaded(t testing.TB, g *Group) *Group {
	t.Helper()
	b, err := g.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseGroup(g.g.id, b)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := again.MarshalBinary()
	if string(c) != string(b) {
		t.Fatal("the state changes on its way through the records")
	}
	return again
}

func TestVectorsWelcome(t *testing.T) {
	type vector struct {
		Suite      CipherSuite `json:"cipher_suite"`
		InitPriv   hexBytes    `json:"init_priv"`
		SignerPub  hexBytes    `json:"signer_pub"`
		KeyPackage hexBytes    `json:"key_package"`
		Welcome    hexBytes
	}
	for _, v := range read[vector](t, "welcome") {
		s := theSuite(t, v.Suite)
		k, err := parseKeyPackage(v.KeyPackage)
		if err != nil {
			t.Fatal(err)
		}
		m, err := parseMessage(v.Welcome)
		if err != nil {
			t.Fatal(err)
		}
		w := m.welcome
		equal(t, "reference", w.secrets[0].newMember, k.ref())
		plain, err := s.decryptWithLabel(v.InitPriv, "Welcome", w.info, w.secrets[0].secrets)
		if err != nil {
			t.Fatal(err)
		}
		var secrets groupSecrets
		decode(t, plain, secrets.read)
		member := memberSecret(secret(secrets.joiner), secret{})
		key, nonce := s.welcomeKey(member.derive("welcome"))
		if plain, err = s.newAEAD(key).Open(nil, nonce, w.info, nil); err != nil {
			t.Fatal(err)
		}
		var info groupInfo
		decode(t, plain, func(in *cryptobyte.String) bool { return info.read(in) })
		if !verifyWithLabel(v.SignerPub, "GroupInfoTBS", info.tbs(), info.signature) {
			t.Error("the signature is refused")
		}
		e := fromJoiner(secret(secrets.joiner), secret{}, info.context.add(nil))
		equal(t, "tag", mac(e.confirm, info.context.confirmed), info.confirmationTag)
	}
}
