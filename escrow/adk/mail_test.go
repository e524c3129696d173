package adk

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sq is Sequoia's program (Debian's package sq). Its options changed with version 1, and those of
// Debian 12 are older.
type sq struct {
	t   *testing.T
	dir string
	old bool
}

func newSq(t *testing.T) *sq {
	t.Helper()
	if _, err := exec.LookPath("sq"); err != nil {
		t.Skip("sq is not installed (Debian's package sq), so nothing is compared with it")
	}
	version, err := exec.Command("sq", "--version").CombinedOutput()
	if err != nil { // version 1 has "sq version"
		version, err = exec.Command("sq", "version").CombinedOutput()
	}
	if err != nil {
		t.Fatalf("sq: %v: %s", err, version)
	}
	return &sq{t, t.TempDir(), strings.HasPrefix(string(version), "sq 0.")}
}

// file writes a file, and returns its name.
func (s *sq) file(name string, data []byte) string {
	s.t.Helper()
	name = filepath.Join(s.dir, name)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return name
}

func (s *sq) must(stdin []byte, args ...string) []byte {
	s.t.Helper()
	if !s.old {
		args = append([]string{"--home", "none"}, args...)
		for i, a := range args {
			args[i] = strings.NewReplacer("--recipient-cert=", "--for-file=", "--signer-key=", "--signer-file=",
				"--signer-cert=", "--signer-file=").Replace(a)
		}
	}
	cmd := exec.CommandContext(s.t.Context(), "sq", args...)
	cmd.Env = append(os.Environ(), "HOME="+s.dir)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("sq %s: %v: %s", strings.Join(args, " "), err, &errs)
	}
	return out.Bytes()
}

const mail = "The bridge, at six. The bridge, at six. The bridge, at six.\n"

// arrives tests that a message from Ben opens with Ana's key and with her company's, if it is encrypted
// to that, and that it is Ben's.
func (c *cast) arrives(t *testing.T, what string, message []byte) {
	t.Helper()
	text, from, _, err := c.ana.Decrypt(message, c.keyring)
	if err != nil || string(text) != mail || from.UserID() != c.ben.Certificate().UserID() {
		t.Errorf("%s: %q, %v", what, text, err)
	}
	if ids, err := Recipients(message); err != nil || !slices.Contains(ids, c.ana.cert.Subkey()) {
		t.Errorf("%s: it is for %v, %v", what, ids, err)
	}
}

// compression is what a reader of the session key finds inside a message: 0 where nothing is
// compressed.
func (c *cast) compression(t *testing.T, message []byte) uint8 {
	t.Helper()
	content, err := c.ana.open(message)
	if err != nil {
		t.Fatal(err)
	}
	all, err := packets(content)
	if err != nil {
		t.Fatal(err)
	}
	if all[0].Tag == tagCompressed {
		return all[0].Body[0]
	}
	return 0
}

// silent returns a key whose certificate does not say how to compress.
func (c *cast) silent(t *testing.T) *SecretKey {
	t.Helper()
	k := key(t, "Silent <silent@example.com>")
	hashed, unhashed := k.cert.Subpackets()
	hashed = slices.DeleteFunc(slices.Clone(hashed), func(p Subpacket) bool { return p.Type == subPreferredCompression })
	sig, err := signUserID(k.primary, k.cert.userID, hashed, unhashed)
	if err != nil {
		t.Fatal(err)
	}
	raw := slices.Concat(k.cert.raw[:k.cert.sigStart], frame(tagSignature, must(sig.marshal())), k.cert.raw[k.cert.sigEnd:])
	k.cert = parsed(t, raw)
	return k
}

