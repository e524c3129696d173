package mls

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/testing/vectors"
)

// The vectors are those of mlswg/mls-implementations at commit cfd4502 (23 April 2026), of which
// testdata/vectors has what is of suites 1 and 3, and every third of messages.json. Contents are as
// published, in minified JSON.

type hexBytes = vectors.Bytes

// read reads a file of vectors.
func read[T any](t testing.TB, name string) (cases []T) {
	t.Helper()
	f, err := os.Open("testdata/vectors/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no vectors")
	}
	return cases
}

func equal(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got %x, want %x", what, got, want)
	}
}

// decode reads a whole value.
func decode(t *testing.T, b []byte, read func(*cryptobyte.String) bool) {
	t.Helper()
	if s := cryptobyte.String(b); !read(&s) || !s.Empty() {
		t.Fatalf("does not decode: %x", b)
	}
}

func theSuite(t *testing.T, id CipherSuite) *suite {
	t.Helper()
	s, err := suiteOf(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVectorsDeserialization(t *testing.T) {
	type vector struct {
		Header hexBytes `json:"vlbytes_header"`
		Length int
	}
	for _, v := range read[vector](t, "deserialization") {
		s, n := cryptobyte.String(v.Header), 0
		if !readHeader(&s, &n) || n != v.Length || !s.Empty() {
			t.Errorf("%x: got %d, want %d", v.Header, n, v.Length)
		}
		equal(t, "header", addHeader(nil, v.Length), v.Header)
	}
}

func TestHeaderMustBeShortest(t *testing.T) {
	for _, long := range [][]byte{{0x40, 0x00}, {0x40, 0x3f}, {0x80, 0, 0, 0}, {0x80, 0, 0x3f, 0xff}, {0xc0, 0, 0, 0, 0, 0, 0, 64}, {0x40}, {}} {
		s, n := cryptobyte.String(long), 0
		if readHeader(&s, &n) {
			t.Errorf("%x is taken for %d", long, n)
		}
	}
}

func TestVectorsTreeMath(t *testing.T) {
	type vector struct {
		Leaves                       uint32 `json:"n_leaves"`
		Nodes                        int    `json:"n_nodes"`
		Root                         uint32
		Left, Right, Parent, Sibling []*uint32
	}
	for _, v := range read[vector](t, "tree-math") {
		tree := newTree(v.Leaves)
		if len(tree.nodes) != v.Nodes || tree.root() != v.Root {
			t.Errorf("%d leaves: %d nodes, root %d", v.Leaves, len(tree.nodes), tree.root())
		}
		for x := range uint32(v.Nodes) {
			for _, c := range []struct {
				want *uint32
				f    func(uint32) uint32
			}{{v.Left[x], left}, {v.Right[x], right}, {v.Parent[x], parentOf}, {v.Sibling[x], siblingOf}} {
				if c.want != nil && c.f(x) != *c.want {
					t.Errorf("%d leaves, node %d: got %d, want %d", v.Leaves, x, c.f(x), *c.want)
				}
			}
		}
	}
}

func TestVectorsCryptoBasics(t *testing.T) {
	type vector struct {
		Suite CipherSuite `json:"cipher_suite"`
		Ref   struct {
			Label      string
			Out, Value hexBytes
		} `json:"ref_hash"`
		Expand struct {
			Secret, Context, Out hexBytes
			Label                string
			Length               int
		} `json:"expand_with_label"`
		Derive struct {
			Secret, Out hexBytes
			Label       string
		} `json:"derive_secret"`
		Tree struct {
			Secret, Out hexBytes
			Label       string
			Generation  uint32
			Length      int
		} `json:"derive_tree_secret"`
		Sign struct {
			Priv, Pub, Content, Signature hexBytes
			Label                         string
		} `json:"sign_with_label"`
		Encrypt struct {
			Priv, Pub, Context, Plaintext, Ciphertext hexBytes
			Label                                     string
			KEMOutput                                 hexBytes `json:"kem_output"`
		} `json:"encrypt_with_label"`
	}
	for _, v := range read[vector](t, "crypto-basics") {
		s := theSuite(t, v.Suite)
		equal(t, "RefHash", refHash(v.Ref.Label, v.Ref.Value), v.Ref.Out)
		equal(t, "ExpandWithLabel", expandWithLabel(v.Expand.Secret, v.Expand.Label, v.Expand.Context, v.Expand.Length), v.Expand.Out)
		derived := secret(v.Derive.Secret).derive(v.Derive.Label)
		equal(t, "DeriveSecret", derived[:], v.Derive.Out)
		equal(t, "DeriveTreeSecret", secret(v.Tree.Secret).deriveTree(v.Tree.Label, v.Tree.Generation, v.Tree.Length), v.Tree.Out)
		key := ed25519.NewKeyFromSeed(v.Sign.Priv)
		equal(t, "signature key", key.Public().(ed25519.PublicKey), v.Sign.Pub)
		equal(t, "SignWithLabel", signWithLabel(key, v.Sign.Label, v.Sign.Content), v.Sign.Signature)
		if !verifyWithLabel(v.Sign.Pub, v.Sign.Label, v.Sign.Content, v.Sign.Signature) {
			t.Error("VerifyWithLabel refuses")
		}
		e := v.Encrypt
		plain, err := s.decryptWithLabel(e.Priv, e.Label, e.Context, hpkeCiphertext{e.KEMOutput, e.Ciphertext})
		if err != nil {
			t.Error(err)
		}
		equal(t, "DecryptWithLabel", plain, e.Plaintext)
		c, err := s.encryptWithLabel(e.Pub, e.Label, e.Context, e.Plaintext)
		if err != nil {
			t.Fatal(err)
		}
		plain, err = s.decryptWithLabel(e.Priv, e.Label, e.Context, c)
		if err != nil {
			t.Error(err)
		}
		equal(t, "EncryptWithLabel", plain, e.Plaintext)
	}
}

// What the sender here seals, crypto/hpke opens, in every suite, under a context of any length.
func TestSealEqualsCryptoHPKE(t *testing.T) {
	for _, id := range allSuites {
		s := theSuite(t, id)
		k := s.newKeyPair()
		for _, n := range []int{0, 1, 150, 100_000} {
			context, text := make([]byte, n), vectors.Counting(1, n%77)
			info := s.prepare("Welcome", context)
			for range 2 {
				c, err := info.seal(k.public, text)
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.decryptWithLabel(k.private, "Welcome", context, c)
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("suite %d: %x, %v", id, got, err)
				}
			}
		}
		for _, bad := range [][]byte{nil, k.public[1:], make([]byte, 32), append(k.public[:len(k.public):len(k.public)], 0)} {
			if _, err := s.prepare("x", nil).seal(bad, nil); err == nil {
				t.Errorf("suite %d: a key of %d bytes", id, len(bad))
			}
		}
		if id != XWingAES128Experimental { // a key with the high bit set, as others may send it
			c, err := s.prepare("x", nil).seal(highBit(k.public), nil)
			if err != nil || len(c.kemOutput) != 32 {
				t.Error(err)
			}
		}
	}
}

func TestVectorsKeySchedule(t *testing.T) {
	type vector struct {
		Suite   CipherSuite `json:"cipher_suite"`
		GroupID hexBytes    `json:"group_id"`
		Init    hexBytes    `json:"initial_init_secret"`
		Epochs  []struct {
			TreeHash       hexBytes `json:"tree_hash"`
			CommitSecret   hexBytes `json:"commit_secret"`
			PSK            hexBytes `json:"psk_secret"`
			Confirmed      hexBytes `json:"confirmed_transcript_hash"`
			Context        hexBytes `json:"group_context"`
			Joiner         hexBytes `json:"joiner_secret"`
			Welcome        hexBytes `json:"welcome_secret"`
			Init           hexBytes `json:"init_secret"`
			SenderData     hexBytes `json:"sender_data_secret"`
			Encryption     hexBytes `json:"encryption_secret"`
			Exporter       hexBytes `json:"exporter_secret"`
			Authentication hexBytes `json:"epoch_authenticator"`
			External       hexBytes `json:"external_secret"`
			Confirm        hexBytes `json:"confirmation_key"`
			Membership     hexBytes `json:"membership_key"`
			Resumption     hexBytes `json:"resumption_psk"`
			ExternalPub    hexBytes `json:"external_pub"`
			Export         struct {
				Label           string
				Context, Secret hexBytes
				Length          int
			} `json:"exporter"`
		}
	}
	for _, v := range read[vector](t, "key-schedule") {
		s := theSuite(t, v.Suite)
		init := secret(v.Init)
		for i, e := range v.Epochs {
			g := groupContext{mls10, v.Suite, v.GroupID, uint64(i), e.TreeHash, e.Confirmed, nil}
			context := g.add(nil)
			equal(t, "GroupContext", context, e.Context)
			got := nextEpoch(init, secret(e.CommitSecret), secret(e.PSK), context)
			for _, c := range []struct {
				name string
				got  secret
				want hexBytes
			}{
				{"joiner", got.joiner, e.Joiner}, {"welcome", got.welcome, e.Welcome}, {"init", got.init, e.Init},
				{"sender data", got.senderData, e.SenderData}, {"encryption", got.encryption, e.Encryption},
				{"exporter", got.exporter, e.Exporter}, {"authentication", got.authentication, e.Authentication},
				{"external", got.external, e.External}, {"confirm", got.confirm, e.Confirm},
				{"membership", got.membership, e.Membership}, {"resumption", got.resumption, e.Resumption},
			} {
				equal(t, c.name, c.got[:], c.want)
			}
			equal(t, "external_pub", s.deriveKeyPair(got.external).public, e.ExternalPub)
			equal(t, "exported", got.export(e.Export.Label, e.Export.Context, e.Export.Length), e.Export.Secret)
			init = got.init
		}
	}
}

func TestVectorsPSKSecret(t *testing.T) {
	type vector struct {
		PSKs []struct {
			ID    hexBytes `json:"psk_id"`
			PSK   hexBytes
			Nonce hexBytes `json:"psk_nonce"`
		}
		Secret hexBytes `json:"psk_secret"`
	}
	for _, v := range read[vector](t, "psk_secret") {
		var ids []pskID
		var psks [][]byte
		for _, p := range v.PSKs {
			ids = append(ids, pskID{kind: pskExternal, id: p.ID, nonce: p.Nonce})
			psks = append(psks, p.PSK)
		}
		got := pskSecret(ids, psks)
		equal(t, fmt.Sprint(len(ids), " PSKs"), got[:], v.Secret)
	}
}

func TestVectorsSecretTree(t *testing.T) {
	type vector struct {
		Suite      CipherSuite `json:"cipher_suite"`
		Encryption hexBytes    `json:"encryption_secret"`
		SenderData struct {
			Secret                 hexBytes `json:"sender_data_secret"`
			Ciphertext, Key, Nonce hexBytes
		} `json:"sender_data"`
		Leaves [][]struct {
			Generation       uint32
			ApplicationKey   hexBytes `json:"application_key"`
			ApplicationNonce hexBytes `json:"application_nonce"`
			HandshakeKey     hexBytes `json:"handshake_key"`
			HandshakeNonce   hexBytes `json:"handshake_nonce"`
		}
	}
	for _, v := range read[vector](t, "secret-tree") {
		s := theSuite(t, v.Suite)
		e := epochKeys{suite: s, senderData: secret(v.SenderData.Secret)}
		key, nonce := e.senderDataKey(v.SenderData.Ciphertext)
		equal(t, "sender data key", key, v.SenderData.Key)
		equal(t, "sender data nonce", nonce, v.SenderData.Nonce)
		tree := newSecretTree(secret(v.Encryption), uint32(len(v.Leaves)), s.nk)
		for leaf, generations := range v.Leaves {
			for _, g := range generations {
				for which, want := range [][2]hexBytes{{g.HandshakeKey, g.HandshakeNonce}, {g.ApplicationKey, g.ApplicationNonce}} {
					u, err := tree.key(uint32(leaf), which, g.Generation, MaxForward)
					if err != nil {
						t.Fatal(err)
					}
					equal(t, "key", u.messageKey.key, want[0])
					equal(t, "nonce", u.nonce, want[1])
					u.done(func(storedKey) {})
					if _, err := tree.key(uint32(leaf), which, g.Generation, MaxForward); err != errUsed {
						t.Errorf("the same again: %v", err)
					}
				}
			}
		}
		if len(tree.nodes) != 0 {
			t.Errorf("%d nodes are left", len(tree.nodes))
		}
	}
}

func TestVectorsTranscriptHashes(t *testing.T) {
	type vector struct {
		ConfirmationKey hexBytes `json:"confirmation_key"`
		Content         hexBytes `json:"authenticated_content"`
		Before          hexBytes `json:"interim_transcript_hash_before"`
		Confirmed       hexBytes `json:"confirmed_transcript_hash_after"`
		After           hexBytes `json:"interim_transcript_hash_after"`
	}
	for _, v := range read[vector](t, "transcript-hashes") {
		var a authenticatedContent
		decode(t, v.Content, a.read)
		equal(t, "again", a.add(nil), v.Content)
		equal(t, "confirmed", confirmedHash(v.Before, &a), v.Confirmed)
		equal(t, "interim", interimHash(v.Confirmed, a.confirmationTag), v.After)
		equal(t, "tag", mac(secret(v.ConfirmationKey), v.Confirmed), a.confirmationTag)
	}
}

func TestVectorsMessages(t *testing.T) {
	// One decoder for each kind of vector.
	whole := func(x interface {
		read(*cryptobyte.String) bool
		add([]byte) []byte
	}) [2]any {
		return [2]any{x.read, x.add}
	}
	for i, v := range read[map[string]hexBytes](t, "messages") {
		if len(v) != 17 {
			t.Fatalf("case %d: %d messages", i, len(v))
		}
		for name, b := range v {
			var codec [2]any
			extensions := []Extension(nil)
			switch p := new(proposal); name {
			case "mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
				"public_message_proposal", "public_message_commit", "private_message":
				codec = whole(new(mlsMessage))
			case "ratchet_tree":
				codec = whole(new(ratchetTree))
			case "group_secrets":
				codec = whole(new(groupSecrets))
			case "commit":
				codec = whole(new(commit))
			case "add_proposal":
				codec = whole(new(keyPackage))
			case "update_proposal":
				codec = whole(new(leafNode))
			case "remove_proposal":
				codec = [2]any{func(s *cryptobyte.String) bool { return s.ReadUint32(&p.removed) },
					func(b []byte) []byte { return addUint32(b, p.removed) }}
			case "pre_shared_key_proposal":
				codec = whole(&p.psk)
			case "re_init_proposal":
				codec = whole(&p.reInit)
			case "external_init_proposal":
				codec = [2]any{func(s *cryptobyte.String) bool { return readV(s, &p.kemOutput) },
					func(b []byte) []byte { return addV(b, p.kemOutput) }}
			case "group_context_extensions_proposal":
				codec = [2]any{func(s *cryptobyte.String) bool { return readExtensions(s, &extensions) },
					func(b []byte) []byte { return addExtensions(b, extensions) }}
			default:
				t.Fatalf("unknown: %s", name)
			}
			decode(t, b, codec[0].(func(*cryptobyte.String) bool))
			equal(t, fmt.Sprint(i, " ", name), codec[1].(func([]byte) []byte)(nil), b)
		}
	}
}

func TestVectorsMessageProtection(t *testing.T) {
	type vector struct {
		Suite          CipherSuite `json:"cipher_suite"`
		GroupID        hexBytes    `json:"group_id"`
		Epoch          uint64
		TreeHash       hexBytes `json:"tree_hash"`
		Confirmed      hexBytes `json:"confirmed_transcript_hash"`
		SignaturePriv  hexBytes `json:"signature_priv"`
		SignaturePub   hexBytes `json:"signature_pub"`
		Encryption     hexBytes `json:"encryption_secret"`
		SenderData     hexBytes `json:"sender_data_secret"`
		Membership     hexBytes `json:"membership_key"`
		Proposal       hexBytes
		ProposalPriv   hexBytes `json:"proposal_priv"`
		ProposalPub    hexBytes `json:"proposal_pub"`
		Commit         hexBytes
		CommitPriv     hexBytes `json:"commit_priv"`
		CommitPub      hexBytes `json:"commit_pub"`
		Application    hexBytes
		ApplicationPrv hexBytes `json:"application_priv"`
	}
	for _, v := range read[vector](t, "message-protection") {
		s := theSuite(t, v.Suite)
		context := groupContext{mls10, v.Suite, v.GroupID, v.Epoch, v.TreeHash, v.Confirmed, nil}
		key := ed25519.NewKeyFromSeed(v.SignaturePriv)
		keys := func() *epochKeys {
			return &epochKeys{suite: s, context: context.add(nil), groupID: v.GroupID, epoch: v.Epoch,
				senderData: secret(v.SenderData), membership: secret(v.Membership),
				secrets: newSecretTree(secret(v.Encryption), 2, s.nk), members: []memberKey{{}, {key: v.SignaturePub}}}
		}
		unprotect := func(what string, message, want []byte) *authenticatedContent {
			t.Helper()
			m, err := parseMessage(message)
			if err != nil {
				t.Fatal(err)
			}
			e := keys()
			var a *authenticatedContent
			if m.wire == wirePublic {
				a = &m.public.authenticatedContent
				if err = e.checkTag(m.public); err == nil {
					err = e.verify(a)
				}
			} else {
				var u *use
				if a, u, err = e.openPrivate(m.private); err == nil {
					u.done(func(storedKey) {})
				}
			}
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			body := a.content.addBody(nil)
			if a.content.kind == contentApplication {
				body = a.content.application
			}
			equal(t, what, body, want)
			return a
		}
		for what, c := range map[string]struct{ want, private, public hexBytes }{
			"proposal":    {v.Proposal, v.ProposalPriv, v.ProposalPub},
			"commit":      {v.Commit, v.CommitPriv, v.CommitPub},
			"application": {v.Application, v.ApplicationPrv, nil},
		} {
			a := unprotect(what, c.private, c.want)
			a.sign(key, context.add(nil))
			e := keys()
			message, err := e.protectPrivate(a, func(storedKey) {})
			if err != nil {
				t.Fatal(err)
			}
			unprotect(what+", ours", message, c.want)
			if c.public == nil {
				continue
			}
			a = unprotect(what, c.public, c.want)
			a.sign(key, context.add(nil))
			equal(t, what+", public", e.protectPublic(a), c.public)
		}
	}
}
