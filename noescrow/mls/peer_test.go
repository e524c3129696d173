package mls

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The flag -peer names a folder in which these have been installed:
//
//	npm install ts-mls@1.6.4 @noble/ciphers@2.1.1 @noble/curves@2.0.1 @hpke/chacha20poly1305@1.8.0
var peerFolder = flag.String("peer", "", "a folder with ts-mls in node_modules: exchange messages with it")

// tsmls is a member in another process, which runs testdata/peer/peer.mjs.
type tsmls struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func startPeer(t *testing.T, suite CipherSuite) *tsmls {
	t.Helper()
	folder := must1[string](t)(filepath.Abs(*peerFolder))
	cmd := exec.Command("node", "testdata/peer/peer.mjs", folder)
	in := must1[io.WriteCloser](t)(cmd.StdinPipe())
	out := must1[io.ReadCloser](t)(cmd.StdoutPipe())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, &stderr)
		}
	})
	p := &tsmls{t, in, bufio.NewReader(out)}
	p.call("suite", map[CipherSuite]string{
		X25519AES128:   "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
		X25519ChaCha20: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
	}[suite])
	return p
}

// try asks the peer for something. Bytes go in hexadecimal.
func (p *tsmls) try(verb string, args ...any) ([][]byte, error) {
	p.t.Helper()
	line := verb
	for _, a := range args {
		if b, ok := a.([]byte); ok {
			a = hex.EncodeToString(b)
		}
		line += " " + fmt.Sprint(a)
	}
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	words := strings.Fields(answer)
	if words[0] != "ok" {
		return nil, fmt.Errorf("ts-mls: %s", answer)
	}
	var results [][]byte
	for _, w := range words[1:] {
		b, _ := hex.DecodeString(w) // "-" is nothing
		results = append(results, b)
	}
	return results, nil
}

// call is try where the peer must succeed.
func (p *tsmls) call(verb string, args ...any) [][]byte {
	p.t.Helper()
	results, err := p.try(verb, args...)
	if err != nil {
		p.t.Fatalf("%s: %v", verb, err)
	}
	return results
}

// same checks that both are in one epoch, exports included, and that messages go both ways.
func same(t *testing.T, js *tsmls, p *party) {
	t.Helper()
	p.restart()
	equal(t, "authenticator", js.call("authenticator")[0], p.EpochAuthenticator())
	equal(t, "exported", js.call("export", "label", []byte("context"), 40)[0], must1[[]byte](t)(p.Export("label", []byte("context"), 40)))
	var theirs, ours [][]byte
	for i := range 4 {
		theirs = append(theirs, js.call("seal", fmt.Appendf(nil, "theirs %d", i))[0])
		ours = append(ours, must1[[]byte](t)(p.Seal(fmt.Appendf(nil, "ours %d", i), nil)))
	}
	for _, i := range []int{2, 0, 3, 1} {
		if got := p.opens(theirs[i]); string(got.Text) != fmt.Sprint("theirs ", i) {
			t.Errorf("ours reads %q", got.Text)
		}
		if got := js.call("open", ours[i]); string(got[0]) != fmt.Sprint("ours ", i) {
			t.Errorf("theirs reads %q", got)
		}
	}
}

// A group of this package and of ts-mls 1.6.4, which each in turn creates, joins, commits and speaks.
func TestPeer(t *testing.T) {
	if *peerFolder == "" {
		t.Skip("without -peer")
	}
	for _, suite := range []CipherSuite{X25519AES128, X25519ChaCha20} {
		for _, open := range []string{"private", "public"} {
			for _, first := range []string{"ours", "theirs"} {
				t.Run(fmt.Sprint(suite, " ", open, " ", first, " creates"), func(t *testing.T) { withPeer(t, suite, open, first) })
			}
		}
	}
}

