package adk

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// gnupg is the real program, with a home of its own that is gone afterwards, its agent with it.
type gnupg struct {
	t    *testing.T
	home string
}

func newGnuPG(t *testing.T) *gnupg {
	t.Helper()
	for _, program := range []string{"gpg", "gpgconf", "gpg-agent"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian's package gnupg), so nothing is compared with it", program)
		}
	}
	home, err := os.MkdirTemp("", "gpg") // short, as a socket's path must be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("gpgconf", "--homedir", home, "--kill", "all").CombinedOutput(); err != nil {
			t.Errorf("gpgconf: %v: %s", err, out)
		}
		os.RemoveAll(home)
	})
	return &gnupg{t, home}
}

// run returns what gpg writes to standard output, and to standard error.
func (g *gnupg) run(stdin []byte, args ...string) (stdout []byte, stderr string, err error) {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), "gpg", append([]string{
		"--homedir", g.home, "--batch", "--no-tty", "--yes", "--trust-model", "always",
		"--pinentry-mode", "loopback", "--passphrase", "",
	}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	err = cmd.Run()
	return out.Bytes(), errs.String(), err
}

func (g *gnupg) must(stdin []byte, args ...string) []byte {
	g.t.Helper()
	stdout, stderr, err := g.run(stdin, args...)
	if err != nil {
		g.t.Fatalf("gpg %s: %v: %s", strings.Join(args, " "), err, stderr)
	}
	return stdout
}

// fields returns the tenth field of each line of a kind in gpg's listing of keys for programs.
func (g *gnupg) fields(kind string) (all []string) {
	g.t.Helper()
	for _, line := range strings.Split(string(g.must(nil, "--with-colons", "--check-sigs")), "\n") {
		if f := strings.Split(line, ":"); f[0] == kind {
			all = append(all, f[min(9, len(f)-1)]+f[1])
		}
	}
	return all
}

// The certificate with no ADK, with its owner's, and with Senderek's: for GnuPG it is the same
// good key three times, and it says where the ADK is.
func TestGnuPGReadsCertificates(t *testing.T) {
	c := newCast(t)
	ben := c.ben.Certificate().Bytes()
	edited, err := AddUnhashedADK(ben, c.thief.Certificate().ADK(Requested))
	if err != nil {
		t.Fatal(err)
	}
	line := func(area string, a ADK) string {
		return fmt.Sprintf("\t%ssubpkt 10 len 22 (Big Brother's key (ignored): c=%02x a=22 f=%v)\n", area, a.Class, a.Fingerprint)
	}
	for _, x := range []struct {
		name        string
		certificate []byte
		line        string
	}{
		{"none", ben, ""},
		{"hashed", c.ana.Certificate().Bytes(), line("hashed ", c.company.Certificate().ADK(Mandatory))},
		{"unhashed", edited, line("", c.thief.Certificate().ADK(Requested))},
	} {
		g := newGnuPG(t)
		listing := string(g.must(x.certificate, "--list-packets"))
		if x.line == "" && strings.Contains(listing, "Big Brother") || !strings.Contains(listing, x.line) {
			t.Errorf("%s: gpg lists\n%s\nwant %q", x.name, listing, x.line)
		}
		g.must(x.certificate, "--import")
		want := parsed(t, x.certificate).Fingerprint().String()
		if got := g.fields("fpr"); len(got) != 2 || got[0] != want {
			t.Errorf("%s: fingerprints %s, want %s", x.name, got, want)
		}
		sigs := g.fields("sig")
		if len(sigs) != 2 || !strings.HasSuffix(sigs[0], "!") || !strings.HasSuffix(sigs[1], "!") {
			t.Errorf("%s: signatures %q, want two good ones", x.name, sigs)
		}
	}
}

// A message with two readers, which either reads with GnuPG from the key that we export.
func TestGnuPGDecrypts(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, "The bridge, at six.", c.ana.Certificate())
	for name, k := range map[string]*SecretKey{"recipient": c.ana, "ADK": c.company} {
		g := newGnuPG(t)
		g.must(k.RecoveryKey(), "--import")
		g.must(c.ben.Certificate().Bytes(), "--import")
		out, status, err := g.run(message, "--status-fd", "2", "--decrypt")
		if err != nil || string(out) != "The bridge, at six." {
			t.Errorf("%s: %q, %v: %s", name, out, err, status)
		}
		if !strings.Contains(status, "VALIDSIG "+c.ben.Certificate().Fingerprint().String()) || !strings.Contains(status, "GOODMDC") {
			t.Errorf("%s: %s", name, status)
		}
	}
}

// What GnuPG does with each form of certificate is what the version GnuPG does.
func TestMatrixOfRealGnuPG(t *testing.T) {
	c := newCast(t)
	forms := c.forms()
	if testing.Short() {
		forms = forms[:4]
	}
	g := newGnuPG(t)
	for _, k := range c.keyring {
		g.must(k.Bytes(), "--import")
	}
	for i, f := range forms {
		victim := f.of(t, fmt.Sprintf("Victim %d", i))
		g.run(victim.Certificate().Bytes(), "--import") // fails if it is refused
		message, stderr, err := g.run([]byte("at six"), "-z", "0", "--encrypt", "--recipient", victim.Certificate().Fingerprint().String())
		if refused := err != nil; refused != (f.want[GnuPG] == "refused") {
			t.Errorf("ADK %s: %v: %s", f.name, err, stderr)
		} else if refused {
			continue
		}
		ids, err := Recipients(message)
		if err != nil || len(ids) != 1 || ids[0] != victim.Certificate().Subkey() || !opens(victim, message, "at six") {
			t.Errorf("ADK %s: gpg encrypts to %v, %v", f.name, ids, err)
		}
	}
}

// The attack needs nothing of ours: it works on a key that GnuPG has made, which GnuPG goes on
// taking for good.
func TestGnuPGsOwnCertificate(t *testing.T) {
	c := newCast(t)
	g := newGnuPG(t)
	g.must(nil, "--quick-gen-key", "Gina <gina@example.com>", "ed25519", "cert,sign", "never")
	fingerprint := g.fields("fpr")[0]
	g.must(nil, "--quick-add-key", fingerprint, "cv25519", "encr", "never")
	g.must(c.ben.Certificate().Bytes(), "--import")
	gina := g.must(nil, "--export", "--export-options", "export-minimal", fingerprint)

	edited, err := AddUnhashedADK(gina, c.thief.Certificate().ADK(Requested))
	if err != nil {
		t.Fatal(err)
	}
	tampered := parsed(t, edited)
	if tampered.Fingerprint().String() != fingerprint {
		t.Errorf("fingerprint %v, want %s", tampered.Fingerprint(), fingerprint)
	}
	message := c.write(t, PGP553, "hello", tampered)
	if out := g.must(message, "--decrypt"); string(out) != "hello" {
		t.Errorf("gpg reads %q", out)
	}
	if !opens(c.thief, message, "hello") {
		t.Error("the thief does not read it")
	}
	other := newGnuPG(t)
	other.must(edited, "--import")
	if sigs := other.fields("sig"); len(sigs) != 2 || !strings.HasSuffix(sigs[0], "!") || !strings.HasSuffix(sigs[1], "!") {
		t.Errorf("signatures %q", sigs)
	}
	secret, err := ParseSecretKey(g.must(nil, "--export-secret-keys", "--export-options", "export-minimal", fingerprint))
	if err != nil || !opens(secret, message, "hello") {
		t.Errorf("gpg's secret key: %v", err)
	}
}
