package escrow

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"doormat/noescrow"
)

const fileText = "Keys Under Doormats"

type fileSealer interface {
	Recipient() string
	SealFile(io.Writer, io.Reader, ...string) error
	OpenFile(io.Writer, io.Reader) error
}

func sealFile(t testing.TB, d fileSealer, recipients ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := d.SealFile(&file, strings.NewReader(fileText), recipients...); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func openFile(d fileSealer, file []byte) (string, error) {
	var text strings.Builder
	err := d.OpenFile(&text, bytes.NewReader(file))
	return text.String(), err
}

func TestSealFile(t *testing.T) {
	authority, a, b := pair(t)
	control := noescrow.NewDevice()
	recipients := []string{b.Recipient(), control.Recipient(), "and what stands behind"}
	file := sealFile(t, a, recipients[:2]...)
	if recipients[2] != "and what stands behind" {
		t.Error("SealFile writes behind its caller's recipients")
	}
	for name, d := range map[string]fileSealer{"Bob": b, "a noescrow device": control} {
		if text, err := openFile(d, file); err != nil || text != fileText {
			t.Errorf("%s opens %q, %v", name, text, err)
		}
	}
	if text, err := openFile(a, file); err == nil {
		t.Errorf("Alice, who is not among the recipients, opens %q", text)
	}
	if text, err := openWithLine(t, authority.RecoveryKey(), file); err != nil || text != fileText {
		t.Errorf("the authority's line opens %q, %v", text, err)
	}
	if text, err := openWithLine(t, NewAuthority().RecoveryKey(), file); err == nil {
		t.Errorf("another authority's line opens %q", text)
	}
	if n := strings.Count(string(file), "-> mlkem768x25519 "); n != 3 {
		t.Errorf("%d recipients, want two and the authority", n)
	}
	// The authority's is the only stanza more: in noescrow the same line opens nothing.
	same := sealFile(t, control, recipients[:2]...)
	if n := strings.Count(string(same), "-> mlkem768x25519 "); n != 2 {
		t.Errorf("%d recipients in noescrow, want two", n)
	}
	if text, err := openWithLine(t, authority.RecoveryKey(), same); err == nil {
		t.Errorf("noescrow's file opens with the authority's line: %q", text)
	}
}

func openWithLine(t *testing.T, line string, file []byte) (string, error) {
	t.Helper()
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(file), identity)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

func TestSealFileRefuses(t *testing.T) {
	authority, a, _ := pair(t)
	classical, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, recipients := range map[string][]string{
		"nobody":      nil,
		"an empty":    {""},
		"a classical": {a.Recipient(), classical.Recipient().String()},
		"a secret":    {authority.RecoveryKey()},
		"a cut short": {a.Recipient()[:100]},
	} {
		var file bytes.Buffer
		if err := a.SealFile(&file, strings.NewReader(fileText), recipients...); err == nil || file.Len() != 0 {
			t.Errorf("%s recipient: %v, and %d bytes are written", name, err, file.Len())
		}
	}
}

// The real program, as DESIGN.md promises: the loot is a line, and the stock age command opens
// escrowed files with it.
func TestAgeProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the age program, which go run has to build")
	}
	t.Parallel()
	authority, a, _ := pair(t)
	keys := filepath.Join(t.TempDir(), "authority.key")
	if err := os.WriteFile(keys, []byte(authority.RecoveryKey()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := "filippo.io/age/cmd/age@" + ageVersion(t)
	text, problem := runAge(t, sealFile(t, a, a.Recipient()), program, "-d", "-i", keys)
	if text != fileText {
		t.Fatalf("age opens %q and says %s", text, problem)
	}
	control := noescrow.NewDevice()
	text, problem = runAge(t, sealFile(t, control, control.Recipient()), program, "-d", "-i", keys)
	if want := "age: error: no identity matched any of the recipients"; text != "" || !strings.Contains(problem, want) {
		t.Errorf("noescrow's file: age opens %q and says %q, want %q", text, problem, want)
	}
}

func ageVersion(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^\s*(?:require\s+)?filippo\.io/age (v\S+)`).FindSubmatch(mod)
	if m == nil {
		t.Fatal("go.mod does not name a version of filippo.io/age")
	}
	return string(m[1])
}

// offline are the go command's words for a module proxy that it cannot reach.
var offline = regexp.MustCompile(`dial tcp|no such host|i/o timeout|TLS handshake timeout|connection re(fused|set)|network is unreachable|` +
	`module lookup disabled by GOPROXY=off|proxyconnect|50[234] |context deadline exceeded`)

func runAge(t *testing.T, stdin []byte, program string, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, problem bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", program}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &problem
	cmd.Dir = t.TempDir() // outside the module
	if err := cmd.Run(); err != nil && offline.Match(problem.Bytes()) {
		t.Skipf("the module proxy is out of reach, so that the age program cannot be built:\n%s", problem.Bytes())
	}
	return out.String(), problem.String()
}