// What GnuPG writes opens, whatever it compresses with, in armor and without. By default it does not
// compress for a certificate of ours, and compresses with ZIP for one that says nothing.
func TestMailOfGnuPG(t *testing.T) {
	c := newCast(t)
	g := newGnuPG(t)
	g.must(c.ben.RecoveryKey(), "--import")
	g.must(c.ana.Certificate().Bytes(), "--import")
	for i, args := range [][]string{
		nil, {"--armor"}, {"--compress-algo", "zip"}, {"--compress-algo", "zlib", "--armor"}, {"--compress-algo", "bzip2"},
		{"--compress-algo", "zip", "-z", "9"}, {"--cipher-algo", "3DES"}, {"--cipher-algo", "AES128", "--armor"},
	} {
		if testing.Short() && i > 2 {
			break
		}
		message := g.must([]byte(mail), append(args, "--sign", "--encrypt", "--recipient", "ana@example.com")...)
		c.arrives(t, fmt.Sprintf("gpg %q", args), message)
		if used := c.compression(t, message); i < 2 && used != 0 || i == 2 && used != 1 || i == 3 && used != 2 || i == 4 && used != 3 {
			t.Errorf("gpg %q compresses with %d", args, used)
		}
	}
	silent := c.silent(t)
	g.must(silent.Certificate().Bytes(), "--import")
	message := g.must([]byte(mail), "--encrypt", "--recipient", "silent@example.com")
	if !opens(silent, message, mail) {
		t.Error("mail to a certificate that does not say how to compress does not open")
	}
	if used := (&cast{ana: silent}).compression(t, message); used != 1 {
		t.Errorf("GnuPG compresses with %d for a certificate that does not say how", used)
	}
	_, _, _, err := c.ana.Decrypt(g.must([]byte(mail), "--cipher-algo", "CAMELLIA256", "--encrypt", "--recipient", "ana@example.com"), c.keyring)
	if err == nil || !strings.HasSuffix(err.Error(), "expected data encrypted with AES, CAST5 or 3DES, found Camellia-256 (cipher 13)") {
		t.Errorf("Camellia: %v", err)
	}
}

// GnuPG reads what is ours from armor of its own making, and we read that too: certificate, secret key,
// and message.
func TestArmorOfGnuPG(t *testing.T) {
	c := newCast(t)
	g := newGnuPG(t)
	g.must(c.ben.RecoveryKey(), "--import")
	g.must(c.ana.RecoveryKey(), "--import")
	ana := c.ana.Certificate().Fingerprint()
	if got := parsed(t, g.must(nil, "--armor", "--export", ana.String())); got.Fingerprint() != ana {
		t.Errorf("the certificate comes back as %v", got.Fingerprint())
	}
	secret, err := ParseSecretKey(g.must(nil, "--armor", "--export-secret-keys", ana.String()))
	if err != nil || secret.Certificate().Fingerprint() != ana {
		t.Errorf("the secret key comes back as %v, %v", secret, err)
	}
	message := c.write(t, PGP658, mail, c.ana.Certificate())
	armored := g.must(message, "--enarmor") // which calls it an armored file
	armored = bytes.ReplaceAll(armored, []byte("PGP ARMORED FILE"), []byte("PGP MESSAGE"))
	c.arrives(t, "our message in gpg's armor", armored)
	if out := g.must(armored, "--decrypt"); string(out) != mail {
		t.Errorf("gpg reads %q", out)
	}
}

// What sq writes opens, in armor as it is by default. It pads what it compresses.
func TestMailOfSequoia(t *testing.T) {
	c := newCast(t)
	s := newSq(t)
	ana, ben := s.file("ana.pgp", c.ana.Certificate().Bytes()), s.file("ben.pgp", c.ben.RecoveryKey())
	for _, args := range [][]string{
		nil, {"--binary"}, {"--compression=none"}, {"--compression=zip"}, {"--compression=zlib"}, {"--compression=bzip2"},
	} {
		if !s.old && len(args) > 0 && args[0] != "--compression=none" && args[0] != "--binary" {
			continue // of version 1, which compresses no more
		}
		message := s.must([]byte(mail), append([]string{"encrypt", "--recipient-cert=" + ana, "--signer-key=" + ben}, args...)...)
		c.arrives(t, fmt.Sprintf("sq %q", args), message)
	}
}

// sq opens what is ours.
func TestSequoiaDecrypts(t *testing.T) {
	c := newCast(t)
	s := newSq(t)
	message := c.write(t, PGP658, mail, c.ana.Certificate())
	ben := s.file("ben.pgp", c.ben.Certificate().Bytes())
	for name, k := range map[string]*SecretKey{"recipient": c.ana, "ADK": c.company} {
		key := s.file("key.pgp", k.RecoveryKey())
		if out := s.must(message, "decrypt", "--recipient-key="+key, "--signer-cert="+ben); string(out) != mail {
			t.Errorf("%s: sq reads %q", name, out)
		}
	}
}