// bareGroupInfo is GroupInfo as ts-mls 1.6.4 expects it: with external_pub's key without the header of its
// length, which RFC 9420, Section 12.4.3.2, has there (struct { HPKEPublicKey external_pub; }).
func bareGroupInfo(p *party) []byte {
	g := p.g.group
	m := mlsMessage{wire: wireGroupInfo, groupInfo: g.state.groupInfo([]Extension{
		{extensionExternalPub, g.suite.deriveKeyPair(g.secrets.external).public}, {extensionRatchetTree, g.tree.add(nil)}})}
	return m.add(nil)
}

func withPeer(t *testing.T, suite CipherSuite, open, first string) {
	js, third := startPeer(t, suite), startPeer(t, suite)
	p := newParty(t, "go")
	both := func(commit []byte) { // of ours
		t.Helper()
		js.call("open", commit)
		p.opens(commit)
	}
	if first == "ours" {
		p.Group = must1[*Group](t)(p.id.NewGroup(suite, []byte("a group")))
		commit, welcome, err := p.Commit(Add(js.call("keypackage", "js")[0]))
		if err != nil {
			t.Fatal(err)
		}
		p.opens(commit)
		js.call("join", welcome)
	} else {
		js.call("create", "js", []byte("a group"))
		r := js.call("commit", open, "add", p.keyPackage(suite))
		p.Group = must1[*Group](t)(p.id.Join(r[1], nil))
	}
	p.SendInPublic(open == "public")
	same(t, js, p)

	// Empty commits of both, each of which sends new keys.
	p.opens(js.call("commit", open)[0])
	same(t, js, p)
	commit, _, err := p.Commit()
	if err != nil {
		t.Fatal(err)
	}
	both(commit)
	same(t, js, p)

	// A third, added by ours through a proposal of theirs.
	proposal := js.call("propose", open, "add", third.call("keypackage", "third")[0])[0]
	p.opens(proposal)
	commit, welcome, err := p.Commit()
	if err != nil {
		t.Fatal(err)
	}
	both(commit)
	third.call("join", welcome)
	same(t, js, p)
	equal(t, "the third", third.call("authenticator")[0], p.EpochAuthenticator())

	// An Update of ours that theirs commits, and a PSK.
	for _, m := range []*tsmls{js, third} {
		m.call("psk", []byte("id"), []byte("a key from elsewhere"))
	}
	p.id.SetPSK([]byte("id"), []byte("a key from elsewhere"))
	update := must1[[]byte](t)(p.Propose(Update()))
	js.call("open", update)
	third.call("open", update)
	commit = js.call("commit", open, "psk", []byte("id"))[0]
	third.call("open", commit)
	p.opens(commit)
	same(t, js, p)
	commit, _, err = p.Commit(ExternalPSK([]byte("id")), ResumptionPSK(p.Epoch()-1))
	if err != nil {
		t.Fatal(err)
	}
	third.call("open", commit)
	both(commit)
	same(t, js, p)

	// The third is removed, and reads no more.
	var at uint32
	for _, m := range p.Members() {
		if m.Credential.Identity == "third" {
			at = m.Leaf
		}
	}
	if first == "ours" {
		commit = js.call("commit", open, "remove", at)[0]
		p.opens(commit)
	} else {
		if commit, _, err = p.Commit(Remove(at)); err != nil {
			t.Fatal(err)
		}
		both(commit)
	}
	same(t, js, p)
	if _, err := third.try("open", must1[[]byte](t)(p.Seal([]byte("without the third"), nil))); err == nil {
		t.Error("the third reads on")
	}

	// External commits, of theirs and of ours.
	third = startPeer(t, suite)
	commit = third.call("external", "third", bareGroupInfo(p))[0]
	js.call("open", commit)
	if got := p.opens(commit); len(got.Added) != 1 || got.Added[0].Credential.Identity != "third" {
		t.Errorf("%+v", got)
	}
	same(t, js, p)
	equal(t, "the third", third.call("authenticator")[0], p.EpochAuthenticator())
	fourth := newParty(t, "fourth")
	fourth.Group, commit, err = fourth.id.JoinExternal(js.call("info")[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	third.call("open", commit)
	both(commit)
	same(t, js, p)
	same(t, third, fourth)
}
