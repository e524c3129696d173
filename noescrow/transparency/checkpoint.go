package transparency

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A checkpoint is a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint): a signed note of three lines,
// the origin, the size of the log, and its root in base64. Its signatures are the log's, of type 1, and the
// witnesses', of type 4 (https://c2sp.org/tlog-cosignature).

// tree is what a checkpoint says.
type tree struct {
	origin string
	size   int64
	root   tlog.Hash
}

func (t *tree) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", t.origin, t.size, base64.StdEncoding.EncodeToString(t.root[:]))
}

var errCheckpoint = errors.New("expected a checkpoint, found something else")

// parseTreeHead reads the text of a checkpoint. Extension lines are refused.
func parseTreeHead(text string) (t tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return t, errCheckpoint
	}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err1 != nil || err2 != nil || size < 0 || size > maxSize || len(root) != hashSize {
		return t, errCheckpoint
	}
	t = tree{lines[0], size, tlog.Hash(root)}
	if t.text() != text || size == 0 && t.root != sha256.Sum256(nil) {
		return t, errCheckpoint
	}
	return t, nil
}

// rules are what Parameters say, parsed.
type rules struct {
	log       note.Verifier
	witnesses []note.Verifier
	quorum    int
	labels    labels
	maxAge    time.Duration
}

// open reads a checkpoint that the log has signed, and counts the witnesses that have too.
func (r *rules) open(signed []byte) (t tree, cosigned int, err error) {
	if len(signed) > maxNote {
		return t, 0, errCheckpoint
	}
	n, err := note.Open(signed, note.VerifierList(append([]note.Verifier{r.log}, r.witnesses...)...))
	if err != nil {
		return t, 0, errors.New("expected a checkpoint with a signature of the log, found another, or a false one")
	}
	byLog := false
	seen := map[string]bool{}
	for _, s := range n.Sigs {
		if sig, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil || base64.StdEncoding.EncodeToString(sig) != s.Base64 {
			return t, 0, errCheckpoint
		}
		key := fmt.Sprintf("%s+%08x", s.Name, s.Hash)
		if s.Name == r.log.Name() && s.Hash == r.log.KeyHash() {
			byLog = true
		} else if !seen[key] {
			seen[key] = true
			cosigned++
		}
	}
	if t, err = parseTreeHead(n.Text); err != nil {
		return t, 0, err
	}
	if !byLog || t.origin != r.log.Name() {
		return t, 0, errors.New("expected a checkpoint that the log has signed, found one that it has not")
	}
	return t, cosigned, nil
}

// enough checks the number of cosignatures.
func (r *rules) enough(cosigned int) error {
	if cosigned < r.quorum {
		return fmt.Errorf("%w: expected %d, found %d", ErrQuorum, r.quorum, cosigned)
	}
	return nil
}

// A cosigner is the key of a witness. It is a note.Signer, if it has the private one, and a note.Verifier.
type cosigner struct {
	name    string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	at      time.Time // of the cosignatures that it makes
}

const algCosignature = 4 // signature type of C2SP signed-note

func (c *cosigner) Name() string { return c.name }

// KeyHash returns the key's number: the first 4 bytes of SHA-256(name ‖ "\n" ‖ 0x04 ‖ key).
func (c *cosigner) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(c.name+"\n\x04"), c.public...))
	return binary.BigEndian.Uint32(sum[:])
}

// message is what a cosignature signs: the time, and the text of the note.
func message(text []byte, seconds uint64) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", seconds), text...)
}

// Sign returns uint64 time ‖ signature.
func (c *cosigner) Sign(text []byte) ([]byte, error) {
	seconds := uint64(c.at.Unix())
	return append(binary.BigEndian.AppendUint64(nil, seconds), ed25519.Sign(c.private, message(text, seconds))...), nil
}

func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig)
	return seconds > 0 && ed25519.Verify(c.public, message(text, seconds), sig[8:])
}

// verifierKey returns name+hash+key, as note.NewVerifier takes it for the keys of logs.
func (c *cosigner) verifierKey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{algCosignature}, c.public...)))
}

func parseCosigner(vkey string) (*cosigner, error) {
	bad := errors.New("expected the verifier key of a witness, name+hash+key, found something else")
	name, rest, _ := strings.Cut(vkey, "+")
	number, key, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algCosignature || !validName(name) {
		return nil, bad
	}
	c := &cosigner{name: name, public: raw[1:]}
	if h, err := hex.DecodeString(number); err != nil || len(h) != 4 || binary.BigEndian.Uint32(h) != c.KeyHash() || c.verifierKey() != vkey {
		return nil, bad
	}
	return c, nil
}

// validName reports whether a name may stand in a note.
func validName(name string) bool {
	return name != "" && len(name) <= MaxLabel && !strings.ContainsAny(name, "+ \t\r\n") && strings.ToValidUTF8(name, "") == name
}
